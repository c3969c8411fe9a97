// What instrumented code counts while it runs (instrument.ts puts the calls in): each passage from one block of code to the next,
// and steps, so that a loop without end comes to one. Knows nothing of what is fuzzed. One set of counters a bundle.

/** Instrumented code took more steps than it was allowed. */
export class TooManySteps extends Error {}

let blocks = 1;
/** How often each passage was taken, at most 255: row the block it leaves, column the block it enters. */
let passages = new Uint8Array(1);
let taken: number[] = [];
let last = 0;
let left = Infinity;

/** Control enters `block`. Called by instrumented code. */
export function enter(block: number): void {
    const passage = last * blocks + block;
    last = block;
    const times = passages[passage];
    if (times === 0) taken.push(passage);
    if (times < 255) passages[passage] = times + 1;
    if (--left < 0) throw new TooManySteps('instrumented code takes more steps than its input can need');
}

/** Before anything else: block numbers are below `count`. 0 is where a run begins. */
export function setBlocks(count: number): void {
    blocks = count;
    passages = new Uint8Array(count * count);
    taken = [];
}

/** From now on at most `steps` blocks may be entered before the next call. */
export function allow(steps: number): void {
    left = steps;
}

/** Steps that are left of what was allowed. */
export function stepsLeft(): number {
    return left;
}

/** A run begins: everything is forgotten. */
export function begin(): void {
    for (const passage of taken) passages[passage] = 0;
    taken = [];
    last = 0;
    left = Infinity;
}

/** Passages are told apart by how often they were taken: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. */
const FREQUENCIES = 8;
const BOUNDS = [2, 3, 4, 8, 16, 32, 128];

/** What the run since `begin` has shown: a number for each passage and how often it was taken. Order is that of the first time. */
export function features(): number[] {
    return taken.map(passage => {
        const frequency = BOUNDS.findIndex(bound => passages[passage] < bound);
        return passage * FREQUENCIES + (frequency < 0 ? BOUNDS.length : frequency);
    });
}

export function passageOf(feature: number): number {
    return Math.floor(feature / FREQUENCIES);
}

/** The block that a feature's passage enters. */
export function blockOf(feature: number): number {
    return passageOf(feature) % blocks;
}
