// MQTT over TLS on Node: who the server must be, who we are, and sessions resumed across connections.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import { SocketTransport } from './socket-transport.ts';
import type { SocketOptions } from './socket-transport.ts';

export interface TlsOptions extends SocketOptions {
    /** Certificates (PEM) of the authorities to trust, instead of those that Node comes with (and those that NODE_EXTRA_CA_CERTS adds). */
    ca?: SecureContextOptions['ca'];
    /** The client's certificate chain (PEM), for servers that demand one. */
    cert?: SecureContextOptions['cert'];
    /** The private key (PEM) of `cert`. */
    key?: SecureContextOptions['key'];
    /** Of `key`, where that is encrypted. */
    passphrase?: string;
    /** Protocols to offer, most wanted first; AWS IoT Core on port 443 wants `mqtt` or `x-amzn-mqtt-ca`. */
    alpnProtocols?: string[];
    /** The name that is sent to the server (SNI) and that its certificate must carry. Default: `host`; where that is an IP address none is sent and the certificate must carry the address. */
    servername?: string;
    /** Default `TLSv1.2`. Older versions throw: RFC 8996 forbids them. */
    minVersion?: 'TLSv1.2' | 'TLSv1.3';
    /**
     * Only `true` accepts a server that cannot prove who it is: anybody on the way can then read the password, and answer.
     * Nothing else does, neither an environment variable nor Node's own option `rejectUnauthorized: false`, which throws.
     */
    insecureAcceptAnyServer?: boolean;
}

/** A TLS socket; port 8883 unless told otherwise. Throws on options that cannot work, unreadable certificates and keys among them. */
export class TlsTransport extends SocketTransport {
    /** Whether the latest handshake resumed an earlier session: fewer bytes, no certificates. */
    sessionReused = false;
    /** How many handshakes did. */
    sessionsReused = 0;
    /** The protocol version of the latest handshake, e.g. `TLSv1.3`; empty before the first. */
    protocolVersion = '';
    /** What the server chose of `alpnProtocols` in the latest handshake; empty when it chose none. */
    alpnProtocol = '';

    protected readonly readyEvent = 'secureConnect';
    // Key and session are secrets: `#` keeps them out of whatever prints this object.
    readonly #connectionOptions: ConnectionOptions;
    #session: Buffer | undefined;

    constructor(options: TlsOptions) {
        super(options, 8883);
        if ('rejectUnauthorized' in options) throw new TypeError('rejectUnauthorized is no option: servers are verified, unless insecureAcceptAnyServer is true');
        const minVersion: string = options.minVersion ?? 'TLSv1.2';
        if (minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3') throw new RangeError(`minVersion must be TLSv1.2 or TLSv1.3, not ${minVersion}`);
        // Node passes over authorities that it cannot read: nothing would be trusted, and nobody told why.
        [options.ca ?? []].flat().forEach((authority) => new X509Certificate(authority));
        this.#connectionOptions = {
            secureContext: createSecureContext({
                ca: options.ca,
                cert: options.cert,
                key: options.key,
                passphrase: options.passphrase,
                minVersion,
            }),
            servername: options.servername ?? (isIP(this.host) === 0 ? this.host : ''),
            ALPNProtocols: options.alpnProtocols,
            // Stated in any case: Node's default listens to NODE_TLS_REJECT_UNAUTHORIZED.
            rejectUnauthorized: options.insecureAcceptAnyServer !== true,
        };
    }

    protected connect(onread: OnReadOpts): Socket {
        const session = this.#session;
        const options: ConnectionOptions & { onread: OnReadOpts } = {
            ...this.#connectionOptions, host: this.host, port: this.port, lookup: this.lookup, session, onread,
        };
        const socket = connect(options);
        // A ticket is spent when the handshake begins: one that the server chokes on must not spoil the next connection too.
        socket.on('connect', () => {
            this.#session = undefined;
        });
        socket.on('secureConnect', () => {
            this.sessionReused = socket.isSessionReused();
            if (this.sessionReused) {
                this.sessionsReused++;
                this.#session = session; // TLS 1.2 servers need not send another
            }
            this.protocolVersion = socket.getProtocol() ?? '';
            this.alpnProtocol = socket.alpnProtocol || '';
        });
        // Tickets of a connection that is being closed are as good as any.
        socket.on('session', (ticket: Buffer) => {
            this.#session = ticket;
        });
        return socket;
    }
}
