// What is known of the latest TLS session with a server, with which the next handshake is shorter: in memory, and where there is a Store also for
// the next process. It is a secret. Knows nothing of sockets.
//
// record = FORMAT | SHA-256 of what the session was made for and of the session (32) | session as OpenSSL writes it (ASN.1). A resumed session
// shows no certificate, and OpenSSL takes its word that the earlier one was good: one that was made for another server, or with other
// authorities, must not be found.
import { createHash } from 'node:crypto';
import { keepOnly } from '../../src/store.ts';
import type { Store } from '../../src/store.ts';

/** Other layouts have other numbers. */
const FORMAT = 0xb2;
const DIGEST = 32;
const HEADER = 1 + DIGEST;

export class TlsSession {
    /** To be offered in the next handshake. */
    current: Buffer | undefined;
    private readonly store: Store | undefined;
    /** Of what the session is made for. */
    private readonly purpose: Buffer;
    /** The store is to be brought up to date when this turn is over: servers send two tickets at once. */
    private due = false;

    /** `purpose`: server, trust and identity, of any kinds that JSON has. Without authorities of their own those that this Node comes with count. */
    constructor(store: Store | undefined, purpose: readonly unknown[]) {
        this.store = store;
        const text = JSON.stringify([...purpose, process.version, process.env['NODE_EXTRA_CA_CERTS'] ?? '', process.env['SSL_CERT_FILE'] ?? '']);
        this.purpose = createHash('sha256').update(text).digest();
        if (store) this.current = this.load(store);
    }

    /** A handshake has begun. Tickets are good for one (RFC 8446 appendix C.4), and one that the server chokes on must not spoil the next, nor the next process. */
    spend(): void {
        if (this.current && this.store) this.store.drop(this.store.count);
        this.current = undefined;
    }

    keep(session: Buffer): void {
        this.current = session;
        if (!this.store || this.due) return;
        this.due = true;
        setImmediate(() => this.save());
    }

    private save(): void {
        const { store, current } = this;
        this.due = false;
        if (!store || !current || HEADER + current.length > store.recordSize) return;
        const record = Buffer.concat([Buffer.of(FORMAT), this.digest(current), current]);
        keepOnly(store, record, 0, record.length);
    }

    /** The youngest of this purpose; undefined if there is none. */
    private load(store: Store): Buffer | undefined {
        const record = Buffer.alloc(store.recordSize);
        for (let index = store.count; index-- > 0;) {
            const size = store.read(index, record, 0);
            const session = Buffer.from(record.subarray(HEADER, Math.max(size, HEADER)));
            if (size > HEADER && size <= record.length && record[0] === FORMAT && this.digest(session).equals(record.subarray(1, HEADER))) return session;
        }
        return undefined;
    }

    private digest(session: Buffer): Buffer {
        return createHash('sha256').update(this.purpose).update(session).digest();
    }
}
