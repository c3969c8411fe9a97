// A byte stream over a socket of Node, by the contract of src/transport.ts: staging, flushing, and an end that is told once.
// What TCP and TLS share. It knows sockets and reasons, nothing of MQTT.
import type { LookupFunction, OnReadOpts, Socket } from 'node:net';
import type { Transport, TransportOwner } from '../../src/transport.ts';
import { CONNECTION_LOST, CONNECT_FAILED, NAME_NOT_RESOLVED, TLS_FAILED } from '../../src/reasons.ts';

export interface SocketOptions {
    /** Host name or IP address. */
    host: string;
    /** 1 to 65535. */
    port?: number;
    /** Send each flush at once instead of waiting for earlier segments to be acknowledged (Nagle). Default true. */
    noDelay?: boolean;
    /**
     * Bytes that may be taken and not yet handed to the operating system. Also the largest single socket write. Default 4096, or
     * `receiveBufferSize` if that is more: what arrives at once may be QoS 1 messages of 7 bytes, each with 4 bytes of PUBACK to
     * send back, and a connection that has no room for them is closed.
     */
    sendBufferSize?: number;
    /** Bytes that one `onBytes` carries at most. Default 4096. */
    receiveBufferSize?: number;
    /** How long `close` waits, in ms, for unsent bytes to leave and for the peer's FIN before it drops the socket. Default 2000. */
    closeTimeout?: number;
    /** How a host name is resolved. Default `dns.lookup`, the operating system's way. */
    lookup?: LookupFunction;
}

/** `value`, or `fallback` where it is undefined; throws unless it is an integer of minimum..maximum. */
function integer(name: string, value: number | undefined, fallback: number, minimum: number, maximum: number): number {
    const result = value ?? fallback;
    if (!Number.isInteger(result) || result < minimum || result > maximum) {
        throw new RangeError(`${name} must be an integer from ${minimum} to ${maximum}, not ${String(result)}`);
    }
    return result;
}

export abstract class SocketTransport implements Transport {
    /** Bytes of the application's stream handed to sockets, over all connections. */
    bytesWritten = 0;
    /** Bytes of the application's stream received. */
    bytesRead = 0;
    /** Socket writes made: a segment each (while they fit one), with TLS a record each. */
    socketWrites = 0;
    /** Connections that became usable. */
    connections = 0;
    /** Why the latest connection ended, for people. Null when the peer ended it in order (FIN), and while all is well. */
    lastError: Error | null = null;

    readonly host: string;
    readonly port: number;
    readonly noDelay: boolean;
    readonly sendBufferSize: number;
    readonly receiveBufferSize: number;
    readonly closeTimeout: number;
    protected readonly lookup: LookupFunction | undefined;
    /** The socket event after which bytes may be written. */
    protected abstract readonly readyEvent: 'connect' | 'secureConnect';
    /** Holds CONNECT while it goes out, password included: `#` keeps it out of whatever prints this object. */
    #connection: Connection | null = null;

    constructor(options: SocketOptions, defaultPort: number) {
        if (typeof options.host !== 'string' || options.host === '') {
            throw new TypeError(`host must be a host name or an IP address, not ${JSON.stringify(options.host)}`);
        }
        this.host = options.host;
        this.port = integer('port', options.port, defaultPort, 1, 0xffff);
        this.noDelay = options.noDelay ?? true;
        this.receiveBufferSize = integer('receiveBufferSize', options.receiveBufferSize, 4096, 1, 0x40000000);
        this.sendBufferSize = integer('sendBufferSize', options.sendBufferSize, Math.max(4096, this.receiveBufferSize), 1, 0x40000000);
        this.closeTimeout = integer('closeTimeout', options.closeTimeout, 2000, 0, 0x7fffffff);
        this.lookup = options.lookup;
    }

    /** Makes a socket that is connecting. What it receives goes to `onread`. */
    protected abstract connect(onread: OnReadOpts): Socket;

    open(owner: TransportOwner): void {
        this.close();
        this.lastError = null;
        this.#connection = new Connection(this, owner);
        this.#connection.start((onread) => this.connect(onread), this.readyEvent);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        return this.#connection === null ? 0 : this.#connection.write(bytes, start, end);
    }

    flush(): void {
        this.#connection?.flush();
    }

    close(): void {
        this.#connection?.close();
        this.#connection = null;
    }
}

/**
 * One connection, from `open` to its end. Its buffers are its own: after `close` its socket may still be sending from
 * them while the transport's next connection is already filling others.
 */
