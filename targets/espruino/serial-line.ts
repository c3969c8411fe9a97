// A serial line of a board with Espruino, by the contract of src/serial.ts, over `Serial1` to `Serial3`. Espruino buffers what
// comes (1,024 bytes and 4,096 events on an ESP32) and sends what it is given from a queue of its own, for whose end it waits
// when it is full. It knows these ways, nothing of modems.
import { misuse } from '../../src/misuse.ts';
import type { SerialOwner, SerialPort } from '../../src/serial.ts';
import type { ByteArray, Interpreter } from './espruino.ts';
import { report } from './report.ts';

declare const E: Interpreter;

/** `Serial2`. */
export interface Serial {
    setup(baud: number, options: object): void;
    unsetup(): void;
    write(data: string | number): void;
    on(event: 'data', listener: (text: string) => void): void;
    removeListener(event: 'data', listener: (text: string) => void): void;
}

export interface SerialLineOptions {
    /** `Serial2`, say. Not the one that the console is on. */
    readonly io: Serial;
    /**
     * What its `setup` takes besides the speed: `{ rx: D16, tx: D17 }`, and `cts` for a pin that tells the modem to wait. Without that
     * small reads are what keeps the modem from sending too much. Not `flow`: XON and XOFF are bytes that a message may hold.
     */
    readonly setup?: object;
    /** Bytes that one `onBytes` carries at most. 64 if left out: as many as one event of an ESP32 brings. */
    readonly readSize?: number;
}

export class SerialLine implements SerialPort {
    private readonly io: Serial;
    private readonly setup: object;
    private readonly incoming: Uint8Array & ByteArray;
    private owner: SerialOwner | null = null;
    private readonly onData: (text: string) => void;

    /** Throws if `readSize` is not positive. */
    constructor(options: SerialLineOptions) {
        const readSize = options.readSize ?? 64;
        if (!(readSize > 0)) misuse(MOTEMQ_TEXTS ? 'readSize is at least 1' : 'readSize', readSize);
        this.io = options.io;
        this.setup = options.setup ?? {};
        this.incoming = new Uint8Array(readSize) as Uint8Array & ByteArray;
        this.onData = text => this.hand(text);
    }

    open(owner: SerialOwner, baud: number): void {
        this.close();
        this.owner = owner;
        try {
            this.io.setup(baud, this.setup);
            this.io.on('data', this.onData);
        } catch (error) {
            report(error);
            this.owner = null;
            owner.onGone();
        }
    }

    /** Takes all; for what its queue does not hold Espruino waits here, 87 µs a byte at 115,200 bits a second. */
    write(bytes: Uint8Array, start: number, end: number): number {
        if (!this.owner) return 0;
        // The string is not a copy if the memory is in one piece.
        const text = E.toString(bytes);
        if (text !== undefined) this.io.write(text.substring(start, end));
        // Memory is short.
        else for (let at = start; at < end; at++) this.io.write(bytes[at]);
        return end - start;
    }

    close(): void {
        if (!this.owner) return;
        this.owner = null;
        this.io.removeListener('data', this.onData);
        this.io.unsetup();
    }

    private hand(text: string): void {
        const incoming = this.incoming;
        const size = incoming.length;
        const owner = this.owner as SerialOwner;
        let rest = text.length;
        try {
            // It may close the line.
            for (let at = 0; rest > 0 && this.owner; at += size) {
                incoming.set(at || rest > size ? text.substring(at, at + size) : text);
                owner.onBytes(incoming, 0, rest < size ? rest : size);
                rest -= size;
            }
        } catch (error) {
            report(error);
        }
    }
}
