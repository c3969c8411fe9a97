// `npm run build`: dist/, what the npm package holds: an ES module an entry of `exports`, the declarations of all of them, and
// the board bundles in dist/board/. What cannot be built yet is said.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../hardware-tests/host/harness/errors.ts';
import { boardBundles, boardFile, distBundles, emitDist, missingSources, prepareBoardBundles, programBundle, type Output } from './bundles.ts';
import { anyText, commandLine } from './command-line.ts';
import { writeDeclarations } from './declarations.ts';
import { root } from './root.ts';

const { values } = commandLine({
    name: 'npm run build',
    purpose: 'What the npm package holds: its modules, their declarations, and the bundles for boards.',
    options: { out: { placeholder: 'FOLDER', kind: anyText('a folder'), otherwise: 'dist', help: 'where it goes, from the project on; what an earlier build left there is removed' } },
    codes: { 0: 'it is built', 1: 'a type is wrong' },
    check({ values: { out }, named }) {
        const folder = resolve(root, out);
        const found = !existsSync(folder) ? [] : statSync(folder).isDirectory() ? readdirSync(folder) : [folder];
        // All of it is removed.
        if (named.has('out') && found.length > 0 && !found.includes('index.js.map')) throw new UsageError(`--out is a folder that is new, empty or of an earlier build, not ${folder}`);
    },
});
const dist = resolve(root, values.out);

/**
 * Writes `dist/NAME.js` and its map; sources are named relative to the file, as a debugger expects, wherever it is written now. The file names
 * its map, unless it is for a board's flash (`isBare`), which has no use for that line.
 */
function write(name: string, { code, map }: Output, isBare = false): void {
    const file = join(dist, `${name}.js`);
    mkdirSync(dirname(file), { recursive: true });
    const parsed = JSON.parse(map) as { sources: string[] };
    parsed.sources = parsed.sources.map(source => relative(dirname(`dist/${name}`), source));
    writeFileSync(`${file}.map`, JSON.stringify(parsed));
    writeFileSync(file, isBare ? code : `${code.trimEnd()}\n//# sourceMappingURL=${name.slice(name.lastIndexOf('/') + 1)}.js.map\n`);
}

rmSync(dist, { recursive: true, force: true });
for (const bundle of [...distBundles, ...boardBundles]) {
    missingSources(bundle).forEach(path => console.error(`${bundle.name} is not built: ${path} does not exist`));
}
const complaint = await writeDeclarations(dist);
await Promise.all([...distBundles, programBundle].filter(bundle => missingSources(bundle).length === 0).map(async bundle => write(bundle.name, await emitDist(bundle))));
await Promise.all((await prepareBoardBundles()).filter(({ isInternal }) => !isInternal).map(async bundle => {
    const name = boardFile(bundle);
    write(`${name}.min`, await bundle.emit({ minify: true, texts: false }), true);
    // For people, and for a debugger's first look.
    if (name === bundle.name) write(name, await bundle.emit({ minify: false, texts: true }));
}));
if (complaint) {
    console.error(complaint);
    process.exitCode = 1;
}
