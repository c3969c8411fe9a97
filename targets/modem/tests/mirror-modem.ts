// Runs on the virtual board: a modem that answers each command of a dialect with what the dialect expects, from bytes made beforehand, so
// that what is measured is what the transport needs. It proves nothing about real modems.
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import { CLOSED, DATA } from '../dialect.ts';
import type { Dialect, Step } from '../dialect.ts';

export function bytesOf(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
    return bytes;
}

/** In the place of numbers that are not known beforehand: as many digits as a pattern takes. */
const LENGTH = 'LLLLLLLLL';
const TOTAL = 'TTTTTTTTT';
const DIGITS = 9;
const SPELLED = bytesOf('"');
const OK = bytesOf('\r\nOK\r\n');

function lineOf(pattern: string): string {
    return pattern.replace('%l', LENGTH).replace('%t', TOTAL).replace(/%n|%r|%i|%I|%z|%\*/g, '0');
}

const linesOf = (step: Step): string => (step.expect ?? ['OK']).map(line => '\r\n' + lineOf(line) + '\r\n').join('');

/** A command as it begins, and its answer. */
class Reply {
    readonly command: Uint8Array;
    readonly answer: Uint8Array;
    /** Where the digits of numbers end in the answer; 0: it has none. */
    readonly lengthEnd: number;
    readonly totalEnd: number;
    /** Its bytes are asked for, or come in the command. */
    readonly prompt: Uint8Array | null;
    readonly spells: boolean;

    constructor(command: string, answer: string, prompt: string | null = null) {
        this.command = bytesOf(command);
        this.answer = bytesOf(answer);
        this.lengthEnd = answer.includes(LENGTH) ? answer.indexOf(LENGTH) + LENGTH.length : 0;
        this.totalEnd = answer.includes(TOTAL) ? answer.indexOf(TOTAL) + TOTAL.length : 0;
        this.spells = prompt === '';
        this.prompt = prompt ? bytesOf(prompt) : null;
    }
}

export class MirrorModem implements SerialPort {
    owner!: SerialOwner;
    /** The answer to a read, once; then nothing is there. */
    waiting: Uint8Array | null = null;
    /** Bytes of messages came so often. */
    sends = 0;
    readonly announcement: Uint8Array;
    readonly closed: Uint8Array;
    private readonly dialect: Dialect;
    private readonly replies: Reply[] = [];
    private readonly read: Reply;
    private total = 0;
    /** The send whose bytes are awaited, and how many hexadecimal digits came of them. */
    private sending: Reply | null = null;
    private digits = 0;
    private answer: Uint8Array | null = null;

    constructor(dialect: Dialect) {
        this.dialect = dialect;
        const { tcp } = dialect;
        const event = (meaning: number): Uint8Array => bytesOf('\r\n' + lineOf(tcp.events.find(each => each[1] === meaning)![0]) + '\r\n');
        this.announcement = event(DATA);
        this.closed = event(CLOSED);
        const identification = dialect.identification ?? 'AT+CGMM';
        const known = [
            new Reply(identification, `\r\n${dialect.models[0]}\r\n\r\nOK\r\n`), new Reply('AT+CPIN?', '\r\n+CPIN: READY\r\n\r\nOK\r\n'),
            new Reply('AT+CREG?', '\r\n+CREG: 0,1\r\n\r\nOK\r\n'), new Reply('AT+CGREG?', '\r\n+CGREG: 0,1\r\n\r\nOK\r\n'), new Reply('AT+CEREG?', '\r\n+CEREG: 0,1\r\n\r\nOK\r\n'),
        ];
        const beginning = (step: Step): string => step.command.replace('%i', '0').replace(/%.*$/, '');
        this.read = new Reply(beginning(tcp.read), this.emptyRead());
        const steps = [...tcp.count ? [tcp.count] : [], ...dialect.init, ...dialect.bearer, ...dialect.bearerDown, ...tcp.open, ...tcp.close];
        for (const reply of known) this.replies.push(reply);
        for (const step of steps) this.replies.push(new Reply(beginning(step), linesOf(step)));
        const prompt = tcp.send.command.includes('%x') ? '' : `\r\n${dialect.prompt ?? '>'}`;
        this.replies.push(new Reply(beginning(tcp.send), linesOf(tcp.send), prompt), this.read);
    }

