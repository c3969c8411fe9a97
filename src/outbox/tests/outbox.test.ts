// The outbox before a real client: order, window, policies, what happens at a cut of the link and of the power.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED, Topic, WAITING } from '../../index.ts';
import { ScriptedBroker } from '../../session/tests/broker.ts';
import { bytes, publishHex, utf8, world } from '../../session/tests/world.ts';
import type { Store } from '../../store.ts';
import { DROP_NEWEST, DROP_OLDEST, MemoryStore, Outbox, REFUSE } from '../index.ts';
import type { OutboxOptions } from '../index.ts';

/** A client that was just made over `memory`, and its outbox for the topics `t` and `u`. */
function node(memory: Uint8Array, options: Partial<OutboxOptions> = {}, sendBuffer = 300) {
    const made = world({
        sendBuffer: new Uint8Array(sendBuffer),
        onAcknowledged: () => outbox.onAcknowledged(),
        onWritable: () => outbox.pump(),
    });
    const topics = ['t', 'u'].map(text => new Topic(made.platform, text));
    const outbox = new Outbox(made.client, { store: new MemoryStore(memory), topics, payloadSize: 20, ...options });
    return {
        ...made, outbox,
        add(text: string, topic = 0, retain = false): boolean {
            const payload = utf8('<' + text);
            return outbox.add(topic, payload, 1, payload.length, retain);
        },
        online(): void {
            made.client.start();
            made.platform.turn();
            made.connect(true);
        },
    };
}

test('messages leave in order and are given up when they are acknowledged, not before', () => {
    const { outbox, transport, platform, add, online } = node(new Uint8Array(100));
    online();
    assert.ok(add('one'));
    assert.ok(add('two'));
    platform.turn();
    assert.is(transport.take(), publishHex('one', 1) + publishHex('two', 2));
    assert.is(outbox.count, 2);
    transport.sends(...bytes('40020001'));
    assert.is(outbox.count, 1);
    transport.sends(...bytes('40020002'));
    assert.is(outbox.count, 0);
    assert.is(outbox.acknowledged, 2);
});

test('topic and retain are those that were given', () => {
    const { transport, platform, add, online } = node(new Uint8Array(100));
    online();
    add('x', 1, true);
    platform.turn();
    assert.is(transport.take(), '3306' + '000175' + '0001' + '78');
});

test('the window is kept, and what waits follows each acknowledgement', () => {
    const { transport, platform, add, online } = node(new Uint8Array(100), { window: 2 });
    online();
    for (const text of ['a', 'b', 'c', 'd']) add(text);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 1) + publishHex('b', 2));
    transport.sends(...bytes('40020001'));
    platform.turn();
    assert.is(transport.take(), publishHex('c', 3));
    transport.sends(...bytes('40020002' + '40020003'));
    platform.turn();
    assert.is(transport.take(), publishHex('d', 4));
});

test('acknowledgements out of order give up nothing that waits for one', () => {
    const { outbox, transport, platform, add, online } = node(new Uint8Array(100));
    online();
    for (const text of ['a', 'b', 'c']) add(text);
    platform.turn();
    transport.sends(...bytes('40020003' + '40020002'));
    assert.is(outbox.count, 3);
    transport.sends(...bytes('40020001'));
    assert.is(outbox.count, 0);
});

test('what the send buffer has no room for follows when it has', () => {
    const { outbox, transport, platform, add, online } = node(new Uint8Array(100), {}, 15 + 20 + 34);
    online();
    for (const text of ['0123456789', 'abcdefghij']) assert.ok(add(text));
    platform.turn();
    assert.is(transport.take(), publishHex('0123456789', 1));
    transport.sends(...bytes('40020001'));
    platform.turn();
    assert.is(transport.take(), publishHex('abcdefghij', 3), 'the identifier of the refused attempt is left out');
    assert.is(outbox.count, 1);
});

