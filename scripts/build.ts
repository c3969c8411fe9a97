// `npm run build`: dist/, what the npm package holds: an ES module an entry of `exports`, the declarations of all of them, and
// the board bundles in dist/board/. `-- --out FOLDER` builds elsewhere. What cannot be built yet is said; exit code 1 if a type is wrong.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { boardBundles, boardFile, distBundles, emitDist, missingSources, prepareBoardBundles, programBundle, type Output } from './bundles.ts';
import { writeDeclarations } from './declarations.ts';
import { root } from './root.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const dist = resolve(root, values.out);

/** Writes `dist/NAME.js` and its map; sources are named relative to the file, as a debugger expects, wherever it is written now. */
function write(name: string, { code, map }: Output): void {
    const file = join(dist, `${name}.js`);
    mkdirSync(dirname(file), { recursive: true });
    const parsed = JSON.parse(map) as { sources: string[] };
    parsed.sources = parsed.sources.map(source => relative(dirname(`dist/${name}`), source));
    writeFileSync(`${file}.map`, JSON.stringify(parsed));
    writeFileSync(file, `${code.trimEnd()}\n//# sourceMappingURL=${name.slice(name.lastIndexOf('/') + 1)}.js.map\n`);
}

rmSync(dist, { recursive: true, force: true });
for (const bundle of [...distBundles, ...boardBundles]) {
    missingSources(bundle).forEach(path => console.error(`${bundle.name} is not built: ${path} does not exist`));
}
const complaint = await writeDeclarations(dist);
await Promise.all([...distBundles, programBundle].filter(bundle => missingSources(bundle).length === 0).map(async bundle => write(bundle.name, await emitDist(bundle))));
await Promise.all((await prepareBoardBundles()).filter(({ isInternal }) => !isInternal).map(async bundle => {
    const name = boardFile(bundle);
    write(`${name}.min`, await bundle.emit({ minify: true, texts: false }));
    // For people, and for a debugger's first look.
    if (name === bundle.name) write(name, await bundle.emit({ minify: false, texts: true }));
}));
if (complaint) {
    console.error(complaint);
    process.exitCode = 1;
}
