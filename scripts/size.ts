// `npm run size`: how large each bundle is that a user can choose, against the design's ceilings (ceilings.ts).
import { SourceMap } from 'node:module';
import { gzipSync } from 'node:zlib';
import { boardBundles, missingSources, prepareBoardBundles, type BoardBundle, type Output } from './bundles.ts';
import { judge, type Verdict } from './ceilings.ts';
import { commandLine } from './command-line.ts';
import { table } from './table.ts';

interface Size {
    readonly name: string;
    readonly title: string;
    /** Sources that do not exist yet; then there are no figures. */
    readonly missing: readonly string[];
    /** Bytes: minified without texts for people, the same gzipped, and minified with the texts. */
    readonly minified?: number;
    readonly gzipped?: number;
    readonly withTexts?: number;
    readonly verdict?: Verdict;
}

const { values } = commandLine({
    name: 'npm run size',
    purpose: "Bytes of each bundle that a user can choose, against the design's ceilings.",
    options: {
        json: { help: 'the figures for machines' },
        parts: { help: 'what each source takes of each bundle, too' },
        names: { help: 'the property names that were shortened, too' },
    },
    codes: { 0: 'every bundle is within what it is held to', 1: 'one is larger' },
});
const prepared = await prepareBoardBundles();

async function measure(bundle: BoardBundle): Promise<Size> {
    const { name, title, ceiling } = bundle;
    const ready = prepared.find(one => one.name === name);
    if (!ready) return { name, title, missing: missingSources(bundle) };
    const [small, large] = await Promise.all([false, true].map(texts => ready.emit({ minify: true, texts })));
    const bytes = Buffer.from(small.code);
    return {
        name, title, missing: [], minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length, withTexts: Buffer.byteLength(large.code),
        verdict: ceiling && judge(ceiling, bytes.length),
    };
}

function remark({ missing, minified, verdict }: Size): string {
    if (missing.length > 0) return `not built: ${missing.join(', ')} does not exist`;
    if (!verdict || minified === undefined) return '';
    const { design, reached, met, held } = verdict;
    if (met) return `${number(design - minified)} to spare`;
    const bound = reached?.figure ?? design;
    return `over by ${number(minified - design)}${reached ? `; held at ${number(bound)}` : ''}${held ? '' : ' !'}`;
}

/** To which source the source map gives each character of a minified bundle. */
function partsOf({ code, map }: Output): Map<string, number> {
    const parts = new Map<string, number>();
    const origins = new SourceMap(JSON.parse(map));
    code.split('\n').forEach((text, line) => {
        for (let column = 0; column < text.length; column++) {
            const entry = origins.findEntry(line, column);
            const source = 'originalSource' in entry ? entry.originalSource : 'what holds them together';
            parts.set(source, (parts.get(source) ?? 0) + 1);
        }
    });
    return parts;
}

const number = (value: number | undefined) => value === undefined ? '-' : value.toLocaleString('en');
const sizes = await Promise.all(boardBundles.map(measure));
if (values.json) {
    console.log(JSON.stringify(sizes, null, 4));
} else {
    console.log('Bytes. Minified and gzipped: without texts for people.');
    console.log(table([['bundle', 'minified', 'gzipped', 'ceiling', 'with texts', ''],
        ...sizes.map(size => [size.title, number(size.minified), number(size.gzipped), number(size.verdict?.design), number(size.withTexts), remark(size)])], [5]));
    for (const { title, verdict } of sizes) {
        if (verdict?.reached && !verdict.met) console.log(`${title}: ${verdict.reached.why}`);
    }
}
if (values.parts) {
    const outputs = await Promise.all(prepared.map(bundle => bundle.emit({ minify: true, texts: false })));
    const parts = outputs.map(partsOf);
    const sources = [...new Set(parts.flatMap(part => [...part.keys()]))].sort();
    console.log('\nBytes that each source takes of the minified bundles.');
    console.log(table([['source', ...prepared.map(({ title }) => title)], ...sources.map(source => [source, ...parts.map(part => number(part.get(source)))])]));
}
if (values.names) {
    prepared.forEach(({ title, mangled }) => console.log(`shortened in ${title}: ${mangled.join(' ')}`));
}
process.exitCode = sizes.some(({ verdict }) => verdict && !verdict.held) ? 1 : 0;
