// MQTT over TLS, over Moddable's `embedded:io/socket/tcp/tls`: who the server must be, and who we are.
import { SocketTransport } from './socket-transport.ts';
import type { TransportOptions } from './socket-transport.ts';
import { TlsSocket } from './tls-socket.ts';
import type { Secure, TlsDetails } from './tls-socket.ts';

/** `io`, `TCP` and `secure` are what a Moddable provider has for a TLS socket: `{ io: TLSSocket, TCP: { io: TCP } }`. */
export interface TlsOptions extends TransportOptions, Pick<TlsDetails, 'io' | 'TCP'> {
    readonly secure?: Secure;
}

/** Of a record (header, initialisation vector, digest, padding), beyond what `write` of Moddable's TLS socket says is left; in bytes. */
const OVERHEAD = 64;

/** A TLS socket; port 8883 unless told otherwise. The clock must be right, for certificates have dates. */
export class TlsTransport extends SocketTransport {
    /** Throws on a port or a size that cannot be. */
    constructor(options: TlsOptions) {
        const details: TlsDetails = { io: options.io, TCP: options.TCP, host: options.host ?? options.address ?? '', secure: options.secure };
        super(options, TlsSocket, options.port ?? 8883, details, OVERHEAD);
    }
}