test('a message that can never fit the send buffer is given up and counted, and blocks nothing', () => {
    const { outbox, transport, platform, add, online } = node(new Uint8Array(100), {}, 15 + 12 + 34);
    online();
    add('too large for it');
    add('x');
    platform.turn();
    assert.is(transport.take(), publishHex('x', 2));
    assert.is(outbox.damaged, 1);
});

test('REFUSE: what finds no room is not taken', () => {
    const { outbox, add } = node(new Uint8Array(18), { payloadSize: 9, policy: REFUSE });
    assert.ok(add('123456789'));
    assert.not(add('x'));
    assert.equal([outbox.taken, outbox.refused, outbox.dropped, outbox.count], [1, 1, 0, 1]);
});

test('DROP_NEWEST: what finds no room is given up and counted', () => {
    const { outbox, add } = node(new Uint8Array(18), { payloadSize: 9, policy: DROP_NEWEST });
    assert.ok(add('123456789'));
    assert.ok(add('x'));
    assert.equal([outbox.taken, outbox.refused, outbox.dropped, outbox.count], [1, 0, 1, 1]);
});

test('DROP_OLDEST: the oldest make room, as many as it takes', () => {
    const memory = new Uint8Array(22);
    const { outbox, add } = node(memory, { payloadSize: 9, policy: DROP_OLDEST, window: 1 });
    for (const text of ['1', '2', '3', '4567', '89']) assert.ok(add(text));
    assert.equal([outbox.taken, outbox.dropped, outbox.count], [5, 2, 3]);
    assert.ok(add('abcdef'));
    assert.equal([outbox.taken, outbox.dropped, outbox.count], [6, 4, 2]);
});

test('DROP_OLDEST does not empty an outbox whose memory takes nothing any more', () => {
    const records = Array.from({ length: 50 }, () => Uint8Array.of(0, 65));
    const broken: Store = {
        get count() {
            return records.length;
        },
        recordSize: 50,
        append: () => false,
        read: index => records[index]?.length ?? 0,
        drop: count => void records.splice(0, count),
    };
    const { outbox, add } = node(new Uint8Array(18), { store: broken, policy: DROP_OLDEST });
    assert.not(add('x'));
    assert.ok(outbox.count > 10);
});

test('after a power cut what was not given up goes out again', () => {
    const memory = new Uint8Array(100);
    const before = node(memory);
    before.online();
    for (const text of ['a', 'b', 'c']) before.add(text);
    before.platform.turn();
    before.transport.sends(...bytes('40020001'));
    const after = node(memory.slice());
    after.outbox.pump();
    after.online();
    after.platform.turn();
    assert.is(after.outbox.count, 2);
    after.transport.sends(...bytes('40020001' + '40020002'));
    assert.is(after.outbox.count, 0);
});

test('records that are of no topic, too long or unreadable are given up and counted, and block nothing', () => {
    const memory = new Uint8Array(100);
    const left = new MemoryStore(memory);
    for (const record of [[7, 1], [0, ...new Uint8Array(30)], [0, 0x78]]) left.append(Uint8Array.from(record), 0, record.length);
    const { outbox, transport, platform, online } = node(memory);
    outbox.pump();
    online();
    platform.turn();
    assert.equal([outbox.damaged, outbox.count], [2, 1]);
    transport.sends(...bytes('40020001'));
    assert.is(outbox.count, 0);
});

test('without payloadSize a payload has 128 bytes at most', () => {
    const { platform, client } = world();
    const outbox = new Outbox(client, { store: new MemoryStore(new Uint8Array(300)), topics: [new Topic(platform, 't')] });
    assert.ok(outbox.add(0, new Uint8Array(128), 0, 128, false));
    assert.throws(() => outbox.add(0, new Uint8Array(129), 0, 129, false), /at most payloadSize bytes: 129/);
});

