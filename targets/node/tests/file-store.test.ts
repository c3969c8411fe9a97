// The Store contract over files of a real file system: against a list, over what power cuts leave at every byte of every write,
// and over disks that fail.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../index.ts';
import type { Disk } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'motemq-store-'));
const path = join(folder, 'store');
const remove = () => [path, path + '.new'].forEach(file => rmSync(file, { force: true }));
test.before.each(remove);
test.after(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (text: string) => new TextEncoder().encode(text);

function append(store: FileStore, text: string): boolean {
    const bytes = bytesOf('..' + text + '.');
    return store.append(bytes, 2, bytes.length - 1);
}

function contents(store: FileStore): string[] {
    const into = new Uint8Array(300);
    return Array.from({ length: store.count }, (_, index) => new TextDecoder().decode(into.subarray(3, 3 + store.read(index, into, 3))));
}

/** What a program finds that starts now. */
function found(): string[] {
    const store = new FileStore({ path });
    const texts = contents(store);
    store.close();
    return texts;
}

/** The file system, which counts what is written to it and fails where `onWrite`, `onSync` or `onRename` throws. */
class WatchedDisk implements Disk {
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

test('records come out as they were put in, the oldest first, in this run of the program and the next', () => {
    const store = new FileStore({ path });
    for (const text of ['one', 'two', 'three']) assert.ok(append(store, text));
    assert.equal(contents(store), ['one', 'two', 'three']);
    store.drop(2);
    assert.equal(contents(store), ['three']);
    store.close();
    assert.equal(found(), ['three']);
});

test('what is empty, too long or finds no room is not taken, and nothing changes', () => {
    const store = new FileStore({ path, capacity: 40, recordSize: 20 });
    assert.not(append(store, ''));
    assert.not(append(store, 'x'.repeat(21)));
    assert.ok(append(store, 'x'.repeat(10)));
    assert.not(append(store, 'y'.repeat(7)), '22 of 40 bytes are taken, and 19 wanted');
    assert.ok(append(store, 'z'.repeat(6)));
    assert.is(store.count, 2);
    store.close();
    assert.equal(found(), ['x'.repeat(10), 'z'.repeat(6)]);
});

test('a record that does not fit is not copied, but its length is told; there is none beyond the last', () => {
    const store = new FileStore({ path });
    append(store, 'abc');
    const into = new Uint8Array(4);
    assert.is(store.read(0, into, 2), 3);
    assert.equal([...into], [0, 0, 0, 0]);
    assert.is(store.read(1, into, 0), 0);
    assert.is(store.read(-1, into, 0), 0);
    store.close();
});

test('a record is on the disk when it has been taken', () => {
    const disk = new WatchedDisk();
    const store = new FileStore({ path, disk });
    for (const text of ['one', 'two']) {
        const before = disk.syncs;
        append(store, text);
        assert.ok(disk.syncs > before);
        assert.is(disk.synced, statSync(path).size);
    }
    store.close();
});

test('the first record of a run waits for the name of the file as well: the run before may have given it its place a moment ago', () => {
    append(new FileStore({ path }), 'one');
    const opened: string[] = [];
    const disk = new class extends WatchedDisk {
        override open(path: string, flags: string): number {
            opened.push(path);
            return super.open(path, flags);
        }
    }();
    const store = new FileStore({ path, disk });
    for (const text of ['two', 'three']) append(store, text);
    assert.equal(opened, [path, folder]);
    assert.is(disk.syncs, 3, 'the file, its folder, and the file again');
    store.close();
});

test('the file has at most twice the capacity, however much goes through it', () => {
    const store = new FileStore({ path, capacity: 100, recordSize: 30 });
    let longest = 0;
    for (let number = 0; number < 300; number++) {
        while (!append(store, String(number).repeat(1 + number % 9))) store.drop(1);
        longest = Math.max(longest, statSync(path).size);
    }
    assert.ok(longest > 100 && longest <= 200, String(longest));
    assert.is(contents(store).at(-1), '299'.repeat(3));
    store.close();
});

test('it behaves as a list does, also when it is opened again', () => {
    const operation = fc.oneof(fc.record({ append: fc.string({ maxLength: 12 }) }), fc.record({ drop: fc.nat(3) }), fc.constant('again' as const));
    fc.assert(fc.property(fc.integer({ min: 13, max: 90 }), fc.array(operation, { maxLength: 30 }), (capacity, operations) => {
        remove();
        let store = new FileStore({ path, capacity });
        let list: string[] = [];
        for (const each of operations) {
            if (each === 'again') {
                store.close();
                store = new FileStore({ path, capacity });
                assert.is(store.discarded, 0);
            } else if ('drop' in each) {
                store.drop(each.drop);
                list = list.slice(each.drop);
            } else {
                const size = bytesOf(each.append).length;
                const fits = size > 0 && list.reduce((sum, text) => sum + 12 + bytesOf(text).length, 12 + size) <= capacity;
                assert.is(append(store, each.append), fits);
                if (fits) list.push(each.append);
            }
            assert.equal(contents(store), list);
        }
        store.close();
    }), { numRuns: 200 });
});

/** Appends and drops, so that the file is written anew several times. `taken` and `dropped` tell what was done, from the oldest. */
function life(store: FileStore, taken: string[], dropped: { count: number }): void {
    for (let number = 0; number < 24; number++) {
        const text = String(number).padStart(1 + number % 5, '-');
        if (append(store, text)) taken.push(text);
        if (number % 3 === 2) {
            dropped.count += 2 + number % 2;
            store.drop(2 + number % 2);
        }
    }
}

test('a power cut at any byte of any write, what was not synced being there, missing or zeros, loses nothing that was taken', () => {
    let cuts = 0;
    let compactions = 0;
    for (let at = 1; ; at++) {
        remove();
        const disk = new WatchedDisk();
        const taken: string[] = [];
        const dropped = { count: 0 };
        let written = 0;
        disk.onWrite = length => {
            const left = at - written;
            written += length;
            if (left > length) return length;
            disk.failure = new Error('power cut');
            return left;
        };
        // No tidying up happens without power.
        const dead = () => {
            if (disk.failure) throw disk.failure;
        };
        disk.onTruncate = disk.onSync = dead;
        disk.onRename = () => {
            dead();
            compactions++;
        };
        const store = new FileStore({ path, capacity: 90, recordSize: 20, disk });
        life(store, taken, dropped);
        if (!disk.failure) break;
        cuts++;
        store.close();
        const left = readFileSync(path);
        const newer = taken.slice(Math.min(dropped.count, taken.length));
        for (const variant of ['there', 'missing', 'zeros']) {
            const torn = Buffer.from(left);
            if (variant === 'zeros') torn.fill(0, disk.synced);
            writeFileSync(path, variant === 'missing' ? torn.subarray(0, disk.synced) : torn);
            const texts = found();
            // The one under way may be there as a whole; what was dropped may be there again, the youngest of it.
            const known = texts.filter(text => taken.includes(text));
            assert.ok(texts.length - known.length <= 1 && texts.slice(0, known.length).join() === known.join(), `${variant} at ${at}: ${texts.join()} of ${taken.join()}`);
            assert.equal(known, taken.slice(taken.length - known.length), `${variant} at ${at}`);
            assert.ok(known.length >= newer.length, `${variant} at ${at}: ${known.join()} without all of ${newer.join()}`);
            assert.equal(found(), texts, 'a second start finds the same');
        }
    }
    assert.ok(cuts > 400 && compactions > 300, `${cuts} cuts, ${compactions} times the file was written anew`);
});

test('a power cut before, during or after the file takes the place of the old one leaves one of them, whole', () => {
    for (const moment of ['sync', 'before', 'after']) {
        remove();
        const disk = new WatchedDisk();
        let renamed = false;
        disk.onSync = () => {
            if (moment === 'sync' && statSync(path + '.new', { throwIfNoEntry: false })) throw disk.failure = new Error('power cut');
        };
        disk.onRename = () => {
            if (moment === 'before') throw disk.failure = new Error('power cut');
            renamed = true;
        };
        disk.onWrite = length => {
            if (moment === 'after' && renamed) {
                disk.failure = new Error('power cut');
                return 0;
            }
            return length;
        };
        const store = new FileStore({ path, capacity: 60, recordSize: 20, disk });
        const taken: string[] = [];
        for (let number = 0; !disk.failure; number++) {
            if (store.count > 2) store.drop(1);
            if (append(store, String(number))) taken.push(String(number));
        }
        store.close();
        const texts = found();
        assert.equal(texts, taken.slice(-texts.length), moment);
        // The youngest that was dropped may be there again.
        assert.ok(texts.length === 2 || texts.length === 3, `${moment}: ${texts.join()}`);
    }
});

test('bytes that were damaged cost the record that they belong to, and no other', () => {
    const store = new FileStore({ path });
    for (const text of ['one', 'two', 'three', 'four']) append(store, text);
    store.drop(1);
    append(store, 'five');
    store.close();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
        const damaged = Buffer.from(whole);
        damaged[at] ^= 0x20;
        writeFileSync(path, damaged);
        const expected = ['two', 'three', 'four', 'five'].filter(text => {
            const end = whole.indexOf(text) + text.length;
            return at >= end || at < end - text.length - 12;
        });
        const texts = found().filter(text => text !== 'one');
        assert.equal(texts, expected, `byte ${at}`);
    }
});

test('a record that is damaged while the program runs reads as none, keeps its place and can be dropped', () => {
    const store = new FileStore({ path, capacity: 45, recordSize: 10 });
    for (const text of ['one', 'two']) append(store, text);
    const file = openSync(path, 'r+');
    writeSync(file, Uint8Array.of(0x21), 0, 1, 13);
    closeSync(file);
    assert.equal(contents(store), ['', 'two']);
    // Until the file is written anew, and after it.
    for (let number = 0; number < 4; number++) {
        store.drop(0);
        append(store, 'abc');
    }
    assert.equal(contents(store), ['', 'two', 'abc']);
    store.drop(1);
    assert.equal(contents(store), ['two', 'abc']);
    store.close();
    assert.equal(found(), ['two', 'abc']);
});

test('a disk that is full or fails is a refusal that changes nothing, and later it goes on', () => {
    for (const fails of ['write', 'partial write', 'sync', 'truncate too']) {
        remove();
        const disk = new WatchedDisk();
        const store = new FileStore({ path, disk });
        append(store, 'one');
        const failure = new Error('ENOSPC');
        if (fails === 'sync') disk.onSync = () => { throw failure; };
        else {
            disk.failure = failure;
            disk.onWrite = length => fails === 'write' ? 0 : length - 1;
        }
        if (fails === 'truncate too') disk.onTruncate = () => { throw failure; };
        assert.not(append(store, 'a longer one'), fails);
        assert.is(store.lastError, failure);
        assert.equal(contents(store), ['one']);
        if (fails !== 'truncate too') assert.equal(found(), ['one'], fails);
        disk.failure = null;
        disk.onWrite = length => length;
        disk.onSync = disk.onTruncate = () => {};
        assert.ok(append(store, 'two'));
        assert.equal(contents(store), ['one', 'two']);
        store.close();
        assert.equal(found(), ['one', 'two'], fails);
    }
});

test('when the file cannot be written anew, what needs that is refused and the old file stays', () => {
    const disk = new WatchedDisk();
    const store = new FileStore({ path, capacity: 60, recordSize: 20, disk });
    const failure = new Error('EIO');
    disk.onRename = () => { throw failure; };
    let number = 0;
    while (append(store, String(number++))) if (store.count > 2) store.drop(1);
    assert.is(store.lastError, failure);
    const held = contents(store);
    assert.is(held.length, 2);
    disk.onRename = () => {};
    assert.ok(append(store, 'x'));
    assert.equal(contents(store), [...held, 'x']);
    store.close();
    assert.equal(found(), [...held, 'x']);
});

test('a file that cannot be opened, and options that cannot be, throw', () => {
    assert.throws(() => new FileStore({ path: join(folder, 'nowhere', 'store') }), /ENOENT/);
    assert.throws(() => new FileStore({ path, capacity: 12 }), /a record has 1 to 65,535 bytes: 0/);
    assert.throws(() => new FileStore({ path, recordSize: 65536 }), /a record has 1 to 65,535 bytes: 65536/);
    assert.throws(() => new FileStore({ path, capacity: 20, recordSize: 9 }), /capacity has room for a record and 12 bytes: 20/);
});

test.run();
