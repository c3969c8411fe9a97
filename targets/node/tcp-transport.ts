// MQTT over plain TCP on Node.
import { connect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { SocketTransport } from './socket-transport.ts';
import type { SocketOptions } from './socket-transport.ts';

export type TcpOptions = SocketOptions;

/** A TCP socket; port 1883 unless told otherwise. Throws on options that cannot work. */
export class TcpTransport extends SocketTransport {
    protected readonly readyEvent = 'connect';

    constructor(options: TcpOptions) {
        super(options, 1883);
    }

    protected connect(onread: OnReadOpts): Socket {
        return connect({ host: this.host, port: this.port, lookup: this.lookup, onread });
    }
}
