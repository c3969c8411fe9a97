// Runs a TypeScript file of this project on Node: `node scripts/run.mjs FILE.ts [arguments]`.
// esbuild bundles the project's own modules into .cache/run; packages stay imports. Node 20 cannot strip types itself.
import { build } from 'esbuild';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants } from './constants.mjs';

const root = resolve(import.meta.dirname, '..');
const entry = resolve(process.argv[2] ?? '');
const folder = join(root, '.cache', 'run');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `${basename(entry, '.ts')}.${process.pid}.mjs`);
await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    define: constants(true),
    sourcemap: 'inline',
    logLevel: 'error',
});
process.setSourceMapsEnabled(true);
process.argv.splice(1, 2, entry);
process.on('exit', () => rmSync(outfile, { force: true }));
await import(pathToFileURL(outfile).href);