    open(owner: SerialOwner): void {
        this.owner = owner;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const sending = this.sending;
        if (sending === null) this.answerTo(bytes, start, end);
        else if (!sending.spells) this.take(sending, end - start);
        else if (bytes[start] !== SPELLED[0]) this.digits += end - start;
        else this.take(sending, this.digits >> 1);
        return end - start;
    }

    close(): void {
        // It is not asked to.
    }

    /** Says what is to be said, in turns of its own, until it is asked nothing any more. */
    run(): void {
        while (this.answer) {
            const answer = this.answer;
            this.answer = null;
            this.owner.onBytes(answer, 0, answer.length);
        }
    }

    /** Says a line of its own accord. Nothing may be due. */
    say(line: Uint8Array): void {
        this.answer = line;
        // A tail call, as below: what is measured is not the modem's stack.
        return this.run();
    }

    /** The answer to a read: `packet`. It stands at `placeIn` of the answer. */
    readAnswer(packet: readonly number[]): Uint8Array {
        const { read } = this.dialect.tcp;
        const head = this.headOf(packet.length);
        const tail = `${read.trailer ?? ''}\r\n${read.emptyLine ? '\r\n' : ''}${linesOf(read)}`;
        const answer = new Uint8Array(head.length + packet.length + tail.length);
        answer.set(bytesOf(head), 0);
        answer.set(packet, head.length);
        answer.set(bytesOf(tail), head.length + packet.length);
        return answer;
    }

    /** Where a packet of `length` bytes stands in the answer to a read. */
    placeIn(length: number): number {
        return this.headOf(length).length;
    }

    private headOf(length: number): string {
        const { header } = this.dialect.tcp.read;
        const at = header.lastIndexOf('%n');
        const text = lineOf(header.slice(0, at)) + length + lineOf(header.slice(at + 2));
        return `\r\n${text}${/[,:"]$/.test(text) ? '' : '\r\n'}`;
    }

    private emptyRead(): string {
        const { read } = this.dialect.tcp;
        if (read.failsWhenEmpty) return '\r\nERROR\r\n';
        return read.empty ? `\r\n${lineOf(read.empty)}\r\n${linesOf(read)}` : this.headOf(0) + linesOf(read);
    }

    private answerTo(bytes: Uint8Array, start: number, end: number): void {
        // The longest one: a question begins like its command.
        let reply: Reply | null = null;
        for (let index = 0; index < this.replies.length; index++) {
            const { command } = this.replies[index];
            let same = 0;
            while (same < command.length && start + same < end && bytes[start + same] === command[same]) same++;
            if (same === command.length && (!reply || same > reply.command.length)) reply = this.replies[index];
        }
        if (!reply) this.answer = OK;
        else if (reply === this.read && this.waiting) {
            this.answer = this.waiting;
            this.waiting = null;
        } else if (reply.prompt || reply.spells) {
            this.sending = reply;
            this.digits = 0;
            this.answer = reply.prompt;
        } else {
            if (reply.totalEnd) this.digitsInto(reply.answer, reply.totalEnd, this.total);
            this.answer = reply.answer;
        }
    }

    /** A new connection counts its bytes anew. */
    opened(): void {
        this.total = 0;
    }

    private take(sending: Reply, count: number): void {
        this.sending = null;
        this.sends++;
        this.total += count;
        if (sending.lengthEnd) this.digitsInto(sending.answer, sending.lengthEnd, count);
        this.answer = sending.answer;
    }

    private digitsInto(answer: Uint8Array, end: number, number: number): void {
        let rest = number;
        for (let at = end - 1; at >= end - DIGITS; at--) {
            const tenth = (rest / 10) >> 0;
            answer[at] = 48 + rest - tenth * 10;
            rest = tenth;
        }
    }
}
