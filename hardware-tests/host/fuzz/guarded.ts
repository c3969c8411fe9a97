// Memory that shows when it is written to outside of what was handed over, and bytes that are lent for one call only.
import { require } from './target.ts';

const GUARD = 0xd5;
const AROUND = 16;
const GONE = 0xee;

/** A buffer in the middle of a larger array. */
export class Guarded {
    readonly bytes: Uint8Array;
    private readonly memory: Uint8Array;

    constructor(size: number) {
        this.memory = new Uint8Array(size + 2 * AROUND).fill(GUARD);
        this.bytes = this.memory.subarray(AROUND, AROUND + size);
    }

    check(what: string): void {
        const { memory } = this;
        for (let index = 0; index < AROUND; index++) {
            require(memory[index] === GUARD && memory[memory.length - 1 - index] === GUARD, `${what} is written to outside of its range`);
        }
    }
}

/** Lends `bytes` for one call of `read(array, start, end)`: what reads past them, changes them or keeps them shows. */
export function lend(bytes: Uint8Array, read: (array: Uint8Array, start: number, end: number) => void): void {
    const lent = new Uint8Array(bytes.length + 2 * AROUND).fill(GUARD);
    lent.set(bytes, AROUND);
    read(lent, AROUND, AROUND + bytes.length);
    for (let index = 0; index < lent.length; index++) {
        const at = index - AROUND;
        require(lent[index] === (at >= 0 && at < bytes.length ? bytes[at] : GUARD), 'received bytes are changed');
    }
    lent.fill(GONE);
}
