// The Store contract (src/store.ts) over a run of bytes: what is in it outlasts what the memory does, so in RAM connections, in the
// RTC memory of a chip also its deep sleep, but no power cut.
//
// bytes = the records one behind the other, each behind its length (two bytes, the higher first), then a length of 0 or the end. All
// that counts is in the bytes: a store made over them again finds the records.
import { misuse } from '../misuse.ts';
import type { Store } from '../store.ts';

const LENGTH = 2;
const LARGEST = 0xffff;

export class MemoryStore implements Store {
    count = 0;
    readonly recordSize: number;
    private readonly bytes: Uint8Array;
    private end = 0;

    /** `bytes`: at least 3. Zeroed, or left by a store before; what cannot be records counts as none. */
    constructor(bytes: Uint8Array) {
        const room = bytes.length - LENGTH;
        if (!(room > 0)) misuse(MOTEMQ_TEXTS ? 'a MemoryStore has at least 3 bytes' : 'bytes', bytes.length);
        this.bytes = bytes;
        this.recordSize = room < LARGEST ? room : LARGEST;
        let next = this.after(0);
        while (next > this.end && next <= bytes.length) {
            this.end = next;
            this.count++;
            next = this.after(next);
        }
        this.terminate();
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        const size = end - start;
        const own = this.bytes;
        let at = this.end;
        if (!(size > 0) || size > this.recordSize || at + LENGTH + size > own.length) return false;
        own[at++] = size >> 8;
        own[at++] = size;
        for (let from = start; from < end; from++) own[at++] = bytes[from];
        this.end = at;
        this.count++;
        this.terminate();
        return true;
    }

    read(index: number, into: Uint8Array, start: number): number {
        if (!(index >= 0 && index < this.count)) return 0;
        let at = 0;
        for (let before = 0; before < index; before++) at = this.after(at);
        const end = this.after(at);
        const size = end - at - LENGTH;
        if (start + size > into.length) return size;
        let to = start;
        for (at += LENGTH; at < end; at++) into[to++] = this.bytes[at];
        return size;
    }

    drop(count: number): void {
        const own = this.bytes;
        let from = 0;
        while (count-- > 0 && this.count > 0) {
            from = this.after(from);
            this.count--;
        }
        for (let at = from; at < this.end; at++) own[at - from] = own[at];
        this.end -= from;
        this.terminate();
    }

    /** Where the record at `at` ends; `at` if there is none. */
    private after(at: number): number {
        const own = this.bytes;
        const size = at + LENGTH < own.length ? own[at] << 8 | own[at + 1] : 0;
        return size ? at + LENGTH + size : at;
    }

    private terminate(): void {
        if (this.end < this.bytes.length) this.bytes[this.end] = 0;
        if (this.end + 1 < this.bytes.length) this.bytes[this.end + 1] = 0;
    }
}
