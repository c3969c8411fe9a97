// Runs on the virtual board: a platform and a transport that do nothing but what the contract asks, so that a measured round is
// the client's. Time passes when the round says so; what is written is taken and forgotten.
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../../src/transport.ts';

export class BenchPlatform implements Platform {
    time = 0;
    /** When the pending wake is due. */
    due = 0;
    private owner: PlatformOwner | null = null;

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return this.time;
    }

    wakeAfter(ms: number): void {
        this.due = this.time + ms;
    }

    random(): number {
        return 1;
    }

    utf8(text: string): Uint8Array {
        return new Uint8Array((ArrayBuffer as unknown as { fromString(text: string): ArrayBuffer }).fromString(text));
    }

    caught(error: unknown): void {
        trace(`fault ${String(error)}\n`);
    }

    /** The pending wake comes, at its time. */
    wake(): void {
        this.time = this.due;
        this.owner!.onWake();
    }
}

export class BenchTransport implements Transport {
    written = 0;
    flushes = 0;
    private owner: TransportOwner | null = null;

    open(owner: TransportOwner): void {
        this.owner = owner;
    }

    write(_bytes: Uint8Array, start: number, end: number): number {
        this.written += end - start;
        return end - start;
    }

    flush(): void {
        this.flushes++;
    }

    close(): void {
        this.owner = null;
    }

    /** The connection is made. */
    opened(): void {
        this.owner!.onOpen();
    }

    /** The connection breaks. */
    breaks(reason: number): void {
        const owner = this.owner!;
        this.owner = null;
        owner.onClose(reason);
    }
}
