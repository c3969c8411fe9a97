// MQTT over TLS on Node: who the server must be, who we are, and sessions resumed across connections (tls-session.ts).
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import type { Store } from '../../src/store.ts';
import { SocketTransport } from './socket-transport.ts';
import type { SocketOptions } from './socket-transport.ts';
import { TlsSession } from './tls-session.ts';

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
    /**
     * Keeps the session for the next process, too: a Store of its own, with records of 4,096 bytes. What lies there is as secret as a password,
     * and who can write it can pose as the server: only the user who runs this may. A session counts only for the same server, trust and identity.
     */
    sessionStore?: Store;
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
    readonly #session: TlsSession;

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
        this.#session = new TlsSession(options.sessionStore, [
            this.host, this.port, this.#connectionOptions.servername, options.ca, options.cert, options.alpnProtocols, minVersion, options.insecureAcceptAnyServer,
        ]);
    }

    protected connect(onread: OnReadOpts): Socket {
        const offered = this.#session.current;
        const options: ConnectionOptions & { onread: OnReadOpts } = {
            ...this.#connectionOptions, host: this.host, port: this.port, lookup: this.lookup, session: offered, onread,
        };
        const socket = connect(options);
        socket.on('connect', () => this.#session.spend());
        socket.on('secureConnect', () => {
            this.sessionReused = socket.isSessionReused();
            if (this.sessionReused) {
                this.sessionsReused++;
                if (offered) this.#session.keep(offered); // TLS 1.2 servers need not send another
            }
            this.protocolVersion = socket.getProtocol() ?? '';
            this.alpnProtocol = socket.alpnProtocol || '';
        });
        // Tickets of a connection that is being closed are as good as any.
        socket.on('session', (ticket: Buffer) => this.#session.keep(ticket));
        return socket;
    }
}
