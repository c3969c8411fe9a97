// One machine for two that have deadlines: a client, to which it is the platform, and who made the client. The machine has one pending
// wake: the earlier of both. It knows nothing of what is due.
import type { Platform, PlatformOwner } from '../transport.ts';
import { NEVER } from '../session/options.ts';

/** @internal */
export class SharedPlatform implements Platform, PlatformOwner {
    private readonly host: Platform;
    private readonly maker: PlatformOwner;
    private client: PlatformOwner | null = null;
    /** Deadlines in the host's ms, and whether there are any. */
    private clientAt = 0;
    private clientWaits = false;
    private makerAt = 0;
    private makerWaits = false;

    constructor(host: Platform, maker: PlatformOwner) {
        this.host = host;
        this.maker = maker;
    }

    attach(client: PlatformOwner): void {
        const host = this.host;
        this.client = client;
        // Whom it is told of it may keep from being printed, with all that they hold: the last one is woken.
        host.attach(this.maker);
        host.attach(client);
        host.attach(this);
    }

    now(): number {
        return this.host.now();
    }

    wakeAfter(ms: number): void {
        this.clientWaits = ms >= 0;
        this.clientAt = this.host.now() + ms;
        return this.arm(); // A tail call, as in onWake.
    }

    /** As `wakeAfter`, for the maker. */
    wakeOwn(ms: number): void {
        this.makerWaits = ms >= 0;
        this.makerAt = this.host.now() + ms;
        return this.arm();
    }

    random(): number {
        return this.host.random();
    }

    utf8(text: string): Uint8Array {
        return this.host.utf8(text);
    }

    caught(error: unknown): void {
        this.host.caught(error);
    }

    onWake(): void {
        const now = this.host.now();
        const isMakers = this.makerWaits && ((now - this.makerAt) | 0) >= 0;
        const isClients = !isMakers && this.clientWaits && ((now - this.clientAt) | 0) >= 0;
        if (isMakers) this.makerWaits = false;
        if (isClients) this.clientWaits = false;
        this.arm();
        // One of them in a wake, and by tail calls: XS takes this frame off its stack, which an ESP8266 has little of.
        if (isMakers) return this.maker.onWake();
        if (isClients && this.client) return this.client.onWake();
    }

    private arm(): void {
        const now = this.host.now();
        let wait = this.clientWaits ? (this.clientAt - now) | 0 : NEVER;
        if (this.makerWaits && ((this.makerAt - now) | 0) < wait) wait = (this.makerAt - now) | 0;
        if (!this.clientWaits && !this.makerWaits) wait = -1;
        else if (wait < 0) wait = 0;
        return this.host.wakeAfter(wait);
    }
}
