// What lies between Moddable's TLS socket and TCP: a wall (guarded.ts), and a watch. A close_notify during the handshake, which
// anybody on the way can send unencrypted, makes that TLS socket (SDK 8.2.3: modules/crypt/ssl/session_419.js) report that it can be
// written to, and what is written then goes out in the clear. So it is believed only once both sides have announced their keys
// (RFC 5246 §7.1). Knows the header of a record (§6.2.1), nothing of what is in it.
import { guarded } from './guarded.ts';
import type { IoClass } from './guarded.ts';
import type { Socket } from './socket.ts';

/** The type of a record that announces: from now on encrypted. */
const CHANGE_CIPHER_SPEC = 20;
const HEADER = 5;

/** A TCP socket of which the records are watched. TLS puts `readable` and `writable` of its own on it. */
export class TlsWire implements Socket {
    private readonly socket: Socket;
    private readonly sealing: Sealing;
    /** Bytes of a header that were read, the header's type and length, and bytes of the record's body that are still to come. */
    private at = 0;
    private type = 0;
    private length = 0;
    private body = 0;

    constructor(socket: Socket, sealing: Sealing) {
        this.socket = socket;
        this.sealing = sealing;
    }

    read(into: Uint8Array<ArrayBuffer>): unknown {
        const result = this.socket.read(into);
        if (!this.sealing.received) this.watch(typeof result === 'object' ? new Uint8Array(result as ArrayBuffer) : into);
        return result;
    }

    /** `data`: records from their beginning, as TLS makes them. */
    write(data: Uint8Array<ArrayBuffer>): unknown {
        if (data[0] === CHANGE_CIPHER_SPEC) this.sealing.sent = true;
        return this.socket.write(data);
    }

    close(): void {
        this.socket.close();
    }

    private watch(bytes: Uint8Array): void {
        for (let index = 0; index < bytes.length; index++) {
            if (this.body > 0) {
                this.body--;
                continue;
            }
            const byte = bytes[index];
            if (this.at === 0) this.type = byte;
            this.length = (this.length << 8 | byte) & 0xffff;
            if (++this.at < HEADER) continue;
            this.at = 0;
            this.body = this.length;
            if (this.type === CHANGE_CIPHER_SPEC) this.sealing.received = true;
        }
    }
}

/** Who has announced that what follows is encrypted: we, and the server. */
export interface Sealing {
    sent: boolean;
    received: boolean;
}

/** The class of the sockets below TLS: `io`, guarded and watched. `onThrown`, `onConnected` as in guarded.ts. */
export function tlsWire(io: IoClass, sealing: Sealing, onThrown: (error: unknown) => void, onConnected: () => void): IoClass {
    const Guarded = guarded(io, onThrown, onConnected) as new (options: object) => Socket;
    return function (options: object): object { // dialect-ok: once a connection
        return new TlsWire(new Guarded(options), sealing);
    } as unknown as IoClass;
}
