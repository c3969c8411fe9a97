// Which bytes of the payload's array encodePublish takes, on both of its paths (one native copy, a loop), also when they
// lie in the very buffer that the packet goes to.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QOS_1 } from '../packets.ts';
import { encodePublish } from '../publish.ts';
import { Topic } from '../topic.ts';
import { encoding, hex, refuses } from './record.ts';

const topic = new Topic(encoding, 't');
/** Fixed header, topic and packet identifier. */
const headSize = 2 + 3 + 2;

/** Bytes that tell where they come from. */
function numbered(length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => 100 + index);
}

test('every range of an array is taken as it is, whatever room lies around the packet', () => {
    const payload = numbered(12);
    for (let start = 0; start <= 12; start++) {
        for (let end = start; end <= 12; end++) {
            const length = end - start;
            for (const offset of [0, 4, 20]) {
                for (const room of [0, 1, 7, 40]) {
                    const limit = offset + headSize + length + room;
                    const target = new Uint8Array(limit + 20).fill(0xaa);
                    assert.is(encodePublish(target, offset, limit, QOS_1, 0x0809, topic, payload, start, end), offset + headSize + length);
                    assert.is(hex(target, offset, offset + headSize), `32${(headSize - 2 + length).toString(16).padStart(2, '0')}0001740809`);
                    assert.equal(target.subarray(offset + headSize, offset + headSize + length), payload.subarray(start, end));
                    assert.is(target.subarray(0, offset).every(byte => byte === 0xaa), true, 'before the offset');
                    assert.is(target.subarray(limit).every(byte => byte === 0xaa), true, 'from the limit on');
                    assert.equal(payload, numbered(12), 'the payload is only read');
                }
            }
        }
    }
});

test('a message that lies in the buffer it is encoded to arrives whole, wherever it lies', () => {
    for (let offset = 0; offset < 16; offset++) {
        for (let start = 0; start < 40; start++) {
            for (const length of [0, 1, 6, 7, 8, 20]) {
                for (const limit of [offset + headSize + length, 64]) {
                    const target = numbered(64);
                    const expected = hex(target, start, start + length);
                    assert.is(encodePublish(target, offset, limit, QOS_1, 1, topic, target, start, start + length), offset + headSize + length);
                    assert.is(hex(target, offset + headSize, offset + headSize + length), expected, `offset ${offset}, message at ${start}, ${length} bytes`);
                }
            }
        }
    }
});

test('a range outside of the payload is refused and nothing is written', () => {
    const payload = numbered(8);
    const target = new Uint8Array(100).fill(0xaa);
    for (const [start, end] of [[-1, 4], [0, 9], [5, 4], [9, 9], [0, NaN], [NaN, 4], [0, Infinity], [-2, -1], [0, 1.5]] as const) {
        refuses(() => encodePublish(target, 0, 100, 0, 0, topic, payload, start, end), new RegExp(`range of the payload: ${start}\\.\\.${end}$`));
    }
    assert.is(target.every(byte => byte === 0xaa), true);
});

test('a text in place of a topic is refused', () => {
    refuses(() => encodePublish(new Uint8Array(100), 0, 100, 0, 0, 't' as unknown as Topic, new Uint8Array(1), 0, 1), /Topic/);
});

test.run();
