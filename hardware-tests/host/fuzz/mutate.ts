// Makes a new input from known ones. Formats with length fields break when anything is inserted, so that one of the changes
// grows or shrinks a place and the lengths in front of it together. Knows no format: what it should know is in the dictionary.
import type { Random } from '../simulator/script.ts';

/** Values at which code changes its mind. */
const EDGES = [0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 63, 64, 127, 128, 129, 254, 255];
/** How many lengths around a place may count it: packet, string, event. */
const NESTED = 3;

/** What new inputs are made of. */
export interface Material {
    readonly dictionary: readonly Uint8Array[];
    readonly longest: number;
    /** Another known input. */
    other(): Uint8Array;
}

type Change = (bytes: number[], random: Random, material: Material) => void;

const below = (random: Random, count: number): number => random.bits() % Math.max(1, count);
/** A size, small ones more often. */
const small = (random: Random, most: number): number => 1 + below(random, 1 + below(random, most));
const drawn = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.bits() & 255);
const token = (random: Random, { dictionary }: Material): number[] => [...dictionary[below(random, dictionary.length)] ?? []];

function insertion(bytes: number[], random: Random, material: Material): number[] {
    switch (below(random, 3)) {
        case 0: return token(random, material);
        case 1: {
            const from = below(random, bytes.length);
            return bytes.slice(from, from + small(random, 16));
        }
        default: return drawn(random, small(random, 8));
    }
}

/** Adds `size` to up to NESTED bytes in front of `at` that could be lengths of what lies there: each reaches so far, and not much further. */
function adjust(bytes: number[], at: number, size: number, random: Random): void {
    let left = 1 + below(random, NESTED);
    for (let place = at - 1; place >= 0 && left > 0; place--) {
        const reaches = place + bytes[place] >= at && bytes[place] <= bytes.length;
        if (!reaches || below(random, 3) === 0) continue;
        bytes[place] = (bytes[place] + size) & 255;
        left--;
    }
}

const changes: readonly Change[] = [
    (bytes, random) => {
        bytes[below(random, bytes.length)] ^= 1 << below(random, 8);
    },
    (bytes, random) => {
        bytes[below(random, bytes.length)] = random.bits() & 255;
    },
    (bytes, random) => {
        bytes[below(random, bytes.length)] = EDGES[below(random, EDGES.length)];
    },
    (bytes, random) => {
        const at = below(random, bytes.length);
        bytes[at] = (bytes[at] + below(random, 9) - 4) & 255;
    },
    (bytes, random) => {
        bytes.splice(below(random, bytes.length), small(random, 16));
    },
    (bytes, random, material) => {
        bytes.splice(below(random, bytes.length + 1), 0, ...insertion(bytes, random, material));
    },
    (bytes, random, material) => {
        const put = token(random, material);
        bytes.splice(below(random, bytes.length + 1), put.length, ...put);
    },
    (bytes, random, material) => {
        const at = 1 + below(random, bytes.length);
        const put = insertion(bytes, random, material);
        adjust(bytes, at, put.length, random);
        bytes.splice(at, 0, ...put);
    },
    (bytes, random) => {
        const at = 1 + below(random, bytes.length);
        const size = Math.min(small(random, 8), bytes.length - at);
        adjust(bytes, at + size, -size, random);
        bytes.splice(at, size);
    },
    (bytes, random, { other }) => {
        const tail = other();
        bytes.splice(below(random, bytes.length + 1), bytes.length, ...tail.subarray(below(random, tail.length)));
    },
    (bytes, random, { other }) => {
        const from = other();
        const start = below(random, from.length);
        bytes.splice(below(random, bytes.length + 1), 0, ...from.subarray(start, start + small(random, 32)));
    },
];

/** Most changes that one new input has. */
const MOST_CHANGES = 6;

/** `parent`, changed in one place or a few. */
export function mutate(parent: Uint8Array, random: Random, material: Material): Uint8Array {
    const bytes = [...parent];
    for (let left = small(random, MOST_CHANGES); left > 0; left--) {
        if (bytes.length === 0) bytes.push(random.bits() & 255);
        changes[below(random, changes.length)](bytes, random, material);
    }
    return Uint8Array.from(bytes.slice(0, material.longest));
}
