// The Store contract over files of a real file system: what is taken and what is not, when it is on the disk, and against a list.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FileStore } from '../index.ts';
import { Place, WatchedDisk, append, bytesOf, contents } from './watched-disk.ts';

const place = new Place();
const { folder, path } = place;
test.before.each(() => place.clear());
test.after(() => place.remove());

test('records come out as they were put in, the oldest first, in this run of the program and the next', () => {
    const store = new FileStore({ path });
    for (const text of ['one', 'two', 'three']) assert.ok(append(store, text));
    assert.equal(contents(store), ['one', 'two', 'three']);
    store.drop(2);
    assert.equal(contents(store), ['three']);
    store.close();
    assert.equal(place.found(), ['three']);
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
    assert.equal(place.found(), ['x'.repeat(10), 'z'.repeat(6)]);
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
        place.clear();
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

test('a file that cannot be opened, and options that cannot be, throw', () => {
    assert.throws(() => new FileStore({ path: join(folder, 'nowhere', 'store') }), /ENOENT/);
    assert.throws(() => new FileStore({ path, capacity: 12 }), /a record has 1 to 65,535 bytes: 0/);
    assert.throws(() => new FileStore({ path, recordSize: 65536 }), /a record has 1 to 65,535 bytes: 65536/);
    assert.throws(() => new FileStore({ path, capacity: 20, recordSize: 9 }), /capacity has room for a record and 12 bytes: 20/);
});

test.run();
