// Nothing accepted is lost or repeated wherever the link breaks: a conversation that has everything in it, cut at every byte
// that the client sent and at every byte that it received, over transports that take a few bytes at a time.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { OPENING, STOPPED, Subscription, WAITING } from '../../index.ts';
import { ScriptedBroker } from './broker.ts';
import { world } from './world.ts';

/** After how many bytes of one connection it breaks: `sent` by the client, `received` by it. */
interface Cut {
    readonly sent: number;
    readonly received: number;
}

const UNCUT: Cut = { sent: Infinity, received: Infinity };

/** What the application publishes, in this order; upper case stands for QoS 1. */
const MESSAGES = ['ONE', 'two', 'THREE', 'four', 'FIVE', 'SIX', 'SEVEN'];

/**
 * Plays the whole conversation and checks that it came out right. Connection n breaks at cuts[n], later ones do not;
 * the transport takes `portion` bytes, then no more until it says so. Returns the bytes of the first connection.
 */
function converse(cuts: readonly Cut[], portion: number, keepsSession: boolean): Cut {
    const made = world({ window: 2, retryDelay: 100, sendBuffer: new Uint8Array(150), keepAlive: 3600 });
    const { platform, transport, client, log } = made;
    const broker = new ScriptedBroker();
    broker.keepsSession = keepsSession;
    const remaining = [...cuts];
    let cut = UNCUT;
    let sent = 0;
    let received = 0;
    const first = { sent: 0, received: 0 };

    /** Lets both sides talk until neither has anything to say. */
    function talk(): void {
        for (let idle = 0; idle < 2;) {
            idle++;
            if (client.state === WAITING) platform.pass(Math.max(0, platform.pending));
            platform.turn();
            if (client.state === OPENING) {
                idle = sent = received = 0;
                cut = remaining.shift() ?? UNCUT;
                broker.accept();
                transport.room = portion;
                transport.opened();
            }
            const written = [...Buffer.from(transport.take(), 'hex')];
            const arrives = written.slice(0, cut.sent - sent);
            broker.receive(arrives);
            sent += arrives.length;
            const answer = broker.answer().slice(0, cut.received - received);
            received += answer.length;
            if (broker.connection === 1) Object.assign(first, { sent, received });
            if (written.length + answer.length) idle = 0;
            // One byte, then the rest: an answer comes in pieces too.
            if (answer.length) transport.sends(...answer.slice(0, 1));
            if (answer.length > 1) transport.sends(...answer.slice(1));
            if (transport.owner && (sent === cut.sent || received === cut.received)) {
                idle = 0;
                transport.breaks();
            } else if (transport.owner && transport.room === 0) {
                idle = 0;
                transport.takes(portion);
            }
        }
    }

    function publish(...numbers: number[]): void {
        for (const number of numbers) {
            const text = MESSAGES[number];
            assert.ok(made.publish(text, text === text.toUpperCase() ? 1 : 0) >= 0);
        }
    }

    const subscription = new Subscription(platform, 'in/#', 1);
    const other = new Subscription(platform, 'other', 0);
    publish(0, 1, 2);
    client.start();
    talk();
    client.subscribe(subscription);
    client.subscribe(other);
    publish(3, 4);
    talk();
    broker.publish('in/1', 'first', 77);
    broker.publish('in/2', 'second', 78);
    publish(5);
    talk();
    client.unsubscribe(other);
    publish(6);
    talk();

    const acknowledged = MESSAGES.filter(text => text === text.toUpperCase());
    const arrived = broker.seen.filter(({ qos }) => qos === 1);
    assert.equal([...new Set(arrived.map(({ payload }) => payload))], acknowledged, 'all arrived, in the original order');
    assert.is(log.filter(line => line.startsWith('acknowledged')).length, acknowledged.length, 'each acknowledged once');
    assert.is(client.acknowledged, acknowledged.length);
    for (const [index, { connection, payload, packetIdentifier, dup }] of arrived.entries()) {
        const before = arrived.slice(0, index);
        const again = before.filter(one => one.payload === payload);
        assert.ok(again.every(one => one.connection < connection), 'never twice within a connection');
        assert.ok(again.every(one => one.packetIdentifier === packetIdentifier), '[MQTT-2.3.1-3] the identifier stays');
        if (again.length) assert.ok(dup, '[MQTT-3.3.1-1]');
        const position = acknowledged.indexOf(payload);
        assert.ok(before.every(one => one.connection < connection || acknowledged.indexOf(one.payload) < position), '[MQTT-4.6.0-1] the original order');
    }
    for (const text of MESSAGES.filter(text => text !== text.toUpperCase())) {
        const times = broker.seen.filter(({ payload }) => payload === text).length;
        assert.ok(times <= 1, 'QoS 0 is never sent twice');
        assert.ok(times === 1 || cuts.length > 0);
    }
    assert.ok(broker.seen.every(({ qos, dup }) => qos === 1 || !dup), '[MQTT-3.3.1-2]');
    assert.equal([...broker.filters], ['in/#']);
    assert.is(subscription.granted, 1);
    assert.is(broker.awaits, 0, 'what the broker sent is acknowledged');
    for (const text of ['message first', 'message second']) assert.ok(log.includes(text), text);
    assert.ok(client.safeToSleep);
    assert.is(client.skipped, 0);
    assert.equal(platform.errors, []);

    client.stop();
    talk();
    assert.is(client.state, STOPPED);
    if (cuts.length === 0) assert.is(broker.packets.at(-1), 'disconnect');
    return first;
}

const whole = converse([], Infinity, true);

test('the conversation has all there is to cut', () => {
    assert.ok(whole.sent > 120 && whole.received > 60, JSON.stringify(whole));
});

for (const portion of [Infinity, 1, 2, 3, 5, 8, 13, 21, 34, 55]) {
    const transport = portion === Infinity ? 'takes everything' : `takes ${portion} at a time`;
    for (const keepsSession of [true, false]) {
        const broker = keepsSession ? 'keeps' : 'loses';
        test(`[MQTT-4.1.0-1] [MQTT-4.1.0-2] [MQTT-4.4.0-1] [MQTT-4.6.0-1] cut at every byte sent; the transport ${transport}, the broker ${broker} the session`, () => {
            for (let sent = 0; sent < whole.sent; sent++) converse([{ sent, received: Infinity }], portion, keepsSession);
        });
        test(`[MQTT-4.1.0-1] [MQTT-4.1.0-2] [MQTT-4.4.0-1] [MQTT-4.6.0-1] cut at every byte received; the transport ${transport}, the broker ${broker} the session`, () => {
            for (let received = 0; received < whole.received; received++) converse([{ sent: Infinity, received }], portion, keepsSession);
        });
    }
}

test('[MQTT-3.1.2-4] [MQTT-4.4.0-1] cut again and again, also while the session is being resumed', () => {
    const bytes = (most: number) => fc.oneof(fc.constant(Infinity), fc.nat({ max: most }));
    const cut = fc.record({ sent: bytes(whole.sent), received: bytes(whole.received) });
    fc.assert(fc.property(fc.array(cut, { minLength: 2, maxLength: 8 }), fc.constantFrom(Infinity, 1, 4, 7, 30), fc.boolean(), (cuts, portion, keepsSession) => {
        converse(cuts, portion, keepsSession);
    }), { numRuns: 500 });
});

test.run();
