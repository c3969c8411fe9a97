// NOR flash: erasing sets the bits of whole sectors, programming only clears bits. Knows no command and no bus.
import { createHash } from 'node:crypto';

/** Bytes that are erased together. */
export const SECTOR = 4096;

export class Flash {
    readonly bytes: Uint8Array;
    /** How often a sector was erased, and bytes were programmed: a tool that skips what is there leaves both alone. */
    erased = 0;
    programmed = 0;

    /** `size`: bytes, a power of two. */
    constructor(size: number) {
        this.bytes = new Uint8Array(size).fill(0xff);
    }

    holds(offset: number, size: number): boolean {
        return offset + size <= this.bytes.length;
    }

    /** Erases every sector that `size` bytes from `offset` touch. */
    erase(offset: number, size: number): void {
        const from = Math.floor(offset / SECTOR) * SECTOR;
        const to = Math.ceil((offset + size) / SECTOR) * SECTOR;
        this.bytes.fill(0xff, from, to);
        this.erased += (to - from) / SECTOR;
    }

    program(offset: number, data: Uint8Array): void {
        for (let at = 0; at < data.length; at++) this.bytes[offset + at] &= data[at];
        this.programmed += data.length;
    }

    md5(offset: number, size: number): Buffer {
        return createHash('md5').update(this.bytes.subarray(offset, offset + size)).digest();
    }
}
