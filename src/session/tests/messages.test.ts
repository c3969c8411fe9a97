// Received messages: who gets them, what is acknowledged and when, pieces, and what closes the connection.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    ACKNOWLEDGEMENTS_BLOCKED, CONNECTED, MALFORMED_PACKET, PINGRESP_TIMEOUT, Subscription, Topic, UNSUPPORTED_QOS, WAITING,
} from '../../index.ts';
import type { Message } from '../../index.ts';
import { bytes, connected, payloadOf, publishHex } from './world.ts';

/** The bytes of a PUBLISH to a client, `text` for `topic`; `first` is the first byte. */
function message(first: number, topic: string, packetIdentifier: number, text: string): number[] {
    const body = [0, topic.length, ...Buffer.from(topic), ...(packetIdentifier ? [packetIdentifier >> 8, packetIdentifier & 255] : []), ...Buffer.from(text)];
    return body.length < 128 ? [first, body.length, ...body] : [first, (body.length & 127) | 128, body.length >> 7, ...body];
}

test('[MQTT-3.3.4-1] [MQTT-2.3.1-6] QoS 1 is acknowledged with its identifier, QoS 0 is not', () => {
    for (const packetIdentifier of [1, 0x0102, 0xffff]) {
        const { transport, client, log } = connected();
        transport.sends(...message(0x30, 't', 0, 'a'), ...message(0x32, 't', packetIdentifier, 'b'));
        assert.is(transport.take(), '4002' + packetIdentifier.toString(16).padStart(4, '0'));
        assert.equal(log, ['message a', 'message b']);
        assert.is(client.received, 2);
    }
});

test('[MQTT-4.6.0-2] PUBACKs go out in the order of the messages, after delivery, in one flush', () => {
    const { transport } = connected({ onMessage: received => assert.is(transport.take(), '', `${payloadOf(received)} is not acknowledged yet`) });
    const { flushes } = transport;
    transport.sends(...message(0x32, 't', 7, 'a'), ...message(0x32, 't', 3, 'b'), ...message(0x32, 't', 9, 'c'));
    assert.is(transport.take(), '40020007' + '40020003' + '40020009');
    assert.is(transport.flushes - flushes, 1);
});

test('[MQTT-4.3.2-2] the same identifier again is a new message, whatever DUP says', () => {
    const { transport, log } = connected();
    transport.sends(...message(0x32, 't', 7, 'a'), ...message(0x3a, 't', 7, 'a'));
    assert.equal(log, ['message a', 'message a']);
    assert.is(transport.take(), '40020007' + '40020007');
});

test('[MQTT-4.5.0-2] [MQTT-3.3.2-3] a message that nothing was subscribed for is handed to onMessage and acknowledged', () => {
    const { transport } = connected({ onMessage: undefined });
    transport.sends(...message(0x32, 'never/asked', 5, 'x'));
    assert.is(transport.take(), '40020005', 'also without any listener');
});

test('[MQTT-3.3.1-8] [MQTT-3.3.1-9] RETAIN and DUP are handed to the application', () => {
    const seen: string[] = [];
    const { transport } = connected({ onMessage: ({ qos, retain, dup }) => seen.push(`${qos} ${retain} ${dup}`) });
    for (const first of [0x30, 0x31]) transport.sends(...message(first, 't', 0, 'x'));
    for (const first of [0x32, 0x33, 0x3a, 0x3b]) transport.sends(...message(first, 't', 1, 'x'));
    assert.equal(seen, ['0 false false', '0 true false', '1 false false', '1 true false', '1 false true', '1 true true']);
});

test('[MQTT-4.7.2-1] each handler whose filter matches gets the message, onMessage what no handler got', () => {
    const { platform, transport, client, log } = connected();
    const subscribe = (filter: string, handled = true) => {
        client.subscribe(new Subscription(platform, filter, 0, handled ? received => log.push(`${filter} ${payloadOf(received)}`) : undefined));
    };
    for (const filter of ['a/#', 'a/+', '#', '$SYS/#']) subscribe(filter);
    subscribe('a/b', false);
    platform.turn();
    transport.sends(...message(0x30, 'a/b', 0, '1'), ...message(0x30, 'a', 0, '2'), ...message(0x30, '$SYS/x', 0, '3'), ...message(0x30, '$other', 0, '4'));
    assert.equal(log, ['a/# 1', 'a/+ 1', '# 1', 'a/# 2', '# 2', '$SYS/# 3', 'message 4']);
    assert.is(client.received, 4, 'a message counts once');
});

