// The send buffer against a model that is a plain array: whatever is published, acknowledged, taken in portions and cut, the
// bytes of each connection are those of the packets that the model holds, in order, none lost, doubled or overwritten.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import mqtt from 'mqtt-packet';
import { BUFFER_FULL, CONNECTED, Publisher, TOO_LARGE, Topic } from '../../publisher.ts';
import { CONNECT_HEX, VirtualPlatform, VirtualTransport, bytes } from './world.ts';

/** A message that the client has accepted. */
interface Entry {
    readonly packetIdentifier: number;
    readonly payload: Buffer;
    acknowledged: boolean;
    /** Bytes were handed over on an earlier connection. */
    begun: boolean;
}

type Step =
    | { readonly kind: 'publish'; readonly size: number; readonly qos: number }
    /** The transport takes so many bytes more. */
    | { readonly kind: 'take'; readonly room: number }
    /** The PUBACK of one of the messages that wait for theirs. */
    | { readonly kind: 'acknowledge'; readonly which: number }
    /** The connection breaks. On the next one the transport takes `room` bytes before CONNACK, which may refuse. */
    | { readonly kind: 'cut'; readonly room: number; readonly refuse: boolean };

/** CONNECT and the place for PINGREQ. */
const OVERHEAD = CONNECT_HEX.length / 2 + 2;

function encoded(entry: Entry): Buffer {
    const qos = entry.packetIdentifier ? 1 : 0;
    return mqtt.generate({ cmd: 'publish', topic: 't', payload: entry.payload, qos, messageId: entry.packetIdentifier, dup: entry.begun && qos === 1, retain: false });
}

/** Plays `steps` on a client whose send buffer has room for `capacity` bytes and compares after each with the model. */
function play(capacity: number, window: number, steps: readonly Step[]): void {
    const platform = new VirtualPlatform();
    const transport = new VirtualTransport();
    let writable = 0;
    const client = new Publisher({
        platform, transport, clientId: 'c', window, responseTimeout: 1e9, retryDelay: 0, sendBuffer: new Uint8Array(capacity + OVERHEAD).fill(0xe0), onWritable: () => writable++,
    });
    const topic = new Topic(platform, 't');
    /** What the present connection carries or will carry, in order. */
    let queue: Entry[] = [];
    /** What the present connection has carried behind CONNECT. */
    let wire = '';
    let refused = 0;
    let full = false;
    let serial = 0;

    function check(): void {
        wire += transport.take();
        const expected = Buffer.concat(queue.map(encoded)).toString('hex');
        assert.ok(expected.startsWith(wire), `\n${wire}\nis no beginning of\n${expected}`);
        let end = 0;
        let waiting = 0;
        for (const entry of queue) {
            if (end < wire.length / 2 && entry.packetIdentifier && !entry.acknowledged) waiting++;
            end += encoded(entry).length;
        }
        assert.ok(waiting <= window, 'the window');
        for (const { packetIdentifier, acknowledged } of queue) {
            if (packetIdentifier) assert.is(client.isPending(packetIdentifier), !acknowledged);
        }
    }

    /** How far the wire has come, as entries that were handed over whole, and one more if it was begun. */
    function handedOver(): { whole: Entry[]; begun: Entry[] } {
        let end = 0;
        const whole: Entry[] = [];
        const begun: Entry[] = [];
        for (const entry of queue) {
            if (end < wire.length / 2) begun.push(entry);
            end += encoded(entry).length;
            if (end <= wire.length / 2) whole.push(entry);
        }
        return { whole, begun };
    }

    /** Opens a connection whose transport takes CONNECT and `room` bytes. */
    function connect(room: number): void {
        platform.turn();
        transport.room = CONNECT_HEX.length / 2;
        transport.opened();
        assert.is(transport.take(), CONNECT_HEX);
        wire = '';
        transport.takes(room);
        check();
    }

    /** The connection is over: what the model has for the next one. */
    function lose(refused: boolean): void {
        const { whole, begun } = handedOver();
        for (const entry of begun) entry.begun = true;
        queue = queue.filter(entry => entry.packetIdentifier ? !entry.acknowledged : refused || !whole.includes(entry));
    }

    client.start();
    connect(0);
    transport.sends(...bytes('20020000'));
    for (const step of steps) {
        if (step.kind === 'publish') {
            const payload = Buffer.alloc(step.size, ++serial);
            const { whole } = handedOver();
            const free = queue.every(one => one.packetIdentifier ? one.acknowledged : whole.includes(one));
            const result = client.publish(topic, payload, 0, payload.length, step.qos, false);
            const entry = { packetIdentifier: Math.max(0, result), payload, acknowledged: false, begun: false };
            const size = encoded({ ...entry, packetIdentifier: step.qos }).length;
            if (result >= 0) queue.push(entry);
            else refused++;
            assert.is(result === TOO_LARGE, size > capacity);
            full = full || result === BUFFER_FULL;
            if (free && size <= capacity) assert.ok(result >= 0, 'an empty buffer takes what it can hold');
            platform.turn();
        } else if (step.kind === 'take') {
            transport.takes(step.room);
        } else if (step.kind === 'acknowledge') {
            const waiting = handedOver().whole.filter(entry => entry.packetIdentifier && !entry.acknowledged);
            const entry = waiting[step.which % (waiting.length || 1)];
            if (entry) {
                entry.acknowledged = true;
                transport.sends(0x40, 2, entry.packetIdentifier >> 8, entry.packetIdentifier & 255);
            }
        } else {
            transport.breaks();
            lose(false);
            connect(step.room);
            if (step.refuse) {
                transport.sends(...bytes('20020003'));
                lose(true);
                connect(0);
            }
            transport.sends(...bytes('20020100'));
        }
        check();
        assert.is(client.state, CONNECTED);
    }
    // The end: everything is taken and acknowledged.
    for (let waiting = true; waiting;) {
        transport.takes(Infinity);
        check();
        const entry = handedOver().whole.find(one => one.packetIdentifier && !one.acknowledged);
        waiting = entry !== undefined;
        if (entry) {
            entry.acknowledged = true;
            transport.sends(0x40, 2, entry.packetIdentifier >> 8, entry.packetIdentifier & 255);
        }
    }
    assert.is(wire, Buffer.concat(queue.map(encoded)).toString('hex'), 'all was handed over');
    assert.ok(client.safeToSleep);
    assert.is(client.refused, refused);
    assert.ok(writable > 0 || !full, 'onWritable tells after a refusal');
    const largest = capacity - 5 - (capacity > 129 ? 1 : 0);
    assert.is(client.publish(topic, Buffer.alloc(largest), 0, largest, 0, false), 0, 'all room is free');
    assert.equal(platform.errors, []);
}

