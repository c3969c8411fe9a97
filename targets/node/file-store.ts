// The Store contract (src/store.ts) over a file: a log to which records and their ends are appended. What `append` has taken
// outlasts the process and the power: it is on the disk before the call returns, which therefore takes as long as the disk does.
// One process has the file at a time.
//
// file = frames one behind the other: mark | kind | length (2) | number (4) | checksum of those and the bytes (4) | bytes of the
// record. All numbers are big-endian. A record has a number of its own, one higher than the one before. A frame of kind GONE says
// that those with a lower number are no more. What is no whole frame is what a power cut has left, and is passed over.
// What is no more is left behind when the file is written anew, under another name, and takes the place of the old one.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { checksum } from '../../src/checksum.ts';
import { misuse } from '../../src/misuse.ts';
import type { Store } from '../../src/store.ts';

/** What it asks of the file system: functions of node:fs. */
export interface Disk {
    open(path: string, flags: string): number;
    size(file: number): number;
    /** Both: how many bytes, at most `length`. */
    read(file: number, bytes: Uint8Array, start: number, length: number, position: number): number;
    write(file: number, bytes: Uint8Array, start: number, length: number, position: number): number;
    truncate(file: number, length: number): void;
    sync(file: number): void;
    close(file: number): void;
    rename(from: string, to: string): void;
}

const nodeDisk: Disk = {
    open: (path, flags) => openSync(path, flags, 0o600), // payloads are nobody else's business
    size: file => fstatSync(file).size,
    read: readSync,
    write: writeSync,
    truncate: ftruncateSync,
    sync: fsyncSync,
    close: closeSync,
    rename: renameSync,
};

export interface FileStoreOptions {
    /** The file; made if it is not there. Beside it `path` with `.new` behind it is written at times. */
    readonly path: string;
    /** Bytes that records may take, each with 12 more. The file has at most twice as many. 1,048,576 if left out. */
    readonly capacity?: number;
    /** Bytes of the longest record, at most 65,535. 4,096 if left out, or what the capacity allows. */
    readonly recordSize?: number;
    /** Stands in for the file system, in tests. */
    readonly disk?: Disk;
}

const HEADER = 12;
const CHECKSUM_AT = 8;
const MARK = 0xa7;
const RECORD = 1;
const GONE = 2;

interface Place {
    readonly number: number;
    /** Of the frame's first byte, in the file. */
    readonly position: number;
    /** Bytes of the record. */
    readonly length: number;
}

export class FileStore implements Store {
    readonly recordSize: number;
    readonly capacity: number;
    /** Bytes that were no frame when the file was opened: at most what a power cut left of the last write, or the disk is failing. */
    readonly discarded: number;
    /** Why the disk refused the latest call that failed. */
    lastError: unknown = null;
    private readonly path: string;
    private readonly disk: Disk;
    private readonly frame: Buffer;
    private file: number;
    /** The records, from the oldest. */
    private places: Place[] = [];
    /** Of the next record. */
    private number = 0;
    /** Where the next frame goes. */
    private end = 0;
    /** Bytes of the frames of records that are held. */
    private held = 0;
    /** Beyond that the file is written anew. */
    private readonly longest: number;
    /** The file may have taken the place of another, perhaps in an earlier run of the program, and the disk may not know yet. */
    private replaced = true;

    /** Opens the file and finds the records in it. Throws on options that cannot be and if the file cannot be read or made. */
    constructor(options: FileStoreOptions) {
        this.path = options.path;
        this.disk = options.disk ?? nodeDisk;
        this.capacity = options.capacity ?? 0x100000;
        this.recordSize = options.recordSize ?? Math.min(4096, this.capacity - HEADER);
        if (!(Number.isInteger(this.recordSize) && this.recordSize > 0 && this.recordSize <= 0xffff)) misuse('a record has 1 to 65,535 bytes', this.recordSize);
        if (!(Number.isInteger(this.capacity) && this.capacity >= HEADER + this.recordSize)) misuse('capacity has room for a record and 12 bytes', this.capacity);
        this.longest = 2 * this.capacity;
        this.frame = Buffer.alloc(HEADER + this.recordSize);
        try {
            this.file = this.disk.open(this.path, 'r+');
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
            this.file = this.disk.open(this.path, 'w+');
            this.syncFolder();
        }
        this.discarded = this.recover();
    }

    get count(): number {
        return this.places.length;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        const length = end - start;
        const size = HEADER + length;
        if (!(length > 0 && length <= this.recordSize) || this.held + size > this.capacity) return false;
        if (this.end + size > this.longest && !this.compact()) return false;
        const position = this.end;
        try {
            this.frame.set(bytes.subarray(start, end), HEADER);
            this.writeFrame(RECORD, this.number, length);
            this.disk.sync(this.file);
            if (this.replaced) this.syncFolder();
            this.replaced = false;
        } catch (error) {
            this.lastError = error;
            this.takeBack(position);
            return false;
        }
        this.places.push({ number: this.number++, position, length });
        this.held += size;
        return true;
    }

    read(index: number, into: Uint8Array, start: number): number {
        const place = this.places[index];
        if (!place) return 0;
        try {
            if (!this.readFrame(place)) return 0;
        } catch (error) {
            this.lastError = error;
            return 0;
        }
        if (place.length <= into.length - start) into.set(this.frame.subarray(HEADER, HEADER + place.length), start);
        return place.length;
    }