test('a message tells its topic', () => {
    const seen: boolean[] = [];
    const made = connected({ onMessage: received => seen.push(received.topicIs(topic), received.topicIs(other)) });
    const topic = new Topic(made.platform, 'a/b');
    const other = new Topic(made.platform, 'a/c');
    made.transport.sends(...message(0x30, 'a/b', 0, ''));
    assert.equal(seen, [true, false]);
});

test('[MQTT-4.3.3-2] QoS 2 closes the connection before anything is delivered or acknowledged, also if it would be streamed or skipped', () => {
    for (const streamLarge of [false, true]) {
        for (const text of ['x', 'x'.repeat(200)]) {
            const { transport, client, log } = connected({ streamLarge });
            transport.sends(...message(0x34, 't', 5, text));
            assert.is(client.closeReason, UNSUPPORTED_QOS);
            assert.is(transport.take(), '');
            assert.is(client.skipped, 0);
            assert.equal(log, [`state ${WAITING} for ${UNSUPPORTED_QOS}`]);
        }
    }
});

test('[MQTT-1.5.3-1] [MQTT-1.5.3-2] [MQTT-2.2.2-2] [MQTT-3.3.1-2] [MQTT-3.3.1-4] [MQTT-3.3.2-2] [MQTT-4.7.3-1] [MQTT-4.8.0-1] a malformed packet closes the connection and nothing of it is seen', () => {
    const malformed = [
        '3004' + '0001ff' + '78', '3004' + '000100' + '78', '3004' + '00012b' + '78', '3004' + '000123' + '78', '3003' + '0000' + '78', '3802' + '000174',
        '3604' + '000174' + '0001', '3206' + '000174' + '0000' + '78', '3003' + '000974', '4103' + '000100', '40020000', '4003000100', 'd00100', '9103000100',
        '00', 'f000', '1000', 'c000', 'e000', '82080001' + '000161' + '00', '30ffffffff01',
    ];
    for (const packet of malformed) {
        const { platform, transport, client, log } = connected();
        transport.sends(...bytes(packet + '3004' + '000174' + '78'));
        assert.is(client.closeReason, MALFORMED_PACKET, packet);
        assert.equal(log, [`state ${WAITING} for ${MALFORMED_PACKET}`], packet);
        assert.is(transport.take(), '');
        platform.pass(platform.pending);
        transport.opened();
        transport.sends(...bytes('20020000'));
        assert.is(client.state, CONNECTED, 'and the next one works');
    }
});

test('what comes in one chunk behind a fault is not looked at; what came before it counts', () => {
    const { transport, log } = connected();
    transport.sends(...message(0x30, 't', 0, 'before'), 0xff, ...message(0x30, 't', 0, 'after'));
    assert.equal(log, ['message before', `state ${WAITING} for ${MALFORMED_PACKET}`]);
});

test('a packet cut by the end of its connection does not reach into the next', () => {
    for (let length = 1; length < 12; length++) {
        const { transport, log, connect } = connected();
        transport.sends(...message(0x32, 't', 1, 'abcdef').slice(0, length));
        transport.breaks();
        connect(true);
        log.length = 0;
        transport.sends(...message(0x3a, 't', 1, 'abcdef'));
        assert.equal(log, ['message abcdef']);
    }
});

test('a message larger than the receive buffer is skipped, acknowledged and counted, and the link stays', () => {
    const { transport, client, log } = connected();
    const packets = [...message(0x32, 't', 0x1234, 'x'.repeat(300)), ...message(0x30, 't', 0, 'y'.repeat(300)), ...message(0x30, 't', 0, 'z')];
    for (const byte of packets) transport.sends(byte);
    assert.is(client.skipped, 2);
    assert.is(client.received, 1);
    assert.equal(log, ['message z']);
    assert.is(transport.take(), '40021234');
});

test('streamLarge: it is handed on in pieces and acknowledged after the last', () => {
    const text = Array.from({ length: 300 }, (_, index) => String.fromCharCode(97 + index % 26)).join('');
    for (const size of [1, 2, 7, 50, 1000]) {
        let assembled = '';
        const made = connected({
            streamLarge: true,
            onMessage: (piece: Message) => {
                assert.is(made.transport.take(), '');
                assert.is(piece.offset, assembled.length);
                assert.is(piece.total, text.length);
                assembled += payloadOf(piece);
            },
        });
        const packet = message(0x32, 't', 0x1234, text);
        for (let at = 0; at < packet.length; at += size) made.transport.sends(...packet.slice(at, at + size));
        assert.is(assembled, text);
        assert.is(made.transport.take(), '40021234');
        assert.is(made.client.received, 1);
        assert.is(made.client.skipped, 0);
    }
});

