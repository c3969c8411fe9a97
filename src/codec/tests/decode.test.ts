// What the decoders accept and what they refuse, packet by packet (MQTT 3.1.1 §2, §3).
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MALFORMED_PACKET, PACKET_TOO_LARGE } from '../../reasons.ts';
import { Decoder } from '../decoder.ts';
import { MessageDecoder } from '../message-decoder.ts';
import type { Message } from '../message-decoder.ts';
import { TopicFilter } from '../subscribe.ts';
import { Topic } from '../topic.ts';
import { bytes, encoding, feed, RecordingSink } from './record.ts';

const CONNACK = '20020000';

/** What a decoder makes of `stream` after a CONNACK: the events, then the fault if there is one. Whole and byte by byte it must be the same. */
function decode(stream: string, buffer = 64): (string | number)[] {
    return fromStart(CONNACK + stream, buffer).slice(1);
}

function fromStart(stream: string, buffer = 64): (string | number)[] {
    const results = [Infinity, 1].map(size => {
        const sink = new RecordingSink();
        const decoder = new MessageDecoder(sink, new Uint8Array(buffer), true);
        const data = bytes(stream);
        let fault = 0;
        for (let at = 0; at < data.length && fault === 0; at += size) fault = feed(decoder, data.subarray(at, at + size));
        return fault ? [...sink.events, fault] : sink.events;
    });
    assert.equal(results[0], results[1], `${stream}: whole and byte by byte`);
    return results[0];
}

/** Refused, and nothing of it reaches the sink. */
function isMalformed(stream: string): void {
    assert.equal(decode(stream), [MALFORMED_PACKET], stream);
}

/** A PUBLISH with this first byte and, as hexadecimal, topic; QoS above 0 adds identifier 1. The payload is 01. */
function publish(topic: string, first = 0x30): string {
    const body = (topic.length / 2).toString(16).padStart(4, '0') + topic + (first & 6 ? '0001' : '') + '01';
    return first.toString(16) + (body.length / 2).toString(16).padStart(2, '0') + body;
}

test('[MQTT-2.2.2-2] [MQTT-4.8.0-1] of all 16 x 16 first bytes a client accepts CONNACK first, then just these', () => {
    // Packets that are right for their first byte, should it be accepted.
    const rest: Record<number, string> = { 0x20: '020000', 0x40: '020001', 0x90: '03000100', 0xb0: '020001', 0xd0: '00' };
    for (const first of [0x30, 0x31]) rest[first] = '050003617364';
    for (const first of [0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d]) rest[first] = '06000161000101';
    for (let first = 0; first < 256; first++) {
        const packet = first.toString(16).padStart(2, '0') + (rest[first] ?? '020001');
        const after = decode(packet);
        if (first in rest && first !== 0x20) assert.is(after.length === 1 && typeof after[0], 'string', packet);
        else assert.equal(after, [MALFORMED_PACKET], packet);
        assert.is(typeof fromStart(packet)[0], first === 0x20 ? 'string' : 'number', `${packet} as the first packet`);
    }
});

test('[MQTT-2.2.2-2] [MQTT-3.2.0-1] the very first byte is refused at once unless it is that of a CONNACK, 00 too', () => {
    const decoder = new Decoder(new RecordingSink());
    for (let first = 0; first < 256; first++) {
        assert.is(feed(decoder, Uint8Array.of(first)), first === 0x20 ? 0 : MALFORMED_PACKET, first.toString(16));
        decoder.reset();
    }
});

test('[MQTT-2.2.2-2] a decoder of acknowledgements alone accepts the same first bytes, and refuses SUBACK and UNSUBACK by their end', () => {
    for (let first = 0; first < 256; first++) {
        const sink = new RecordingSink();
        const decoder = new Decoder(sink);
        assert.is(feed(decoder, bytes(CONNACK)), 0);
        const fault = feed(decoder, Uint8Array.of(first));
        assert.is(fault === 0, [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d, 0x40, 0x90, 0xb0, 0xd0].includes(first), first.toString(16));
        if (first === 0x90) assert.is(feed(decoder, bytes('03000100')), MALFORMED_PACKET);
        if (first === 0xb0) assert.is(feed(decoder, bytes('020001')), MALFORMED_PACKET);
        assert.equal(sink.events, ['connack false 0']);
    }
});

