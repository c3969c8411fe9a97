// MQTT over TLS, over Moddable's `embedded:io/socket/tcp/tls`: who the server must be, and who we are.
import { SocketTransport } from './socket-transport.ts';
import type { TransportOptions } from './socket-transport.ts';
import { TLS_OVERHEAD, TlsSocket, tlsDetails } from './tls-socket.ts';
import type { TlsSettings } from './tls-socket.ts';

/** `io`, `TCP` and `secure` are what a Moddable provider has for a TLS socket: `{ io: TLSSocket, TCP: { io: TCP } }`. */
export interface TlsOptions extends TransportOptions, TlsSettings {}

/** A TLS socket; port 8883 unless told otherwise. The clock must be right, for certificates have dates. */
export class TlsTransport extends SocketTransport {
    /** Throws on a port or a size that cannot be, on what is no class, and on `secure.verify`. */
    constructor(options: TlsOptions) {
        super(options, TlsSocket, options.port ?? 8883, tlsDetails(options, options.host ?? options.address ?? ''), TLS_OVERHEAD);
    }
}