/** A store whose power fails before or after its `at`-th change: then it throws, and nothing changes any more. */
class FailingStore implements Store {
    readonly recordSize: number;
    private changes = 0;

    constructor(private readonly store: Store, private readonly at: number) {
        this.recordSize = store.recordSize;
    }

    get count(): number {
        return this.store.count;
    }

    append(from: Uint8Array, start: number, end: number): boolean {
        return this.change(() => this.store.append(from, start, end));
    }

    read(index: number, into: Uint8Array, start: number): number {
        return this.store.read(index, into, start);
    }

    drop(count: number): void {
        this.change(() => this.store.drop(count));
    }

    private change<Result>(act: () => Result): Result {
        this.changes++;
        if (this.changes >= this.at && this.at % 2) throw new Error('power cut');
        const result = act();
        if (this.changes >= this.at) throw new Error('power cut');
        return result;
    }
}

test('over links and power that fail anywhere every message that was taken arrives, in order, and the store keeps its bound', () => {
    const event = fc.constantFrom('add', 'add', 'add', 'turn', 'answer', 'one answer', 'one answer', 'stuck', 'flows', 'cut', 'power');
    fc.assert(fc.property(fc.array(event, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }), (events, failures) => {
        const memory = new Uint8Array(66);
        const broker = new ScriptedBroker();
        const taken: string[] = [];
        let store: Store = new MemoryStore(memory);
        let number = 0;
        let present = boot();

        function boot() {
            store = new FailingStore(new MemoryStore(memory), failures.shift() ?? 1e9);
            const made = node(memory, { store, policy: REFUSE, payloadSize: 6, window: 3 });
            made.client.start();
            made.outbox.pump();
            made.platform.turn();
            return made;
        }

        /** The broker reads what was written; `most` bytes of its answers arrive, CONNACK and PUBACK having 4. */
        function exchange(most: number): void {
            const { client, transport, platform } = present;
            if (client.state === WAITING) platform.pass(Math.max(0, platform.pending));
            if (!transport.owner) return;
            if (client.state !== CONNECTED && !opened) {
                opened = true;
                broker.accept();
                answers = [];
                transport.opened();
            }
            platform.turn();
            broker.receive(bytes(transport.take()));
            answers.push(...broker.answer());
            transport.sends(...answers.splice(0, most));
            platform.turn();
            broker.receive(bytes(transport.take()));
        }

        let opened = false;
        let answers: number[] = [];
        const act = (name: string) => {
            try {
                if (name === 'add') {
                    const text = String(number++);
                    // A message whose power failed while it was taken may have been taken or not.
                    if (present.add(text)) taken.push(text);
                } else if (name === 'cut') {
                    if (present.transport.owner) present.transport.breaks();
                    opened = false;
                } else if (name === 'power') throw new Error('power cut');
                else if (name === 'stuck') present.transport.room = 10;
                else if (name === 'flows') {
                    present.transport.room = Infinity;
                    present.transport.owner?.onWritable();
                }
                else exchange(name === 'turn' ? 0 : name === 'answer' ? Infinity : 4);
                // The session catches what its callbacks throw.
                if (present.platform.errors.length) throw new Error('power cut');
            } catch (error) {
                if (!String(error).includes('power cut')) throw error;
                opened = false;
                present = boot();
            }
        };
        for (const each of events) act(each);
        failures = [];
        act('power');
        act('flows');
        for (let round = 0; present.outbox.count && round < 200; round++) act('answer');
        assert.is(present.outbox.count, 0, 'it drains');
        const arrived = broker.seen.map(seen => seen.payload);
        const firsts = arrived.filter((text, index) => arrived.indexOf(text) === index).map(Number);
        for (const text of taken) assert.ok(arrived.includes(text), `${text} of ${taken.join()} among ${arrived.join()}`);
        assert.equal(firsts, firsts.slice().sort((a, b) => a - b), 'in order');
    }), { numRuns: 1000 });
});

test.run();
