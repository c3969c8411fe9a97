// publish on a connection that holds: bytes, order, window, refusals, and what the application is told.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { BUFFER_FULL, CONNECTED, TOO_LARGE, Topic } from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, utf8, world } from './world.ts';

test('[MQTT-4.3.1-1] [MQTT-3.3.1-2] [MQTT-2.3.1-5] a QoS 0 PUBLISH has DUP 0 and no packet identifier', () => {
    const { platform, transport, client, publish } = connected();
    assert.is(publish('hi', 0), 0);
    assert.is(transport.take(), '', 'it goes out when the turn ends');
    platform.turn();
    assert.is(transport.take(), '3005' + '000174' + '6869');
    assert.ok(client.safeToSleep, 'nothing awaits an answer');
});

test('[MQTT-4.3.2-1] [MQTT-2.3.1-1] a QoS 1 PUBLISH has DUP 0 and an identifier, and is kept until its PUBACK', () => {
    const { platform, transport, client, log, publish } = connected();
    const handle = publish('hi', 1);
    assert.is(handle, 1);
    platform.turn();
    assert.is(transport.take(), '3207' + '000174' + '0001' + '6869');
    assert.ok(client.isPending(handle));
    transport.sends(...bytes('40020001'));
    assert.not(client.isPending(handle));
    assert.is(client.acknowledged, 1);
    assert.equal(log, ['acknowledged 1']);
});

test('[MQTT-2.2.2-1] RETAIN is in the first byte, and no other flag but QoS', () => {
    const { platform, transport, client } = connected();
    const topic = new Topic(platform, 't');
    client.publish(topic, utf8('x'), 0, 1, 0, true);
    client.publish(topic, utf8('x'), 0, 1, 1, true);
    client.publish(topic, utf8('x'), 0, 0, 0, true);
    platform.turn();
    assert.is(transport.take(), '3104' + '00017478' + '3306' + '0001740001' + '78' + '3103' + '000174');
});

test('any range of a payload, and the payload may change after the call', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.nat(), fc.constantFrom(0, 1), (payload, one, other, qos) => {
        const { platform, transport, client } = connected();
        const start = one % (payload.length + 1);
        const end = start + other % (payload.length - start + 1);
        const text = Buffer.from(payload.subarray(start, end)).toString('hex');
        client.publish(new Topic(platform, 't'), payload, start, end, qos, false);
        payload.fill(0);
        platform.turn();
        const body = '000174' + (qos ? '0001' : '') + text;
        assert.is(transport.take(), (qos ? '32' : '30') + (body.length / 2).toString(16).padStart(2, '0') + body);
    }));
});

test('a range outside of the payload throws and queues nothing', () => {
    const { platform, transport, client } = connected();
    const topic = new Topic(platform, 't');
    const payload = new Uint8Array(4);
    for (const [start, end] of [[0, 5], [-1, 2], [3, 2], [0.5, 2], [0, NaN], [NaN, 2], [5, 5]]) {
        assert.throws(() => client.publish(topic, payload, start, end, 0, false), /range of the payload/, `${start}..${end}`);
    }
    platform.turn();
    assert.is(transport.take(), '');
    assert.ok(client.safeToSleep);
    assert.is(client.sent, 0);
});

test('[MQTT-3.3.1-4] a QoS other than 0 and 1 throws with the value: QoS 2 is not offered', () => {
    const { platform, transport, client } = connected();
    const topic = new Topic(platform, 't');
    for (const qos of [2, 3, -1, 1.5]) {
        assert.throws(() => client.publish(topic, utf8('x'), 0, 1, qos, false), new RegExp(`QoS of a message is 0 or 1: ${qos}`));
    }
    platform.turn();
    assert.is(transport.take(), '');
});

test('what one turn publishes goes out in order, in one write and one flush', () => {
    const { platform, transport, publish } = connected();
    const { writes, flushes } = transport;
    let expected = '';
    for (let index = 0; index < 8; index++) {
        const handle = publish('m' + index, index & 1);
        expected += publishHex('m' + index, handle);
    }
    platform.turn();
    assert.is(transport.take(), expected);
    assert.is(transport.writes - writes, 1);
    assert.is(transport.flushes - flushes, 1);
});

test('the window: no more QoS 1 messages on their way than it says, the others in order as PUBACKs come', () => {
    for (const window of [1, 2, 3]) {
        const { platform, transport, publish } = connected({ window });
        const packets = ['a', 'b', 'c', 'd', 'e'].map(text => publishHex(text, publish(text, 1)));
        platform.turn();
        assert.is(transport.take(), packets.slice(0, window).join(''));
        for (let index = 0; index < packets.length; index++) {
            transport.sends(0x40, 2, 0, index + 1);
            assert.is(transport.take(), packets[window + index] ?? '', `window ${window}, PUBACK ${index + 1}`);
        }
    }
});

