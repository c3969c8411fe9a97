// The host's end of the line, in process: a serial port as a microcontroller has one, with a FIFO that overflows when the program is
// busy elsewhere and a transmit buffer that fills.
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import type { Faults } from './faults.ts';
import type { Line } from './line.ts';
import type { Clock } from './world.ts';

/** The host's transmit buffer, in bytes. */
const TRANSMIT = 128;

export class HostPort implements SerialPort {
    /** Received bytes that were lost because nobody read them in time. */
    overflowed = 0;
    private readonly clock: Clock;
    private readonly line: Line;
    private readonly faults: Faults;
    private readonly fifoSize: number;
    private owner: SerialOwner | null = null;
    private fifo: number[] = [];
    private busy = false;
    private promised = false;

    /** `fifoSize`: bytes; 128 on Moddable's ESP32. */
    constructor(clock: Clock, line: Line, faults: Faults, fifoSize: number) {
        this.clock = clock;
        this.line = line;
        this.faults = faults;
        this.fifoSize = fifoSize;
    }

    open(owner: SerialOwner, baud: number): void {
        this.owner = owner;
        this.line.hostBaud = baud;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const taken = Math.min(end - start, Math.max(0, TRANSMIT - this.line.hostQueued));
        if (taken > 0) this.line.fromHost(bytes.slice(start, start + taken));
        this.promised ||= taken < end - start;
        return taken;
    }

    close(): void {
        this.owner = null;
        this.fifo = [];
    }

    /** Bytes from the line. They come one after the other: a program that is not busy reads them as they come. */
    receive(bytes: Uint8Array): void {
        for (let at = 0; at < bytes.length && this.owner; at += this.fifoSize) {
            for (const byte of bytes.subarray(at, at + this.fifoSize)) {
                if (this.fifo.length < this.fifoSize) this.fifo.push(byte);
                else this.overflowed++;
            }
            if (this.busy) continue;
            this.busy = this.faults.happens('host is busy');
            if (!this.busy) this.read();
            // Half a FIFO at 115200 is 5.5 ms; a program that collects garbage or draws takes longer.
            else this.clock.after(this.faults.between(2, 30), () => {
                this.busy = false;
                this.read();
            });
        }
    }

    /** The modem has taken bytes. */
    drained(): void {
        if (!this.promised || this.line.hostQueued >= TRANSMIT / 2) return;
        this.promised = false;
        this.owner?.onWritable();
    }

    private read(): void {
        const held = Uint8Array.from(this.fifo);
        this.fifo = [];
        if (held.length) this.owner?.onBytes(held, 0, held.length);
    }
}