const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), size: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 150 })), qos: fc.nat({ max: 1 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), room: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 200 })) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), which: fc.oneof(fc.constant(0), fc.nat({ max: 9 })) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), room: fc.oneof(fc.constant(0), fc.nat({ max: 150 })), refuse: fc.boolean() }) },
);

test('[MQTT-4.6.0-1] accepted packets come out in order, once, whole, whatever happens', () => {
    fc.assert(fc.property(fc.integer({ min: 40, max: 260 }), fc.integer({ min: 1, max: 9 }), fc.array(step, { minLength: 1, maxLength: 60 }), play), { numRuns: 3000 });
});

test('sizes from 0 to the whole buffer, with the turn of the buffer at every position', () => {
    for (let size = 0; size < 60; size++) {
        const steps: Step[] = [];
        for (let round = 0; round < 20; round++) {
            steps.push({ kind: 'publish', size, qos: 1 }, { kind: 'publish', size: round, qos: round & 1 }, { kind: 'take', room: 70 }, { kind: 'acknowledge', which: round & 3 ? 0 : 1 });
        }
        play(67, 4, steps);
    }
});

test('[MQTT-4.6.0-2] acknowledgements out of order free everything at the end', () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: 7 }), { minLength: 8, maxLength: 8 }), order => {
        const publishes = order.map((_, index): Step => ({ kind: 'publish', size: index, qos: 1 }));
        const acknowledgements = order.map((which): Step => ({ kind: 'acknowledge', which }));
        play(120, 8, [{ kind: 'take', room: 500 }, ...publishes, ...acknowledgements.slice(0, 4), ...publishes.slice(0, 4), ...acknowledgements]);
    }), { numRuns: 300 });
});

test('what lay in the buffer before is no packet, whatever length it has', () => {
    const sendBuffer = new Uint8Array(OVERHEAD + 60);
    const client = new Publisher({ platform: new VirtualPlatform(), transport: new VirtualTransport(), clientId: 'c', sendBuffer });
    // Where the next packet will lie: as if one with the identifier 0x1234 were there, of a length that 32 bits make negative.
    sendBuffer.set([0x82, 0x80, 0x81, 0x81, 0x81, 0x09, 0x12, 0x34], client.send.tail);
    assert.not(client.isPending(0x1234));
});

test.run();
