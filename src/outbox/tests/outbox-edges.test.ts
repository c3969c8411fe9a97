// The outbox at its edges: options and arguments that just may be and just may not, records that a memory has spoilt, a store that takes nothing.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Topic } from '../../index.ts';
import { VirtualPlatform } from '../../session/tests/world.ts';
import type { Store } from '../../store.ts';
import { DROP_OLDEST, MemoryStore, Outbox } from '../index.ts';
import type { OutboxOptions, Outlet } from '../index.ts';

const platform = new VirtualPlatform();

/** A client that takes what is handed over, tells it in `handed`, and waits for `pending`. */
class Recorder implements Outlet {
    readonly handed: string[] = [];
    readonly pending = new Set<number>();
    private handle = 0;

    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        const text = Buffer.from(payload.subarray(start, end)).toString();
        this.handed.push(`${Buffer.from(topic.encoded).subarray(2).toString()} ${text} ${qos} ${retain}`);
        this.pending.add(++this.handle);
        return this.handle;
    }

    isPending(handle: number): boolean {
        return this.pending.has(handle);
    }
}

/** A store of records that are there, damaged or not; it takes no others unless `takes`. */
class Records implements Store {
    readonly recordSize = 50;
    dropped = 0;

    constructor(readonly records: (Uint8Array | number)[], readonly takes = false) {}

    get count(): number {
        return this.records.length;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        if (this.takes) this.records.push(bytes.slice(start, end));
        return this.takes;
    }

    /** A number: the record cannot be read, and this is said of its length. */
    read(index: number, into: Uint8Array, start: number): number {
        const record = this.records[index] ?? 0;
        if (typeof record === 'number') return record;
        if (record.length <= into.length - start) into.set(record, start);
        return record.length;
    }

    drop(count: number): void {
        this.dropped += this.records.splice(0, count).length;
    }
}

function outbox(options: Partial<OutboxOptions> = {}, outlet: Outlet = new Recorder()): Outbox {
    return new Outbox(outlet, { store: new MemoryStore(new Uint8Array(300)), topics: [new Topic(platform, 't'), new Topic(platform, 'u')], payloadSize: 10, ...options });
}

const topics = (count: number): Topic[] => Array.from({ length: count }, (_, index) => new Topic(platform, String(index)));

test('a window is 1 to 999, whole', () => {
    for (const window of [1, 999]) outbox({ window });
    for (const window of [0, 1000, 1.5, NaN]) assert.throws(() => outbox({ window }), new RegExp(`window is 1 to 999: ${window}$`));
});

test('a payload has 0 bytes and more, whole, and its record fits the store', () => {
    for (const payloadSize of [0, 291]) outbox({ payloadSize });
    for (const payloadSize of [-1, -5, 0.5, 292]) assert.throws(() => outbox({ payloadSize }), new RegExp(`payloadSize is less than recordSize of the store: ${payloadSize}$`));
});

test('there are 1 to 128 topics: the eighth bit of their number is RETAIN', () => {
    const recorder = new Recorder();
    const most = outbox({ topics: topics(128) }, recorder);
    assert.ok(most.add(127, new Uint8Array(0), 0, 0, false));
    assert.ok(most.add(0, new Uint8Array(0), 0, 0, true));
    assert.equal(recorder.handed, ['127  1 false', '0  1 true']);
    for (const count of [0, 129]) assert.throws(() => outbox({ topics: topics(count) }), new RegExp(`1 to 128 topics: ${count}$`));
});

test('a message is for a topic that there is, and a range of its array', () => {
    const held = outbox();
    const payload = Buffer.from('0123456789abcdef');
    for (const topic of [-1, 2, NaN]) assert.throws(() => held.add(topic, payload, 0, 1, false), new RegExp(`the number of one of the topics: ${topic}$`));
    for (const [start, end, length] of [[-1, 3, '4'], [4, 3, '-1'], [10, 17, '7'], [0, 11, '11'], [16, 18, '2']] as const) {
        assert.throws(() => held.add(0, payload, start, end, false), new RegExp(`at most payloadSize bytes: ${length}$`));
    }
    assert.is(held.count, 0);
    for (const [start, end] of [[0, 0], [16, 16], [6, 16], [0, 10]]) assert.ok(held.add(0, payload, start, end, false));
    assert.is(held.count, 4);
});

test('what is kept is the range that was given, and no byte more', () => {
    const store = new Records([], true);
    outbox({ store }).add(1, Buffer.from('0123456789abcdef'), 3, 6, false);
    assert.equal(store.records, [Uint8Array.of(1, 0x33, 0x34, 0x35)]);
});

test('records that cannot be read, are too long or of no topic are counted and given up, and not as acknowledged', () => {
    const recorder = new Recorder();
    const store = new Records([0, Uint8Array.of(0, 0x41), 50, Uint8Array.of(2, 0x42), new Uint8Array(12), Uint8Array.of(0x81, 0x43)]);
    const held = outbox({ store }, recorder);
    held.pump();
    assert.equal(recorder.handed, ['t A 1 false', 'u C 1 true']);
    assert.is(held.damaged, 4);
    assert.equal([store.dropped, held.acknowledged], [1, 0], 'the first at once');
    recorder.pending.clear();
    held.onAcknowledged();
    assert.equal([held.count, held.acknowledged], [0, 2]);
});

test('damaged records alone are given up at once', () => {
    const store = new Records([0, 50, 12]);
    outbox({ store }).pump();
    assert.is(store.count, 0);
});

test('messages that cannot all be read are known again by nothing', () => {
    const whole = Uint8Array.of(0, 0x41);
    for (const damaged of [0, 12, 50]) {
        const held = outbox({ store: new Records([whole, damaged, whole]) });
        assert.is.not(held.checksumOf(1), 0);
        assert.equal([held.checksumOf(2), held.checksumOf(3), held.checksumOf(0)], [0, 0, 0]);
    }
    assert.is(outbox({ store: new Records([whole]) }).checksumOf(2), 0);
    assert.is.not(outbox({ store: new Records([new Uint8Array(11)]) }).checksumOf(1), 0, 'the longest that there may be');
});

test('DROP_OLDEST gives up twice what the new message takes, and 64 bytes, before it takes a memory for broken', () => {
    const store = new Records(Array.from({ length: 100 }, () => new Uint8Array(10)));
    const held = outbox({ store, policy: DROP_OLDEST });
    assert.not(held.add(0, new Uint8Array(10), 0, 7, false));
    // 2 * 8 + 64.
    assert.equal([store.dropped, held.dropped, held.refused], [8, 8, 1]);
});

test.run();
