// The serial line: bytes take their time (8N1: ten bits a byte), come in pieces of any size, get lost or flipped on their way, and are
// junk when the two ends are set to different speeds. A pseudo-terminal does none of this by itself.
import type { Faults } from './faults.ts';
import type { Clock } from './world.ts';

/** How many bytes come at once: so many, or any number up to 64 if 0. */
export type ChunkSize = 0 | 1 | 2 | 7 | 64 | 1000;

export interface LineEnds {
    toModem(bytes: Uint8Array): void;
    toHost(bytes: Uint8Array): void;
}

/** One direction. */
class Wire {
    private readonly clock: Clock;
    private readonly msPerByte: () => number;
    private readonly chunk: () => number;
    private readonly deliver: (bytes: Uint8Array) => void;
    private queue: Uint8Array = new Uint8Array(0);
    private moving = false;

    constructor(clock: Clock, msPerByte: () => number, chunk: () => number, deliver: (bytes: Uint8Array) => void) {
        this.clock = clock;
        this.msPerByte = msPerByte;
        this.chunk = chunk;
        this.deliver = deliver;
    }

    get queued(): number {
        return this.queue.length;
    }

    push(bytes: Uint8Array): void {
        this.queue = Buffer.concat([this.queue, bytes]);
        if (!this.moving) this.move();
    }

    cut(): void {
        this.queue = this.queue.slice(0, 0);
    }

    private move(): void {
        const count = Math.min(this.chunk(), this.queue.length);
        this.moving = count > 0;
        if (!this.moving) return;
        this.clock.after(count * this.msPerByte(), () => {
            const bytes = new Uint8Array(this.queue.subarray(0, count));
            this.queue = this.queue.subarray(count);
            if (bytes.length) this.deliver(bytes);
            this.move();
        });
    }
}

export class Line {
    /** Bits a second that each end is set to. The modem's: 0 finds the host's speed out. */
    hostBaud = 115200;
    modemBaud: number;
    /** All that went each way, as it arrived, and each byte that came through. */
    onTraffic: (toModem: boolean, bytes: Uint8Array) => void = () => {};
    /** Whether sent[at], which is on its way to the modem, may not be lost. */
    isVital: (sent: Uint8Array, at: number) => boolean = () => false;
    private readonly faults: Faults;
    private readonly up: Wire;
    private readonly down: Wire;

    constructor(clock: Clock, faults: Faults, chunkSize: ChunkSize, ends: LineEnds, modemBaud = 115200) {
        this.faults = faults;
        this.modemBaud = modemBaud;
        const msPerByte = (): number => 10000 / this.hostBaud;
        const chunk = (): number => chunkSize || 1 + faults.below(64);
        this.up = new Wire(clock, msPerByte, chunk, bytes => this.arrive(true, bytes, ends));
        this.down = new Wire(clock, msPerByte, chunk, bytes => this.arrive(false, bytes, ends));
    }

    /** Bytes that the host has written and that have not arrived. */
    get hostQueued(): number {
        return this.up.queued;
    }

    fromHost(bytes: Uint8Array): void {
        this.up.push(bytes);
    }

    /** The modem's output. */
    push(bytes: Uint8Array): void {
        this.down.push(bytes);
    }

    cut(): void {
        this.down.cut();
    }

    private arrive(toModem: boolean, sent: Uint8Array, ends: LineEnds): void {
        let bytes = sent;
        if (this.modemBaud && this.modemBaud !== this.hostBaud) {
            // Neither side reads what the other wrote, but something arrives.
            bytes = sent.map(byte => (byte * 7 + 0x81) & 0xff).map(byte => byte & 0x5f || 0x80);
        } else if (this.faults.happens(toModem ? 'byte lost to the modem' : 'byte lost to the host')) {
            const at = this.faults.below(sent.length);
            if (!toModem || !this.isVital(sent, at)) bytes = sent.filter((_, index) => index !== at);
        } else if (!toModem && this.faults.happens('byte flipped to the host')) {
            bytes = sent.slice();
            bytes[this.faults.below(sent.length)] ^= 1 << this.faults.below(8);
        }
        this.onTraffic(toModem, bytes);
        if (toModem) ends.toModem(bytes);
        else ends.toHost(bytes);
    }
}