test('a streamed message whose connection ends in the middle is not acknowledged', () => {
    const { transport, connect } = connected({ streamLarge: true });
    transport.sends(...message(0x32, 't', 9, 'x'.repeat(200)).slice(0, 100));
    transport.breaks();
    connect(true);
    assert.is(transport.take(), '');
    transport.sends(...message(0x3a, 't', 9, 'x'.repeat(200)));
    assert.is(transport.take(), '40020009');
});

/** QoS 1 messages to the client, with identifiers `from` to `to`. */
const messages = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(0x32, 't', from + index, String(from + index))).flat();

/** The PUBACKs for them. */
const pubacks = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => '4002' + (from + index).toString(16).padStart(4, '0')).join('');

test('8 acknowledgements wait for a transport that takes nothing; with more messages the connection ends when these have left', () => {
    for (const chunks of [1, 2]) {
        const { transport, client, log } = connected();
        transport.room = 0;
        transport.sends(...messages(1, 8));
        if (chunks === 1) transport.sends(...messages(9, 12));
        else for (let each = 9; each <= 12; each++) transport.sends(...messages(each, each));
        assert.is(log.filter(line => line.startsWith('message')).length, 12);
        assert.is(client.state, CONNECTED);
        transport.takes(9);
        assert.is(client.state, CONNECTED);
        transport.takes(Infinity);
        assert.is(transport.take(), pubacks(1, 8));
        assert.is(client.state, WAITING);
        assert.is(client.closeReason, ACKNOWLEDGEMENTS_BLOCKED);
    }
});

test('[MQTT-4.6.0-2] once a message could not be acknowledged none behind it is, and with the next connection all are again', () => {
    const { transport, client, connect } = connected();
    transport.room = 0;
    transport.sends(...messages(1, 9));
    transport.takes(8);
    transport.sends(...messages(10, 10));
    assert.is(transport.take(), pubacks(1, 2));
    transport.takes(Infinity);
    assert.is(transport.take(), pubacks(3, 8));
    connect(true);
    transport.sends(...messages(9, 10));
    assert.is(transport.take(), pubacks(9, 10));
    assert.is(client.state, CONNECTED);
});

test('a transport that takes nothing any more and a broker that sends on: the keep-alive ends it', () => {
    const { platform, transport, client } = connected();
    transport.room = 0;
    for (let count = 0; count < 20 && client.state === CONNECTED; count++) {
        transport.sends(...messages(1, 9));
        platform.pass(10000);
    }
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
});

test('[MQTT-4.6.0-2] any number of messages in one chunk is acknowledged when the transport takes what it gets', () => {
    const { transport, client } = connected();
    transport.sends(...Array.from({ length: 100 }, (_, index) => message(0x32, 't', index + 1, 'x')).flat());
    assert.is(transport.take(), Array.from({ length: 100 }, (_, index) => '4002' + (index + 1).toString(16).padStart(4, '0')).join(''));
    assert.is(client.state, CONNECTED);
});

test('acknowledgements do not cut into a message that is half written, and a full buffer does not block them', () => {
    const { platform, transport, publish } = connected({ sendBuffer: new Uint8Array(15 + 20 + 34) });
    transport.room = 5;
    publish('0123456789', 1);
    platform.turn();
    assert.ok(publish('0123456789', 1) < 0);
    const begin = transport.take();
    transport.sends(...message(0x32, 't', 1, 'x'));
    assert.is(transport.take(), '');
    transport.takes(Infinity);
    assert.is(begin + transport.take(), '320f' + '0001740001' + Buffer.from('0123456789').toString('hex') + '40020001');
});

test('acknowledgements wait for the packet that is half written, not for those behind it', () => {
    const { platform, transport, client, publish } = connected();
    const [first, ...others] = ['one', 'two', 'six'].map(text => publishHex(text, 0));
    transport.room = 5;
    for (const text of ['one', 'two', 'six']) publish(text, 0);
    platform.turn();
    for (let round = 0; round < 3; round++) {
        transport.sends(...Array.from({ length: 8 }, (_, index) => message(0x32, 't', index + 1, 'x')).flat());
        assert.is(client.state, CONNECTED);
        // The rest of one packet, the acknowledgements, and as much of the next packet.
        transport.takes(40);
    }
    transport.takes(Infinity);
    const acknowledgements = Array.from({ length: 8 }, (_, index) => '4002000' + (index + 1)).join('');
    const written = transport.take();
    assert.ok(written.startsWith(first + acknowledgements), written);
    assert.is(written.replaceAll(acknowledgements, ''), first + others.join(''));
    assert.is(written.split(acknowledgements).length, 4);
});

test.run();
