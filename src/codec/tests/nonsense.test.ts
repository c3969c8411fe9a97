// A peer's nonsense: whatever bytes come, a decoder throws nothing, tells its sink nothing that no packet says, returns a
// documented reason, and works again after a reset. The sink of record.ts holds every call to its invariants.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { MALFORMED_PACKET, PACKET_TOO_LARGE } from '../../reasons.ts';
import { Decoder } from '../decoder.ts';
import { MessageDecoder } from '../message-decoder.ts';
import { bytes, feed, feedCut, join, RecordingSink } from './record.ts';

const conversation = bytes('20020000 300500016101 02 32070001 620009 0304 40020001 90040001 0180 b0020002 d000');
const toldOfIt = [
    'connack false 0', 'publish "a" qos 0 id 0: 0102', 'publish "b" qos 1 id 9: 0304', 'puback 1', 'suback 1: 0180', 'unsuback 2', 'pingresp',
];

/** Mostly bytes that begin something, so that random streams come far. */
const byte = fc.oneof(
    { weight: 3, arbitrary: fc.nat(255) },
    { weight: 2, arbitrary: fc.constantFrom(0x20, 0x30, 0x31, 0x32, 0x33, 0x34, 0x3a, 0x40, 0x90, 0xb0, 0xd0) },
    { weight: 3, arbitrary: fc.nat(6) },
);
const garbage = fc.array(byte, { maxLength: 200 }).map(values => Uint8Array.from(values));
/** The conversation with some of its bytes replaced, dropped or doubled. */
const damaged = fc.array(fc.record({ at: fc.nat(conversation.length - 1), value: fc.nat(255), way: fc.constantFrom('replace', 'drop', 'insert') }), { maxLength: 4 })
    .map(changes => {
        const result = [...conversation];
        for (const { at, value, way } of changes) result.splice(at, way === 'insert' ? 0 : 1, ...(way === 'drop' ? [] : [value]));
        return Uint8Array.from(result);
    });
const streams = fc.oneof(garbage, garbage.map(tail => join(bytes('20020000'), tail)), damaged, damaged.map(stream => join(stream, conversation.subarray(4))));
const cuts = fc.array(fc.nat(250), { maxLength: 8 });

const makers: Record<string, (sink: RecordingSink, bufferSize: number) => Decoder> = {
    'decoder of acknowledgements': sink => new Decoder(sink),
    'decoder that streams': (sink, bufferSize) => new MessageDecoder(sink, new Uint8Array(bufferSize), true),
    'decoder that skips': (sink, bufferSize) => new MessageDecoder(sink, new Uint8Array(bufferSize), false),
};

for (const [name, make] of Object.entries(makers)) {
    test(`[MQTT-4.8.0-1] a ${name} meets nonsense with a reason or accepts what is right, at any cut the same, and recovers`, () => {
        const outcomes: Record<number, number> = { 0: 0, [MALFORMED_PACKET]: 0, [PACKET_TOO_LARGE]: 0 };
        fc.assert(fc.property(streams, cuts, fc.nat(40), (stream, positions, bufferSize) => {
            const ascending = positions.map(position => position % (stream.length + 1)).sort((a, b) => a - b);
            const sink = new RecordingSink();
            const decoder = make(sink, bufferSize);
            const fault = feedCut(decoder, stream, ascending);
            assert.ok(fault in outcomes, `reason ${fault}`);
            outcomes[fault]++;

            const wholeSink = new RecordingSink();
            assert.is(feed(make(wholeSink, bufferSize), stream), fault);
            assert.equal(wholeSink.events, sink.events);

            decoder.halt();
            const told = sink.events.length;
            assert.is(feed(decoder, stream), 0);
            assert.is(sink.events.length, told, 'halted');

            decoder.reset();
            const after = new RecordingSink();
            Object.assign(sink, after, { events: after.events });
            const again = feedCut(decoder, conversation, [7, 9, 20].filter(position => position < conversation.length));
            if (name === 'decoder of acknowledgements') {
                assert.is(again, MALFORMED_PACKET, 'it never asked for a SUBACK');
                assert.equal(sink.events, ['connack false 0', 'skipped 0', 'skipped 0', 'puback 1']);
            } else if (bufferSize >= 8) {
                assert.is(again, 0);
                assert.equal(sink.events, toldOfIt);
            }
        }), { numRuns: 3000 });
        assert.ok(outcomes[0] > 100 && outcomes[MALFORMED_PACKET] > 100, JSON.stringify(outcomes));
        assert.is(outcomes[PACKET_TOO_LARGE] > 0, name !== 'decoder of acknowledgements', JSON.stringify(outcomes));
    });
}

test('every stream of three bytes after CONNACK gives a reason or nothing', () => {
    const sink = new RecordingSink();
    const decoder = new MessageDecoder(sink, new Uint8Array(8), true);
    const stream = bytes('20020000 000000 00');
    for (const last of [0, 1, 2, 0x80, 0xff]) {
        for (let head = 0; head < 65536; head++) {
            stream[4] = head >> 8;
            stream[5] = head;
            stream[6] = last;
            stream[7] = last;
            decoder.reset();
            const fault = decoder.decode(stream, 0, stream.length);
            if (fault !== 0 && fault !== MALFORMED_PACKET && fault !== PACKET_TOO_LARGE) assert.unreachable(`reason ${fault}`);
            sink.events.length = 0;
        }
    }
});

test.run();