test('a QoS 0 message needs no place in the window but keeps its place in the order', () => {
    const { platform, transport, publish } = connected({ window: 1 });
    publish('a', 1);
    publish('b', 0);
    publish('c', 1);
    publish('d', 0);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 1) + publishHex('b', 0));
    transport.sends(...bytes('40020001'));
    assert.is(transport.take(), publishHex('c', 2) + publishHex('d', 0));
});

test('[MQTT-2.3.1-6] PUBACKs in any order release what they name; foreign and repeated ones release nothing', () => {
    const { platform, transport, client, log, publish } = connected();
    for (const text of ['a', 'b', 'c']) publish(text, 1);
    platform.turn();
    transport.sends(...bytes('40020003' + '4002ffff' + '40020003' + '40020001'));
    assert.equal(log, ['acknowledged 3', 'acknowledged 1']);
    assert.is(client.state, CONNECTED);
    assert.equal([1, 2, 3].map(handle => client.isPending(handle)), [false, true, false]);
    assert.not(client.safeToSleep);
    transport.sends(...bytes('40020002'));
    assert.ok(client.safeToSleep);
});

test('a PUBACK for a message that has not left yet is foreign', () => {
    const { platform, transport, client, publish } = connected({ window: 1 });
    publish('a', 1);
    publish('b', 1);
    platform.turn();
    transport.sends(...bytes('40020002'));
    assert.is(client.acknowledged, 0);
    assert.ok(client.isPending(2));
    transport.take();
    transport.sends(...bytes('40020001'));
    assert.is(transport.take(), publishHex('b', 2));
});

test('a full buffer refuses and counts, takes nothing in pieces, and onWritable tells when there is room', () => {
    const { platform, transport, client, log, publish } = connected({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 40 + 34) });
    assert.is(publish('0123456789', 1), 1);
    assert.is(publish('0123456789', 1), 2);
    const third = publish('0123456789', 1);
    assert.is(third, BUFFER_FULL);
    assert.is(publish('', 0), 0, 'a smaller one may still fit');
    assert.is(client.refused, 1);
    assert.is(client.sent, 3);
    platform.turn();
    assert.is(transport.take(), publishHex('0123456789', 1) + publishHex('0123456789', 2) + publishHex('', 0));
    assert.equal(log, []);
    transport.sends(...bytes('40020001'));
    assert.equal(log, ['acknowledged 1', 'writable']);
    transport.sends(...bytes('40020002'));
    assert.equal(log, ['acknowledged 1', 'writable', 'acknowledged 2'], 'once for each refusal');
    assert.ok(publish('0123456789', 1) > 0);
});

test('the buffer fills while there is no connection too, and onWritable comes with the connection', () => {
    const { platform, transport, client, log, publish, connect } = world({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 20 + 34) });
    assert.is(publish('0123456789', 0), 0);
    assert.is(publish('0123456789', 0), BUFFER_FULL);
    platform.turn();
    client.start();
    platform.turn();
    connect();
    assert.ok(log.includes('writable'));
    assert.is(publish('0123456789', 0), 0);
    platform.turn();
    assert.is(transport.take(), publishHex('0123456789', 0));
});

test('a message larger than the whole buffer is refused for good, one of just that size is not', () => {
    const { client, publish } = world({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 40 + 34) });
    assert.is(publish('x'.repeat(36), 0), TOO_LARGE);
    assert.is(publish('x'.repeat(34), 1), TOO_LARGE);
    assert.is(client.refused, 2);
    assert.is(publish('x'.repeat(35), 0), 0);
    assert.is(client.refused, 2);
    assert.is(publish('', 0), BUFFER_FULL);
});

test('a transport that takes a byte at a time gets every byte once', () => {
    const { platform, transport, client, publish } = connected();
    transport.room = 0;
    publish('abc', 1);
    publish('def', 0);
    platform.turn();
    assert.is(transport.take(), '');
    const expected = publishHex('abc', 1) + publishHex('def', 0);
    let written = '';
    for (let index = 0; index < expected.length / 2; index++) {
        assert.not(client.safeToSleep);
        transport.takes(1);
        written += transport.take();
        assert.is(written, expected.slice(0, 2 * (index + 1)));
    }
    transport.takes(1);
    assert.is(transport.take(), '');
});

test('messages published in callbacks go out in order behind those before', () => {
    const { platform, transport, client, publish } = connected({
        onAcknowledged: packetIdentifier => {
            if (packetIdentifier < 4) publish('after ' + packetIdentifier, 1);
        },
    });
    publish('first', 1);
    platform.turn();
    transport.take();
    for (let packetIdentifier = 1; packetIdentifier < 4; packetIdentifier++) {
        transport.sends(0x40, 2, 0, packetIdentifier);
        assert.is(transport.take(), publishHex('after ' + packetIdentifier, packetIdentifier + 1));
    }
    platform.turn();
    assert.is(transport.take(), '');
    assert.is(client.sent, 4);
});

test.run();
