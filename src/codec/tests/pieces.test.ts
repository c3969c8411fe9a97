// The stream comes in pieces of any size: whatever the cuts, the sink is told the same. And messages of any size come
// through receive buffers of any size: whole, streamed or skipped.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MALFORMED_PACKET } from '../../reasons.ts';
import { Decoder } from '../decoder.ts';
import { MessageDecoder } from '../message-decoder.ts';
import { QOS_1, QOS_2, RETAIN } from '../packets.ts';
import { encodePublish } from '../publish.ts';
import { Topic } from '../topic.ts';
import { bytes, encoding, feed, feedCut, join, publishEvent, RecordingSink } from './record.ts';

const connack = bytes('20020000');
const pingresp = bytes('d000');
const utf8Topic = '0006' + 'c3a42fe282ac'; // ä/€

/** One of each kind that a client receives, and what the sink is told of it. */
const kinds: readonly (readonly [name: string, packet: string, event: string])[] = [
    ['PUBACK', '40021234', 'puback 4660'],
    ['PUBACK with a padded length', '408280001234', 'puback 4660'],
    ['PINGRESP', 'd000', 'pingresp'],
    ['SUBACK', '90050102 000280', 'suback 258: 000280'],
    ['UNSUBACK', 'b0020102', 'unsuback 258'],
    ['PUBLISH QoS 0', `300c${utf8Topic}01020304`, 'publish "ä/€" qos 0 id 0: 01020304'],
    ['PUBLISH QoS 1', `3b0c${utf8Topic}fffe0102`, 'publish "ä/€" qos 1 id 65534 retain dup: 0102'],
    ['PUBLISH QoS 2', `340a${utf8Topic}0001`, 'publish "ä/€" qos 2 id 1: '],
    ['PUBLISH of more than 127 bytes', `308501${utf8Topic}${'5a'.repeat(125)}`, `publish "ä/€" qos 0 id 0: ${'5a'.repeat(125)}`],
];

interface Outcome {
    readonly events: readonly string[];
    readonly fault: number;
}

function run(stream: Uint8Array, cuts: readonly number[], make: (sink: RecordingSink) => Decoder): Outcome {
    const sink = new RecordingSink();
    const fault = feedCut(make(sink), stream, cuts);
    return { events: sink.events, fault };
}

/** Whole, in two and in three pieces at every position, and one byte at a time. An empty piece is a piece too. */
function sameAtEverySplit(stream: Uint8Array, expected: Outcome, make: (sink: RecordingSink) => Decoder): void {
    const check = (...cuts: number[]) => assert.equal(run(stream, cuts, make), expected, `cut at ${cuts.join()}`);
    check();
    for (let first = 0; first <= stream.length; first++) {
        check(first);
        for (let second = first + 1; second <= stream.length; second++) check(first, second);
    }
    check(...stream.keys());
}

const message = (sink: RecordingSink) => new MessageDecoder(sink, new Uint8Array(200), true);

for (const [name, packet, event] of kinds) {
    test(`${name} is the same in two and three pieces at every position and byte by byte`, () => {
        sameAtEverySplit(join(connack, bytes(packet), pingresp), { events: ['connack false 0', event, 'pingresp'], fault: 0 }, message);
    });
}

test('CONNACK is the same at every split', () => {
    for (const [packet, event] of [['20020100', 'connack true 0'], ['20020005', 'connack false 5']]) {
        sameAtEverySplit(bytes(packet), { events: [event], fault: 0 }, message);
        sameAtEverySplit(bytes(packet), { events: [event], fault: 0 }, sink => new Decoder(sink));
    }
});

test('packets glued together are the same at every split', () => {
    const short = kinds.filter(([, packet]) => packet.length < 100);
    const both = [...short, ...short.map((_, index) => short[short.length - 1 - index])];
    sameAtEverySplit(
        join(connack, ...both.map(([, packet]) => bytes(packet))),
        { events: ['connack false 0', ...both.map(([, , event]) => event)], fault: 0 },
        message,
    );
});