class Connection {
    private readonly transport: SocketTransport;
    /** Null once the end was told or `close` was called: no callback follows. */
    private owner: TransportOwner | null;
    private socket: Socket | null = null;
    /** What an end would mean now. */
    private reason = CONNECT_FAILED;
    private isOpen = false;
    /** [0, flushed) was given to the socket, which may still read it; [flushed, filled) is held until the next flush. */
    private readonly staging: Buffer;
    private flushed = 0;
    private filled = 0;
    private writesUnderWay = 0;
    /** A write took less than all: an `onWritable` is owed. */
    private starved = false;

    constructor(transport: SocketTransport, owner: TransportOwner) {
        this.transport = transport;
        this.owner = owner;
        this.staging = Buffer.allocUnsafeSlow(transport.sendBufferSize);
    }

    start(connect: (onread: OnReadOpts) => Socket, readyEvent: 'connect' | 'secureConnect'): void {
        let socket: Socket;
        try {
            socket = connect({
                buffer: Buffer.allocUnsafeSlow(this.transport.receiveBufferSize),
                callback: (count, bytes) => this.onRead(bytes, count),
            });
        } catch (error) {
            this.onError(error as Error);
            return;
        }
        this.socket = socket;
        socket.on('lookup', (error: Error | null) => {
            if (error) this.reason = NAME_NOT_RESOLVED;
        });
        socket.on('connect', () => {
            socket.setNoDelay(this.transport.noDelay);
            if (readyEvent === 'secureConnect') this.reason = TLS_FAILED;
        });
        socket.on(readyEvent, () => this.onReady());
        // Stay attached after the end: an `error` that nobody listens to would end the process.
        socket.on('error', (error: Error) => this.onError(error));
        socket.on('end', () => this.onEnd());
        socket.on('close', () => this.onEnd());
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const taken = this.isOpen ? Math.min(end - start, this.staging.length - this.filled) : 0;
        if (taken > 0) {
            this.staging.set(bytes.subarray(start, start + taken), this.filled);
            this.filled += taken;
        }
        if (taken < end - start) {
            this.starved = true;
            this.flush(); // room comes back only from bytes that were sent
        }
        return taken;
    }

    flush(): void {
        const count = this.filled - this.flushed;
        if (count === 0 || this.socket === null || this.owner === null) return;
        const held = this.staging.subarray(this.flushed, this.filled);
        this.flushed = this.filled;
        this.writesUnderWay++;
        this.transport.bytesWritten += count;
        this.transport.socketWrites++;
        this.socket.write(held, this.onWritten);
    }

    close(): void {
        const socket = this.socket;
        if (this.owner === null || socket === null) return;
        if (!this.isOpen) {
            this.owner = null;
            socket.destroy();
            return;
        }
        this.flush();
        this.owner = null;
        this.isOpen = false;
        // FIN after the last byte, and on reading until the peer's: closing with unread bytes would send RST, which may overtake ours.
        socket.end();
        const timer = setTimeout(() => socket.destroy(), this.transport.closeTimeout);
        socket.on('close', () => clearTimeout(timer));
    }

    private onReady(): void {
        if (this.owner === null) return;
        this.isOpen = true;
        this.reason = CONNECTION_LOST;
        this.transport.connections++;
        this.owner.onOpen();
        this.offerRoom(); // to a write that came too early
    }

    /** True: go on reading. */
    private onRead(bytes: Uint8Array, count: number): boolean {
        if (this.owner !== null) {
            this.transport.bytesRead += count;
            this.owner.onBytes(bytes, 0, count);
        }
        return true;
    }

    /** The socket holds no reference to the bytes of one write any more. */
    private readonly onWritten = (error?: Error | null): void => {
        this.writesUnderWay--;
        if (error || this.writesUnderWay > 0) return;
        this.staging.copyWithin(0, this.flushed, this.filled);
        this.filled -= this.flushed;
        this.flushed = 0;
        this.offerRoom();
    };

    private offerRoom(): void {
        if (!this.starved || this.owner === null) return;
        this.starved = false;
        this.owner.onWritable();
    }

    private onError(error: Error): void {
        if (this.owner === null) return;
        this.transport.lastError = error;
        // With TLS 1.3 the client is ready before the server has judged the client's certificate: the alert comes later.
        if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_SSL_')) this.reason = TLS_FAILED;
        this.onEnd();
    }

    private onEnd(): void {
        const owner = this.owner;
        if (owner === null) return;
        this.owner = null;
        this.isOpen = false;
        this.socket?.destroy();
        owner.onClose(this.reason);
    }
}
