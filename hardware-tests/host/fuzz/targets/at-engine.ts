// Fuzz target: the AT engine of targets/modem, any bytes of a modem in any pieces during any kind of exchange. Judged by what must hold
// whatever comes, and by another reading of counted bytes. An input is three bytes of settings (kind of exchange, how the stream
// is cut, how many bytes are asked for or sent) and the stream.
import { DONE, UNANSWERED } from '../../../../targets/modem/exchange.ts';
import { EngineWorld, step } from '../../../../targets/modem/tests/engine-world.ts';
import { Random } from '../../simulator/script.ts';
import { allow } from '../counters.ts';
import { lend } from '../guarded.ts';
import { require, toHex } from '../target.ts';
import type { Target } from '../target.ts';

const SETTINGS = 3;
const LINE = 32;
const LONGEST_BLOCK = 64;
/** Blocks of code for a call, and for each byte of it: a line is held against about ten patterns. */
const STEPS_A_CALL = 2000;
const STEPS_A_BYTE = 400;

/** Kinds of exchanges; of a read its header as a regular expression, without the number and what follows, and its trailer. */
const KINDS = [
    { name: 'a command', exchange: step('AT+X', { expect: ['OK', '+X: %z'] }) },
    { name: 'a read whose header is a line', exchange: step('AT+READ=%n', { header: '+READ: %n' }), header: /\+READ: 0*(\d+)\n/g, trailer: '' },
    { name: 'a read whose header ends with a comma', exchange: step('AT+READ=%n', { header: '+READ: %n,', emptyLine: true }), header: /\+READ: 0*(\d+),/g, trailer: '' },
    { name: 'a read with quotes', exchange: step('AT+READ=%n', { header: '+READ: %n,"', trailer: '"', empty: '+READ: ""' }), header: /\+READ: 0*(\d+),"/g, trailer: '"' },
    { name: 'a send', exchange: step('AT+SEND=%n', { expect: ['SEND OK'], fail: ['SEND FAIL', 'ERROR'], sends: true }) },
    { name: 'a send with spelled bytes', exchange: step('AT+SEND="%x"', { expect: ['#SENT: %l'], sends: true }), spelled: true },
    { name: 'nothing under way' },
] as const;

interface Meaning {
    readonly kind: typeof KINDS[number];
    readonly cuts: number;
    readonly length: number;
    readonly stream: Uint8Array;
}

function meaningOf(input: Uint8Array): Meaning {
    return { kind: KINDS[(input[0] ?? 0) % KINDS.length], cuts: input[1] ?? 0, length: 1 + (input[2] ?? 0) % LONGEST_BLOCK, stream: input.subarray(Math.min(SETTINGS, input.length)) };
}

/** What an engine tells and writes that is given `stream` in pieces of the sizes that `size` gives. */
function play({ kind, length, stream }: Meaning, size: () => number): { told: readonly string[]; written: string } {
    const world = new EngineWorld({ lineSize: LINE });
    const sends = kind.name.startsWith('a send');
    if ('exchange' in kind) world.begin(kind.exchange, length, sends ? 'x'.repeat(length) : '');
    for (let at = 0; at < stream.length;) {
        const end = Math.min(stream.length, at + size());
        allow(STEPS_A_CALL + STEPS_A_BYTE * (end - at));
        lend(stream.subarray(at, end), (bytes, from, to) => world.line.owner!.onBytes(bytes, from, to));
        at = end;
    }
    allow(STEPS_A_CALL);
    // Whatever the modem did, the deadline ends it.
    world.platform.pass(5000);
    return { told: world.told, written: world.line.written };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Bytes that a read has brought stood behind their header, as many as it said, and before an end of line. */
function judgeRead(header: RegExp, trailer: string, text: string, data: string): void {
    // Carriage returns mean nothing within a line.
    const found: number[] = [];
    for (let at = text.indexOf(data); at >= 0; at = text.indexOf(data, at + 1)) found.push(at);
    const fits = found.some((at) => {
        const before = [...text.slice(0, at).replace(/\r/g, '').matchAll(header)].at(-1);
        const after = new RegExp(`^[ \\0\\r]*${trailer}\\r*\\r\\n`);
        return before !== undefined && Number(before[1]) === data.length && after.test(text.slice(at + data.length));
    });
    require(fits, `a read ends well with ${data.length} bytes that the stream does not have behind their number and before an end of line`);
}

function judge(meaning: Meaning, { told, written }: ReturnType<typeof play>): void {
    const { kind, length, stream } = meaning;
    const ends = told.filter(each => each.startsWith('end '));
    const data = told.filter(each => each.startsWith('data ')).map(each => each.slice('data '.length));
    const text = latin1(stream);
    const lines = text.replace(/\r/g, '');
    for (const each of told) require(!each.startsWith('line ') || lines.includes(each.slice('line '.length) + '\n'), `no line of the stream: ${JSON.stringify(each)}`);
    require(ends.length === ('exchange' in kind ? 1 : 0), `an exchange ends ${ends.length} times`);
    if ('exchange' in kind) require(Number(ends[0].slice(4)) <= 3 && (ends[0] !== `end ${UNANSWERED}` || told.at(-1) === ends[0]), 'the deadline ends what has ended');
    if (!('header' in kind)) require(data.length === 0, 'counted bytes, and nobody reads');
    else if (ends[0] === `end ${DONE}`) {
        require(data.every(each => each.length <= length), 'more bytes than were asked for');
        // Two runs of bytes cannot be told apart here.
        if (data.length === 1 && [...lines.matchAll(kind.header)].length === 1) judgeRead(kind.header, kind.trailer, text, data[0]);
    }
    if (written.endsWith('x')) require(text.includes('>'), 'bytes are sent without a prompt');
    if ('spelled' in kind) require(written === `AT+SEND="${'78'.repeat(length)}"\r`, 'bytes are not sent as they are');
}

const hex = (text: string): string => toHex(Buffer.from(text, 'latin1'));

export const atEngine: Target = {
    name: 'at-engine',
    sources: ['targets/modem/at-engine.ts', 'targets/modem/exchange.ts', 'targets/modem/pattern.ts', 'targets/modem/sender.ts'],
    longest: 120,

    run(input) {
        const meaning = meaningOf(input);
        const whole = play(meaning, () => Math.max(1, meaning.stream.length));
        judge(meaning, whole);
        const random = new Random(meaning.cuts);
        for (const [how, size] of [['byte by byte', () => 1], ['in pieces', () => 1 + random.bits() % 9]] as const) {
            const other = play(meaning, size);
            require(JSON.stringify(other) === JSON.stringify(whole), `${how} it is another story:\n${JSON.stringify(other)}\ninstead of\n${JSON.stringify(whole)}`);
        }
    },

    explain(input) {
        const { kind, cuts, length, stream } = meaningOf(input);
        return `${kind.name} of ${length} bytes; cuts drawn from ${cuts}\nthe modem says ${JSON.stringify(latin1(stream))}\n`;
    },

    seeds: [
        { why: 'a command, its echo, a line in between and its end', hex: '00 00 00' + hex('AT+X\r\r\n+URC: 1\r\n\r\n+X: 0\r\n\r\nOK\r\n') },
        { why: 'a refusal with its number', hex: '00 01 00' + hex('\r\n+CME ERROR: 10\r\n') },
        { why: 'a read', hex: '01 02 20' + hex('\r\n+READ: 4\r\nOK\r\n\r\n\r\nOK\r\n') },
        { why: 'a read that finds nothing', hex: '01 02 20' + hex('\r\n+READ: 0\r\n\r\nOK\r\n') },
        { why: 'a read with header and bytes on one line', hex: '02 03 20' + hex('\r\n+READ: 4,abcd\r\n\r\nOK\r\n') },
        { why: 'a read with two runs of bytes', hex: '02 03 03' + hex('\r\n+READ: 4,abcd+READ: 4,abcd\r\n\r\nOK\r\n') },
        { why: 'a read with quotes', hex: '03 04 20' + hex('\r\n+READ: 3,"a"b"\r\nOK\r\n') },
        { why: 'a send', hex: '04 05 03' + hex('\r\n> \r\nSEND OK\r\n') },
        { why: 'a send with spelled bytes', hex: '05 06 03' + hex('\r\n#SENT: 4\r\n\r\nOK\r\n') },
        { why: 'a line that is too long', hex: '06 07 00' + hex('x'.repeat(40) + '\r\n+URC\r\n') },
    ],
    dictionary: ['\r\n', '\n', 'OK\r\n', 'ERROR\r\n', '+CME ERROR: 3\r\n', '> ', '>', '+READ: 4\r\n', '+READ: 4,', '+READ: 4,"', '+READ: ""\r\n', '"\r\n', 'abcd', 'SEND OK\r\n', 'SEND FAIL\r\n', '#SENT: 4\r\n', 'AT+X\r\r\n', '+X: 0\r\n', '+X: -1\r\n', '999999999', '00', ' '].map(hex),
};
