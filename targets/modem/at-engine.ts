// The line to a modem: one command at a time, its end, counted bytes, and the lines in between that answer nothing (V.250,
// 3GPP 27.007). Told byte for byte what arrives; its buffers are fixed and nothing is made after the constructor. Knows neither
// sockets nor dialects: they come as steps of a book (book.ts), and exchange.ts says what a line is to them.
//
// Calls at the end of a function are returned, here and in the transport: XS makes them without a frame more on a scarce stack.
//
// A byte from the modem belongs to a line, to a run of counted bytes, or to what is thrown away until the line is quiet. Counted
// bytes begin only where an exchange that reads is under way; a prompt is looked for only where an exchange that sends awaits it.
import type { SerialOwner, SerialPort } from '../../src/serial.ts';
import type { Platform, PlatformOwner } from '../../src/transport.ts';
import { EMPTY_LINE } from './book.ts';
import { DONE, Exchange, FAILED, GARBLED, NOTHING, UNANSWERED } from './exchange.ts';
import type { Numbers } from './pattern.ts';
import { Sender } from './sender.ts';

export interface AtOwner {
    /** The exchange has ended; `outcome` is DONE to GARBLED. It may begin the next one. */
    onEnd(outcome: number): void;
    /** Counted bytes, in pieces. */
    onData(bytes: Uint8Array, start: number, end: number): void;
    /** A line that is neither echo nor the end of anything: bytes[0..end). Returns whether it means something: what does not may be what is left of counted bytes whose header was lost. */
    onLine(bytes: Uint8Array, end: number): boolean;
    /** The modem has sent the command back. */
    onEcho(): void;
    /** The pause that was asked for is over, or the line is quiet. */
    onPause(): void;
    /** The port is gone. */
    onGone(): void;
}

const IDLE = 0;
/** A prompt is awaited. */
const PROMPTING = 1;
/** The prompt came; its bytes must wait a little. */
const HOLDING = 2;
/** The end is awaited. */
const ANSWERING = 3;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

export class AtEngine implements SerialOwner, PlatformOwner {
    readonly numbers: Numbers;
    readonly exchange: Exchange;
    readonly sender: Sender;
    /** Lines that were too long for `line`, and dropped. */
    overlong = 0;
    /** Bytes from the modem. */
    bytesIn = 0;
    /** Commands given. */
    exchanges = 0;
    /** An exchange ended badly behind its prompt: the modem may be waiting for bytes. */
    owes = false;
    private readonly owner: AtOwner;
    private readonly port: SerialPort;
    private readonly platform: Platform;
    /** The character that asks for bytes. */
    private readonly prompt: number;
    private readonly promptDelay: number;
    private readonly line: Uint8Array;
    private lineEnd = 0;
    private phase = IDLE;
    /** Counted bytes to come. */
    private counted = 0;
    /** So many ends of lines must follow at once, since counted bytes are over. */
    private trailing = 0;
    /** The byte before was a carriage return. */
    private returned = false;
    /** Everything is thrown away until nothing has come for so many ms; 0: nothing is. */
    private quiet = 0;
    private quietBy = 0;
    private resting = false;
    private due = 0;

    /** The modem asks for bytes by the character `prompt`, and hears them `promptDelay` ms later. Lines and commands have `lineSize` bytes at most. */
    constructor(owner: AtOwner, port: SerialPort, platform: Platform, book: Uint8Array, lineSize: number, prompt: number, promptDelay: number) {
        this.owner = owner;
        this.port = port;
        this.platform = platform;
        this.prompt = prompt;
        this.promptDelay = promptDelay;
        this.exchange = new Exchange(book);
        this.numbers = this.exchange.numbers;
        this.line = new Uint8Array(lineSize);
        this.sender = new Sender(port, book, this.exchange, lineSize);
        platform.attach(this);
    }

    /** Opens the port, or changes its speed (bits a second). */
    open(baud: number): void {
        this.reset();
        this.port.open(this, baud);
    }

    close(): void {
        this.reset();
        this.platform.wakeAfter(-1);
        this.port.close();
    }

    /** Gives the command of the step at `place` of the book, about `numbers.length` bytes: those from `data[start]` on if it sends. The owner's `onEnd` follows. */
    begin(place: number, data: Uint8Array, start: number): void {
        const exchange = this.exchange;
        exchange.begin(place);
        this.exchanges++;
        this.resting = false;
        this.quiet = this.counted = this.trailing = 0;
        this.phase = exchange.sends() ? PROMPTING : ANSWERING;
        this.wake(exchange.timeout);
        return this.sender.begin(data, start);
    }

    /** Calls `onPause` in `ms`. An exchange that is under way, or another pause, is forgotten; a line that has come in part is not. */
    rest(ms: number): void {
        this.reset();
        this.resting = true;
        this.wake(ms);
    }

