// Fuzz target: the decoders of src/codec, any bytes in any pieces with any buffer, judged by the recogniser, an independent
// reading of the standard. An input is four bytes of settings (kind of decoder, size of its buffer, how the stream is cut,
// how much of it another connection brought before) and the stream.
import { Decoder } from '../../../../src/codec/decoder.ts';
import { MessageDecoder } from '../../../../src/codec/message-decoder.ts';
import type { Message, MessageSink } from '../../../../src/codec/message-decoder.ts';
import { ACCEPT, BEGINNING, DOOMED, REJECT, TOO_LARGE, WAIT, publishLine, step } from '../../../../src/codec/tests/recogniser.ts';
import type { Reader, State } from '../../../../src/codec/tests/recogniser.ts';
import { MALFORMED_PACKET, PACKET_TOO_LARGE } from '../../../../src/reasons.ts';
import { Random } from '../../simulator/script.ts';
import { allow, stepsLeft } from '../counters.ts';
import { Guarded, lend } from '../guarded.ts';
import { Pieces } from '../pieces.ts';
import { require, toHex } from '../target.ts';
import type { Target } from '../target.ts';
import { checkMatching } from './matching.ts';

const SETTINGS = 4;
const KINDS = [
    { name: 'streams what is too large', streams: true, acknowledgementsOnly: false },
    { name: 'skips what is too large', streams: false, acknowledgementsOnly: false },
    { name: 'reads acknowledgements only', streams: false, acknowledgementsOnly: true },
];
const CAPACITIES = 64;
/** Blocks of code for one call of `decode`, and for each byte that it is given or holds: more is a loop that does not consume. */
const STEPS_A_CALL = 20;
const STEPS_A_BYTE = 20;
/** Blocks of code to hold one topic name against all topics and filters. */
const STEPS_TO_MATCH = 20000;
const LARGEST_LENGTH = 268435455;

/** What `decode` may return for a verdict. Of a packet that is wrong a decoder may wait for the end. */
const FAULTS: Readonly<Record<string, readonly number[]>> = {
    [ACCEPT]: [0], [WAIT]: [0], [DOOMED]: [0, MALFORMED_PACKET], [REJECT]: [MALFORMED_PACKET], [TOO_LARGE]: [PACKET_TOO_LARGE],
};

class Transcript implements MessageSink {
    told = '';
    pieces = new Pieces();

    /** A new connection begins. */
    forget(): void {
        this.told = '';
        this.pieces = new Pieces();
    }

    onConnack(sessionPresent: boolean, returnCode: number): number {
        return this.tell(`connack ${sessionPresent} ${returnCode}\n`);
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
        require(start < end && end <= codes.length, 'codes of a SUBACK lie outside of their array');
        return this.tell(`suback ${packetIdentifier} ${toHex(codes, start, end)}\n`);
    }

    onUnsuback(packetIdentifier: number): number {
        return this.tell(`unsuback ${packetIdentifier}\n`);
    }

    onPublish(message: Message, packetIdentifier: number): number {
        const whole = this.pieces.take(message);
        const left = stepsLeft();
        allow(STEPS_TO_MATCH);
        checkMatching(message);
        allow(left);
        if (whole) this.tell(publishLine(whole.first, whole.topic, packetIdentifier, whole.payload));
        return 0;
    }

    private tell(line: string): number {
        require(this.pieces.payload === null, 'something between the pieces of a message');
        this.told += line;
        return 0;
    }
}

/** A decoder with its buffer between guards. */
class Subject {
    readonly transcript = new Transcript();
    private readonly decoder: Decoder;
    private readonly holder: Guarded;

    constructor(reader: Reader) {
        this.holder = new Guarded(reader.capacity);
        this.decoder = reader.acknowledgementsOnly ? new Decoder(this.transcript) : new MessageDecoder(this.transcript, this.holder.bytes, reader.streams);
    }

    reset(): void {
        this.decoder.reset();
        this.transcript.forget();
    }

    halt(): void {
        this.decoder.halt();
    }

    feed(piece: Uint8Array): number {
        let fault = 0;
        allow(STEPS_A_CALL + STEPS_A_BYTE * (piece.length + this.holder.bytes.length));
        lend(piece, (bytes, start, end) => {
            fault = this.decoder.decode(bytes, start, end);
        });
        this.holder.check('the receive buffer');
        const { phase, remaining, number, collected = 0 } = this.decoder as unknown as Record<string, number>;
        require(Number.isInteger(phase) && phase >= 0 && phase <= 7, `phase ${phase}`);
        require(remaining >= 0 && remaining <= LARGEST_LENGTH, `${remaining} bytes remaining`);
        require(number >= 0 && number <= 0xffff && collected >= 0 && collected <= LARGEST_LENGTH, `number ${number}, collected ${collected}`);
        return fault;
    }
}

