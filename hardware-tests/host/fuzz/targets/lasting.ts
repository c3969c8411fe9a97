// Fuzz target: what a node that sleeps finds in its memories when it starts, any bytes at all: records of messages, a session image. It must
// send what is a message, resume what an image of its own names, ignore the rest, and be done within a few wakes.
//
// An input is a byte of flags, the length of the image's part, that part, and the memory of the messages. The image's part is the memory
// of the image or, SIGNED, the fields of one that is made whole: chance alone finds no checksum.
import { Client, STOPPED, Topic } from '../../../../src/index.ts';
import { MemoryStore, WakeCycle, imageSize } from '../../../../src/sleep/index.ts';
import { ScriptedBroker } from '../../../../src/session/tests/broker.ts';
import { VirtualPlatform, VirtualTransport, bytes } from '../../../../src/session/tests/world.ts';
import { crc32 } from '../../../boards/espruino/crc32.ts';
import { allow } from '../counters.ts';
import { Guarded } from '../guarded.ts';
import { require, toHex } from '../target.ts';
import type { Target } from '../target.ts';

const SIGNED = 1;
/** It knows the messages that are there. */
const FITS = 2;
const FOREIGN = 4;
const MESSAGES_MEMORY = 120;
const IMAGE_MEMORY = 60;
const WINDOW = 8;
const LONGEST_PAYLOAD = 20;
const TOPICS = ['t', 'u'];
const INTERVAL = 900_000;
/** A wake that is about to learn something, and one that knows it. */
const MOST_WAKES = 3;
/** Blocks of code for a wake: checksums go bit by bit over all that there is. */
const STEPS_A_WAKE = 200_000;
/** Layout of an image (src/sleep/image.ts). */
const [COUNT_AT, OWNER_AT, KNOWN_BY_AT, IDENTIFIERS_AT, FORMAT] = [3, 12, 16, 20, 0xb1];

interface Meaning {
    readonly flags: number;
    /** Fields, or the memory itself. */
    readonly image: Uint8Array;
    readonly messages: Uint8Array;
}

function meaningOf(input: Uint8Array): Meaning {
    const imageEnd = Math.min(input.length, 2 + (input[1] ?? 0) % IMAGE_MEMORY);
    return { flags: input[0] ?? 0, image: input.slice(2, imageEnd), messages: input.slice(imageEnd, imageEnd + MESSAGES_MEMORY) };
}

function inMemory(content: Uint8Array, size: number): Guarded {
    const memory = new Guarded(size);
    memory.bytes.fill(0);
    memory.bytes.set(content);
    return memory;
}

/** Records in the memory of a store: a ring behind 5 bytes that say where the oldest is; each behind its length, whose higher byte has 1 more. */
function recordsIn(memory: Uint8Array): Uint8Array[] {
    const records: Uint8Array[] = [];
    const ring = memory.subarray(5);
    const at = memory[0] % 2 ? 3 : 1;
    const head = memory[at] * 256 + memory[at + 1];
    const unrolled = Buffer.concat([ring.subarray(head), ring.subarray(0, head)]);
    for (let at = 0; head < ring.length && unrolled[at] > 0;) {
        const end = at + 2 + (unrolled[at] - 1) * 256 + unrolled[at + 1];
        // NaN: of the length only the first byte is left.
        if (!(end > at + 2 && end < unrolled.length)) break;
        records.push(Uint8Array.from(unrolled.subarray(at + 2, end)));
        at = end;
    }
    return records;
}

/** CRC-32 over all that is in `parts`. */
const sumOf = (parts: readonly Uint8Array[]): number => crc32(Buffer.concat(parts));

/** An image with the fields that are given, and what makes it one: nothing of what it tells need be so. */
function signedImage({ flags, image: fields }: Meaning, records: readonly Uint8Array[]): Buffer {
    const count = (fields[COUNT_AT] ?? 0) % (WINDOW + 1);
    const image = Buffer.alloc(IDENTIFIERS_AT + 2 * count + 4);
    image.set(fields.subarray(0, image.length - 4));
    image[0] = FORMAT;
    image[COUNT_AT] = count;
    image.writeUInt32BE(crc32(Buffer.from(flags & FOREIGN ? 'd' : 'c')), OWNER_AT);
    if (flags & FITS) image.writeUInt32BE(count <= records.length ? sumOf(records.slice(0, count)) : 1, KNOWN_BY_AT);
    image.writeUInt32BE(crc32(image.subarray(0, image.length - 4)), image.length - 4);
    return image;
}

