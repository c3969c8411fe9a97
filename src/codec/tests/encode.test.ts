// PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT as bytes, and where in the caller's buffer they go.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeConnect } from '../connect.ts';
import { DISCONNECT, DOES_NOT_FIT, DUP, PINGREQ, QOS_1, QOS_2, RETAIN, SUBSCRIBE, UNSUBSCRIBE } from '../packets.ts';
import { encodeEmpty, encodePuback, encodePublish, publishSize } from '../publish.ts';
import { encodeFilters, TopicFilter } from '../subscribe.ts';
import { Topic } from '../topic.ts';
import { bytes, encoding, hex, refuses } from './record.ts';

type Encode = (target: Uint8Array, offset: number, limit: number) => number;

const topic = new Topic(encoding, 'a/b');

/** The packet as hexadecimal. */
function packet(encode: Encode): string {
    const target = new Uint8Array(1000);
    return hex(target, 0, encode(target, 0, target.length));
}

function publish(flags: number, packetIdentifier: number, payload: Uint8Array): string {
    return packet((target, offset, limit) => encodePublish(target, offset, limit, flags, packetIdentifier, topic, payload, 0, payload.length));
}

/** Filters, `text` and `qos` in turn. */
function list(...parts: (string | number)[]): TopicFilter[] {
    const filters: TopicFilter[] = [];
    for (let index = 0; index < parts.length; index += 2) filters.push(new TopicFilter(encoding, parts[index] as string, parts[index + 1] as number));
    return filters;
}

function filters(first: number, packetIdentifier: number, wanted: readonly TopicFilter[]): string {
    return packet((target, offset, limit) => encodeFilters(target, offset, limit, first, packetIdentifier, wanted));
}

test('[MQTT-3.3.1-2] [MQTT-4.3.1-1] [MQTT-2.3.1-5] a QoS 0 PUBLISH has neither DUP nor a packet identifier', () => {
    assert.is(publish(0, 0, bytes('01 02')), '30070003612f620102');
    assert.is(publish(RETAIN, 0, bytes('')), '31050003612f62');
});

test('[MQTT-2.2.2-1] [MQTT-2.3.1-1] [MQTT-3.3.1-1] [MQTT-4.3.2-1] a QoS 1 PUBLISH carries its identifier, and DUP only when told', () => {
    assert.is(publish(QOS_1, 1, bytes('ff')), '32080003612f620001ff');
    assert.is(publish(QOS_1 | RETAIN, 0x0102, bytes('')), '33070003612f620102');
    assert.is(publish(QOS_1 | DUP, 0xffff, bytes('')), '3a070003612f62ffff');
    assert.is(publish(QOS_1 | DUP | RETAIN, 256, bytes('')), '3b070003612f620100');
});

test('[MQTT-3.3.1-4] [MQTT-2.2.2-1] QoS 2 is the bits 10, never 11', () => {
    assert.is(publish(QOS_2, 7, bytes('')), '34070003612f620007');
    assert.is(publish(QOS_2 | DUP | RETAIN, 7, bytes('')), '3d070003612f620007');
});

test('[MQTT-3.3.2-1] the topic comes first, as UTF-8', () => {
    const thermometer = new Topic(encoding, 'küche/°C');
    assert.is(
        packet((target, offset, limit) => encodePublish(target, offset, limit, 0, 0, thermometer, bytes('31'), 0, 1)),
        '300d' + '000a' + '6bc3bc6368652fc2b043' + '31',
    );
});

test('[MQTT-2.3.1-6] [MQTT-3.3.4-1] [MQTT-2.2.2-1] a PUBACK carries the identifier it is given', () => {
    for (const [identifier, expected] of [[1, '0001'], [0x0102, '0102'], [0xffff, 'ffff']] as const) {
        assert.is(packet((target, offset, limit) => encodePuback(target, offset, limit, identifier)), '4002' + expected);
    }
});

test('[MQTT-3.14.1-1] [MQTT-2.2.2-1] DISCONNECT is E0 00, PINGREQ C0 00', () => {
    assert.is(packet((target, offset, limit) => encodeEmpty(target, offset, limit, DISCONNECT)), 'e000');
    assert.is(packet((target, offset, limit) => encodeEmpty(target, offset, limit, PINGREQ)), 'c000');
});

test('[MQTT-3.8.1-1] [MQTT-2.3.1-1] [MQTT-3-8.3-4] a SUBSCRIBE is 82, identifier, then filter and requested QoS in order', () => {
    assert.is(filters(SUBSCRIBE, 10, list('a/b', 1, '+', 0, 'c/#', 2)), '8212' + '000a' + '0003612f6201' + '00012b00' + '0003632f2302');
});

test('[MQTT-3.10.1-1] [MQTT-2.3.1-1] an UNSUBSCRIBE is A2, identifier, then filters in order without QoS', () => {
    assert.is(filters(UNSUBSCRIBE, 0xfffe, list('a/b', 1, '+', 0)), 'a20a' + 'fffe' + '0003612f62' + '00012b');
});

test('[MQTT-3.8.3-1] [MQTT-3.10.3-1] filters are UTF-8', () => {
    assert.is(filters(SUBSCRIBE, 1, list('ä/€', 0)), '820b' + '0001' + '0006c3a42fe282ac' + '00');
    assert.is(filters(UNSUBSCRIBE, 1, list('ä/€', 0)), 'a20a' + '0001' + '0006c3a42fe282ac');
});

test('[MQTT-3.8.3-3] [MQTT-3.10.3-2] a packet without a filter is refused', () => {
    for (const first of [SUBSCRIBE, UNSUBSCRIBE]) {
        refuses(() => filters(first, 1, []), /3\.8\.3-3/);
    }
});

