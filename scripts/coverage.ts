// `npm run coverage`: runs the quick tests of src with a counter in every way of every branch (an absent `else` too) and in every function.
// Fails on one that is never taken, unless scripts/coverage/unreached.ts says why none can, and on one listed there that is taken.
import { createInstrumenter } from 'istanbul-lib-instrument';
import type { FileCoverage } from 'istanbul-lib-instrument';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandLine } from './command-line.ts';
import { unreached } from './coverage/unreached.ts';
import type { Way } from './coverage/unreached.ts';
import { filesBelow } from './files.ts';
import { quickTests } from './mutate/rooms.ts';
import { bundleTests } from './mutate/suite.ts';
import { root } from './root.ts';
import { table } from './table.ts';

commandLine({
    name: 'npm run coverage',
    purpose: `The ways of branches and the functions of src that no quick test takes.
Those that none can take are explained in scripts/coverage/unreached.ts.`,
    options: {},
    codes: { 0: 'all is taken or explained', 1: 'something is neither, an explanation does not hold, or a test failed' },
});

const VARIABLE = 'motemqCoverage';
const instrumenter = createInstrumenter({ esModules: true, coverageVariable: VARIABLE, parserPlugins: ['typescript'] });
const sources = filesBelow(['src'], name => name.endsWith('.ts') && !name.endsWith('.d.ts')).filter(path => !path.includes('/tests/'));

/** By file. Instrumented here once, so that a source that no test imports counts too. */
const blank = new Map<string, FileCoverage>();
const instrumented = new Map<string, string>();
for (const path of sources) {
    instrumented.set(path, instrumenter.instrumentSync(readFileSync(join(root, path), 'utf8'), path));
    blank.set(path, instrumenter.lastFileCoverage());
}

const files = await bundleTests(root, ['src/codec', 'src/session', 'src/outbox', 'src/sleep', 'src/telemetry', 'src/trace'].flatMap(quickTests), { plugins: [{
    name: 'counters',
    setup({ onLoad }) {
        onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = instrumented.get(relative(root, path));
            return contents === undefined ? undefined : { contents, loader: 'ts' };
        });
    },
}] });
let tests = 0;
let failures = 0;
for (const file of files) {
    for (const { id, run } of file.load()) {
        tests++;
        try {
            await run();
        } catch (error) {
            failures++;
            console.log(`FAIL ${id}: ${(error as Error).message}`);
        }
    }
}
const counted = (globalThis as unknown as Record<string, Record<string, FileCoverage>>)[VARIABLE] ?? {};

const keyOf = ({ file, line, way }: Way): string => JSON.stringify([file, line, way]);
const explained = new Map(unreached.map(each => [keyOf(each), each]));
const seen = new Set<string>();
const unexplained: string[] = [];
const rows = [['source', 'ways of branches', 'taken', 'functions', 'called', 'explained']];

for (const file of sources) {
    const { branchMap, fnMap, b, f } = counted[file] ?? blank.get(file)!;
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    let explanations = 0;
    const demand = (line: number, way: string, count: number): boolean => {
        if (count > 0) return true;
        const text = lines[line - 1].trim();
        const key = keyOf({ file, line: text, way });
        seen.add(key);
        if (explained.has(key)) explanations++;
        else unexplained.push(`${file}:${line} ${way}\n    ${text}`);
        return false;
    };
    // Which of its two texts a refusal has is a constant of the build.
    const branches = Object.entries(branchMap).filter(([, { loc: { start } }]) => !lines[start.line - 1].slice(start.column).startsWith('MOTEMQ_TEXTS ?'));
    const ways = branches.flatMap(([id, { type, loc, locations }]) => b[id].map((count, index) => demand(locations[index].start.line ?? loc.start.line, `${type}, way ${index + 1} of ${b[id].length}`, count)));
    const functions = Object.entries(fnMap).map(([id, { name, loc }]) => demand(loc.start.line, `function ${name}`, f[id]));
    const taken = (all: boolean[]): string => String(all.filter(Boolean).length);
    if (ways.length + functions.length > 0) rows.push([file, String(ways.length), taken(ways), String(functions.length), taken(functions), String(explanations)]);
}
const outdated = unreached.filter(each => !seen.has(keyOf(each)));

const sum = (column: number): number => rows.slice(1).reduce((total, row) => total + Number(row[column]), 0);
rows.push(['all', ...[1, 2, 3, 4, 5].map(column => String(sum(column)))]);
console.log(table(rows));
for (const each of unexplained) console.log(`never taken: ${each}`);
for (const { file, line, way } of outdated) console.log(`listed as never taken, but taken or gone: ${file} ${way}\n    ${line}`);
console.log(`${(100 * sum(2) / sum(1)).toFixed(1)} % of the ways of branches, ${(100 * sum(4) / sum(3)).toFixed(1)} % of the functions, by ${tests} tests`);
process.exitCode = unexplained.length + outdated.length + failures > 0 ? 1 : 0;
