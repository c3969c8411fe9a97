// What every room shares: the checksum of what lies in memory, the one value of a store, and the way in which misuse is told.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksum } from '../checksum.ts';
import { misuse } from '../misuse.ts';
import { MemoryStore } from '../outbox/index.ts';
import { keepOnly } from '../store.ts';
import type { Store } from '../store.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('the checksum is CRC-32, of a range, and goes on from one range to the next', () => {
    const bytes = bytesOf('..123456789.');
    assert.is(checksum(0, bytes, 2, 11), 0xcbf43926, 'the check value of its published parameters');
    assert.is(checksum(checksum(0, bytes, 2, 6), bytes, 6, 11), 0xcbf43926);
    assert.is(checksum(0, bytes, 5, 5), 0);
});

test('misuse is a RangeError that tells the rule and the value', () => {
    assert.throws(() => misuse('a rule', -1), (error: Error) => error instanceof RangeError && error.message === 'motemq: a rule: -1');
});

/** A store that has `records`, takes what it has `room` for, and can drop nothing if its memory is `worn`; `asked` is what was asked of it. */
class Recorder implements Store {
    readonly recordSize = 10;
    readonly asked: string[] = [];

    constructor(readonly records: string[], private readonly room: number, private readonly worn = false) {}

    get count(): number {
        return this.records.length;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        this.asked.push('append');
        const takes = this.count < this.room;
        if (takes) this.records.push(Buffer.from(bytes.subarray(start, end)).toString());
        return takes;
    }

    read(): number {
        return 0;
    }

    drop(count: number): void {
        this.asked.push(`drop ${count}`);
        if (!this.worn) this.records.splice(0, count);
    }
}

test('the new value takes the place of all others, and is there before they are dropped if there is room', () => {
    for (const [former, room, asked] of [
        [[], 1, ['append']], [['a'], 2, ['append', 'drop 1']], [['a', 'b'], 3, ['append', 'drop 2']],
        [['a'], 1, ['append', 'drop 1', 'append']], [['a', 'b'], 2, ['append', 'drop 2', 'append']],
    ] as const) {
        const store = new Recorder([...former], room);
        assert.ok(keepOnly(store, bytesOf('<new>'), 1, 4));
        assert.equal(store.asked, asked);
        assert.equal(store.records, ['new']);
    }
});

test('a store that takes nothing is told so and asked for no more than that, whether it can drop or not', () => {
    const full = new Recorder([], 0);
    assert.not(keepOnly(full, bytesOf('new'), 0, 3));
    assert.equal(full.asked, ['append']);
    for (const worn of [false, true]) {
        const store = new Recorder(['a', 'b'], 0, worn);
        assert.not(keepOnly(store, bytesOf('new'), 0, 3));
        assert.equal(store.asked, ['append', 'drop 2', 'append']);
        assert.equal(store.records, worn ? ['a', 'b'] : []);
    }
});

test('in memory with room for one value alone it is the new one', () => {
    const store = new MemoryStore(new Uint8Array(12));
    for (const text of ['old', 'new']) assert.ok(keepOnly(store, bytesOf(text), 0, 3));
    const into = new Uint8Array(3);
    assert.equal([store.count, store.read(0, into, 0)], [1, 3]);
    assert.equal(into, bytesOf('new'));
});

test.run();