test('[MQTT-3-8.3-4] [MQTT-3.3.1-4] a filter with a QoS that is not 0, 1 or 2 is refused', () => {
    for (const qos of [3, -1, 4, 0.5, NaN]) refuses(() => new TopicFilter(encoding, 'a', qos), /3-8\.3-4/);
});

test('§2.2.3: the remaining length takes one to four bytes, and publishSize knows how many', () => {
    const payload = new Uint8Array(2097160).fill(0x55);
    const target = new Uint8Array(2097180);
    const lengths = [
        [0, '00'], [127, '7f'], [128, '8001'], [16383, 'ff7f'], [16384, '808001'], [2097151, 'ffff7f'], [2097152, '80808001'],
    ] as const;
    for (const [remainingLength, expected] of lengths.slice(1)) {
        for (const identifier of [0, 9]) {
            const length = remainingLength - 5 - (identifier ? 2 : 0);
            const end = encodePublish(target, 0, target.length, identifier ? QOS_1 : 0, identifier, topic, payload, 0, length);
            const size = 1 + expected.length / 2;
            assert.is(hex(target, 1, size), expected);
            assert.is(end, size + remainingLength);
            assert.is(publishSize(topic, length, identifier), end);
            assert.is(hex(target, size, size + 5), '0003612f62');
            assert.is(target.subarray(size + 5 + (identifier ? 2 : 0), end).every(byte => byte === 0x55), true);
        }
    }
});

test('§2.2.3: a packet whose remaining length would pass 268435455 does not fit, however large the buffer', () => {
    // Memory that is never touched costs nothing.
    const large = new Uint8Array(268435500);
    const longest = 268435455 - 5;
    assert.is(publishSize(topic, longest, 0), 268435460);
    assert.is(publishSize(topic, longest + 1, 0), Infinity);
    assert.is(encodePublish(large, 0, large.length, 0, 0, topic, large, 0, longest + 1), DOES_NOT_FIT);
    assert.is(hex(large, 0, 8), '0000000000000000');
});

test('what does not fit is told apart from every end of a packet: it is below 0', () => {
    assert.is(encodeEmpty(new Uint8Array(1), 0, 1, PINGREQ), -1);
    assert.is(DOES_NOT_FIT, -1);
});

/** Every kind of packet, for what holds wherever it is put. */
const kinds: Record<string, Encode> = {
    CONNECT: (target, offset, limit) => encodeConnect(target, offset, limit, { clientId: 'c', userName: 'u', password: 'p', will: { topic: 't', payload: bytes('0102') } }, encoding),
    'CONNECT of more than 127 bytes': (target, offset, limit) => encodeConnect(target, offset, limit, { clientId: 'c'.repeat(200) }, encoding),
    'PUBLISH QoS 0': (target, offset, limit) => encodePublish(target, offset, limit, 0, 0, topic, bytes('01 02 03 04'), 1, 3),
    'PUBLISH QoS 1': (target, offset, limit) => encodePublish(target, offset, limit, QOS_1, 0x1234, topic, bytes('01 02 03 04'), 0, 4),
    'PUBLISH without payload': (target, offset, limit) => encodePublish(target, offset, limit, QOS_1, 1, topic, new Uint8Array(0), 0, 0),
    'PUBLISH of more than 127 bytes': (target, offset, limit) => encodePublish(target, offset, limit, QOS_1, 1, topic, new Uint8Array(300).fill(9), 100, 300),
    PUBACK: (target, offset, limit) => encodePuback(target, offset, limit, 0x1234),
    SUBSCRIBE: (target, offset, limit) => encodeFilters(target, offset, limit, SUBSCRIBE, 3, list('a/+', 1, 'b', 0)),
    UNSUBSCRIBE: (target, offset, limit) => encodeFilters(target, offset, limit, UNSUBSCRIBE, 3, list('a/+', 1, 'b'.repeat(130), 0)),
    PINGREQ: (target, offset, limit) => encodeEmpty(target, offset, limit, PINGREQ),
    DISCONNECT: (target, offset, limit) => encodeEmpty(target, offset, limit, DISCONNECT),
};

for (const [kind, encode] of Object.entries(kinds)) {
    const reference = packet(encode);
    const length = reference.length / 2;

    test(`${kind} goes to any offset, fits exactly, and touches nothing before the offset or from the limit on`, () => {
        for (const offset of [0, 1, 5, 129]) {
            for (const room of [0, 1, 40, 1000]) {
                const limit = offset + length + room;
                const target = new Uint8Array(limit + 400).fill(0xaa);
                assert.is(encode(target, offset, limit), offset + length);
                assert.is(hex(target, offset, offset + length), reference);
                assert.is(target.subarray(0, offset).every(byte => byte === 0xaa), true, 'before the offset');
                assert.is(target.subarray(limit).every(byte => byte === 0xaa), true, 'from the limit on');
                // Only encodePublish may use the free room as a scratchpad.
                if (!kind.startsWith('PUBLISH')) assert.is(target.subarray(offset + length).every(byte => byte === 0xaa), true);
            }
        }
    });

    test(`${kind} that lacks a single byte does not fit, and nothing at all is written`, () => {
        for (const offset of [0, 3]) {
            for (let room = 0; room < length; room++) {
                const target = new Uint8Array(1000).fill(0xaa);
                assert.is(encode(target, offset, offset + room), DOES_NOT_FIT);
                assert.is(target.every(byte => byte === 0xaa), true);
            }
        }
    });
}

test.run();
