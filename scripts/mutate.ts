// `npm run mutate`: changes the rooms of mutate/rooms.ts in every small way that Stryker knows, one at a time, and demands that a test notices.
// Fails on a survivor that scripts/mutate/survivors.ts does not explain, on an explanation that no longer holds, and on a low score.
import { Stryker } from '@stryker-mutator/core';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../hardware-tests/host/harness/errors.ts';
import { anyText, commandLine, oneOf, wholeNumber } from './command-line.ts';
import { filesBelow } from './files.ts';
import { rooms } from './mutate/rooms.ts';
import type { Room } from './mutate/rooms.ts';
import type { RunnerOptions } from './mutate/runner.ts';
import { survivors } from './mutate/survivors.ts';
import { verdictOf } from './mutate/verdict.ts';
import { root } from './root.ts';

/** Percent. */
const LEAST_SCORE = 95;

/** What of a room's folder is mutated, given the words of --file. */
function chosen(folder: string, words: readonly string[]): { sources: string[]; mutated: string[] } {
    const sources = filesBelow([folder], file => file.endsWith('.ts')).filter(path => dirname(path) === folder);
    return { sources, mutated: sources.filter(path => words.length === 0 || words.some(word => path.includes(word))) };
}

const names = rooms.map(({ name }) => name);
const { values } = commandLine({
    name: 'npm run mutate',
    purpose: `Changes the sources of src in every small way, one at a time, and demands that a test notices.
Those that no test can notice are explained in scripts/mutate/survivors.ts.`,
    options: {
        only: { placeholder: 'ROOM', kind: oneOf(names), help: `only this part of src: ${names.join(', ')}` },
        file: { placeholder: 'WORD', kind: anyText('a part of a path'), multiple: true, help: 'only the sources that have this in their paths, or another --file' },
        jobs: { placeholder: 'N', kind: wholeNumber(1, 1000), otherwise: 2, help: 'processes at a time' },
    },
    codes: { 0: 'every change is noticed or explained', 1: 'one is neither, an explanation does not hold, or the score is low' },
    check({ values: { only, file } }) {
        const folders = rooms.filter(({ name }) => only === undefined || name === only).map(({ folder }) => folder);
        if (folders.every(folder => chosen(folder, file).mutated.length === 0)) throw new UsageError(`no source ${only === undefined ? '' : `of ${only} `}has ${file.join(' or ')} in its path`);
    },
});

const plugin = join(root, '.cache', 'mutate', 'runner.mjs');
await build({
    entryPoints: [join(root, 'scripts/mutate/runner.ts')], outfile: plugin, absWorkingDir: root,
    bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error',
});

/** True if every mutant of the room was noticed or is explained. */
async function judge({ name, folder, judges }: Room): Promise<boolean> {
    const { sources, mutated } = chosen(folder, values.file);
    if (mutated.length === 0) return true;
    const begun = performance.now();
    const texts = new Map(mutated.map(path => [path, readFileSync(join(root, path), 'utf8')]));
    const runner: RunnerOptions = { judges };
    const mutants = await new Stryker({
        mutate: mutated,
        plugins: [plugin], testRunner: 'in-process', ignorers: ['chosen-by-build'], runner,
        // Esbuild checks no types. The sandbox gets no tsconfig.json: Stryker would rewrite it with an interface that this TypeScript has not.
        disableTypeChecks: false,
        ignorePatterns: ['**', '!src/**', '!targets/**', '!hardware-tests/boards/**', '!hardware-tests/host/**', '!scripts/**'],
        tempDirName: join('.cache', 'stryker'), coverageAnalysis: 'perTest', concurrency: values.jobs,
        // The plugin counts the turns of loops instead: no clock judges.
        timeoutMS: 600_000, reporters: ['progress-append-only'], logLevel: 'warn' as never, allowEmpty: true,
    }).runMutationTest();
    const { killed, endless, survived, failed, outdated, score } = verdictOf(mutants, texts, survivors);
    const unexplained = survived.filter(({ why }) => why === undefined);
    for (const { at, line, original, replacement, covered } of unexplained) {
        console.log(`${covered ? 'survived' : 'never run'} ${at}\n    ${line}\n    - ${original}\n    + ${replacement}`);
    }
    for (const { file, line, original, replacement } of outdated) console.log(`listed, but killed or gone: ${file}\n    ${line}\n    - ${original}\n    + ${replacement}`);
    for (const each of failed) console.log(`not judged: ${each}`);
    console.log(`${name}: score ${score.toFixed(1)} %: ${killed} mutants killed, ${endless} endless, ${survived.length} survived, of which ${survived.length - unexplained.length} are explained; `
        + `${sources.length === mutated.length ? 'all' : mutated.length} sources, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    return unexplained.length === 0 && outdated.length === 0 && failed.length === 0 && score >= LEAST_SCORE;
}

let well = true;
for (const room of rooms.filter(({ name }) => values.only === undefined || values.only === name)) well = await judge(room) && well;
process.exitCode = well ? 0 : 1;
