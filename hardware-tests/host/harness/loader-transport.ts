// What `esptool-js` calls its transport, over a port of ours. It takes the place of the package's own, which polls for bytes, gives up at
// noise between frames, locks itself when a write fails and never gets unlocked again when the port has gone.
import type { Transport } from 'esptool-js';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from './errors.ts';
import type { Lines, Port } from './port.ts';
import { SlipReader, slipFrame } from './slip.ts';

/** Of what was heard, this many bytes are kept: a boot banner is shorter. */
const TAIL = 2048;

type Used = Pick<Transport,
    'tracing' | 'baudrate' | 'getInfo' | 'getVid' | 'getPid' | 'trace' | 'hexify' | 'hexConvert' | 'write' | 'read' | 'readLoop' | 'flushInput' | 'drainInput' | 'peek' | 'inWaiting' |
    'setRTS' | 'setDTR' | 'setSignals' | 'connect' | 'disconnect' | 'changeBaudrate'>;

export class LoaderTransport implements Used {
    tracing = false;
    baudrate = 0;
    /** Set while the loader runs: a banner now means that the board has restarted. */
    inLoader = false;
    private readonly port: Port;
    private readonly reader = new SlipReader(frame => this.take(frame));
    private frames: Uint8Array[] = [];
    private waiting: ((frame: Uint8Array) => void) | null = null;
    private heard = Buffer.alloc(0);
    private lines = { dtr: false, rts: false };
    private readonly end = new AbortController();

    constructor(port: Port) {
        this.port = port;
        port.onBytes = (bytes) => {
            this.heard = Buffer.concat([this.heard, bytes]).subarray(-TAIL);
            this.reader.push(bytes);
            if (this.inLoader && /brown-?out|rst:0x|ets [A-Z][a-z]{2} /i.test(this.tail.slice(-bytes.length - 64))) this.end.abort(restarted(this.tail));
        };
        port.gone.addEventListener('abort', () => this.detach(), { signal: this.end.signal });
        if (port.gone.aborted) this.detach();
    }

    /** Aborted: the port is gone, or taken away. */
    get gone(): AbortSignal {
        return this.end.signal;
    }

    /** What was heard last, frames and text, as Latin-1. */
    get tail(): string {
        return this.heard.toString('latin1');
    }

    /** Takes the port away from `esptool-js`: whatever it still does fails at once, and reaches no board. */
    detach(): void {
        this.end.abort(this.port.gone.reason ?? new Error('the loader has been left'));
        if (!this.port.gone.aborted) this.port.onBytes = () => {};
    }

    getInfo(): string {
        return this.port.name;
    }

    getVid(): number | undefined {
        return this.port.usb?.vendorId;
    }

    getPid(): number | undefined {
        return this.port.usb?.productId;
    }

    trace(): void {}

    hexify(bytes: Uint8Array): string {
        return Buffer.from(bytes).toString('hex');
    }

    hexConvert(bytes: Uint8Array): string {
        return this.hexify(bytes);
    }

    async write(payload: Uint8Array): Promise<void> {
        this.end.signal.throwIfAborted();
        await this.port.write(slipFrame(payload));
    }

    /** The next frame. Rejects after `timeout` ms without one. */
    async read(timeout: number): Promise<Uint8Array> {
        this.end.signal.throwIfAborted();
        const held = this.frames.shift();
        if (held) return held;
        const waited = new AbortController();
        const { signal } = this.end;
        try {
            return await Promise.race([
                new Promise<Uint8Array>(resolve => this.waiting = resolve),
                sleep(timeout, undefined, { signal: AbortSignal.any([signal, waited.signal]) }).then(() => {
                    throw new Error(`the loader has said nothing for ${timeout} ms`);
                }, () => {
                    throw signal.reason;
                }),
            ]);
        } finally {
            this.waiting = null;
            waited.abort();
        }
    }

    async readLoop(): Promise<void> {}

    flushInput(): void {
        this.frames = [];
        this.reader.restart();
    }

    async drainInput(quiet = 100): Promise<void> {
        await sleep(quiet);
        this.flushInput();
    }

    peek(): Uint8Array {
        return this.heard;
    }

    inWaiting(): number {
        return this.frames.length;
    }

    async setRTS(rts: boolean): Promise<void> {
        await this.setSignals(this.lines.dtr, rts);
    }

    async setDTR(dtr: boolean): Promise<void> {
        await this.setSignals(dtr, this.lines.rts);
    }

    async setSignals(dtr = this.lines.dtr, rts = this.lines.rts): Promise<void> {
        await this.setLines({ dtr, rts });
    }

    async setLines(lines: Lines): Promise<void> {
        this.gone.throwIfAborted();
        this.lines = lines;
        await this.port.setLines(lines);
    }

    /** The port is open; it only gets its speed. */
    async connect(baud = 115200): Promise<void> {
        this.end.signal.throwIfAborted();
        await this.port.setBaud(baud);
        this.baudrate = baud;
    }

    async disconnect(): Promise<void> {}

    async changeBaudrate(baud: number): Promise<boolean> {
        await this.connect(baud);
        return false;
    }

    private take(frame: Uint8Array): void {
        if (this.waiting) {
            this.waiting(frame);
            this.waiting = null;
        } else {
            this.frames.push(frame);
        }
    }
}

function restarted(tail: string): BenchError {
    return /brown-?out/i.test(tail)
        ? new BenchError('the board\'s supply gave way', 'use another USB port or cable, or a supply of its own', true)
        : new BenchError('the board has restarted in the middle', 'look for a loose contact at its supply or at EN, and leave its buttons alone', true);
}