test('a decoder of acknowledgements alone skips and counts every PUBLISH, at every split', () => {
    const published = kinds.filter(([name]) => name.startsWith('PUBLISH') && !name.includes('127')).map(([, packet]) => bytes(packet));
    sameAtEverySplit(
        join(connack, bytes('40021234'), ...published, pingresp),
        { events: ['connack false 0', 'puback 4660', 'skipped 0', 'skipped 0', 'skipped 0', 'pingresp'], fault: 0 },
        sink => new Decoder(sink),
    );
});

test('[MQTT-4.8.0-1] a malformed packet is refused at every split, what came before it is handed on, nothing of it is', () => {
    for (const faulty of ['20020000', '40020000', '4003', '36', '30ffffffff', '9004000102 03', 'b0020000', 'd001', '3006000261ff0102', '32060001610000 01', '30060005 61626364', '32070004 61626364 01', '3005000361622b']) {
        const stream = join(connack, bytes('40020001'), bytes(faulty), pingresp);
        sameAtEverySplit(stream, { events: ['connack false 0', 'puback 1'], fault: MALFORMED_PACKET }, message);
        // The same when a PUBLISH is too large for the receive buffer.
        if (faulty.startsWith('3')) sameAtEverySplit(stream, { events: ['connack false 0', 'puback 1'], fault: MALFORMED_PACKET }, sink => new MessageDecoder(sink, new Uint8Array(5), true));
    }
});

function publish(name: string, payload: Uint8Array, flags: number, packetIdentifier: number): Uint8Array {
    const target = new Uint8Array(payload.length + name.length + 9);
    return target.slice(0, encodePublish(target, 0, target.length, flags, packetIdentifier, new Topic(encoding, name), payload, 0, payload.length));
}

/** Every message with a buffer of this size; the pieces of the stream have `pieceSize` bytes. Returns how often each way was taken. */
function throughBuffer(bufferSize: number, stream: boolean, pieceSize: number): { whole: number; streamed: number; skipped: number } {
    const taken = { whole: 0, streamed: 0, skipped: 0 };
    const sink = new RecordingSink();
    const decoder = new MessageDecoder(sink, new Uint8Array(bufferSize), stream);
    feed(decoder, connack);
    for (const topicLength of [1, 4, 6, 7, 12, 30]) {
        const name = 'topic/of/some/length/that/fits'.slice(-topicLength);
        for (const payloadLength of [0, 1, 2, 3, 9, 40]) {
            for (const [flags, identifier] of [[RETAIN, 0], [QOS_1, 0x0102], [QOS_2, 0xfffe]] as const) {
                const payload = Uint8Array.from({ length: payloadLength }, (_, index) => index + 1);
                sink.events = [];
                const packet = join(publish(name, payload, flags, identifier), bytes('40020007'));
                const cuts = Array.from({ length: Math.floor(packet.length / pieceSize) }, (_, index) => (index + 1) * pieceSize);
                assert.is(feedCut(decoder, packet, cuts), 0);
                const whole = 2 + topicLength + (identifier && 2) + payloadLength <= bufferSize;
                const streamed = !whole && stream && 2 + topicLength <= bufferSize;
                const delivered = publishEvent(name, payload, flags >> 1, identifier, flags === RETAIN, false);
                const context = `topic ${topicLength}, payload ${payloadLength}, flags ${flags}, buffer ${bufferSize}, pieces of ${pieceSize}`;
                assert.equal(sink.events, [whole || streamed ? delivered : `skipped ${identifier}`, 'puback 7'], context);
                if (whole) assert.equal(sink.pieces, [payloadLength], `what fits comes in one piece: ${context}`);
                taken[whole ? 'whole' : streamed ? 'streamed' : 'skipped']++;
            }
        }
    }
    return taken;
}

test('receive buffers of every size from 8 up: what fits comes whole, the rest is streamed, a topic that does not fit is skipped', () => {
    const sum = { whole: 0, streamed: 0, skipped: 0 };
    for (let bufferSize = 8; bufferSize <= 76; bufferSize++) {
        for (const pieceSize of [1, 2, 3, 5, 1000]) {
            const taken = throughBuffer(bufferSize, true, pieceSize);
            sum.whole += taken.whole;
            sum.streamed += taken.streamed;
            sum.skipped += taken.skipped;
        }
    }
    assert.ok(Math.min(sum.whole, sum.streamed, sum.skipped) > 1000, JSON.stringify(sum));
    assert.equal(throughBuffer(74, true, 1), { whole: 108, streamed: 0, skipped: 0 });
});

