// A console over a serial line: lines of text both ways. An order comes as its length in bytes, a space and JSON. What was torn on the way, by a UART
// that was full for instance, is told by its length and left out: the host says it again. For Moddable's XS; knows nothing of tests.
import type { SerialOwner, SerialPort } from '../../src/serial.ts';

/** Bytes of the longest order. */
const LONGEST = 768;
const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;

/** XS's own. */
const encoder = ArrayBuffer as unknown as { fromString(text: string): ArrayBuffer };
const decoder = String as unknown as { fromArrayBuffer(bytes: ArrayBuffer): string };

export class SerialConsole implements SerialOwner {
    private readonly port: SerialPort;
    private readonly hear: (order: object) => void;
    private readonly incoming = new Uint8Array(LONGEST);
    private filled = 0;
    /** Lines that the port has not taken, and how much it has of the first. */
    private readonly outgoing: Uint8Array[] = [];
    private sent = 0;

    /** Opens `port` with `baud` bits a second. `hear` gets each order. */
    constructor(port: SerialPort, baud: number, hear: (order: object) => void) {
        this.port = port;
        this.hear = hear;
        port.open(this, baud);
        // What a bootloader has printed, at another speed perhaps, is no part of the first line.
        this.print('');
    }

    print(line: string): void {
        this.outgoing.push(new Uint8Array(encoder.fromString(line + '\r\n')));
        this.onWritable();
    }

    onWritable(): void {
        while (this.outgoing.length) {
            const line = this.outgoing[0];
            this.sent += this.port.write(line, this.sent, line.length);
            if (this.sent < line.length) return;
            this.sent = 0;
            this.outgoing.shift();
        }
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        for (let index = start; index < end; index++) {
            const byte = bytes[index];
            if (byte !== NEWLINE) {
                // A line that is too long is none: its length will not fit.
                if (this.filled < LONGEST) this.incoming[this.filled++] = byte;
                continue;
            }
            const length = this.filled;
            this.filled = 0;
            this.take(length);
        }
    }

    onGone(): void {
        // A board keeps its UART.
    }

    private take(end: number): void {
        let length = 0;
        let start = 0;
        while (start < end && this.incoming[start] !== SPACE) length = length * 10 + this.incoming[start++] - ZERO;
        start++;
        if (length === 0 || end - start !== length) return;
        let order;
        try {
            order = JSON.parse(decoder.fromArrayBuffer(this.incoming.slice(start, end).buffer)) as object;
        } catch {
            return;
        }
        this.hear(order);
    }
}
