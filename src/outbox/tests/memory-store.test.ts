// The Store contract over a run of bytes, against a list, and over bytes that were left or damaged.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryStore } from '../index.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Everything in `store`, as text. */
function contents(store: MemoryStore): string[] {
    const into = new Uint8Array(300);
    return Array.from({ length: store.count }, (_, index) => new TextDecoder().decode(into.subarray(3, 3 + store.read(index, into, 3))));
}

test('records come out as they were put in, the oldest first, and are dropped from the front', () => {
    const store = new MemoryStore(new Uint8Array(40));
    for (const text of ['one', 'two', 'three']) assert.ok(store.append(bytesOf('..' + text), 2, 2 + text.length));
    assert.equal(contents(store), ['one', 'two', 'three']);
    store.drop(2);
    assert.equal(contents(store), ['three']);
    store.drop(5);
    assert.is(store.count, 0);
});

test('what is empty, too long or finds no room is not taken, and nothing changes', () => {
    const store = new MemoryStore(new Uint8Array(12));
    assert.is(store.recordSize, 10);
    assert.not(store.append(bytesOf(''), 0, 0));
    assert.not(store.append(bytesOf('12345678901'), 0, 11));
    assert.ok(store.append(bytesOf('1234'), 0, 4));
    assert.not(store.append(bytesOf('56789'), 0, 5));
    assert.ok(store.append(bytesOf('5678'), 0, 4));
    assert.equal(contents(store), ['1234', '5678']);
});

test('a record that does not fit is not copied, but its length is told; there is none beyond the last', () => {
    const store = new MemoryStore(new Uint8Array(20));
    store.append(bytesOf('abc'), 0, 3);
    const into = new Uint8Array(4);
    assert.is(store.read(0, into, 2), 3);
    assert.equal([...into], [0, 0, 0, 0]);
    assert.is(store.read(1, into, 0), 0);
    assert.is(store.read(-1, into, 0), 0);
});

test('a record has at most 65,535 bytes, because its length has two', () => {
    const store = new MemoryStore(new Uint8Array(70000));
    assert.is(store.recordSize, 65535);
    assert.not(store.append(new Uint8Array(65536), 0, 65536));
    assert.ok(store.append(new Uint8Array(65535), 0, 65535));
    assert.is(store.read(0, new Uint8Array(65535), 0), 65535);
});

test('fewer than 3 bytes are a mistake', () => {
    assert.throws(() => new MemoryStore(new Uint8Array(2)), /at least 3 bytes: 2/);
});

test('it behaves as a list does, also when it is made again over its bytes', () => {
    const operation = fc.oneof(fc.record({ append: fc.string({ maxLength: 12 }) }), fc.record({ drop: fc.nat(3) }), fc.constant('again' as const));
    fc.assert(fc.property(fc.integer({ min: 3, max: 60 }), fc.array(operation, { maxLength: 40 }), (size, operations) => {
        const memory = new Uint8Array(size);
        let store = new MemoryStore(memory);
        let list: string[] = [];
        for (const each of operations) {
            if (each === 'again') store = new MemoryStore(memory);
            else if ('drop' in each) {
                store.drop(each.drop);
                list = list.slice(each.drop);
            } else {
                const bytes = bytesOf(each.append);
                const room = size - list.reduce((sum, text) => sum + 2 + bytesOf(text).length, 0);
                const fits = bytes.length > 0 && bytes.length + 2 <= room;
                assert.is(store.append(bytes, 0, bytes.length), fits);
                if (fits) list.push(each.append);
            }
            assert.equal(contents(store), list);
        }
    }));
});

test('over any bytes it begins with records that lie within them', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 3, maxLength: 60 }), (memory) => {
        const store = new MemoryStore(memory);
        const texts = contents(store);
        assert.equal(contents(new MemoryStore(memory)), texts);
        const had = store.count;
        if (store.append(bytesOf('x'), 0, 1)) assert.is(store.count, had + 1);
        store.drop(1000);
        assert.ok(store.append(bytesOf('y'), 0, 1));
        assert.equal(contents(store), ['y']);
    }));
});

test.run();
