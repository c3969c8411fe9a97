// What a board remembers of its network over a sleep, so that it need not look for it again: where the access point is, the address that it had
// there, the broker's. It lies in a Store as one record. Knows nothing of WiFi or name servers: who does asks `take`, and writes what it has found.
//
// Whatever is remembered may have become wrong. It is therefore used once, until `settle` says that all went well: the second attempt looks for
// itself. So a wrong memory costs one failed try, wherever the mistake is, and needs no checksum beyond that of a lasting Store.
//
// record = name | channel | address | broker, as text in lines.
import { misuse } from '../../src/misuse.ts';
import { keepOnly } from '../../src/store.ts';
import type { Store } from '../../src/store.ts';
import type { Platform } from '../../src/transport.ts';

/** What can be taken: the channel of the access point; the board's address; the broker's. */
export const ACCESS_POINT = 1;
export const LEASE = 2;
export const BROKER = 4;

const FIELDS = 4;
/** Bytes of the longest record that is written or read. */
const LONGEST = 200;

export interface NetworkMemoryOptions {
    /** Texts become bytes by it, and chance. It may be the client's. */
    readonly platform: Pick<Platform, 'utf8' | 'random'>;
    /** A Store of its own, with records of 40 bytes and the length of `name`. */
    readonly store: Store;
    /** Names of the network and of the broker, say: what another name has left is not used. */
    readonly name: string;
    /**
     * Addresses are used at most until one of so many starts and connections, on average, after which they are looked for anew: chance decides, so
     * that nothing need be counted in flash, and no fleet asks at once. 32 if left out; 1: each time.
     */
    readonly refresh?: number;
}

function textOf(bytes: Uint8Array, size: number): string {
    let text = '';
    for (let index = 0; index < size; index++) text += String.fromCharCode(bytes[index]);
    return text;
}

export class NetworkMemory {
    /** Of the access point. 0 and '', here and below: not known. */
    channel = 0;
    /** Of the board, as in `192.168.1.7`. */
    address = '';
    /** The address that the broker's name had. */
    broker = '';
    private readonly platform: Pick<Platform, 'random'>;
    private readonly refresh: number;
    private readonly store: Store;
    private readonly name: string;
    /** What may be taken. */
    private offered = 0;
    /** Somebody wanted to know since `settle`: the network was used. */
    private asked = false;
    /** What the store holds. */
    private kept = '';

    /** Reads what an earlier run has left. Throws on a `refresh` below 1. */
    constructor(options: NetworkMemoryOptions) {
        const platform = options.platform;
        const store = options.store;
        const refresh = options.refresh ?? 32;
        const name = platform.utf8(options.name);
        const bytes = new Uint8Array(LONGEST);
        const size = store.count ? store.read(store.count - 1, bytes, 0) : 0;
        if (!(refresh >= 1)) misuse(MOTEMQ_TEXTS ? 'refresh is a number of starts' : 'refresh', refresh);
        this.platform = platform;
        this.refresh = refresh;
        this.store = store;
        this.name = textOf(name, name.length);
        if (size > LONGEST) return;
        this.kept = textOf(bytes, size);
        const fields = this.kept.split('\n');
        if (fields.length !== FIELDS || fields[0] !== this.name) return;
        this.channel = parseInt(fields[1], 10) || 0;
        this.address = fields[2];
        this.broker = fields[3];
        this.offer();
    }

    /** True: `what`, one of the three above, is known and may be used, this once. */
    take(what: number): boolean {
        const offered = this.offers(what);
        this.asked = true;
        this.offered &= ~what;
        return offered;
    }

    /** As `take`, but only looks. */
    offers(what: number): boolean {
        const known = what === BROKER ? this.broker : what === LEASE ? this.address : this.channel;
        return (this.offered & what) !== 0 && !!known;
    }

    /**
     * Call it when the broker has accepted a connection, or a wake is over; if nobody has asked for anything since, it does nothing. `worked`: what is known now
     * is right: it is kept, and may be used again; flash is written only if it has changed. False: all is forgotten.
     */
    settle(worked: boolean): void {
        const store = this.store;
        if (!this.asked) return;
        this.asked = false;
        if (worked) {
            const text = this.name + '\n' + this.channel + '\n' + this.address + '\n' + this.broker;
            this.offer();
            if (text === this.kept) return;
            const bytes = new Uint8Array(text.length);
            for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
            this.kept = keepOnly(store, bytes, 0, bytes.length) ? text : '';
        } else {
            this.channel = this.offered = 0;
            this.address = this.broker = this.kept = '';
            if (store.count) store.drop(store.count);
        }
    }

    private offer(): void {
        this.offered = (this.platform.random() >>> 0) % this.refresh ? ACCESS_POINT | LEASE | BROKER : ACCESS_POINT;
    }
}