/** Identifiers by which the youngest image of this node resumes its oldest messages; none if there is no image or it is of other messages. */
function resumedBy(memory: Uint8Array, records: readonly Uint8Array[]): number[] {
    const images = recordsIn(memory).map(record => Buffer.from(record));
    for (let image = images.pop(); image; image = images.pop()) {
        const count = image[COUNT_AT] ?? 0;
        const body = image.length - 4;
        const isOne = image.length === IDENTIFIERS_AT + 2 * count + 4 && count <= WINDOW && image[0] === FORMAT && image.readUInt32BE(OWNER_AT) === crc32(Buffer.from('c'))
            && crc32(image.subarray(0, body)) === image.readUInt32BE(body);
        if (!isOne) continue;
        const fits = count > 0 && count <= records.length && records.slice(0, count).every(isReadable) && sumOf(records.slice(0, count)) === image.readUInt32BE(KNOWN_BY_AT);
        return fits ? Array.from({ length: count }, (_, index) => image.readUInt16BE(IDENTIFIERS_AT + 2 * index)) : [];
    }
    return [];
}

const isReadable = (record: Uint8Array): boolean => record.length <= 1 + LONGEST_PAYLOAD;

interface Told {
    readonly payload: string;
    readonly dup: boolean;
    /** Of one that is resumed by an image that gives each message another; 0 of the others. */
    readonly packetIdentifier: number;
}

/** What must reach the broker, and how many records are counted as damaged. */
function expected(memory: Uint8Array, image: Uint8Array): { told: Told[]; damaged: number; differ: boolean } {
    const records = recordsIn(memory);
    const identifiers = resumedBy(image, records);
    const named = identifiers.filter(each => each > 0);
    const differ = new Set(named).size === named.length;
    const told: Told[] = [];
    let damaged = 0;
    for (const [index, record] of records.entries()) {
        const packetIdentifier = identifiers[index] ?? -1;
        if (packetIdentifier === 0) continue; // The image says that it has arrived.
        if (!isReadable(record) || (record[0] & 0x7f) >= TOPICS.length) damaged++;
        else told.push({ payload: Buffer.from(record.subarray(1)).toString(), dup: packetIdentifier > 0, packetIdentifier: differ ? Math.max(0, packetIdentifier) : 0 });
    }
    return { told, damaged, differ };
}

function memoriesOf(meaning: Meaning): { messages: Guarded; image: Guarded } {
    const messages = inMemory(meaning.messages, MESSAGES_MEMORY);
    const image = inMemory(meaning.flags & SIGNED ? new Uint8Array(0) : meaning.image, IMAGE_MEMORY);
    if (meaning.flags & SIGNED) {
        const whole = signedImage(meaning, recordsIn(messages.bytes));
        new MemoryStore(image.bytes).append(whole, 0, whole.length);
    }
    return { messages, image };
}

/** One wake, before a broker that answers at once. */
function wake(cycle: WakeCycle<ConstructorParameters<typeof Client>[0], Client>, platform: VirtualPlatform, transport: VirtualTransport, broker: ScriptedBroker): void {
    allow(STEPS_A_WAKE);
    cycle.wake(true);
    let opened = 0;
    for (let rounds = 0; cycle.awake; rounds++) {
        require(rounds < 200, 'a wake without end');
        platform.pass(Math.max(0, platform.pending));
        if (!transport.owner) continue;
        if (opened !== transport.opens) {
            opened = transport.opens;
            broker.accept();
            transport.opened();
        }
        platform.turn();
        broker.receive(bytes(transport.take()));
        if (cycle.client.state !== STOPPED) transport.sends(...broker.answer());
    }
}

