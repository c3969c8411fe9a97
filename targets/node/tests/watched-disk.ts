// A file of a store for one test file, what lies in it, and a disk that the test watches and lets fail.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdtempSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../index.ts';
import type { Disk } from '../index.ts';

/** In the system's folder for such things; `clear` before each test, `remove` after all. */
export class Place {
    readonly folder = mkdtempSync(join(tmpdir(), 'motemq-store-'));
    readonly path = join(this.folder, 'store');

    clear(): void {
        for (const file of [this.path, this.path + '.new']) rmSync(file, { force: true });
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** What a program finds that starts now. */
    found(): string[] {
        const store = new FileStore({ path: this.path });
        const texts = contents(store);
        store.close();
        return texts;
    }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export function append(store: FileStore, text: string): boolean {
    const bytes = bytesOf('..' + text + '.');
    return store.append(bytes, 2, bytes.length - 1);
}

export function contents(store: FileStore): string[] {
    const into = new Uint8Array(300);
    return Array.from({ length: store.count }, (_, index) => new TextDecoder().decode(into.subarray(3, 3 + store.read(index, into, 3))));
}

/** The file system, which counts what is written to it and fails where `onWrite`, `onSync` or `onRename` throws. */
export class WatchedDisk implements Disk {
    /** Bytes of the file under way that are sure to be there after a power cut. */
    synced = 0;
    syncs = 0;
    /** How many of `length` bytes to write before `failure` is thrown; all if there is none. */
    onWrite: (length: number) => number = length => length;
    onSync: () => void = () => {};
    onRename: () => void = () => {};
    onTruncate: () => void = () => {};
    failure: Error | null = null;

    open(path: string, flags: string): number {
        return openSync(path, flags);
    }

    size(file: number): number {
        return fstatSync(file).size;
    }

    read(file: number, bytes: Uint8Array, start: number, length: number, position: number): number {
        // In pieces, as a file system may.
        return readSync(file, bytes, start, Math.min(length, 5), position);
    }

    write(file: number, bytes: Uint8Array, start: number, length: number, position: number): number {
        const taken = this.onWrite(length);
        const written = taken > 0 ? writeSync(file, bytes, start, taken, position) : 0;
        if (this.failure) throw this.failure;
        return written;
    }

    truncate(file: number, length: number): void {
        this.onTruncate();
        ftruncateSync(file, length);
    }

    sync(file: number): void {
        this.onSync();
        fsyncSync(file);
        this.syncs++;
        if (fstatSync(file).isFile()) this.synced = fstatSync(file).size;
    }

    close(file: number): void {
        closeSync(file);
    }

    rename(from: string, to: string): void {
        this.onRename();
        renameSync(from, to);
    }
}
