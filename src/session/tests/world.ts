// A world for session tests: a virtual clock, a transport whose every answer the test decides, and a record of all that
// the client wrote. Nothing here is faster or slower than the test says.
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../../transport.ts';
import { CONNECTION_LOST } from '../../reasons.ts';

/** The clock: time passes in `pass` only. At most one wake is pending, as the contract says. */
export class VirtualPlatform implements Platform {
    time = 0;
    wakes = 0;
    /** What callbacks of the application threw. */
    readonly errors: unknown[] = [];
    /** What `random` returns next; 0 when used up. */
    readonly randoms: number[] = [];
    private owner: PlatformOwner | null = null;
    private wakeTime = -1;

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return this.time;
    }

    wakeAfter(ms: number): void {
        this.wakeTime = ms < 0 ? -1 : this.time + ms;
    }

    random(): number {
        return this.randoms.shift() ?? 0;
    }

    utf8(text: string): Uint8Array {
        return utf8(text);
    }

    caught(error: unknown): void {
        this.errors.push(error);
    }

    /** Ms until the pending wake; -1: none is pending. */
    get pending(): number {
        return this.wakeTime < 0 ? -1 : this.wakeTime - this.time;
    }

    /** Lets `ms` milliseconds pass; every wake that falls due in them comes at its time. */
    pass(ms: number): void {
        const end = this.time + ms;
        for (let turns = 0; this.wakeTime >= 0 && this.wakeTime <= end; turns++) {
            if (turns > 10000) throw new Error('the client wakes without end');
            this.time = this.wakeTime;
            this.wakeTime = -1;
            this.wakes++;
            this.owner?.onWake();
        }
        this.time = end;
    }

    /** Ends the current turn: what was asked for with wakeAfter(0) happens. */
    turn(): void {
        this.pass(0);
    }
}

/** The other end of one connection, in the test's hands. */
export class VirtualTransport implements Transport {
    /** Bytes written on the present connection and not yet read by `take`. */
    private held: number[] = [];
    opens = 0;
    closes = 0;
    writes = 0;
    flushes = 0;
    /** Bytes that `write` still takes before it takes no more. */
    room = Infinity;
    owner: TransportOwner | null = null;

    open(owner: TransportOwner): void {
        this.opens++;
        this.held = [];
        this.owner = owner;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        if (!this.owner) throw new Error('write on a closed transport');
        const taken = Math.min(end - start, this.room);
        this.room -= taken;
        this.writes++;
        for (let index = start; index < start + taken; index++) this.held.push(bytes[index]);
        return taken;
    }

    flush(): void {
        this.flushes++;
    }

    close(): void {
        this.closes++;
        this.owner = null;
    }

    /** The connection is made. */
    opened(): void {
        this.owner!.onOpen();
    }

    /** The broker sends `bytes`. */
    sends(...bytes: number[]): void {
        // In the middle of a larger array: what a client reads outside of its range shows.
        const chunk = new Uint8Array(bytes.length + 4).fill(0xaa);
        chunk.set(bytes, 2);
        this.owner?.onBytes(chunk, 2, bytes.length + 2);
    }

    /** The connection breaks. */
    breaks(reason = CONNECTION_LOST): void {
        const owner = this.owner!;
        this.owner = null;
        owner.onClose(reason);
    }

    /** There is room for `bytes` more. */
    takes(bytes: number): void {
        this.room = bytes;
        this.owner!.onWritable();
    }

    /** What the client has written since the last call, as hexadecimal. */
    take(): string {
        const text = Buffer.from(this.held).toString('hex');
        this.held = [];
        return text;
    }
}

export function utf8(text: string): Uint8Array {
    return new TextEncoder().encode(text);
}

/** Hexadecimal digits, blanks ignored, to numbers. */
export function bytes(hex: string): number[] {
    return [...Buffer.from(hex.replace(/ /g, ''), 'hex')];
}