test('[MQTT-3.2.0-1] CONNACK comes first, once, and first again after a reset', () => {
    assert.equal(fromStart('d000'), [MALFORMED_PACKET]);
    assert.equal(fromStart(publish('61')), [MALFORMED_PACKET]);
    assert.equal(fromStart(CONNACK + CONNACK), ['connack false 0', MALFORMED_PACKET]);
    assert.equal(fromStart(CONNACK + 'd000' + CONNACK), ['connack false 0', 'pingresp', MALFORMED_PACKET]);
    const sink = new RecordingSink();
    const decoder = new MessageDecoder(sink, new Uint8Array(8), true);
    assert.is(feed(decoder, bytes('20020000 400200')), 0);
    decoder.reset();
    assert.is(feed(decoder, bytes('20020100 d000')), 0);
    decoder.reset();
    assert.is(feed(decoder, bytes('d000')), MALFORMED_PACKET);
    assert.equal(sink.events, ['connack false 0', 'connack true 0', 'pingresp']);
});

test('[MQTT-3.2.2-4] [MQTT-3.2.2-5] of all CONNACKs those are accepted: codes 0 to 5, session present with 0 only', () => {
    for (let flags = 0; flags < 256; flags++) {
        for (let code = 0; code < 256; code++) {
            const good = (flags === 0 && code <= 5) || (flags === 1 && code === 0);
            assert.equal(fromStart(Buffer.of(0x20, 2, flags, code).toString('hex')), [good ? `connack ${flags === 1} ${code}` : MALFORMED_PACKET]);
        }
    }
});

test('§2.2.3: a remaining length of more than four bytes is refused with its fourth byte', () => {
    for (const first of ['30', '40', '90', 'd0']) {
        isMalformed(`${first}8080808001`);
        isMalformed(`${first}ffffffff7f`);
        isMalformed(`${first}ffffffff`);
    }
});

test('§2.2.3: a remaining length in more bytes than needed is accepted', () => {
    for (const length of ['02', '8200', '828000', '82808000']) {
        assert.equal(decode(`40${length}0102`), ['puback 258'], length);
        assert.equal(fromStart(`20${length}0003`), ['connack false 3']);
    }
    assert.equal(decode('d0808000'), ['pingresp']);
    assert.equal(decode('30848000000161ff'), ['publish "a" qos 0 id 0: ff']);
    assert.equal(decode('90838080000001 02'), ['suback 1: 02']);
});

test('[MQTT-2.2.2-2] a remaining length that is wrong for its type is refused', () => {
    for (const packet of ['4000', '400101', '4003000100', '40820100', 'b000', 'b00101', 'b003000100', '9000', '900101', '90020001', 'd00100', 'd0020000']) isMalformed(packet);
    for (const packet of ['2000', '200100', '2003000000']) assert.equal(fromStart(packet), [MALFORMED_PACKET]);
    for (const packet of ['3000', '30020001', '30020000', '32020001', '3204000161', '320400016100']) isMalformed(packet);
});

test('[MQTT-2.2.2-2] a decoder of acknowledgements alone refuses the same lengths', () => {
    for (const packet of ['3002', '3204', '3404', '4001', '4003', 'd001', '9003', 'b003']) {
        const decoder = new Decoder(new RecordingSink());
        assert.is(feed(decoder, bytes(CONNACK + packet)), MALFORMED_PACKET, packet);
    }
    for (const packet of ['3003', '3205', '3405', '4002', 'd000']) {
        const decoder = new Decoder(new RecordingSink());
        assert.is(feed(decoder, bytes(CONNACK + packet)), 0, packet);
    }
});

test('[MQTT-2.3.1-1] packet identifier 0 is refused in PUBLISH, PUBACK, SUBACK and UNSUBACK', () => {
    for (const packet of ['3205000161 0000', '3405000161 0000', '3206000161 0000 07', '40020000', '9003000000', 'b0020000']) isMalformed(packet);
});

test('[MQTT-2.3.1-6] [MQTT-2.3.1-7] [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.10.4-4] [MQTT-3.10.4-5] identifiers are handed on as they came, PUBLISH before SUBACK too', () => {
    assert.equal(
        decode('40020001 40020102 4002ffff 3206000161ff00 05 b002fffe 9003010001'),
        ['puback 1', 'puback 258', 'puback 65535', 'publish "a" qos 1 id 65280: 05', 'unsuback 65534', 'suback 256: 01'],
    );
});