interface Meaning {
    readonly reader: Reader;
    readonly kind: string;
    readonly stream: Uint8Array;
    /** Seed of the cuts. */
    readonly cuts: number;
    /** Bytes of the stream that came before a reset. */
    readonly before: number;
}

function meaningOf(input: Uint8Array): Meaning {
    const { name, ...kind } = KINDS[(input[0] ?? 0) % KINDS.length];
    const stream = input.subarray(Math.min(SETTINGS, input.length));
    return { reader: { capacity: (input[1] ?? 0) % CAPACITIES, ...kind }, kind: name, stream, cuts: input[2] ?? 0, before: Math.min(input[3] ?? 0, stream.length) };
}

/** Feeds `stream` in pieces of the sizes that `size` gives, and holds what comes out against `state`, its independent reading. */
function judge(subject: Subject, stream: Uint8Array, state: State, how: string, size: () => number): void {
    let fault = 0;
    let at = 0;
    while (at < stream.length && fault === 0) {
        const end = Math.min(stream.length, at + size());
        fault = subject.feed(stream.subarray(at, end));
        at = end;
    }
    const { told, pieces } = subject.transcript;
    require(FAULTS[state.verdict].includes(fault), `${how}: decode returns ${fault} for what the standard's tables ${state.verdict}`);
    require(told === state.told, `${how}: told is not what the standard's tables read:\n${told}instead of\n${state.told}`);
    if (pieces.payload !== null) {
        require(state.verdict === WAIT && toHex(Uint8Array.from(state.body)).endsWith(pieces.payload), `${how}: pieces of a message that the stream does not have`);
    }
    subject.halt();
    require(subject.feed(stream) === 0 && subject.transcript.told === told, `${how}: a halted decoder decodes`);
}

export const decoder: Target = {
    name: 'decoder',
    sources: ['src/codec/decoder.ts', 'src/codec/message-decoder.ts', 'src/codec/text.ts', 'src/codec/topic.ts'],
    longest: 160,

    run(input) {
        const { reader, stream, cuts, before } = meaningOf(input);
        let state = BEGINNING;
        for (const byte of stream) state = step(reader, state, byte);
        const subject = new Subject(reader);
        judge(subject, stream, state, 'whole', () => stream.length);
        subject.reset();
        judge(subject, stream, state, 'byte by byte', () => 1);
        subject.reset();
        // A connection that ended anywhere, whatever it had brought.
        subject.feed(stream.subarray(0, before));
        subject.reset();
        const random = new Random(cuts);
        judge(subject, stream, state, 'in pieces', () => random.bits() % 9);
    },

    explain(input) {
        const { reader, kind, stream, cuts, before } = meaningOf(input);
        let state = BEGINNING;
        for (const byte of stream) state = step(reader, state, byte);
        return `a decoder that ${kind}, holds ${reader.capacity} bytes; cuts drawn from ${cuts}; ${before} bytes before a reset\n`
            + `stream ${toHex(stream)}\nthe standard's tables ${state.verdict} it and read\n${state.told || '(nothing)\n'}`;
    },

    seeds: [
        { why: 'one of each packet, whole in the buffer', hex: '00 3f 00 00 20020000 300500016101 02 32070001 620009 0304 40020001 90040001 0180 b0020002 d000' },
        { why: 'messages too large for the buffer, handed on', hex: '00 05 03 09 20020100 3009 0003612f62 01020304 3a0a 0002c3a9 0007 01020304 d000' },
        { why: 'messages too large for the buffer, skipped', hex: '01 03 05 00 20020000 3009 0003612f62 01020304 340a 0002c3a9 0007 01020304 d000' },
        { why: 'acknowledgements, and a message left out', hex: '02 00 01 00 20020000 40021234 3003000161 d000' },
        { why: 'a refused connection', hex: '00 08 00 00 20020005' },
    ],
    dictionary: [
        '20020000', '20020100', '40020001', '90030001 00', '90060102 00010280', 'b0020001', 'd000', '3003000161', '3205000161 0009', '3407 0001610009 0102',
        '3009 0006c3a42fe282ac 07', '3b0c 0006f09f8c902f61 fffe', 'ffffff7f', '808000', '8001', '7f', '80', '23', '2b', 'c3a4', 'e282ac', 'f09f8c90', 'eda080', 'f4908080', 'c080', '612f62', '2f', '245359532f62', '30090006245359532f6201',
    ],
};
