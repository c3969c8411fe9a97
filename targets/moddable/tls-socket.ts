// Moddable's TLS socket (`embedded:io/socket/tcp/tls`, TLS 1.2 in JavaScript) as a socket that behaves like TCP (socket.ts). What
// the wrapped one does otherwise (SDK 8: examples/io/tcp/tlssocket, modules/crypt/ssl), and what is done about it:
// - It throws out of TCP's callbacks, which ends the machine: a certificate, an alert, a record that cannot be read. TCP is guarded.
// - It can be made to send unencrypted. Its records are watched (tls-wire.ts).
// - Its callbacks come deep inside of it, with most of an ESP8266's stack in use, and it goes on afterwards as if nobody had closed
//   it. So all that is told is told in a turn of its own; it keeps what is unread until then.
// - `this` of its callbacks is not the socket.
// What the transport does: after the end of the connection `write` returns NaN, and before that a number which leaves too little for
// the overhead of the next record.
import Timer from 'timer';
import { misuse } from '../../src/misuse.ts';
import { CONNECT_FAILED, TLS_FAILED } from '../../src/reasons.ts';
import { checkClass } from './guarded.ts';
import type { IoClass } from './guarded.ts';
import { report } from './report.ts';
import type { Socket, SocketOptions } from './socket.ts';
import { tlsWire } from './tls-wire.ts';
import type { Sealing } from './tls-wire.ts';

/** What a TLS connection is made with, in Moddable's words (`ssl/session`). */
export interface Secure {
    /** The certificate, in DER, of the authority to trust, besides those that the app was built with. */
    readonly certificate?: ArrayBuffer | Uint8Array;
    /** The name that is sent to the server (SNI) and that its certificate must carry. The transport's host if left out. */
    readonly serverName?: string;
    /** Protocols to offer (ALPN), the most wanted first. */
    readonly applicationLayerProtocolNegotiation?: string | readonly string[];
    /** Our own certificate in DER, then those that lead to its authority, for servers that demand one. */
    readonly clientCertificates?: readonly (ArrayBuffer | Uint8Array)[];
    /** The private key of `clientCertificates`, in DER. */
    readonly clientKey?: ArrayBuffer | Uint8Array;
    /** What else the module knows, `cache` for instance. `verify` throws: see `insecureAcceptAnyServer`. */
    readonly [option: string]: unknown;
}

/** What a TLS socket is made from. */
export interface TlsDetails {
    /** `embedded:io/socket/tcp/tls`, or one that behaves alike. */
    readonly io: IoClass;
    /** The sockets below: `{ io: TCP }` of `embedded:io/socket/tcp`, with options for them. */
    readonly TCP: { readonly io: IoClass };
    /** The server's name for SNI and certificate, unless `secure` says another. */
    readonly host: string;
    readonly secure?: Secure;
}

/** What a TLS connection is made with, as an application says it. */
export interface TlsSettings extends Pick<TlsDetails, 'io' | 'TCP'> {
    readonly secure?: Secure;
    /**
     * Only `true` accepts a server that cannot prove who it is: anybody on the way can then read the password, and answer.
     * Nothing else does, nor the module's own `secure.verify`, which throws unless it is true.
     */
    readonly insecureAcceptAnyServer?: boolean;
}

/** Of a record (header, initialisation vector, digest, padding), beyond what `write` of Moddable's TLS socket says is left; in bytes. */
export const TLS_OVERHEAD = 64;

/** The details of sockets to `host`. Throws on what is no class, and on `secure.verify`. */
export function tlsDetails(settings: TlsSettings, host: string): TlsDetails {
    const io = settings.io;
    const TCP = settings.TCP;
    const secure = settings.secure;
    checkClass(io);
    checkClass(TCP && TCP.io);
    if (secure && secure.verify !== undefined && secure.verify !== true) {
        misuse(MOTEMQ_TEXTS ? 'servers are verified, unless insecureAcceptAnyServer is true; secure.verify' : 'verify', secure.verify);
    }
    // Nor is a session kept then, with which a connection that verifies would begin.
    return { io, TCP, host, secure: settings.insecureAcceptAnyServer === true ? Object.assign({}, secure, { verify: false, cache: false }) : secure };
}