test('[MQTT-3.12.4-1] a PINGRESP is handed on', () => {
    assert.equal(decode('d000d000'), ['pingresp', 'pingresp']);
});

test('[MQTT-3.9.3-2] of all SUBACK codes 0, 1, 2 and 0x80 are accepted, in any place', () => {
    for (let code = 0; code < 256; code++) {
        const good = code <= 2 || code === 0x80;
        const digits = code.toString(16).padStart(2, '0');
        assert.equal(decode(`90030007${digits}`), good ? [`suback 7: ${digits}`] : [MALFORMED_PACKET]);
        assert.equal(decode(`9005000700${digits}01`), good ? [`suback 7: 00${digits}01`] : [MALFORMED_PACKET]);
    }
});

test('[MQTT-3.8.4-5] [MQTT-3.9.3-1] [MQTT-3.8.4-6] return codes are handed on all and in order', () => {
    assert.equal(decode('90070009 0280000102'), ['suback 9: 0280000102']);
});

test('a SUBACK that the receive buffer cannot hold is refused as too large', () => {
    assert.equal(decode('900800010001020001 80', 8), ['suback 1: 000102000180']);
    assert.equal(decode('90090001000102000180 02', 8), [PACKET_TOO_LARGE]);
});

test('[MQTT-3.3.1-4] QoS 3 is refused', () => {
    for (const first of [0x36, 0x37, 0x3e, 0x3f]) isMalformed(publish('61', first));
});

test('[MQTT-3.3.1-2] DUP with QoS 0 is refused', () => {
    for (const first of [0x38, 0x39]) isMalformed(publish('61', first));
});

test('[MQTT-3.3.1-8] [MQTT-3.3.1-9] QoS, RETAIN and DUP are handed on', () => {
    for (const [first, flags] of [
        [0x30, 'qos 0 id 0'], [0x31, 'qos 0 id 0 retain'], [0x32, 'qos 1 id 1'], [0x33, 'qos 1 id 1 retain'], [0x34, 'qos 2 id 1'],
        [0x35, 'qos 2 id 1 retain'], [0x3a, 'qos 1 id 1 dup'], [0x3b, 'qos 1 id 1 retain dup'], [0x3c, 'qos 2 id 1 dup'], [0x3d, 'qos 2 id 1 retain dup'],
    ] as const) assert.equal(decode(publish('61', first)), [`publish "a" ${flags}: 01`]);
});

test('[MQTT-3.3.2-1] [MQTT-1.5.3-1] a topic that is ill-formed UTF-8 is refused', () => {
    for (const topic of ['c080', 'c1bf', 'e08080', 'e09fbf', 'f08fbfbf', 'eda080', 'edbfbf', 'eda080edb080', 'f4908080', 'f5808080', 'ff', '80', 'c3', '61e282', 'f0908d', 'c361']) {
        for (const first of [0x30, 0x32]) isMalformed(publish(topic, first));
        isMalformed(publish(`61${topic}`));
    }
});

test('[MQTT-1.5.3-2] [MQTT-4.7.3-2] a topic with U+0000 is refused', () => {
    for (const topic of ['00', '6100', '0061', '610062']) isMalformed(publish(topic));
});

test('[MQTT-1.5.3-3] U+FEFF in a topic is kept', () => {
    assert.equal(decode(publish('efbbbf61')), ['publish "\ufeffa" qos 0 id 0: 01']);
});

test('[MQTT-3.3.2-2] [MQTT-4.7.1-1] a topic with a wildcard is refused', () => {
    for (const topic of ['2b', '23', '612f2b', '612f23', '612b', '2361', '612f2b2f62']) isMalformed(publish(topic));
});

test('[MQTT-4.7.3-1] an empty topic, or one that runs over the packet, is refused', () => {
    isMalformed('3003000001');
    isMalformed('32050000000101');
    isMalformed('3003000261');
    isMalformed('3003ffff61');
    isMalformed('32050002610001');
    isMalformed('3205000361 0001');
    // What stands behind the packet is not taken for its identifier.
    isMalformed('3205000361626301020304');
});

