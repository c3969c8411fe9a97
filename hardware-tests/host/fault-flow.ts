// One direction of a proxied connection: what arrives is counted, held, split, delayed, swallowed or cut off on its way out.
import type { Socket } from 'node:net';

/** `fin`: an orderly end after the bytes forwarded so far. `rst`: a connection reset. */
export type Cut = 'fin' | 'rst';

export interface FlowFaults {
    /** Milliseconds by which everything is late, its end included. */
    delay?: number;
    /**
     * Sizes in bytes, used in turn and over again, of the pieces in which bytes are forwarded: each in an event loop turn
     * of its own, so that a reader in this process sees exactly these. An empty list forwards as it comes.
     */
    pieces?: readonly number[];
    /** Bytes that pass in a second, on average; 0: as fast as they come. */
    rate?: number;
    /** Nothing is forwarded or read while true, not even an end: the sender fills its buffers and waits. */
    stalled?: boolean;
    /** Bytes and ends vanish while true; the sender never notices. */
    dropped?: boolean;
    /** Cuts both directions as soon as exactly `bytes` bytes of this one have been forwarded since the connection began. */
    cutAfter?: { bytes: number; how: Cut } | null;
}

/** Bytes that may wait in a flow before it stops reading. */
const MOST_WAITING = 256 * 1024;

interface Waiting {
    /** Null: the sender's FIN. */
    bytes: Buffer | null;
    /** By performance.now(). */
    due: number;
}

export class Flow {
    /** Bytes that arrived at the proxy. */
    received = 0;
    /** In how many reads: the sender's segments, where they did not come faster than the proxy could read. */
    chunks = 0;
    /** Bytes that were passed on. */
    forwarded = 0;

    private readonly source: Socket | null;
    private readonly sink: Socket | null;
    private readonly cut: (how: Cut) => void;
    private readonly faults: Required<FlowFaults> = { delay: 0, pieces: [], rate: 0, stalled: false, dropped: false, cutAfter: null };
    private readonly waiting: Waiting[] = [];
    private piecesMade = 0;
    /** A write or a timer will call `pump` again. */
    private busy = false;
    private discarding = false;

    constructor(source: Socket | null, sink: Socket | null, cut: (how: Cut) => void, onBytes: (bytes: Buffer) => void) {
        this.source = source;
        this.sink = sink;
        this.cut = cut;
        source?.on('data', (bytes: Buffer) => {
            this.received += bytes.length;
            this.chunks++;
            onBytes(bytes);
            this.arrive(bytes);
        });
        source?.on('end', () => this.arrive(null));
    }

    set(faults: FlowFaults): void {
        Object.assign(this.faults, faults);
        this.pump();
    }

    /** Forgets what waits and whatever comes. */
    discard(): void {
        this.discarding = true;
        this.waiting.length = 0;
        this.source?.resume();
    }

    private arrive(bytes: Buffer | null): void {
        if (this.discarding || this.faults.dropped || this.sink === null) return;
        this.waiting.push({ bytes, due: performance.now() + this.faults.delay });
        this.pump();
    }

    private pump(): void {
        if (this.discarding) return;
        const { stalled, cutAfter } = this.faults;
        if (stalled || this.bytesWaiting() > MOST_WAITING) this.source?.pause();
        else this.source?.resume();
        if (stalled || this.busy) return;
        if (cutAfter !== null && this.forwarded >= cutAfter.bytes) {
            this.cut(cutAfter.how);
            return;
        }
        const next = this.waiting[0];
        if (next === undefined) return;
        const early = next.due - performance.now();
        if (early > 0) this.later((done) => setTimeout(done, early));
        else if (next.bytes !== null) this.forward(next.bytes);
        else {
            this.waiting.shift();
            this.sink?.end();
        }
    }

    /** Passes on as much of the bytes at the head as one piece and the cut allow. */
    private forward(bytes: Buffer): void {
        const { pieces, rate, cutAfter } = this.faults;
        const piece = pieces.length === 0 ? bytes.length : pieces[this.piecesMade++ % pieces.length];
        const size = Math.min(bytes.length, piece, cutAfter === null ? Infinity : cutAfter.bytes - this.forwarded);
        if (size === bytes.length) this.waiting.shift();
        else this.waiting[0].bytes = bytes.subarray(size);
        this.forwarded += size;
        this.later((done) => this.sink?.write(bytes.subarray(0, size), () => {
            // Between two immediates the event loop polls: a reader in this process reads this piece alone, and before an RST
            // (libuv reports bytes and RST that it polls together as bytes and FIN).
            if (rate > 0) setTimeout(done, size * 1000 / rate);
            else if (pieces.length === 0 && cutAfter === null) done();
            else setImmediate(() => setImmediate(done));
        }));
    }

    /** Pumps on when `start` calls its argument. */
    private later(start: (done: () => void) => void): void {
        this.busy = true;
        start(() => {
            this.busy = false;
            this.pump();
        });
    }

    private bytesWaiting(): number {
        return this.waiting.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    }
}
