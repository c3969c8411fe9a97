// Runs on the virtual board: measures rounds and traces what each took, a line of JSON for each kind. Every kind is measured in
// a callback of its own, as an application on a board is called: by the engine, with nothing of a script below it on the stack.
import Timer from 'timer';

/** What a kind of round took, all its rounds together. */
export interface Row {
    readonly name: string;
    /** Rounds, and operations in each: 10 in a burst of 10. */
    readonly rounds: number;
    readonly operations: number;
    readonly slots: number;
    readonly chunkBytes: number;
    readonly collections: number;
    /** As the engine's meter counts them: natives that work on many bytes are charged by the byte. */
    readonly bytecodes: number;
    /** Bytes copied by natives (`set`, `copyWithin`) in one round, where they were counted. */
    readonly copied?: number;
    /** Deepest stack in one round, in slots, from the very top. */
    readonly stack: number;
}

/** A kind of round. `prepare` runs once before it, unmeasured. */
export interface Kind {
    readonly name: string;
    readonly operations: number;
    readonly round: () => void;
    readonly prepare?: () => void;
}

const ROUNDS = 100;
/** Rounds before those that count: what an engine makes lazily exists after them. */
const REHEARSALS = 5;

let copied = 0;

/** Calls `round` while natives that copy are replaced by what counts their bytes. */
function countCopied(round: () => void): number {
    const prototype = Uint8Array.prototype;
    const { set, copyWithin } = prototype;
    const counting = {
        set(this: Uint8Array, source: ArrayLike<number>, offset: number): void {
            copied += source.length;
            set.call(this, source, offset);
        },
        copyWithin(this: Uint8Array, target: number, start: number, end: number): Uint8Array {
            copied += end - start;
            return copyWithin.call(this, target, start, end) as Uint8Array;
        },
    };
    copied = 0;
    Object.assign(prototype, counting);
    round();
    // Those of the engine are inherited.
    for (const name of Object.keys(counting)) Reflect.deleteProperty(prototype, name);
    return copied;
}

/** `count` rounds. A function of its own, so that its frame is the same for every kind. */
function repeat(round: () => void, count: number): void {
    for (let done = 0; done < count; done++) round();
}

function measure(kind: Kind): Row {
    const { name, operations, round } = kind;
    kind.prepare?.();
    repeat(round, REHEARSALS);
    const copiedBytes = countCopied(round);
    Meter.collect();
    const collections = Meter.collections();
    const slots = Meter.slots();
    const chunkBytes = Meter.chunkBytes();
    const bytecodes = Meter.bytecodes();
    repeat(round, ROUNDS);
    // Read in the order in which they were read before, and before anything is made of them.
    const bytecodesAfter = Meter.bytecodes();
    const slotsAfter = Meter.slots();
    const chunkBytesAfter = Meter.chunkBytes();
    Meter.resetStack();
    repeat(round, 1);
    const stack = Meter.deepestStack();
    return {
        name, rounds: ROUNDS, operations,
        slots: slotsAfter - slots,
        chunkBytes: chunkBytesAfter - chunkBytes,
        collections: Meter.collections() - collections,
        bytecodes: bytecodesAfter - bytecodes,
        copied: copiedBytes,
        stack,
    };
}

/** Measures all `kinds` in their order, traces `row {...}` for each and ends the board. */
export function measureAll(kinds: readonly Kind[]): void {
    let next = 0;
    const timer = Timer.repeat(() => {
        if (next < kinds.length) {
            trace(`row ${JSON.stringify(measure(kinds[next++]))}\n`);
        } else {
            Timer.clear(timer);
            Board.exit(0);
        }
    }, 1);
}

/** Traces what `make` leaves on the heap, as `live {...}`: slots and chunk bytes. Returns what it made. */
export function measureLive<Made>(name: string, make: () => Made): Made {
    Meter.collect();
    const slots = Meter.slots();
    const chunkBytes = Meter.chunkBytes();
    const made = make();
    Meter.collect();
    const slotsAfter = Meter.slots();
    const chunkBytesAfter = Meter.chunkBytes();
    trace(`live ${JSON.stringify({ name, slots: slotsAfter - slots, chunkBytes: chunkBytesAfter - chunkBytes })}\n`);
    return made;
}
