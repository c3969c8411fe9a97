// The inputs that are kept as data, one file a target: a line each, hexadecimal digits and why it is there. Few are enough:
// one for each passage between two blocks of code that no shorter one takes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/root.ts';
import type { Entry } from './fuzzer.ts';
import type { Bundle } from './instrument.ts';
import { fromHex, toHex } from './target.ts';
import type { Target } from './target.ts';

const HEAD = '# Inputs of the fuzz target NAME: each takes a way through the code that no line above takes. Written by `npm run fuzz -- --save`.\n';

function fileOf(target: Target): string {
    return join(root, 'hardware-tests/host/fuzz/corpus', `${target.name}.txt`);
}

/** The target's seeds and the corpus that was saved. */
export function knownInputs(target: Target): Entry[] {
    const seeds = target.seeds.map(({ hex, why }) => ({ bytes: fromHex(hex), why }));
    if (!existsSync(fileOf(target))) return seeds;
    const lines = readFileSync(fileOf(target), 'utf8').split('\n').filter(line => line !== '' && !line.startsWith('#'));
    return seeds.concat(lines.map(line => {
        const space = line.indexOf(' ');
        return { bytes: fromHex(line.slice(0, space)), why: line.slice(space + 1) };
    }));
}

/** Those of `entries` that take a passage which no shorter one takes, nor a seed. */
export function distil(target: Target, { counters, blocks }: Bundle, entries: readonly Entry[]): Entry[] {
    const taken = new Set<number>();
    const fresh = (input: Uint8Array): number[] => {
        counters.begin();
        target.run(input);
        const found = counters.features().filter(feature => !taken.has(counters.passageOf(feature)));
        for (const feature of found) taken.add(counters.passageOf(feature));
        return found;
    };
    for (const { hex } of target.seeds) fresh(fromHex(hex));
    return [...entries].sort((one, other) => one.bytes.length - other.bytes.length || (toHex(one.bytes) < toHex(other.bytes) ? -1 : 1)).flatMap(({ bytes }) => {
        const found = fresh(bytes);
        return found.length > 0 ? [{ bytes, why: `a new way through ${blocks[counters.blockOf(found[0])].within}` }] : [];
    });
}

/** Replaces the saved corpus of `target`. */
export function save(target: Target, entries: readonly Entry[]): void {
    writeFileSync(fileOf(target), HEAD.replace('NAME', target.name) + entries.map(({ bytes, why }) => `${toHex(bytes)} ${why}\n`).join(''));
}
