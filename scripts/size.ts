// `npm run size [-- --json] [-- --names]`: how large each bundle is that a user can choose, against the design's ceilings.
// Exit code 1 if one is passed. `--names` prints the property names that were shortened.
import { gzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { boardBundles, missingSources, prepareBoardBundles, type BoardBundle } from './bundles.ts';

interface Size {
    readonly name: string;
    readonly title: string;
    /** Sources that do not exist yet; then there are no figures. */
    readonly missing: readonly string[];
    /** Bytes: minified without texts for people, the same gzipped, and minified with the texts. */
    readonly minified?: number;
    readonly gzipped?: number;
    readonly withTexts?: number;
    readonly ceiling?: number;
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, names: { type: 'boolean', default: false } } });
const prepared = await prepareBoardBundles();

async function measure(bundle: BoardBundle): Promise<Size> {
    const { name, title, ceiling } = bundle;
    const ready = prepared.find(one => one.name === name);
    if (!ready) return { name, title, missing: missingSources(bundle), ceiling };
    const [small, large] = await Promise.all([false, true].map(texts => ready.emit({ minify: true, texts })));
    const bytes = Buffer.from(small.code);
    return { name, title, missing: [], minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length, withTexts: Buffer.byteLength(large.code), ceiling };
}

function verdict({ missing, minified, ceiling }: Size): string {
    if (missing.length > 0) return `not built: ${missing.join(', ')} does not exist`;
    if (ceiling === undefined) return '';
    return minified! > ceiling ? `over by ${minified! - ceiling}` : `${ceiling - minified!} to spare`;
}

const number = (value: number | undefined) => value === undefined ? '-' : value.toLocaleString('en');
const sizes = await Promise.all(boardBundles.map(measure));
if (values.json) {
    console.log(JSON.stringify(sizes, null, 4));
} else {
    const rows = [['bundle', 'minified', 'gzipped', 'ceiling', 'with texts', ''],
        ...sizes.map(size => [size.title, number(size.minified), number(size.gzipped), number(size.ceiling), number(size.withTexts), verdict(size)])];
    const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
    console.log('Bytes. Minified and gzipped: without texts for people.');
    for (const row of rows) {
        console.log(row.map((cell, column) => column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])).join('  ').trimEnd());
    }
}
if (values.names) {
    prepared.forEach(({ title, mangled }) => console.log(`shortened in ${title}: ${mangled.join(' ')}`));
}
process.exitCode = sizes.some(({ minified, ceiling }) => minified !== undefined && ceiling !== undefined && minified > ceiling) ? 1 : 0;
