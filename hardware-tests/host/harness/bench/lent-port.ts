// A port that can be lent to a program of its own, which wants it for itself: it is closed meanwhile, and opened again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lines, Port } from '../port.ts';

/** Ms in which a port that went away meanwhile, with the power of its adapter for instance, is there again, and between two looks. */
const COMES_BACK = 10_000;
const LOOK = 250;

export class LentPort implements Port {
    readonly name: string;
    readonly usb: Port['usb'];
    onBytes: (bytes: Uint8Array) => void = () => {};
    private readonly reopen: () => Promise<Port>;
    private readonly end = new AbortController();
    private inner: Port;
    private closed = false;

    /** Opens it with `open`. Rejects as that does. */
    static async open(open: () => Promise<Port>): Promise<LentPort> {
        return new LentPort(await open(), open);
    }

    private constructor(inner: Port, reopen: () => Promise<Port>) {
        this.name = inner.name;
        this.usb = inner.usb;
        this.inner = inner;
        this.reopen = reopen;
        this.attach();
    }

    get hasLines(): boolean {
        return this.inner.hasLines;
    }

    get gone(): AbortSignal {
        return this.end.signal;
    }

    /** Does `work` while the port is closed. Rejects as `work` does, or if it cannot be opened any more, within 10 s. */
    async lend(work: () => Promise<void>): Promise<void> {
        await this.inner.close();
        try {
            await work();
        } catch (error) {
            // What went wrong first is what matters.
            await this.openAgain().catch(() => {});
            throw error;
        }
        for (const deadline = performance.now() + COMES_BACK; ; await sleep(LOOK)) {
            try {
                return await this.openAgain();
            } catch (error) {
                if (performance.now() > deadline) throw error;
            }
        }
    }

    write(bytes: Uint8Array): Promise<void> {
        return this.inner.write(bytes);
    }

    setLines(lines: Lines): Promise<void> {
        return this.inner.setLines(lines);
    }

    setBaud(baud: number): Promise<void> {
        return this.inner.setBaud(baud);
    }

    close(): Promise<void> {
        this.closed = true;
        return this.inner.close();
    }

    /** Unless it was closed for good while it was lent. */
    private async openAgain(): Promise<void> {
        if (this.closed) return;
        this.inner = await this.reopen();
        if (this.closed) await this.inner.close();
        else this.attach();
    }

    private attach(): void {
        const inner = this.inner;
        inner.onBytes = (bytes) => {
            if (inner === this.inner) this.onBytes(bytes);
        };
        const lost = (): void => {
            if (inner === this.inner) this.end.abort(inner.gone.reason);
        };
        inner.gone.addEventListener('abort', lost);
        if (inner.gone.aborted) lost();
    }
}
