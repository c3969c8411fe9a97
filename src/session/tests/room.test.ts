// What the room of the send buffer is used for: what is free can be filled, wherever it lies; what is kept is found, whatever its size.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUFFER_FULL, CONNECTED, Subscription, TOO_LARGE, Topic } from '../../index.ts';
import { bytes, connected, publishHex, world } from './world.ts';

/** Of a world's send buffer of 300 bytes: without CONNECT (15) and control packets (34). */
const ROOM = 251;
/** A QoS 1 PUBLISH with 100 of these has 107 bytes: two of them and nothing else of that size fit. */
const LONG = 'x'.repeat(100);

test('room in front of what waits is used when there is none behind it, for messages and for subscriptions', () => {
    const { platform, transport, client, publish } = connected();
    publish(LONG, 1);
    publish(LONG, 1);
    platform.turn();
    assert.is(publish(LONG, 1), BUFFER_FULL);
    transport.take();
    transport.sends(...bytes('40020001'));
    assert.is(publish(LONG, 1), 4);
    platform.turn();
    assert.is(transport.take(), publishHex(LONG, 4));
    assert.is(client.subscribe(new Subscription(platform, LONG, 0)), BUFFER_FULL);
    transport.sends(...bytes('40020002'));
    assert.is(client.subscribe(new Subscription(platform, LONG, 0)), 6);
    platform.turn();
    assert.is(transport.take(), '8269' + '0006' + '0064' + '78'.repeat(100) + '00');
});

test('the room of a QoS 0 message is free once it is written, while others still wait', () => {
    const { platform, transport, publish } = connected();
    transport.room = publishHex(LONG, 0).length / 2;
    publish(LONG, 0);
    publish(LONG, 1);
    platform.turn();
    assert.is(transport.take(), publishHex(LONG, 0));
    assert.is(publish(LONG, 0), 0);
    transport.takes(Infinity);
    assert.is(transport.take(), publishHex(LONG, 1) + publishHex(LONG, 0));
});

test('a refusal tells the part of the payload that was to be sent from all of it', () => {
    const { platform, client, publish } = connected();
    const topic = new Topic(platform, 't');
    const payload = new Uint8Array(600);
    publish(LONG, 1);
    publish(LONG, 1);
    assert.is(client.publish(topic, payload, 400, 500, 1, false), BUFFER_FULL);
    assert.is(client.publish(topic, payload, 0, ROOM - 6, 1, false), TOO_LARGE);
});

test('a filter whose UNSUBSCRIBE just fits is not too large, though its SUBSCRIBE is', () => {
    const { platform, client, publish } = connected();
    const subscription = new Subscription(platform, 'f'.repeat(ROOM - 7), 0);
    publish('a', 1);
    assert.is(client.subscribe(subscription), TOO_LARGE);
    assert.is(client.unsubscribe(subscription), BUFFER_FULL);
});

for (const [remainingLength, digits] of [[127, '7f'], [128, '8001'], [16383, 'ff7f'], [16384, '808001'], [40000, 'c0b802']] as const) {
    test(`§2.2.3: what lies behind a message with the remaining length ${remainingLength} is found, sent again and let go`, () => {
        const { platform, transport, client, log, publish } = connected({ sendBuffer: new Uint8Array(60000), responseTimeout: 1e6 });
        const text = 'y'.repeat(remainingLength - 5);
        const long = (first: string, identifier: string) => first + digits + '000174' + identifier + '79'.repeat(remainingLength - 5);
        const connectAndSee = (expected: string): void => {
            platform.pass(1000);
            transport.opened();
            transport.sends(...bytes('20020100'));
            assert.ok(transport.take().endsWith('000163' + expected));
            assert.is(client.state, CONNECTED);
        };
        publish(text, 1);
        publish('b', 1);
        publish('c', 1);
        platform.turn();
        transport.take();
        transport.sends(...bytes('40020002'));
        assert.equal(log, ['acknowledged 2']);
        transport.breaks();
        connectAndSee(long('3a', '0001') + publishHex('c', 3, true));
        transport.sends(...bytes('40020003 40020001'));
        assert.ok(client.safeToSleep);
        // A QoS 0 message of that size is let go of while the one behind it waits.
        publish(text + 'zz', 0);
        publish('d', 1);
        platform.turn();
        transport.take();
        transport.breaks();
        connectAndSee(publishHex('d', 4, true));
    });
}

test('[MQTT-4.3.2-1] a PUBACK for a message that is not written whole acknowledges nothing', () => {
    const { platform, transport, client, log, publish } = connected();
    transport.room = 9;
    publish('abc', 1);
    platform.turn();
    transport.sends(...bytes('40020001'));
    assert.equal(log, []);
    assert.ok(client.isPending(1));
    transport.takes(Infinity);
    assert.is(transport.take(), publishHex('abc', 1));
    transport.sends(...bytes('40020001'));
    assert.equal(log, ['acknowledged 1']);
});

test('[MQTT-2.3.1-5] the payload of a QoS 0 message is not taken for a packet identifier', () => {
    const { platform, transport, client, log, publish } = connected();
    publish('a', 1);
    publish('\u0000\u0005', 0);
    platform.turn();
    assert.is(client.isPending(5), false);
    transport.sends(...bytes('40020005'));
    assert.equal(log, []);
    assert.is(client.acknowledged, 0);
    assert.ok(client.isPending(1));
});

test('a send buffer in which CONNECT does not fit is refused, also where a message would', () => {
    for (let size = 35; size < 57; size++) assert.throws(() => world({ sendBuffer: new Uint8Array(size) }), new RegExp(`sendBuffer holds CONNECT.*: ${size}$`));
});

test('a subscription with QoS 2 is refused with the rule and the value', () => {
    const { platform } = world();
    assert.throws(() => new Subscription(platform, 'a', 2), /^motemq: the QoS of a subscription is 0 or 1: 2$/);
});

test.run();
