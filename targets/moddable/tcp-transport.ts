// MQTT over TCP.
import { SocketTransport } from './socket-transport.ts';
import type { TransportOptions } from './socket-transport.ts';
import type { SocketClass } from './socket.ts';

export interface TcpOptions extends TransportOptions {
    /** The class of the sockets: `TCP` of `embedded:io/socket/tcp`, or one that behaves alike. */
    readonly io: SocketClass;
}

/** A TCP socket; port 1883 unless told otherwise. */
export class TcpTransport extends SocketTransport {
    /** Throws on a port or a size that cannot be. */
    constructor(options: TcpOptions) {
        super(options, options.io, options.port ?? 1883, undefined);
    }
}