export const lasting: Target = {
    name: 'lasting',
    sources: ['src/outbox/', 'src/sleep/image.ts'],
    longest: 2 + IMAGE_MEMORY + MESSAGES_MEMORY,

    run(input) {
        const { messages, image } = memoriesOf(meaningOf(input));
        const { told, damaged, differ } = expected(messages.bytes, image.bytes);
        const [platform, transport, broker] = [new VirtualPlatform(), new VirtualTransport(), new ScriptedBroker()];
        const slept: number[] = [];
        allow(STEPS_A_WAKE);
        const cycle = new WakeCycle(Client, {
            platform, transport, clientId: 'c', sendBuffer: new Uint8Array(400), receiveBuffer: new Uint8Array(64),
        }, {
            store: new MemoryStore(messages.bytes), image: new MemoryStore(image.bytes), topics: TOPICS.map(text => new Topic(platform, text)), payloadSize: LONGEST_PAYLOAD,
            interval: INTERVAL, onSleep: ms => slept.push(ms), maximumAge: INTERVAL,
        });
        for (let wakes = 0; wakes < MOST_WAKES && (wakes === 0 || cycle.outbox.count > 0); wakes++) wake(cycle, platform, transport, broker);
        require(cycle.outbox.count === 0, `${cycle.outbox.count} records stay where they are`);
        require(slept.every(ms => ms >= 1 && ms <= INTERVAL), `a sleep of ${slept.join()} ms`);
        const seen = broker.seen.map(({ payload, dup, packetIdentifier }): Told => ({ payload, dup, packetIdentifier: dup && differ ? packetIdentifier : 0 }));
        const resumed = broker.seen.filter(({ dup }) => dup).map(({ packetIdentifier }) => packetIdentifier);
        require(new Set(resumed).size === resumed.length, 'two messages are resumed with one packet identifier');
        require(JSON.stringify(seen) === JSON.stringify(told), `the broker sees\n${JSON.stringify(seen)}\ninstead of\n${JSON.stringify(told)}`);
        require(cycle.outbox.damaged === damaged, `${cycle.outbox.damaged} damaged records are counted, of ${damaged}`);
        require(platform.errors.length === 0, `an exception: ${String(platform.errors[0])}`);
        messages.check('the memory of the messages');
        image.check('the memory of the image');
    },

    explain(input) {
        const { messages, image } = memoriesOf(meaningOf(input));
        const { told, damaged } = expected(messages.bytes, image.bytes);
        return `messages ${toHex(messages.bytes)}\nimage ${toHex(image.bytes)}\nto be sent: ${JSON.stringify(told)}; damaged: ${damaged}\n`;
    },

    seeds: [
        { why: 'nothing', hex: '00 00' },
        { why: 'two messages, one of them retained', hex: '00 00 0000000000 0103 004142 0102 8143 00' },
        { why: 'the same at the end of the ring and its beginning', hex: '00 00 0100000071 4142 0102 8143 00' + '00'.repeat(106) + '01 03 00' },
        { why: 'a record of no topic, one that is too long, one that leads out of the memory', hex: '00 00 0000000000 0102 0241 0116' + '00'.repeat(22) + '4000 0041' },
        { why: 'a record up to the last byte but one, which is half of a length', hex: '00 00 0000000000 0170' + '00'.repeat(112) + '01' },
        { why: 'an image with two messages on their way', hex: '03 18 00000002 00000000 00000000 00000000 00000000 0001 0002 0000000000 0103 004142 0102 0043 0102 0144 00' },
        { why: 'one of which has arrived', hex: '03 18 00000002 00000000 00000000 00000000 00000000 0000 ffff 0000000000 0103 004142 0102 0043 00' },
        { why: 'of other messages', hex: '01 18 00000002 00000000 00000000 00000000 00000000 0001 0002 0000000000 0103 004142 0102 0043 00' },
        { why: 'of another node', hex: '07 18 00000002 00000000 00000000 00000000 00000000 0001 0002 0000000000 0103 004142 0102 0043 00' },
        { why: 'that rests for long, hesitates and is urgent', hex: '03 14 0003ff00 ffffffff ffffffff 00000000 00000000 0000000000 0102 0041 00' },
        { why: 'bytes that are none', hex: '00 08 0000000000 0103 b1 0000000000 0102 0041 00' },
    ],
    dictionary: ['0000', '0101', '0102', '0103', '0115', '0116', 'ffff', '00', '80', '81', '7f', 'b1', '01', '03', `01${imageSize(0, 1).toString(16)}`],
};