test('[MQTT-4.7.3-1] [MQTT-3.3.2-2] an empty topic, or one with a wildcard, is refused in a PUBLISH too large for the receive buffer', () => {
    for (const packet of ['300a0000 0102030405060708', '320a0000 0001 030405060708', '300a0001 2b 02030405060708', '320a0001 23 0001 0405060708']) {
        assert.equal(decode(packet, 8), [MALFORMED_PACKET], packet);
    }
});

test('[MQTT-4.7.3-3] [MQTT-3.3.2-1] a topic of 65535 bytes and an empty payload are accepted', () => {
    const name = 'x'.repeat(65535);
    assert.equal(decode(`30818004ffff${'78'.repeat(65535)}`, 65537), [`publish "${name}" qos 0 id 0: `]);
    assert.equal(decode('3003000161'), ['publish "a" qos 0 id 0: ']);
    assert.equal(decode('3205000161ffff'), ['publish "a" qos 1 id 65535: ']);
});

test('a message that lies whole in the bytes given is handed on where it lies; what comes in pieces, in the receive buffer', () => {
    const held = new Uint8Array(8);
    let where: [Uint8Array, Uint8Array, number, number] | null = null;
    const sink = new RecordingSink();
    sink.onPublish = (message: Message) => {
        where = [message.bytes, message.topicBytes, message.start, message.end];
        return 0;
    };
    const decoder = new MessageDecoder(sink, held, true);
    const stream = bytes(CONNACK + '30040001' + '6107');
    assert.is(decoder.decode(stream, 0, 10), 0);
    assert.equal(where, [stream, stream, 9, 10]);
    assert.is(where![0], stream);
    assert.is(where![1], stream);
    assert.is(decoder.decode(stream, 4, 7), 0);
    assert.is(decoder.decode(stream, 7, 10), 0);
    assert.equal(where, [held, held, 3, 4]);
    assert.is(where![0], held);
    assert.is(where![1], held);
});

test('[MQTT-4.8.0-1] a reason that the sink gives for a packet is what decode returns, and nothing behind that packet is decoded', () => {
    class RefusingSink extends RecordingSink {
        override onPuback(packetIdentifier: number): number {
            super.onPuback(packetIdentifier);
            return 77;
        }

        override onPublish(message: Message, packetIdentifier: number): number {
            super.onPublish(message, packetIdentifier);
            return 78;
        }
    }
    for (const [packet, reason] of [['40020001', 77], ['3004000174' + '61', 78]] as const) {
        const sink = new RefusingSink();
        const decoder = new MessageDecoder(sink, new Uint8Array(8), true);
        const stream = bytes('20020000' + packet + packet);
        assert.is(decoder.decode(stream, 0, stream.length), reason);
        assert.is(sink.events.length, 2);
    }
});

test('[MQTT-4.8.0-1] a halted decoder ignores everything until it is reset, also when a sink halts it', () => {
    class HaltingSink extends RecordingSink {
        override onPuback(packetIdentifier: number): number {
            decoder.halt();
            return super.onPuback(packetIdentifier);
        }
    }
    const sink = new HaltingSink();
    const decoder: MessageDecoder = new MessageDecoder(sink, new Uint8Array(8), true);
    assert.is(feed(decoder, bytes('20020000 40020001 40020002 ffff')), 0);
    assert.is(feed(decoder, bytes('00')), 0);
    decoder.reset();
    assert.is(feed(decoder, bytes('20020000')), 0);
    assert.equal(sink.events, ['connack false 0', 'puback 1', 'connack false 0']);
});

test('a message knows its topic and what matches it', () => {
    const results: boolean[][] = [];
    const topics = ['a/b', 'a/c', 'a', 'a/bc', 'b/b'].map(text => new Topic(encoding, text));
    const filters = ['a/b', 'a/+', '#', 'a', 'b/#'].map(text => new TopicFilter(encoding, text, 0));
    const sink = new RecordingSink();
    sink.onPublish = (message: Message) => {
        results.push(topics.map(topic => message.topicIs(topic)), filters.map(filter => message.matches(filter)));
        return 0;
    };
    const decoder = new MessageDecoder(sink, new Uint8Array(8), true);
    assert.is(feed(decoder, bytes(CONNACK + publish('612f62'))), 0);
    assert.equal(results, [[true, false, false, false, false], [true, true, true, false, false]]);
});

test.run();
