// The Store contract (src/store.ts) over a memory of small values with names: `embedded:storage/key-value` or `preference`. A
// record is written as one or more pieces, each a value of its own, named by a number that only grows; it exists when its last
// piece does, which carries a checksum over all. Nothing is ever replaced and nothing points to anything: after a power cut the
// pieces that are there tell what is there. It makes garbage, and takes 16 bytes of RAM a record: it is for what is rare.
//
// A piece: its place in the record | pieces that follow it | bytes; the last one ends with the checksum (CRC-32, big-endian).
// An ESP32 (NVS) writes a value whole or not at all; an ESP8266 may leave half of one, of at most 63 bytes in 4 KB in all.
import { checksum } from '../../src/checksum.ts';
import { misuse } from '../../src/misuse.ts';
import type { Store } from '../../src/store.ts';
import { report } from './report.ts';

/** A memory of values with names. Every call may throw. */
export interface Values {
    /** The names of all values there are, in any order. */
    names(): string[];
    /** The bytes of a value; undefined if there is none. */
    read(name: string): ArrayBuffer | undefined;
    write(name: string, value: ArrayBuffer): void;
    delete(name: string): void;
}

export interface RecordStoreOptions {
    readonly values: Values;
    /** Bytes of the longest value: 63 on an ESP8266. 1,024 if left out. */
    readonly valueSize?: number;
    /** Bytes of the longest record. 512 if left out. */
    readonly recordSize?: number;
}

const HEADER = 2;
const CHECKSUM = 4;
/** A place and a count are a byte each. */
const MOST_PIECES = 255;

function ascending(first: number, second: number): number {
    return first - second;
}

export class RecordStore implements Store {
    readonly recordSize: number;
    private readonly values: Values;
    private readonly room: number;
    /** The number of each record's first piece, from the oldest. */
    private readonly starts: number[] = [];
    /** Pieces from this number on may be in the memory. */
    private kept = 0;
    /** The number of the next piece. */
    private next = 0;

    /** Reads what is there, and deletes what is no whole record. Throws on sizes that cannot be. */
    constructor(options: RecordStoreOptions) {
        this.values = options.values;
        this.recordSize = options.recordSize ?? 512;
        this.room = (options.valueSize ?? 1024) - HEADER;
        if (!(this.room > CHECKSUM && this.recordSize > 0 && this.pieces(this.recordSize) <= MOST_PIECES)) {
            misuse(MOTEMQ_TEXTS ? 'a record has 1 byte to 255 values' : 'recordSize', this.recordSize);
        }
        try {
            this.recover();
        } catch (error) {
            report('records were not read', error);
        }
    }

    get count(): number {
        return this.starts.length;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        const length = end - start;
        if (!(length > 0 && length <= this.recordSize)) return false;
        const sum = checksum(0, bytes, start, end);
        const count = this.pieces(length);
        let at = start;
        let place = 0;
        try {
            for (; place < count; place++) {
                const part = end - at < this.room ? end - at : this.room;
                const last = place === count - 1;
                const piece = new Uint8Array(HEADER + part + (last ? CHECKSUM : 0));
                piece[0] = place;
                piece[1] = count - 1 - place;
                for (let index = 0; index < part; index++) piece[HEADER + index] = bytes[at + index];
                if (last) for (let index = 0; index < CHECKSUM; index++) piece[HEADER + part + index] = sum >>> (24 - 8 * index);
                at += part;
                this.values.write('' + (this.next + place), piece.buffer);
            }
        } catch (error) {
            report('a record was not stored', error);
            // Downwards, with the one that failed: whatever remains lacks its last piece.
            while (place >= 0 && this.remove(this.next + place)) place--;
            // Names of what may remain are not used again.
            this.next += count;
            return false;
        }
        this.starts.push(this.next);
        this.next += count;
        return true;
    }

    read(index: number, into: Uint8Array, start: number): number {
        if (!(index >= 0 && index < this.starts.length)) return 0;
        try {
            const number = this.starts[index];
            const length = this.check(number);
            return length > 0 && length <= into.length - start ? this.copy(number, length, into, start) : length;
        } catch (error) {
            report('a record was not read', error);
            return 0;
        }
    }

    drop(count: number): void {
        this.starts.splice(0, count);
        const end = this.starts.length ? this.starts[0] : this.next;
        // In order and from the front, so that what a power cut or the memory leaves is the youngest of them. What failed is tried again with the next call.
        while (this.kept < end && this.remove(this.kept)) this.kept++;
    }

    /** How many pieces a record of `length` bytes has. The checksum is in the last one as a whole. */
    private pieces(length: number): number {
        return Math.ceil((length + CHECKSUM) / this.room);
    }

    private piece(number: number): Uint8Array | null {
        const value = this.values.read('' + number);
        return value && value.byteLength >= HEADER ? new Uint8Array(value) : null;
    }

    private remove(number: number): boolean {
        try {
            this.values.delete('' + number);
            return true;
        } catch (error) {
            report('a record was not deleted', error);
            return false;
        }
    }

    /** The length of the record that begins with piece `number`; 0 if there is none that is whole. */
    private check(number: number): number {
        let piece = this.piece(number);
        let follow = piece ? piece[1] : 0;
        let length = 0;
        let crc = 0;
        for (let place = 0; piece && piece[0] === place && piece[1] === follow; place++, follow--) {
            const end = follow ? piece.length : piece.length - CHECKSUM;
            if (end < HEADER) return 0;
            crc = checksum(crc, piece, HEADER, end);
            length += end - HEADER;
            if (follow === 0) {
                for (let index = 0; index < CHECKSUM; index++) if (piece[end + index] !== (crc >>> (24 - 8 * index) & 255)) return 0;
                return length;
            }
            piece = this.piece(number + place + 1);
        }
        return 0;
    }

    private copy(number: number, length: number, into: Uint8Array, start: number): number {
        const end = start + length;
        for (let at = start; at < end; number++) {
            const piece = this.piece(number) as Uint8Array;
            for (let index = HEADER; index < piece.length && at < end; index++) into[at++] = piece[index];
        }
        return length;
    }

    /** Finds the whole records. What is none is what a power cut has left of one that was written or dropped: it is deleted. */
    private recover(): void {
        const names = this.values.names();
        const numbers: number[] = [];
        for (let index = 0; index < names.length; index++) {
            const number = +names[index];
            if (number >= 0 && '' + number === names[index]) numbers.push(number);
        }
        numbers.sort(ascending);
        if (numbers.length) this.kept = numbers[0];
        for (let index = 0; index < numbers.length; index++) {
            const number = numbers[index];
            // Part of the record before.
            if (number < this.next) continue;
            const length = this.check(number);
            if (length) this.starts.push(number);
            else this.remove(number);
            this.next = number + (length ? this.pieces(length) : 1);
        }
    }
}
