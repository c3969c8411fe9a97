// The decoders against an independent recogniser (recogniser.ts) wherever all strings of bytes can be tried: every short
// string, every string over the bytes that matter to the format, every flipped bit and every truncation of every packet.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MALFORMED_PACKET, PACKET_TOO_LARGE } from '../../reasons.ts';
import { Decoder } from '../decoder.ts';
import { MessageDecoder } from '../message-decoder.ts';
import type { Message, MessageSink } from '../message-decoder.ts';
import { isText } from '../text.ts';
import { ACCEPT, BEGINNING, DOOMED, REJECT, TOO_LARGE, WAIT, completion, connackLine, mayBeText, publishLine, step } from './recogniser.ts';
import type { Reader, State } from './recogniser.ts';
import { bytes, hex } from './record.ts';

/** Writes down what the recogniser says. The pieces of a message become one line when the last has come. */
class Scribe implements MessageSink {
    told = '';
    payload = '';

    onConnack(sessionPresent: boolean, returnCode: number): number {
        return this.tell(connackLine(sessionPresent, returnCode));
    }

    onPuback(packetIdentifier: number): number {
        return this.tell(`puback ${packetIdentifier}\n`);
    }

    onPingresp(): number {
        return this.tell('pingresp\n');
    }

    onSkipped(packetIdentifier: number): number {
        return this.tell(`skipped ${packetIdentifier}\n`);
    }

    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        return this.tell(`suback ${packetIdentifier} ${hex(codes, start, end)}\n`);
    }

    onUnsuback(packetIdentifier: number): number {
        return this.tell(`unsuback ${packetIdentifier}\n`);
    }

    onPublish(message: Message, packetIdentifier: number): number {
        if (message.offset === 0) this.payload = '';
        if (this.payload.length !== 2 * message.offset) return this.tell('a piece in the wrong place\n');
        this.payload += hex(message.bytes, message.start, message.end);
        if (this.payload.length < 2 * message.total) return 0;
        const first = 0x30 | (message.dup ? 8 : 0) | (message.qos << 1) | (message.retain ? 1 : 0);
        return this.tell(publishLine(first, hex(message.topicBytes, message.topicStart, message.topicEnd), packetIdentifier, this.payload));
    }

    private tell(line: string): number {
        this.told += line;
        return 0;
    }
}

const FAULTS: Record<string, readonly number[]> = {
    [ACCEPT]: [0], [WAIT]: [0], [DOOMED]: [0, MALFORMED_PACKET], [REJECT]: [MALFORMED_PACKET], [TOO_LARGE]: [PACKET_TOO_LARGE],
};
/** The longest rest of a packet that is supplied to see how it ends, in bytes. */
const REST = 12;

/** A decoder and what the recogniser must know of it. */
class Subject {
    /** Strings by verdict. */
    readonly counts: Record<string, number> = { [ACCEPT]: 0, [WAIT]: 0, [DOOMED]: 0, [REJECT]: 0, [TOO_LARGE]: 0 };
    private readonly scribe = new Scribe();
    private readonly decoder: Decoder;

    constructor(readonly name: string, readonly reader: Reader) {
        this.decoder = reader.acknowledgementsOnly
            ? new Decoder(this.scribe)
            : new MessageDecoder(this.scribe, new Uint8Array(reader.capacity), reader.streams);
    }

    /** A string, whole, then one byte at a time, against its verdict. */
    check(string: Uint8Array, length: number, state: State): void {
        const faults = FAULTS[state.verdict];
        for (let size = length; size > 0; size = size > 1 ? 1 : 0) {
            const fault = this.decode(string, length, size);
            if (!faults.includes(fault) || this.scribe.told !== state.told) {
                assert.unreachable(`${this.name}: ${hex(string, 0, length)} is ${state.verdict}, '${state.told}', not ${fault}, '${this.scribe.told}', in pieces of ${size}`);
            }
        }
    }

    /** What is not decided is, if the rest of the packet comes: a short valid one for what waits, zeros for what is doomed. */
    checkEnd(string: Uint8Array, length: number, state: State): void {
        const { verdict, told, headerEnded, body } = state;
        if (verdict === ACCEPT) this.checkAlso(string, length, state, told ? [0xd0, 0] : [0x20, 2, 0, 0]);
        const missing = state.length - body.length;
        if (!headerEnded || missing > REST || (verdict !== WAIT && verdict !== DOOMED)) return;
        const rest = verdict === WAIT ? completion(this.reader, state, REST) : Array<number>(missing).fill(0);
        if (!rest) assert.unreachable(`${hex(string, 0, length)} can be made whole`);
        else this.checkAlso(string, length, state, rest);
    }

