// A serial line of a board, by the contract of src/serial.ts, over an ECMA-419 Serial class (SDK 8: modules/io/serial). While it is
// open nothing is allocated. It knows that class's ways, nothing of modems.
//
// An ESP32 has no RTS and CTS here and no buffer but the UART's own of 128 bytes: at 115,200 bits a second it is full after 11 ms
// without a read, and what comes then is lost. So everything is read at once, and who asks a modem for bytes asks for few.
import { misuse } from '../../src/misuse.ts';
import type { SerialOwner, SerialPort } from '../../src/serial.ts';
import { report } from './report.ts';
import { resizable } from './socket.ts';

/** An open line. */
export interface Serial {
    /** From the options. */
    target?: unknown;
    /** Reads up to the length of `into`, and returns how much; undefined: nothing is there. */
    read(into: Uint8Array<ArrayBuffer>): unknown;
    /** Throws, and writes nothing, if there is not room for all of it. */
    write(data: Uint8Array<ArrayBuffer>): unknown;
    /** No callback follows. */
    close(): void;
}

export interface SerialClassOptions {
    port: number | undefined;
    transmit: number;
    receive: number;
    baud: number;
    format: 'buffer';
    target: unknown;
    /** So many bytes are unread. */
    onReadable(this: Serial, count: number): void;
    /** So many bytes can be written. Also comes once when the line is open, and after each write. */
    onWritable(this: Serial, count: number): void;
}

export type SerialClass = new (options: SerialClassOptions) => Serial;

export interface SerialLineOptions {
    /** `embedded:io/serial`. */
    readonly io: SerialClass;
    /** Pins: of the board's output, to the modem's RXD, and of its input, from the modem's TXD. */
    readonly transmit: number;
    readonly receive: number;
    /** Which UART. 1 or 2 on an ESP32, whose 0 is the console. */
    readonly port?: number;
    /** Bytes that one write carries at most. 128 if left out: what an ESP32's UART holds. */
    readonly writeSize?: number;
    /** Bytes that one `onBytes` carries at most. 128 if left out. */
    readonly readSize?: number;
}

export class SerialLine implements SerialPort {
    private readonly io: SerialClass;
    private readonly options: SerialClassOptions;
    private readonly outgoingMemory: ReturnType<typeof resizable>;
    private readonly outgoing: Uint8Array<ArrayBuffer>;
    private readonly writeSize: number;
    private readonly incoming: Uint8Array<ArrayBuffer>;
    private owner: SerialOwner | null = null;
    private serial: Serial | null = null;
    /** Bytes that the line takes: it said so, and what was written since is taken off. */
    private writable = 0;
    private starved = false;

    /** Throws if a size is not a positive integer. */
    constructor(options: SerialLineOptions) {
        const writeSize = options.writeSize ?? 128;
        const readSize = options.readSize ?? 128;
        if (!(writeSize > 0 && writeSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'writeSize is at least 1' : 'writeSize', writeSize);
        if (!(readSize > 0 && readSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'readSize is at least 1' : 'readSize', readSize);
        this.io = options.io;
        this.writeSize = writeSize;
        this.outgoingMemory = resizable(writeSize);
        this.outgoing = new Uint8Array(this.outgoingMemory);
        this.incoming = new Uint8Array(readSize);
        this.options = {
            port: options.port, transmit: options.transmit, receive: options.receive, baud: 0, format: 'buffer', target: this,
            onReadable: SerialLine.onReadable, onWritable: SerialLine.onWritable,
        };
        // What is there counts, even if it is undefined.
        if (options.port === undefined) delete (this.options as { port?: number }).port;
    }

    open(owner: SerialOwner, baud: number): void {
        this.close();
        this.owner = owner;
        this.options.baud = baud;
        try {
            this.serial = new this.io(this.options);
        } catch (error) {
            report('no serial line', error);
            this.owner = null;
            owner.onGone();
        }
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const serial = this.serial;
        const size = this.writeSize;
        let at = start;
        while (at < end && this.writable > 0) {
            let part = end - at < size ? end - at : size;
            if (part > this.writable) part = this.writable;
            this.writable -= part;
            const outgoing = this.outgoing;
            for (let index = 0; index < part; index++) outgoing[index] = bytes[at + index];
            // Only native code runs while the memory is short (socket.ts).
            this.outgoingMemory.resize(part);
            try {
                // Only an open line is writable.
                (serial as Serial).write(outgoing);
                at += part;
            } catch {
                // There was less room than the line said; it will say how much there is.
                this.writable = 0;
            }
            this.outgoingMemory.resize(size);
        }
        if (at < end) this.starved = true;
        return at - start;
    }

    close(): void {
        const serial = this.serial;
        this.owner = this.serial = null;
        this.writable = 0;
        this.starved = false;
        if (!serial) return;
        try {
            serial.close();
        } catch (error) {
            report('a serial line did not close', error);
        }
    }

    // The machine's callbacks: what they throw would end it.

    private static onReadable(this: Serial): void {
        const line = this.target as SerialLine;
        try {
            while (this === line.serial) {
                // More arrives while this is worked on: until nothing is there, whatever was said.
                const count = this.read(line.incoming);
                if (!count) return;
                (line.owner as SerialOwner).onBytes(line.incoming, 0, count as number);
            }
        } catch (error) {
            report('a serial line failed', error);
        }
    }

    private static onWritable(this: Serial, count: number): void {
        const line = this.target as SerialLine;
        if (this !== line.serial) return;
        line.writable = count;
        if (!line.starved) return;
        line.starved = false;
        try {
            (line.owner as SerialOwner).onWritable();
        } catch (error) {
            report('a serial line failed', error);
        }
    }
}
