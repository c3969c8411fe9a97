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
    const store = new MemoryStore(new Uint8Array(18));
    assert.is(store.recordSize, 10);
    assert.not(store.append(bytesOf(''), 0, 0));
    assert.not(store.append(bytesOf('12345678901'), 0, 11));
    assert.ok(store.append(bytesOf('1234'), 0, 4));
    assert.not(store.append(bytesOf('56789'), 0, 5));
    assert.ok(store.append(bytesOf('5678'), 0, 4));
    assert.equal(contents(store), ['1234', '5678']);
});

test('a record that does not fit is not copied, but its length is told; there is none beyond the last', () => {
    const store = new MemoryStore(new Uint8Array(26));
    store.append(bytesOf('abc'), 0, 3);
    const into = new Uint8Array(4);
    assert.is(store.read(0, into, 2), 3);
    assert.equal([...into], [0, 0, 0, 0]);
    assert.is(store.read(1, into, 0), 0);
    assert.is(store.read(-1, into, 0), 0);
    const room = new Uint8Array(5).fill(7);
    assert.is(store.read(0, room, 1), 3);
    assert.equal([...room], [7, ...bytesOf('abc'), 7], 'no byte before it or behind');
});

test('a place outside of the ring, and a record that leaves no room for the end, count as none', () => {
    const outside = Uint8Array.of(0, 0, 10, 0, 0, 1, 2, 65, 66, 1, 1, 67, 0, 0, 0);
    const store = new MemoryStore(outside);
    assert.is(store.count, 0);
    assert.ok(store.append(bytesOf('x'), 0, 1));
    assert.equal(contents(new MemoryStore(outside)), ['x']);
    assert.equal(contents(new MemoryStore(Uint8Array.of(0, 0, 0, 0, 0, 1, 3, 65, 66, 67, 0))), ['ABC']);
    assert.equal(contents(new MemoryStore(Uint8Array.of(0, 0, 0, 0, 0, 1, 4, 65, 66, 67, 68))), []);
});

test('a record has at most 65,279 bytes: the higher byte of its length has 1 more, and goes up to 255', () => {
    const store = new MemoryStore(new Uint8Array(70000));
    assert.is(store.recordSize, 65279);
    assert.not(store.append(new Uint8Array(65280), 0, 65280));
    assert.ok(store.append(new Uint8Array(65279), 0, 65279));
    assert.is(store.read(0, new Uint8Array(65279), 0), 65279);
    assert.not(store.append(new Uint8Array(300), 0, 300), 'the ring has 65,535 bytes at most: places have two');
});

test('fewer than 9 bytes are a mistake', () => {
    assert.throws(() => new MemoryStore(new Uint8Array(8)), /at least 9 bytes: 8/);
    assert.is(new MemoryStore(new Uint8Array(9)).recordSize, 1);
});

test('it behaves as a list does, also when it is made again over its bytes', () => {
    const operation = fc.oneof(fc.record({ append: fc.string({ maxLength: 12 }) }), fc.record({ drop: fc.nat(3) }), fc.constant('again' as const));
    fc.assert(fc.property(fc.integer({ min: 9, max: 60 }), fc.array(operation, { maxLength: 40 }), (size, operations) => {
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
                const room = size - 6 - list.reduce((sum, text) => sum + 2 + bytesOf(text).length, 0);
                const fits = bytes.length > 0 && bytes.length + 2 <= room;
                assert.is(store.append(bytes, 0, bytes.length), fits);
                if (fits) list.push(each.append);
            }
            assert.equal(contents(store), list);
        }
    }));
});

/** `bytes`, on a board that is reset when they are about to be written to for the `left`-th time, from 0. */
function resetting(bytes: Uint8Array, left: number): Uint8Array {
    return new Proxy(bytes, {
        get: (target, name) => target[name as keyof Uint8Array],
        set: (target, name, value: number) => {
            if (--left < 0) throw new Error('reset');
            target[Number(name)] = value;
            return true;
        },
    });
}

test('a reset at any byte of any write leaves what was there before the call or after it, wherever in the ring it falls', () => {
    let resets = 0;
    for (let turn = 0; turn < 60; turn++) {
        // The ring has gone round by so much.
        const memory = new Uint8Array(40);
        const before = new MemoryStore(memory);
        for (let each = 0; each < turn; each++) {
            assert.ok(before.append(bytesOf('x'.repeat(1 + each % 5)), 0, 1 + each % 5));
            if (before.count > 2) before.drop(1 + each % 2);
        }
        const steps: ((store: MemoryStore) => unknown)[] = [store => store.append(bytesOf('abc'), 0, 3), store => store.drop(1), store => store.append(bytesOf('defgh'), 0, 5), store => store.drop(2), store => store.drop(9)];
        for (const step of steps) {
            const former = contents(new MemoryStore(memory));
            const whole = memory.slice();
            step(new MemoryStore(whole));
            const latter = contents(new MemoryStore(whole));
            for (let left = 0, ends = false; !ends; left++) {
                const cut = memory.slice();
                try {
                    step(new MemoryStore(resetting(cut, left)));
                    ends = true;
                } catch (error) {
                    assert.is((error as Error).message, 'reset');
                    resets++;
                }
                const found = contents(new MemoryStore(cut));
                assert.ok([former, latter].some(list => list.join() === found.join()), `${found.join()} instead of ${former.join()} or ${latter.join()}`);
            }
            memory.set(whole);
        }
    }
    assert.ok(resets > 1000, String(resets));
});

test('over any bytes it begins with records that lie within them', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 9, maxLength: 60 }), (memory) => {
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
