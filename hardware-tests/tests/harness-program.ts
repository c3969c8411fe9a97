// The program `motemq` as the package has it, for tests that run it often: built once, where running it from its sources builds it each time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitDist, programBundle } from '../../scripts/bundles.ts';
import { root } from '../../scripts/root.ts';
import { runProcess } from '../../scripts/run-process.ts';

// Below the project: the program looks there for its packages.
const cache = join(root, '.cache', 'harness');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'program-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Path of the program. Who imports it waits for the build, before anything begins that has deadlines. */
export const program = join(folder, 'motemq.mjs');
writeFileSync(program, (await emitDist(programBundle)).code);

/** Runs `motemq` with `words` and further variables, to its end. */
export const motemq = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runProcess('env', [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), process.execPath, program, ...words], 60_000);