    drop(count: number): void {
        const gone = this.places.splice(0, count);
        if (gone.length === 0) return;
        for (const { length } of gone) this.held -= HEADER + length;
        const position = this.end;
        if (position + HEADER > this.longest) this.compact();
        else {
            try {
                // Not worth waiting for: the next `append` brings it to the disk, and until then the records may be there again.
                this.writeFrame(GONE, gone[gone.length - 1].number + 1, 0);
            } catch (error) {
                this.lastError = error;
                this.takeBack(position);
            }
        }
    }

    /** Lets go of the file. Nothing else may be called afterwards. */
    close(): void {
        this.disk.close(this.file);
    }

    /** Writes the frame of the record that lies in `frame`, of `length` bytes, behind all others. */
    private writeFrame(kind: number, number: number, length: number): void {
        const frame = this.frame;
        frame[0] = MARK;
        frame[1] = kind;
        frame.writeUInt16BE(length, 2);
        frame.writeUInt32BE(number, 4);
        frame.writeUInt32BE(checksum(checksum(0, frame, 0, CHECKSUM_AT), frame, HEADER, HEADER + length), CHECKSUM_AT);
        this.writeAll(frame, HEADER + length);
    }

    private writeAll(bytes: Uint8Array, length: number): void {
        for (let done = 0; done < length;) {
            const written = this.disk.write(this.file, bytes, done, length - done, this.end);
            done += written;
            this.end += written;
        }
    }

    /** After a write at `position` that failed: what it left is written over. */
    private takeBack(position: number): void {
        this.end = position;
        try {
            this.disk.truncate(this.file, position);
        } catch (error) {
            this.lastError = error;
        }
    }

    /** Reads `place` into `frame`. True if it is whole. */
    private readFrame({ position, length }: Place): boolean {
        return this.readAll(this.frame, HEADER + length, position) && this.isFrame(this.frame, 0, HEADER + length);
    }

    private readAll(bytes: Uint8Array, length: number, position: number): boolean {
        let done = 0;
        while (done < length) {
            const count = this.disk.read(this.file, bytes, done, length - done, position + done);
            if (count === 0) return false;
            done += count;
        }
        return true;
    }

    /** True if a whole frame begins at bytes[at] and ends at or before `end`. */
    private isFrame(bytes: Buffer, at: number, end: number): boolean {
        if (at + HEADER > end || bytes[at] !== MARK || bytes[at + 1] < RECORD || bytes[at + 1] > GONE) return false;
        const frameEnd = at + HEADER + bytes.readUInt16BE(at + 2);
        return frameEnd <= end && checksum(checksum(0, bytes, at, at + CHECKSUM_AT), bytes, at + HEADER, frameEnd) === bytes.readUInt32BE(at + CHECKSUM_AT);
    }

    /** Finds the records in the file. Returns how many bytes are no frame. */
    private recover(): number {
        const size = this.disk.size(this.file);
        const bytes = Buffer.alloc(size);
        if (!this.readAll(bytes, size, 0)) throw new Error(`${this.path} has become shorter while it was read`);
        let discarded = 0;
        for (let at = 0; at < size;) {
            if (!this.isFrame(bytes, at, size)) {
                at++;
                discarded++;
                continue;
            }
            const length = bytes.readUInt16BE(at + 2);
            const number = bytes.readUInt32BE(at + 4);
            if (bytes[at + 1] === RECORD) {
                this.places.push({ number, position: at, length });
                this.number = number + 1;
            } else {
                this.places = this.places.filter(place => place.number >= number);
                if (this.number < number) this.number = number;
            }
            at = this.end = at + HEADER + length;
        }
        for (const { length } of this.places) this.held += HEADER + length;
        // What follows the last frame would follow the next one, too.
        if (this.end < size) this.disk.truncate(this.file, this.end);
        return discarded;
    }

    /** Writes what is held to a new file, which takes the place of the old one once it is on the disk. False, and nothing has changed: it failed. */
    private compact(): boolean {
        const { disk, path, file: former, end } = this;
        const name = path + '.new';
        const moved: Place[] = [];
        let file = -1;
        try {
            file = disk.open(name, 'w+');
            this.end = 0;
            for (const place of this.places) {
                const position = this.end;
                const isWhole = this.readFrame(place);
                this.file = file;
                // A damaged record stays damaged, and keeps its place until it is dropped.
                if (isWhole) this.writeFrame(RECORD, moved.length, place.length);
                else this.writeAll(this.frame, HEADER + place.length);
                this.file = former;
                moved.push({ number: moved.length, position, length: place.length });
            }
            disk.sync(file);
            disk.rename(name, path);
        } catch (error) {
            this.lastError = error;
            this.file = former;
            this.end = end;
            if (file >= 0) disk.close(file);
            return false;
        }
        this.file = file;
        this.places = moved;
        this.number = moved.length;
        this.replaced = true;
        disk.close(former);
        return true;
    }

    /** Brings the name of the file to the disk. Windows does that by itself and cannot be asked to. */
    private syncFolder(): void {
        if (process.platform === 'win32') return;
        const folder = this.disk.open(dirname(this.path), 'r');
        this.disk.sync(folder);
        this.disk.close(folder);
    }
}