/** How long a timer sleeps that is not wanted, in ms. */
const IDLE = 0x3fffffff;

export class TlsSocket implements Socket {
    readonly target: unknown;
    // The callbacks of the options, as methods: `call` would take 11 slots more of the stack.
    private readonly onReadable: SocketOptions['onReadable'];
    private readonly onWritable: SocketOptions['onWritable'];
    private readonly onError: SocketOptions['onError'];
    private readonly tls: Socket;
    private readonly timer: ReturnType<typeof Timer.set>;
    /** TCP has called back: from now on what fails is TLS. */
    private reached = false;
    private closed = false;
    /** To be told: bytes that can be written and read (-1: nothing), and that it is over. */
    private writable = -1;
    private unread = -1;
    private ended = false;
    private reason: number | undefined = undefined;
    private ready = false;
    private readonly sealing: Sealing = { sent: false, received: false };

    /** Throws if there is no socket to be had. `options.details` are `TlsDetails`. */
    constructor(options: SocketOptions) {
        this.target = options.target;
        this.onReadable = options.onReadable;
        this.onWritable = options.onWritable;
        this.onError = options.onError;
        this.timer = this.createTimer();
        try {
            this.tls = this.createTls(options);
        } catch (error) {
            Timer.clear(this.timer);
            throw error;
        }
    }

    read(into: Uint8Array<ArrayBuffer>): unknown {
        return this.tls.read(into);
    }

    write(data: Uint8Array<ArrayBuffer>): unknown {
        return this.tls.write(data);
    }

    close(): void {
        if (this.closed) return;
        this.closed = true;
        Timer.clear(this.timer);
        this.tls.close();
    }

    // Apart from the constructor: XS makes no tail calls in functions that were made while `new` was under way.

    private createTimer(): ReturnType<typeof Timer.set> {
        return Timer.set(() => this.turn(), IDLE, IDLE); // dialect-ok: once a connection
    }

    private createTls(options: SocketOptions): Socket {
        const details = options.details as TlsDetails;
        return new details.io({
            address: options.address, port: options.port, nodelay: options.nodelay,
            host: details.host,
            secure: details.secure,
            TCP: Object.assign({}, details.TCP, {
                io: tlsWire(details.TCP.io, this.sealing, error => this.fault(error), () => { // dialect-ok: likewise
                    this.reached = true;
                }),
            }),
            onReadable: (count: number) => this.tell(-1, count, false), // dialect-ok: likewise
            onWritable: (count: number) => { // dialect-ok: likewise
                if (this.sealing.sent && this.sealing.received) return this.tell(count, -1, false);
                return this.fault('the handshake ended without encryption');
            },
            onError: () => this.tell(-1, -1, true), // dialect-ok: likewise
        }) as Socket;
    }

    /** Notes what is to be told, and asks for a turn of its own for it. */
    private tell(writable: number, unread: number, ended: boolean): void {
        if (this.closed) return;
        if (writable >= 0) this.writable = writable;
        if (unread >= 0) this.unread = unread;
        if (ended) this.ended = true;
        Timer.schedule(this.timer, 0, IDLE);
    }

    /** TLS has thrown: a certificate that is not trusted, an alert, a record that cannot be read. */
    private fault(error: unknown): void {
        if (this.closed) return;
        report('TLS', error);
        this.reason = TLS_FAILED;
        this.tell(-1, -1, true);
    }

    /** Tells one thing, in the order in which a socket does: connected, readable, writable, ended. What else there is has the next turn. */
    private turn(): void {
        const writable = this.writable;
        const unread = this.unread;
        if (unread >= 0 && this.ready) {
            this.unread = -1;
            if (writable >= 0 || this.ended) Timer.schedule(this.timer, 0, IDLE);
            return this.onReadable(unread); // Tail calls, as in the session: a frame less on a scarce stack.
        }
        if (writable >= 0) {
            this.ready = true;
            this.writable = -1;
            if (unread >= 0 || this.ended) Timer.schedule(this.timer, 0, IDLE);
            return this.onWritable(writable);
        }
        if (this.ended) return this.onError(this.reason ?? (this.ready ? undefined : this.reached ? TLS_FAILED : CONNECT_FAILED));
    }
}
