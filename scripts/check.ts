// `npm run check`: types, lint, the layering of imports and the dialect of what runs on boards. Prints every finding.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boardBundles, distBundles, emitDist, missingSources, prepareBoardBundles } from './bundles.ts';
import { commandLine } from './command-line.ts';
import { checkDialect, describe, type Emitted } from './dialect/check.ts';
import { checkLayers } from './layers.ts';
import { root } from './root.ts';
import { runProcess } from './run-process.ts';

commandLine({
    name: 'npm run check',
    purpose: 'Types, lint, the layering of imports, and the dialect of what runs on boards. Prints every finding.',
    options: {},
    codes: { 0: 'nothing was found', 1: 'something was' },
});

/** Findings, one a line; empty when all is well. */
type Check = () => Promise<readonly string[]>;

function program(command: string, ...parameters: string[]): Check {
    return async () => {
        const ended = await runProcess(join(root, 'node_modules', '.bin', command), parameters, 120_000);
        return ended.code === 0 ? [] : [ended.output.trim() || `ended with code ${ended.code}`];
    };
}

/** Every bundle that runs on a board, as people read it and minified: the minifier brings constructs of its own. */
async function emitAll(): Promise<Emitted[]> {
    const onBoards = distBundles.filter(bundle => bundle.engines.length > 0);
    [...boardBundles, ...onBoards].forEach(tellMissing);
    const boards = (await prepareBoardBundles()).flatMap(bundle => [false, true].map(async (minify): Promise<Emitted> => ({
        ...await bundle.emit({ minify, texts: true }), name: `${bundle.name}${minify ? '.min' : ''}.js`, sourceType: 'script', engines: bundle.engines,
    })));
    const modules = onBoards.filter(bundle => missingSources(bundle).length === 0).map(async (bundle): Promise<Emitted> => ({
        ...await emitDist(bundle), name: `dist/${bundle.name}.js`, sourceType: 'module', engines: bundle.engines,
    }));
    return Promise.all([...boards, ...modules]);
}

function tellMissing(bundle: { readonly entry: string }): void {
    const missing = missingSources(bundle);
    if (missing.length > 0) console.log(`     ${bundle.entry} is not checked: ${missing.join(', ')} does not exist`);
}

function readSource(path: string): string | undefined {
    try {
        return readFileSync(join(root, path), 'utf8');
    } catch {
        // Code that esbuild made itself has no source.
        return undefined;
    }
}

const checks: readonly [name: string, check: Check][] = [
    ['types', program('tsc', '--noEmit', '-p', '.')],
    ['lint', program('oxlint', '--format=unix', '.')],
    ['layers', async () => checkLayers()],
    ['dialect', async () => describe((await emitAll()).flatMap(emitted => checkDialect(emitted, readSource)))],
];

// All of them start together: two are programs of their own. A check that cannot be made is a finding.
const results = await Promise.all(checks.map(async ([name, check]) => ({ name, findings: await check().catch((error: Error) => [error.message]) })));
for (const { name, findings } of results) {
    console.log(`${findings.length === 0 ? ' ok ' : 'FAIL'} ${name}`);
    for (const finding of findings) {
        console.log(finding.replace(/^/gm, '     '));
    }
}
process.exitCode = results.every(({ findings }) => findings.length === 0) ? 0 : 1;