    /** Every string that begins with string[0..length) and has up to `depth` more bytes of `alphabet`. */
    walk(string: Uint8Array, length: number, state: State, depth: number, alphabet: readonly number[]): void {
        this.counts[state.verdict]++;
        this.check(string, length, state);
        if (depth === 0) {
            this.checkEnd(string, length, state);
        } else if (state.verdict === REJECT || state.verdict === TOO_LARGE) {
            // `decode` has given its reason with the last byte or, called once, after it: what follows was never looked at.
            for (let more = 1, strings = alphabet.length; more <= depth; more++, strings *= alphabet.length) this.counts[state.verdict] += strings;
        } else {
            for (const byte of alphabet) {
                string[length] = byte;
                this.walk(string, length + 1, step(this.reader, state, byte), depth - 1, alphabet);
            }
        }
    }

    /** Whether all of `stream` is taken as the recogniser takes it; `state`: what that is at stream[from]. */
    checkStream(stream: Uint8Array, state = BEGINNING, from = 0): void {
        for (let at = from; at < stream.length; at++) state = step(this.reader, state, stream[at]);
        this.counts[state.verdict]++;
        const string = new Uint8Array(stream.length + 1);
        string.set(stream);
        this.check(string, stream.length, state);
    }

    get summary(): string {
        return `${this.name}: ` + Object.entries(this.counts).map(([verdict, count]) => `${count} ${verdict}`).join(', ');
    }

    private checkAlso(string: Uint8Array, length: number, state: State, rest: readonly number[]): void {
        let end = length;
        for (const byte of rest) {
            state = step(this.reader, state, byte);
            string[end++] = byte;
        }
        assert.ok(state.verdict === ACCEPT || state.verdict === REJECT || state.verdict === TOO_LARGE);
        this.check(string, end, state);
    }

    /** In pieces of `size` bytes. What follows in the array would show. */
    private decode(string: Uint8Array, length: number, size: number): number {
        this.scribe.told = '';
        this.decoder.reset();
        string[length] = 0xaa;
        let fault = 0;
        for (let at = 0; at < length && fault === 0; at += size) fault = this.decoder.decode(string, at, at + size);
        return fault;
    }
}

/** One that holds all, one that skips and one that streams what has more than 3 bytes, one of acknowledgements alone. */
const subjects = () => [
    new Subject('holds 64 bytes', { capacity: 64, streams: true, acknowledgementsOnly: false }),
    new Subject('holds 3, streams', { capacity: 3, streams: true, acknowledgementsOnly: false }),
    new Subject('holds 3, skips', { capacity: 3, streams: false, acknowledgementsOnly: false }),
    new Subject('acknowledgements', { capacity: 0, streams: false, acknowledgementsOnly: true }),
];

const connack = bytes('20020000');

/** Every string of up to `depth` bytes of `alphabet`, as the very first bytes and after a CONNACK. */
function walkAll(subject: Subject, depth: number, alphabet: readonly number[]): void {
    const string = new Uint8Array(64);
    subject.walk(string, 0, BEGINNING, depth, alphabet);
    string.set(connack);
    subject.walk(string, 4, connack.reduce((state, byte) => step(subject.reader, state, byte), BEGINNING), depth, alphabet);
    const all = Array.from({ length: depth + 1 }, (_, length) => alphabet.length ** length).reduce((sum, count) => sum + count);
    assert.is(Object.values(subject.counts).reduce((sum, count) => sum + count), 2 * all, 'none was left out');
    console.log('  ' + subject.summary);
}

const everyByte = [...Array(256).keys()];

for (const subject of subjects()) {
    test(`[MQTT-4.8.0-1] every string of up to 3 bytes, first and after a CONNACK, is what the standard's tables say; a decoder that ${subject.name}`, () => {
        walkAll(subject, 3, everyByte);
    });
}

/** The bytes at which a rule changes its mind, some in several places. Those of all first bytes and of UTF-8 are in the other tests. */
const EDGES = bytes([
    '20 30 32 40 90 b0 d0', // first bytes; 90 and b0 also continue a character, b0 after e0 and 90 not; d0 begins one of two bytes
    '00 01 02 03 05', // lengths and identifiers: 0 is none, 2 an acknowledgement, 3 and 5 the least PUBLISH; the last codes of SUBACK and CONNACK
    '7f 80', // a length ends or goes on; the last character of one byte and the first byte that begins none; a refused subscription
    '23 e0', // a wildcard; the first byte of a character whose second has a narrower range
].join(''));

for (const subject of subjects()) {
    test(`[MQTT-4.8.0-1] every string of up to 6 bytes at which the format changes its mind; a decoder that ${subject.name}`, () => {
        walkAll(subject, 6, [...EDGES]);
        const { [ACCEPT]: accepted, [WAIT]: waiting, [DOOMED]: doomed } = subject.counts;
        assert.ok(Math.min(accepted, waiting, doomed) > 100, subject.summary);
    });
}

