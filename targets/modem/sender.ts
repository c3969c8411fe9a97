// What goes out to a modem: a command, its bytes behind the prompt or spelled within it, padding. As much as the port takes at a time. Knows
// nothing of what comes back.
import type { SerialPort } from '../../src/serial.ts';
import type { Exchange } from './exchange.ts';

/** Nothing is to go out. */
const NOTHING = 0;
/** The command, and then its bytes, once they are asked for. */
const COMMAND = 1;
/** The bytes behind the prompt. */
const BYTES = 2;
/** The command and the bytes in it, two hexadecimal digits each. */
const SPELLED = 3;
/** Zeros. */
const PADDING = 4;

const CARRIAGE_RETURN = 13;

function hexadecimal(digit: number): number {
    return digit < 10 ? 48 + digit : 55 + digit;
}

export class Sender {
    /** Bytes that the port has taken. */
    bytesOut = 0;
    private readonly port: SerialPort;
    private readonly book: Uint8Array;
    private readonly exchange: Exchange;
    /** The command; what is spelled takes its place by pieces. */
    private readonly command: Uint8Array;
    private commandEnd = 0;
    private commandSent = 0;
    private data: Uint8Array;
    private dataSent = 0;
    private dataEnd = 0;
    private what = NOTHING;
    /** Zeros to go out. */
    private padding = 0;

    constructor(port: SerialPort, book: Uint8Array, exchange: Exchange, lineSize: number) {
        this.port = port;
        this.book = book;
        this.exchange = exchange;
        this.command = new Uint8Array(lineSize);
        this.data = this.command;
    }

    /** Writes the command of the exchange; its bytes are those from `data[start]` on. */
    begin(data: Uint8Array, start: number): void {
        const exchange = this.exchange;
        this.data = data;
        this.dataSent = start;
        this.dataEnd = start + exchange.numbers.length;
        this.commandSent = 0;
        this.commandEnd = exchange.numbers.write(exchange.commandAt, exchange.nextAt, this.command);
        this.what = exchange.spells() ? SPELLED : COMMAND;
        return this.push();
    }

    /** The bytes are asked for. */
    release(): void {
        this.what = BYTES;
        return this.push();
    }

    /** Nothing more of it goes out. */
    stop(): void {
        this.what = NOTHING;
    }

    /** The command has gone out, and what is spelled in it. */
    isCommandOut(): boolean {
        return this.commandSent === this.commandEnd && this.what !== SPELLED;
    }

    /** All has gone out. */
    isOut(): boolean {
        return this.isCommandOut() && (!this.exchange.sends() || this.what === BYTES && this.dataSent === this.dataEnd);
    }

    /** Writes what the port takes. */
    push(): void {
        while (this.what && this.commandSent < this.commandEnd) {
            const taken = this.port.write(this.command, this.commandSent, this.commandEnd);
            this.commandSent += taken;
            this.bytesOut += taken;
            if (this.commandSent < this.commandEnd) return;
            if (this.what === SPELLED) this.spell();
        }
        while (this.what === PADDING && this.padding > 0) {
            const size = this.padding < this.command.length ? this.padding : this.command.length;
            const taken = this.port.write(this.command, 0, size);
            this.padding -= taken;
            this.bytesOut += taken;
            if (taken < size) return;
        }
        if (this.what === BYTES) {
            const taken = this.port.write(this.data, this.dataSent, this.dataEnd);
            this.dataSent += taken;
            this.bytesOut += taken;
        }
    }

    /**
     * Writes `count` zeros: what a modem lacks of the bytes that were announced to it. They end up in a
     * stream that is given up. No packet begins with a zero, and none is an identifier: a broker is not told what we never said, as by a
     * carriage return in the place of a PUBACK's identifier.
     */
    pad(count: number): void {
        for (let index = 0; index < this.command.length; index++) this.command[index] = 0;
        this.what = PADDING;
        this.padding = count;
        this.commandSent = this.commandEnd = 0;
        return this.push();
    }

    /** Is line[0..end) the command that was given last? */
    isEcho(line: Uint8Array, end: number): boolean {
        let index = 0;
        while (index < end && index < this.commandEnd && this.command[index] === line[index]) index++;
        return index === end && index > 1 && (index === this.commandEnd || this.command[index] === CARRIAGE_RETURN);
    }

    /** Puts the next bytes, or behind the last one the rest of the command, in the place of what went out. */
    private spell(): void {
        const command = this.command;
        let end = 0;
        while (this.dataSent < this.dataEnd && end + 1 < command.length) {
            const byte = this.data[this.dataSent++];
            command[end++] = hexadecimal(byte >> 4);
            command[end++] = hexadecimal(byte & 15);
        }
        if (!end) {
            const tail = this.exchange.tailAt;
            this.what = COMMAND;
            end = this.exchange.numbers.write(tail + 1, tail + 1 + this.book[tail], command);
        }
        this.commandSent = 0;
        this.commandEnd = end;
    }
}
