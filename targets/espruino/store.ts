// src/store.ts over Espruino's `Storage`, which survives reset and deep sleep: a file a record, NAME followed by a number that
// grows. A file ends with a sum over what is before it, because a power cut may leave one with its size and none of its bytes.
import { misuse } from '../../src/misuse.ts';
import type { Store } from '../../src/store.ts';
import type { ByteArray, Flash, Interpreter } from './espruino.ts';

declare const E: Interpreter;

/** Bytes of the sum. */
const SUM_SIZE = 4;
/** Espruino's names have 28 characters at most, and a number 10. */
const LONGEST_NAME = 18;

function sumOf(text: string): string {
    const sum = E.CRC32(text);
    return String.fromCharCode((sum >>> 24) & 255, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255);
}

export class StorageStore implements Store {
    readonly recordSize: number;
    private readonly flash: Flash;
    private readonly name: string;
    /** Numbers of the oldest record, and of the next. */
    private oldest = 0;
    private next = 0;

    /**
     * `flash`: `require('Storage')`. `name`: begins the names of its files, 1 to 18 characters. `recordSize`: the longest record,
     * in bytes. A record that a power cut left incomplete is gone afterwards.
     */
    constructor(flash: Flash, name: string, recordSize: number) {
        if (!name || name.length > LONGEST_NAME) misuse(MOTEMQ_TEXTS ? 'the name of a store has 1 to 18 characters' : 'name', name);
        this.flash = flash;
        this.name = name;
        this.recordSize = recordSize;
        const files = flash.list();
        let found = false;
        for (let index = 0; index < files.length; index++) {
            const file = files[index];
            const rest = file.startsWith(name) ? file.substring(name.length) : '';
            const number = parseInt(rest, 10);
            // Not somebody else's file whose name begins alike.
            if ('' + number !== rest) continue;
            if (!found || number < this.oldest) this.oldest = number;
            if (!found || number >= this.next) this.next = number + 1;
            found = true;
        }
        if (found && this.text(this.next - 1) === undefined) this.erase(--this.next);
    }

    get count(): number {
        return this.next - this.oldest;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        const size = end - start;
        const text = size > 0 && size <= this.recordSize ? E.toString(bytes) : undefined;
        if (text === undefined) return false;
        const record = text.substring(start, end);
        try {
            if (this.flash.write(this.name + this.next, record + sumOf(record)) && this.text(this.next) === record) {
                this.next++;
                return true;
            }
        } catch {
            // A full Storage throws.
        }
        this.erase(this.next);
        return false;
    }

    read(index: number, into: Uint8Array, start: number): number {
        const text = index >= 0 && index < this.count ? this.text(this.oldest + index) : undefined;
        if (text === undefined) return 0;
        if (start + text.length <= into.length) (into as Uint8Array & ByteArray).set(text, start);
        return text.length;
    }

    drop(count: number): void {
        for (let left = count < this.count ? count : this.count; left > 0; left--) this.erase(this.oldest++);
    }

    /** What record `number` holds; undefined if it is not there or damaged. */
    private text(number: number): string | undefined {
        const file = this.flash.read(this.name + number);
        if (file === undefined || file.length <= SUM_SIZE) return undefined;
        const end = file.length - SUM_SIZE;
        const text = file.substring(0, end);
        return sumOf(text) === file.substring(end) ? text : undefined;
    }

    private erase(number: number): void {
        try {
            this.flash.erase(this.name + number);
        } catch {
            // Not there, or the memory has failed: a record less at the front, all the same.
        }
    }
}