test('[MQTT-1.5.3-1] [MQTT-1.5.3-2] every text of up to 2 bytes, and every end of a text of 3 behind the lead bytes at which UTF-8 changes its mind, and of 4 over the edges of UTF-8, is well-formed or not as Unicode says', () => {
    const edges = [...bytes('00 01 23 2b 2c 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff')];
    const text = new Uint8Array(5);
    let wellFormed = 0;
    let texts = 0;
    function walk(before: readonly number[], depth: number, alphabet: readonly number[]): void {
        const length = before.length;
        const wildcards = mayBeText(before, length, true);
        // With a wildcard it is no topic name.
        const name = wildcards && !before.includes(0x23) && !before.includes(0x2b);
        text[length] = 0x80;
        if (isText(text, 0, length, true) !== wildcards || isText(text, 0, length, false) !== name) assert.unreachable(hex(text, 0, length));
        texts++;
        if (wildcards) wellFormed++;
        if (depth === 0) return;
        // What cannot go on as text is not looked into by the table; all strings that begin so are ill-formed.
        for (const byte of alphabet) {
            text[length] = byte;
            walk([...before, byte], depth - 1, alphabet);
        }
    }
    walk([], 4, edges);
    walk([], 2, everyByte);
    for (const lead of edges) {
        text[0] = lead;
        walk([lead], 2, everyByte);
    }
    console.log(`  ${texts} texts, ${wellFormed} of them well-formed`);
});

/** Every type that a client receives. */
const packets = [
    '20020000', '20020100', '20020005', '40021234', '408280001234', 'd000', 'd08000', '90030102 00', '90060102 00010280', 'b0020102', 'b0820100ff',
    '3009 0006c3a42fe282ac 07', '310c 0006c3a42fe282ac 01020304', '3b0c 0006c3a42fe282ac fffe 0102', '340a 0006f09f8c902f61 0001', '3a07 0003742f31 0100',
    `308501 0006c3a42fe282ac ${'5a'.repeat(125)}`, `328701 0004742f7331 8001 ${'5a'.repeat(127)}`,
].map(packet => bytes(packet));
/** What follows a damaged packet; its bytes may become part of it. */
const following = bytes('d000 40020007 3205 000161 0009 d000 90030003 01 b0020004');

/** `packet` where it may stand, and what follows it. */
function placed(packet: Uint8Array, after: Uint8Array): Uint8Array {
    return Uint8Array.from([...packet[0] === 0x20 ? [] : connack, ...packet, ...after]);
}

test('[MQTT-4.8.0-1] every packet with one bit or two bits flipped is taken as the standard\'s tables say, and so is what follows', () => {
    for (const subject of subjects()) {
        for (const packet of packets) {
            const stream = placed(packet, following);
            const start = packet[0] === 0x20 ? 0 : 4;
            const byteOf = (bit: number) => start + (bit >> 3);
            const flip = (bit: number) => {
                stream[byteOf(bit)] ^= 1 << (bit & 7);
            };
            const states = [BEGINNING];
            for (const byte of stream) states.push(step(subject.reader, states.at(-1)!, byte));
            const checkFrom = (bit: number) => subject.checkStream(stream, states[byteOf(bit)], byteOf(bit));
            subject.checkStream(stream);
            for (let one = 0; one < packet.length * 8; one++) {
                flip(one);
                checkFrom(one);
                for (let two = packet.length < 20 ? 0 : one; two < one; two++) {
                    flip(two);
                    checkFrom(two);
                    flip(two);
                }
                flip(one);
            }
        }
        console.log('  ' + subject.summary);
        assert.ok(Math.min(subject.counts[WAIT], subject.counts[DOOMED], subject.counts[REJECT]) > 100, subject.summary);
    }
});

test('[MQTT-4.8.0-1] every packet truncated at every byte waits, and with the next packets in place of its rest is taken as the standard\'s tables say', () => {
    for (const subject of subjects()) {
        for (const packet of packets) {
            for (let length = 0; length < packet.length; length++) {
                subject.checkStream(placed(packet, following).slice(0, (packet[0] === 0x20 ? 0 : 4) + length));
                subject.checkStream(placed(packet.subarray(0, length), following));
                // From the other end: the stream has lost the beginning of the packet.
                subject.checkStream(placed(packet.subarray(length), following));
            }
        }
        console.log('  ' + subject.summary);
        assert.ok(Math.min(subject.counts[WAIT], subject.counts[REJECT]) > 100, subject.summary);
    }
});

test.run();
