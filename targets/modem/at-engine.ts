// The line to a modem: one command at a time, its end, counted bytes, and the lines in between that answer nothing (V.250,
// 3GPP 27.007). Told byte for byte what arrives; its buffers are fixed and nothing is made after the constructor. Knows neither
// sockets nor dialects: they come as compiled patterns.
//
// Calls at the end of a function are returned, here and in the transport: XS makes them without a frame more on a scarce stack.
//
// A byte from the modem belongs to a line, to a run of counted bytes, or to what is thrown away until the line is quiet. Counted
// bytes begin only where an exchange that reads is under way; a prompt is looked for only where an exchange that sends awaits it.
import type { SerialOwner, SerialPort } from '../../src/serial.ts';
import type { Platform, PlatformOwner } from '../../src/transport.ts';
import { Numbers } from './pattern.ts';

/** How an exchange ended. */
export const DONE = 0;
/** The modem refused. `numbers.result` has its number for why, if it gave one behind the result that was awaited. */
export const FAILED = 1;
/** No end came in time. */
export const UNANSWERED = 2;
/** What came cannot be right: bytes were lost or added on the line. */
export const GARBLED = 3;

/** A step, compiled. */
export interface Exchange {
    readonly command: Uint8Array;
    readonly expect: readonly Uint8Array[];
    readonly fail: readonly Uint8Array[];
    /** In ms. */
    readonly timeout: number;
    /** The last of `expect` ends it, whatever is missing. */
    readonly asks: boolean;
    /** For the owner: how often to try again. */
    readonly repeats: number;
    readonly tolerated: boolean;
    /** It sends bytes behind a prompt. */
    readonly sends: boolean;
    /** Stands before counted bytes. Without it, or `empty`, such an exchange has not gone well: its beginning was lost. */
    readonly header: Uint8Array | null;
    /** A line that says that there are no bytes, or no more of them; null: the header says so, or the end of the exchange. */
    readonly empty: Uint8Array | null;
    /** It may end well without header or `empty`. */
    readonly endsBare: boolean;
    /** A byte that stands behind them, before the end of the line; 0: none. */
    readonly trailer: number;
    /** Ends of lines that must follow at once: 1, or 2 where an empty line comes next. */
    readonly lineEnds: number;
}

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
/** The command is going out, or went out and a prompt is awaited. */
const PROMPTING = 1;
/** The prompt came; its bytes must wait a little. */
const HOLDING = 2;
/** The bytes are going out. */
const SENDING = 3;
const ANSWERING = 4;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

export class AtEngine implements SerialOwner, PlatformOwner {
    readonly numbers = new Numbers();
    /** Lines that were too long for `line`, and dropped. */
    overlong = 0;
    /** Bytes to and from the modem. */
    bytesOut = 0;
    bytesIn = 0;
    /** Commands given. */
    exchanges = 0;
    /** Bytes that were announced to the modem by an exchange that ended badly: so many it may be waiting for. */
    owed = 0;
    private readonly owner: AtOwner;
    private readonly port: SerialPort;
    private readonly platform: Platform;
    /** The character that asks for bytes; 0: the line OK does. */
    private readonly prompt: number;
    private readonly promptDelay: number;
    private readonly line: Uint8Array;
    private lineEnd = 0;
    private readonly command: Uint8Array;
    private commandEnd = 0;
    private commandSent = 0;
    private exchange: Exchange | null = null;
    private phase = IDLE;
    /** Bit for each line of `expect` that is still to come. */
    private missing = 0;
    /** The modem's number for why not, of a line that was expected; 0: none so far. */
    private failed = 0;
    /** Counted bytes to come. */
    private counted = 0;
    /** So many ends of lines must follow at once, since counted bytes are over. */
    private trailing = 0;
    /** The byte before was a carriage return. */
    private returned = false;
    /** The exchange's header, or what stands in its place, has come. */
    headed = false;
    /** A line has come during an exchange that reads, and it means nothing. */
    private suspect = false;
    private data: Uint8Array;
    private dataSent = 0;
    private dataEnd = 0;
    /** Everything is thrown away until nothing has come for so many ms; 0: nothing is. */
    private quiet = 0;
    private quietBy = 0;
    private resting = false;
    private due = 0;