test('receive buffers of every size from 8 up: without streaming what does not fit is skipped whole, with its identifier', () => {
    for (let bufferSize = 8; bufferSize <= 76; bufferSize++) {
        for (const pieceSize of [1, 2, 7, 1000]) assert.is(throughBuffer(bufferSize, false, pieceSize).streamed, 0);
    }
});

test('the smallest buffers, even none, lose nothing but what they cannot hold', () => {
    for (let bufferSize = 0; bufferSize < 8; bufferSize++) {
        for (const pieceSize of [1, 4, 1000]) throughBuffer(bufferSize, true, pieceSize);
    }
});

test('an oversize PUBLISH in two and three pieces at every position is one message', () => {
    const payload = Uint8Array.from({ length: 24 }, (_, index) => 255 - index);
    const stream = join(connack, publish('ab/c', payload, QOS_1, 9), bytes('40020007'));
    const event = publishEvent('ab/c', payload, 1, 9, false, false);
    sameAtEverySplit(stream, { events: ['connack false 0', event, 'puback 7'], fault: 0 }, sink => new MessageDecoder(sink, new Uint8Array(8), true));
    sameAtEverySplit(stream, { events: ['connack false 0', 'skipped 9', 'puback 7'], fault: 0 }, sink => new MessageDecoder(sink, new Uint8Array(8), false));
    sameAtEverySplit(stream, { events: ['connack false 0', 'skipped 9', 'puback 7'], fault: 0 }, sink => new MessageDecoder(sink, new Uint8Array(5), true));
});

test('a packet is told of with its last byte, not with the next packet', () => {
    const oversize = ['30080006 616263646566', '32090005 6162636465 0007', '32080004 61626364 0007', '30090001 61 010203040506'];
    for (const packet of [...kinds.map(([, hexadecimal]) => hexadecimal), ...oversize]) {
        for (const stream of [true, false]) {
            const sink = new RecordingSink();
            const decoder = new MessageDecoder(sink, new Uint8Array(7), stream);
            const data = join(connack, bytes(packet));
            assert.is(feedCut(decoder, data, [4, data.length - 1]), 0);
            assert.is(sink.events.length, 2, packet);
        }
    }
});

test('a message of 100,000 bytes comes through a buffer of 16 in the pieces of the transport', () => {
    const payload = Uint8Array.from({ length: 100000 }, (_, index) => (index * 31 + (index >> 8)) & 255);
    const stream = join(connack, publish('big', payload, RETAIN, 0), pingresp);
    const sink = new RecordingSink();
    const decoder = new MessageDecoder(sink, new Uint8Array(16), true);
    const cuts = Array.from({ length: Math.floor(stream.length / 1460) }, (_, index) => (index + 1) * 1460);
    assert.is(feedCut(decoder, stream, cuts), 0);
    assert.equal(sink.events, ['connack false 0', publishEvent('big', payload, 0, 0, true, false), 'pingresp']);
    assert.is(sink.pieces.length, cuts.length + 1);
});

test('§2.2.3: the largest packet, 268,435,455 bytes, is skipped and the next one decoded', () => {
    const mebibyte = new Uint8Array(1048576);
    for (const make of [(sink: RecordingSink) => new Decoder(sink), (sink: RecordingSink) => new MessageDecoder(sink, new Uint8Array(16), false)]) {
        const sink = new RecordingSink();
        const decoder = make(sink);
        feed(decoder, join(connack, bytes('30ffffff7f 0001 61')));
        for (let left = 268435455 - 3; left > 0; left -= mebibyte.length) decoder.decode(mebibyte, 0, Math.min(left, mebibyte.length));
        assert.is(feed(decoder, pingresp), 0);
        assert.equal(sink.events, ['connack false 0', 'skipped 0', 'pingresp']);
    }
});

test.run();