    /** Throws away what comes until nothing has come for `ms`, but not for longer than `atMost` ms; then calls `onPause`. */
    awaitQuiet(ms: number, atMost: number): void {
        this.rest(ms);
        this.lineEnd = 0;
        this.quiet = ms;
        this.quietBy = this.platform.now() + atMost;
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.bytesIn += end - start;
        let at = start;
        while (at < end) {
            if (this.quiet) {
                const now = this.platform.now();
                if (((now + this.quiet - this.quietBy) | 0) < 0) this.wake(this.quiet);
                return;
            }
            if (this.counted) {
                const size = end - at < this.counted ? end - at : this.counted;
                this.counted -= size;
                if (!this.counted) this.trailing = this.exchange.flags & EMPTY_LINE ? 2 : 1;
                this.owner.onData(bytes, at, at + size);
                at += size;
                continue;
            }
            this.take(bytes[at++]);
        }
    }

    onWritable(): void {
        // Padding goes on: the modem has not heard all of it.
        if (this.quiet) this.wake(this.quiet);
        return this.sender.push();
    }

    onGone(): void {
        this.reset();
        this.platform.wakeAfter(-1);
        return this.owner.onGone();
    }

    onWake(): void {
        const early = (this.due - this.platform.now()) | 0;
        if (early > 0) return this.platform.wakeAfter(early);
        else if (this.phase === HOLDING) {
            this.phase = ANSWERING;
            this.wake(this.exchange.timeout);
            return this.sender.release();
        } else if (this.phase) return this.finish(UNANSWERED);
        else if (this.resting) {
            this.reset();
            return this.owner.onPause();
        }
    }

    private reset(): void {
        this.phase = IDLE;
        this.sender.stop();
        this.counted = this.quiet = this.trailing = 0;
        this.resting = false;
    }

    private wake(ms: number): void {
        this.due = this.platform.now() + ms;
        this.platform.wakeAfter(ms);
    }

    /** A byte that is not counted. */
    private take(byte: number): void {
        const line = this.line;
        const end = this.lineEnd;
        if (byte === LINE_FEED) {
            const returned = this.returned;
            this.lineEnd = 0;
            this.returned = false;
            return this.endLine(end, returned);
        }
        if (byte === CARRIAGE_RETURN) {
            this.returned = true;
            return;
        }
        this.returned = false;
        if (end === 0) {
            // A prompt has no line of its own, and may have a space behind it.
            if (byte === SPACE || byte === 0) return;
            if (byte === this.prompt && this.phase === PROMPTING && this.sender.isCommandOut()) {
                return this.prompted();
            }
        }
        if (end < line.length) line[end] = byte;
        this.lineEnd = end + 1;
        if (this.phase && this.exchange.mayHead(byte) && end < line.length) this.heads(end + 1);
    }

    /** Does line[0..end) announce counted bytes? */
    private heads(end: number): boolean {
        const exchange = this.exchange;
        if (!exchange.heads(this.line, end)) return false;
        const count = this.numbers.count;
        this.lineEnd = 0;
        // More than was asked for: a digit was lost or added. A second one: all between them was lost.
        if (count < 0 || count > this.numbers.length || exchange.headed) this.finish(GARBLED);
        else {
            exchange.headed = true;
            this.counted = count;
        }
        return true;
    }

    private prompted(): void {
        if (this.promptDelay) {
            this.phase = HOLDING;
            return this.wake(this.promptDelay);
        } else {
            this.phase = ANSWERING;
            return this.sender.release();
        }
    }

    /** The line line[0..end) is complete, without its end; that began with a carriage return (`returned`). */
    private endLine(end: number, returned: boolean): void {
        const line = this.line;
        const exchange = this.exchange;
        if (this.trailing) {
            // The cheapest detector of lost or added bytes.
            const trailer = this.trailing === (exchange.flags & EMPTY_LINE ? 2 : 1) ? exchange.trailer : 0;
            this.trailing--;
            if (!returned || (trailer ? end !== 1 || line[0] !== trailer : end)) return this.finish(GARBLED);
            return;
        }
        if (!end) return;
        if (end > line.length) {
            this.overlong++;
            exchange.suspect = true;
            return;
        }
        const turn = this.exchanges;
        if (this.phase) {
            if (this.sender.isEcho(line, end)) return this.owner.onEcho();
            const meaning = exchange.judge(line, end, this.sender.isOut());
            if (meaning >= DONE) return this.finish(meaning);
            if (meaning !== NOTHING || this.heads(end)) return;
        }
        // Not the next exchange, which it may have begun, is suspect.
        if (!this.owner.onLine(line, end) && turn === this.exchanges) exchange.suspect = true;
    }

    private finish(end: number): void {
        const outcome = this.exchange.outcomeOf(end);
        this.platform.wakeAfter(-1);
        this.owes = outcome > FAILED && this.phase > HOLDING && this.exchange.sends();
        this.phase = IDLE;
        this.sender.stop();
        this.counted = this.trailing = 0;
        return this.owner.onEnd(outcome);
    }
}