    constructor(owner: AtOwner, port: SerialPort, platform: Platform, lineSize: number, prompt: number, promptDelay: number) {
        this.owner = owner;
        this.port = port;
        this.platform = platform;
        this.prompt = prompt;
        this.promptDelay = promptDelay;
        this.line = new Uint8Array(lineSize);
        this.command = new Uint8Array(lineSize);
        this.data = this.line;
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

    /** Gives the command of `exchange`, whose number of bytes is in `numbers.length`; with `sends` those from `data[start]` on. The owner's `onEnd` follows. */
    begin(exchange: Exchange, data: Uint8Array, start: number): void {
        this.exchange = exchange;
        this.exchanges++;
        this.missing = (1 << exchange.expect.length) - 1;
        this.resting = this.headed = this.suspect = false;
        this.quiet = this.counted = this.trailing = this.failed = 0;
        this.numbers.result = 0;
        this.data = data;
        this.dataSent = start;
        this.dataEnd = start + this.numbers.length;
        this.commandSent = 0;
        this.commandEnd = this.numbers.write(exchange.command, this.command);
        this.phase = exchange.sends ? PROMPTING : ANSWERING;
        this.wake(exchange.timeout);
        return this.push();
    }

    /** Calls `onPause` in `ms`. An exchange that is under way, or another pause, is forgotten. */
    rest(ms: number): void {
        this.reset();
        this.resting = true;
        this.wake(ms);
    }

    /** Throws away what comes until nothing has come for `ms`, but not for longer than `atMost` ms; then calls `onPause`. */
    awaitQuiet(ms: number, atMost: number): void {
        this.rest(ms);
        this.quiet = ms;
        this.quietBy = this.platform.now() + atMost;
    }

    /**
     * Writes `count` zeros: what a modem lacks of the bytes that were announced to it. The owner pauses afterwards. They end up in a
     * stream that is given up. No packet begins with a zero, and none is an identifier: a broker is not told what we never said, as by a
     * carriage return in the place of a PUBACK's identifier.
     */
    pad(count: number): void {
        for (let index = 0; index < this.command.length; index++) this.command[index] = 0;
        while (count > 0) {
            const size = count < this.command.length ? count : this.command.length;
            const taken = this.port.write(this.command, 0, size);
            this.bytesOut += taken;
            count -= taken;
            // The port takes no more: the modem will be asked again before it is given up.
            if (taken < size) return;
        }
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
                if (!this.counted && this.exchange) this.trailing = this.exchange.lineEnds;
                this.owner.onData(bytes, at, at + size);
                at += size;
                continue;
            }
            this.take(bytes[at++]);
        }
    }

    onWritable(): void {
        return this.push();
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
            this.phase = SENDING;
            this.wake((this.exchange as Exchange).timeout);
            return this.push();
        } else if (this.exchange) return this.finish(UNANSWERED);
        else if (this.resting) {
            this.reset();
            return this.owner.onPause();
        }
    }

    private reset(): void {
        this.exchange = null;
        this.phase = IDLE;
        this.lineEnd = this.counted = this.quiet = this.trailing = 0;
        this.resting = false;
    }

    private wake(ms: number): void {
        this.due = this.platform.now() + ms;
        this.platform.wakeAfter(ms);
    }

    /** Writes what the port takes of the command or its bytes. */
    private push(): void {
        // There is room for an exchange that was given up.
        if (!this.exchange) return;
        if (this.commandSent < this.commandEnd) {
            const taken = this.port.write(this.command, this.commandSent, this.commandEnd);
            this.commandSent += taken;
            this.bytesOut += taken;
        } else if (this.phase === SENDING) {
            const taken = this.port.write(this.data, this.dataSent, this.dataEnd);
            this.dataSent += taken;
            this.bytesOut += taken;
            if (this.dataSent === this.dataEnd) this.phase = ANSWERING;
        }
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
            if (byte === this.prompt && this.phase === PROMPTING && this.commandSent === this.commandEnd) {
                return this.prompted();
            }
        }
        if (end < line.length) line[end] = byte;
        this.lineEnd = end + 1;
        const exchange = this.exchange;
        if (exchange && exchange.header && byte === exchange.header[exchange.header.length - 1] && end < line.length) this.heads(exchange, end + 1);
    }

    /** Does line[0..end) announce counted bytes? */
    private heads(exchange: Exchange, end: number): boolean {
        if (!exchange.header || !this.numbers.match(exchange.header, this.line, end)) return false;
        const count = this.numbers.count;
        this.lineEnd = 0;
        // More than was asked for: a digit was lost or added. A second one, or one where a line must end: all between them was lost.
        if (count < 0 || count > this.numbers.length || this.headed || this.trailing) this.finish(GARBLED);
        else {
            this.headed = true;
            this.counted = count;
        }
        return true;
    }

    private prompted(): void {
        if (this.promptDelay) {
            this.phase = HOLDING;
            return this.wake(this.promptDelay);
        } else {
            this.phase = SENDING;
            return this.push();
        }
    }

    /** The line line[0..end) is complete, without its end; that began with a carriage return (`returned`). */
    private endLine(end: number, returned: boolean): void {
        const line = this.line;
        const exchange = this.exchange;
        if (this.trailing) {
            // The cheapest detector of lost or added bytes.
            const trailer = exchange && this.trailing === exchange.lineEnds ? exchange.trailer : 0;
            this.trailing--;
            if (!returned || (trailer ? end !== 1 || line[0] !== trailer : end)) return this.finish(GARBLED);
            return;
        }
        if (!end) return;
        if (end > line.length) {
            this.overlong++;
            this.suspect = true;
            return;
        }
        if (exchange) {
            if (this.isEcho(end)) {
                return this.owner.onEcho();
            }
            if (this.phase === PROMPTING && !this.prompt && end === 2 && line[0] === 0x4f && line[1] === 0x4b) {
                return this.prompted();
            }
            for (let index = 0; index < exchange.fail.length; index++) {
                if (this.numbers.match(exchange.fail[index], line, end)) {
                    return this.finish(FAILED);
                }
            }
            // It may be the end as well.
            const isEmpty = exchange.empty !== null && this.numbers.match(exchange.empty, line, end);
            if (isEmpty) this.headed = true;
            if (this.phase === ANSWERING && this.commandSent === this.commandEnd) {
                for (let index = 0; index < exchange.expect.length; index++) {
                    if (this.missing & (1 << index) && this.numbers.match(exchange.expect[index], line, end)) {
                        if (this.numbers.result) this.failed = this.numbers.result;
                        this.missing &= ~(1 << index);
                        if (!this.missing) {
                            this.numbers.result = this.failed;
                            this.finish(this.failed ? FAILED : DONE);
                        }
                        else if (exchange.asks && index === exchange.expect.length - 1) this.finish(FAILED);
                        return;
                    }
                }
            }
            if (isEmpty || this.heads(exchange, end)) return;
        }
        const known = this.owner.onLine(line, end);
        if (!known && exchange === this.exchange) this.suspect = true;
    }

    /** Is line[0..end) the command that was given last? */
    private isEcho(end: number): boolean {
        let index = 0;
        while (index < end && index < this.commandEnd && this.command[index] === this.line[index]) index++;
        return index === end && index > 1 && (index === this.commandEnd || this.command[index] === CARRIAGE_RETURN);
    }

    private finish(end: number): void {
        const exchange = this.exchange as Exchange;
        const reads = exchange.header !== null;
        const outcome = reads && end < UNANSWERED && (this.suspect || end === DONE && !this.headed && !exchange.endsBare) ? GARBLED : end;
        this.platform.wakeAfter(-1);
        this.owed = outcome > FAILED && this.phase > HOLDING && exchange.sends ? this.numbers.length : 0;
        this.exchange = null;
        this.phase = IDLE;
        this.counted = this.trailing = 0;
        return this.owner.onEnd(outcome);
    }
}
