// A store in a file, its power and its disk: what power cuts leave at every byte of every write, damaged bytes, disks that are full or fail.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { FileStore } from '../index.ts';
import { Place, WatchedDisk, append, contents } from './watched-disk.ts';

const place = new Place();
const { path } = place;
test.before.each(() => place.clear());
test.after(() => place.remove());

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
        place.clear();
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
            const texts = place.found();
            // The one under way may be there as a whole; what was dropped may be there again, the youngest of it.
            const known = texts.filter(text => taken.includes(text));
            assert.ok(texts.length - known.length <= 1 && texts.slice(0, known.length).join() === known.join(), `${variant} at ${at}: ${texts.join()} of ${taken.join()}`);
            assert.equal(known, taken.slice(taken.length - known.length), `${variant} at ${at}`);
            assert.ok(known.length >= newer.length, `${variant} at ${at}: ${known.join()} without all of ${newer.join()}`);
            assert.equal(place.found(), texts, 'a second start finds the same');
        }
    }
    assert.ok(cuts > 400 && compactions > 300, `${cuts} cuts, ${compactions} times the file was written anew`);
});

test('a power cut before, during or after the file takes the place of the old one leaves one of them, whole', () => {
    for (const moment of ['sync', 'before', 'after']) {
        place.clear();
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
        const texts = place.found();
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
        const texts = place.found().filter(text => text !== 'one');
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
    assert.equal(place.found(), ['two', 'abc']);
});

test('a disk that is full or fails is a refusal that changes nothing, and later it goes on', () => {
    for (const fails of ['write', 'partial write', 'sync', 'truncate too']) {
        place.clear();
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
        if (fails !== 'truncate too') assert.equal(place.found(), ['one'], fails);
        disk.failure = null;
        disk.onWrite = length => length;
        disk.onSync = disk.onTruncate = () => {};
        assert.ok(append(store, 'two'));
        assert.equal(contents(store), ['one', 'two']);
        store.close();
        assert.equal(place.found(), ['one', 'two'], fails);
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
    assert.equal(place.found(), [...held, 'x']);
});

test.run();
