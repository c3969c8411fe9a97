// The Store contract (src/store.ts) over a run of bytes: what is in it outlasts what the memory does. In RAM these are connections, in the
// RTC memory of a chip deep sleep and resets too, at any byte of any write; no power cut.
//
// bytes = which of two places counts (0 or 1) | two places of the oldest record (2 each) | the ring: records one behind the other, then 0.
// A record: the higher byte of its length and 1 more, which is written last | the lower byte | its bytes. One byte makes each change: that
// a record is there, or where the oldest one is. All that counts is in the bytes: a store made over them again finds the records.
import { misuse } from '../misuse.ts';
import type { Store } from '../store.ts';

const RING = 5;
const LENGTH = 2;
/** Behind the youngest record. */
const END = 1;
const LARGEST_RING = 0xffff;
const LARGEST = 0xfeff;

export class MemoryStore implements Store {
    count = 0;
    readonly recordSize: number;
    private readonly bytes: Uint8Array;
    /** Of the ring, in bytes; what records take of it; where it is that the oldest begins and the next will. */
    private readonly size: number;
    private used = 0;
    private head = 0;
    private tail = 0;

    /** `bytes`: at least 9, of which 5 and 3 for each record are its own. Zeroed, or left by a store before; what cannot be records counts as none. */
    constructor(bytes: Uint8Array) {
        const ring = bytes.length - RING;
        if (!(ring > LENGTH + END)) misuse(MOTEMQ_TEXTS ? 'a MemoryStore has at least 9 bytes' : 'bytes', bytes.length);
        this.bytes = bytes;
        this.size = ring < LARGEST_RING ? ring : LARGEST_RING;
        const room = this.size - LENGTH - END;
        this.recordSize = room < LARGEST ? room : LARGEST;
        const at = bytes[0] & 1 ? 3 : 1;
        const head = bytes[at] << 8 | bytes[at + 1];
        if (head < this.size) this.head = this.tail = head;
        else {
            bytes[RING] = 0;
            this.begin(0);
        }
        let total = this.lengthAt(this.tail);
        while (total && this.used + total + END <= this.size) {
            this.tail = this.after(this.tail, total);
            this.used += total;
            this.count++;
            total = this.lengthAt(this.tail);
        }
        bytes[RING + this.tail] = 0;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        const size = end - start;
        const own = this.bytes;
        const tail = this.tail;
        const total = LENGTH + size;
        if (!(size > 0) || size > this.recordSize || this.used + total + END > this.size) return false;
        let at = this.after(tail, 1);
        own[RING + at] = size;
        for (let from = start; from < end; from++) {
            at = at + 1 < this.size ? at + 1 : 0;
            own[RING + at] = bytes[from];
        }
        this.tail = this.after(tail, total);
        own[RING + this.tail] = 0;
        // From here on it is there.
        own[RING + tail] = (size >> 8) + 1;
        this.used += total;
        this.count++;
        return true;
    }

    read(index: number, into: Uint8Array, start: number): number {
        if (!(index >= 0 && index < this.count)) return 0;
        let at = this.head;
        for (let before = 0; before < index; before++) at = this.after(at, this.lengthAt(at));
        const size = this.lengthAt(at) - LENGTH;
        if (start + size > into.length) return size;
        at = this.after(at, 1);
        for (let to = start; to < start + size; to++) {
            at = at + 1 < this.size ? at + 1 : 0;
            into[to] = this.bytes[RING + at];
        }
        return size;
    }

    drop(count: number): void {
        let at = this.head;
        while (count-- > 0 && this.count > 0) {
            const total = this.lengthAt(at);
            at = this.after(at, total);
            this.used -= total;
            this.count--;
        }
        if (at !== this.head) return this.begin(at);
    }

    /** The oldest record is at `head` from now on. */
    private begin(head: number): void {
        const own = this.bytes;
        const other = own[0] & 1 ? 1 : 3;
        own[other] = head >> 8;
        own[other + 1] = head;
        own[0] = other >> 1;
        this.head = head;
    }

    /** Bytes that the record at `at` takes; 0 if there is none. */
    private lengthAt(at: number): number {
        const first = this.bytes[RING + at];
        const size = first ? (first - 1) << 8 | this.bytes[RING + (at + 1 < this.size ? at + 1 : 0)] : 0;
        return size ? LENGTH + size : 0;
    }

    /** The place `bytes` behind `at`. */
    private after(at: number, bytes: number): number {
        const next = at + bytes;
        return next < this.size ? next : next - this.size;
    }
}
