// A TLS session that outlasts a deep sleep: with it the handshake of Moddable's TLS takes a tenth of the work, and a round trip less. The SDK keeps one
// session, that of the server it spoke with last, in the RAM of its module `ssl/cache` (SDK 8: modules/crypt/ssl), resumed by its ID (RFC 5246
// §7.3); here it goes to a Store and back. Knows that module's shape and nothing of sockets.
//
// record = what the session was made for (4: a checksum of serverName and certificate) | length of the ID (1) | ID | master secret
import { checksum } from '../../src/checksum.ts';
import { keepOnly } from '../../src/store.ts';
import type { Store } from '../../src/store.ts';
import type { Platform } from '../../src/transport.ts';

/** The SDK's module `ssl/cache`, as far as it is used. */
export interface SslCache {
    host?: string;
    id?: ArrayBuffer | Uint8Array;
    secret?: ArrayBuffer | Uint8Array;
    saveSession(host: string, id: ArrayBuffer, secret: ArrayBuffer): void;
    deleteSessionID(id: unknown): void;
}

export interface TlsMemoryOptions {
    readonly platform: Pick<Platform, 'utf8'>;
    /** `import cache from 'ssl/cache'`. */
    readonly cache: SslCache;
    /** A Store of its own, with records of 100 bytes. The session in it is a secret, like the password in the same flash. */
    readonly store: Store;
    /** As in `secure`, or the transport's host. */
    readonly serverName: string;
    /** As in `secure`: a resumed session shows no certificate, so one that was made with another authority is not used. */
    readonly certificate?: ArrayBuffer | Uint8Array;
}

const OWNER = 4;
/** Bytes of the longest record that is written or read: an ID has up to 32, a master secret 48. */
const LONGEST = OWNER + 1 + 32 + 48;

export class TlsMemory {
    private readonly options: TlsMemoryOptions;
    private readonly owner: number;
    /** The first half: what the store holds, `size` bytes; the second: what is so now. */
    private readonly bytes = new Uint8Array(2 * LONGEST);
    private size = 0;

    /** Hands an earlier run's session to the SDK, for the first handshake. */
    constructor(options: TlsMemoryOptions) {
        const store = options.store;
        const bytes = this.bytes;
        const name = options.platform.utf8(options.serverName);
        const certificate = new Uint8Array((options.certificate ?? new ArrayBuffer(0)) as ArrayBuffer);
        this.options = options;
        this.owner = checksum(checksum(0, name, 0, name.length), certificate, 0, certificate.length);
        const size = store.count ? store.read(store.count - 1, bytes, 0) : 0;
        const secret = OWNER + 1 + bytes[OWNER];
        if (size > LONGEST || size <= secret || new DataView(bytes.buffer).getUint32(0) !== this.owner) return;
        this.size = size;
        options.cache.saveSession(options.serverName, this.copy(OWNER + 1, secret), this.copy(secret, size));
    }

    /**
     * Call it when a wake that used the radio is over, or the broker has accepted a connection. `worked`: the session is kept; flash is written only if it is a new one. False: it is
     * forgotten, for it may be what went wrong.
     */
    settle(worked: boolean): void {
        const store = this.options.store;
        const cache = this.options.cache;
        if (!worked) {
            this.size = 0;
            if (store.count) store.drop(store.count);
            if (cache.id) cache.deleteSessionID(cache.id);
            return;
        }
        const size = this.take(cache);
        const bytes = this.bytes;
        let same = size === this.size;
        for (let index = 0; same && index < size; index++) same = bytes[index] === bytes[LONGEST + index];
        if (same || (!size && cache.host)) return;
        // Where the server did not take the former back, the SDK has thrown away the new one, too: the next handshake makes one.
        if (!size) store.drop(store.count);
        this.size = size && keepOnly(store, bytes, LONGEST, LONGEST + size) ? size : 0;
        bytes.copyWithin(0, LONGEST, LONGEST + size);
    }

    /** Writes the record to the second half and returns its length; 0 if there is no session with this server. */
    private take(cache: SslCache): number {
        if (cache.host !== this.options.serverName || !cache.id || !cache.secret) return 0;
        const id = new Uint8Array(cache.id);
        const secret = new Uint8Array(cache.secret);
        const size = OWNER + 1 + id.length + secret.length;
        if (!id.length || !secret.length || size > LONGEST) return 0;
        new DataView(this.bytes.buffer).setUint32(LONGEST, this.owner);
        this.bytes[LONGEST + OWNER] = id.length;
        this.bytes.set(id, LONGEST + OWNER + 1);
        this.bytes.set(secret, LONGEST + OWNER + 1 + id.length);
        return size;
    }

    private copy(start: number, end: number): ArrayBuffer {
        const part = new Uint8Array(end - start);
        for (let index = start; index < end; index++) part[index - start] = this.bytes[index];
        return part.buffer;
    }
}
