// A serial line on Node, by the contract of src/serial.ts, over the npm package `serialport` (13), whose class it is handed: the
// library itself needs no package. It knows that package's ways, nothing of modems.
import type { SerialOwner, SerialPort } from '../../src/serial.ts';
import { mendBinding } from './serial-binding.ts';

/** What is used of a port of `serialport`. */
export interface NodeSerialPort {
    readonly isOpen: boolean;
    /** What it uses below itself, while it is open. */
    readonly port?: unknown;
    on(event: 'open' | 'close' | 'drain', listener: () => void): unknown;
    on(event: 'data', listener: (bytes: Buffer) => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    removeAllListeners(): unknown;
    write(bytes: Buffer): boolean;
    update(options: { baudRate: number }, done: (error: Error | null) => void): void;
    close(done: (error: Error | null) => void): void;
}

export type NodeSerialPortClass = new (options: { path: string; baudRate: number; rtscts: boolean; hupcl: boolean }) => NodeSerialPort;

export interface SerialLineOptions {
    /** `SerialPort` of the package `serialport`. */
    readonly io: NodeSerialPortClass;
    /** `/dev/ttyUSB2`, `COM3`. Of a USB modem's ports the one for AT commands. */
    readonly path: string;
    /** Whether the wires RTS and CTS are there and used. Default false. */
    readonly rtscts?: boolean;
}

export class SerialLine implements SerialPort {
    /** Why the line is gone, for people. Null while it is there. */
    lastError: Error | null = null;
    private readonly options: SerialLineOptions;
    private owner: SerialOwner | null = null;
    /** Stays here until it is closed: nobody else gets the device before. */
    private port: NodeSerialPort | null = null;
    private closing = false;
    /** Bits a second: those that are wanted, and those of the open port. */
    private baud = 0;
    private portBaud = 0;
    /** Nothing is taken until the port says `drain`, or is open with the right speed; then an `onWritable` is owed. */
    private starved = false;

    constructor(options: SerialLineOptions) {
        this.options = options;
    }

    open(owner: SerialOwner, baud: number): void {
        this.owner = owner;
        this.baud = baud;
        if (!this.port) this.connect();
        else if (this.port.isOpen && !this.closing) this.adapt(this.port);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const port = this.port;
        // What a port that is not open is given comes out of the next one that is.
        if (!port?.isOpen || this.closing || this.portBaud !== this.baud) this.starved = true;
        if (this.starved || start === end) return 0;
        // A copy: the port keeps what it is given until it has left. `false` means: taken, but no more.
        this.starved = !(port as NodeSerialPort).write(Buffer.from(bytes.subarray(start, end)));
        return end - start;
    }

    close(): void {
        this.owner = null;
        this.starved = false;
        const port = this.port;
        if (!port || this.closing) return;
        this.closing = true;
        port.removeAllListeners();
        const closed = (): void => {
            this.port = null;
            this.closing = false;
            if (this.owner) this.connect();
        };
        if (port.isOpen) {
            // Without a listener an error would end the process: a device may vanish with a write under way.
            port.on('error', () => {});
            port.close(closed);
        } else {
            port.on('error', closed);
            port.on('open', () => port.close(closed));
        }
    }

    private connect(): void {
        const { io, path, rtscts = false } = this.options;
        this.lastError = null;
        this.portBaud = this.baud;
        try {
            // hupcl: closing must not drop DTR, by which many modems hang up or turn off.
            const port = new io({ path, baudRate: this.baud, rtscts, hupcl: false });
            this.port = port;
            port.on('open', () => {
                mendBinding(port.port);
                this.adapt(port);
            });
            port.on('drain', () => this.ready());
            port.on('data', bytes => this.owner?.onBytes(bytes, 0, bytes.length));
            port.on('error', error => this.lose(port, error));
            port.on('close', () => this.lose(port, new Error(`${path} has gone`)));
        } catch (error) {
            this.lose(null, error as Error);
        }
    }

    /** Gives an open port the speed that is wanted by now. */
    private adapt(port: NodeSerialPort): void {
        if (this.portBaud === this.baud) {
            this.ready();
            return;
        }
        const baud = this.baud;
        port.update({ baudRate: baud }, (error) => {
            if (error) {
                this.lose(port, error);
                return;
            }
            this.portBaud = baud;
            if (port === this.port && !this.closing) this.adapt(port);
        });
    }

    private ready(): void {
        if (!this.starved) return;
        this.starved = false;
        this.owner?.onWritable();
    }

    private lose(port: NodeSerialPort | null, error: Error): void {
        if (port !== this.port || this.closing) return;
        this.lastError = error;
        const owner = this.owner;
        // One that could not be opened, or has closed itself, is not closed again.
        if (port?.isOpen) this.close();
        else {
            this.port = this.owner = null;
            this.starved = false;
        }
        owner?.onGone();
    }
}
