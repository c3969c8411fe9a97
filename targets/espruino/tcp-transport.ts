// A byte stream over a socket of Espruino, by the contract of src/transport.ts. It knows sockets, one timer and reasons,
// nothing of MQTT. Espruino queues what is written and sends it when the present turn is over: `flush` has nothing to do.
import { misuse } from '../../src/misuse.ts';
import { CONNECTION_LOST, CONNECT_FAILED, NAME_NOT_RESOLVED, TRANSPORT_FAULT } from '../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../src/transport.ts';
import { report } from './report.ts';
import type { ByteArray, Interpreter, Network, Socket } from './espruino.ts';

declare const E: Interpreter;

export interface TcpOptions {
    /** `require('net')`, or `require('tls')` where the board has it. Espruino's TLS encrypts, but checks no certificate: anyone can pose as the broker. */
    readonly io: Network;
    /** A host name or an IP address. */
    readonly host: string;
    /** 1 to 65535. 1883 if left out. */
    readonly port?: number;
    /** Bytes that may wait in the socket, at most. 536 if left out: what Espruino sends at once on an ESP32; an ESP8266 sends 268. */
    readonly queueSize?: number;
    /** Bytes that one `onBytes` carries at most. 128 if left out. */
    readonly readSize?: number;
    /** PEM texts for `tls`. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
}

// Espruino calls listeners with the socket as `this`. They are made once for all sockets: a closure each would cost 12 variables.

function onConnect(this: Socket): void {
    const transport = this.target as TcpTransport | null;
    if (transport) transport.told(OPEN, '');
}

function onData(this: Socket, text: string): void {
    const transport = this.target as TcpTransport | null;
    if (transport) transport.told(BYTES, text);
}

function onDrain(this: Socket): void {
    const transport = this.target as TcpTransport | null;
    this.removeAllListeners('drain');
    if (transport) transport.told(ROOM, '');
}

function onClose(this: Socket): void {
    const transport = this.target as TcpTransport | null;
    if (transport) transport.told(END, '');
}

/** What a socket tells. */
const OPEN = 0;
const BYTES = 1;
const ROOM = 2;
const END = 3;

export class TcpTransport implements Transport {
    private socket: Socket | null = null;
    private connected = false;
    private owner: TransportOwner | null = null;
    /** A write took less than all: an `onWritable` is owed. */
    private starved = false;
    /** Why the connection ends, which is told in a turn of its own: inside a call of the owner it would not expect it. */
    private reason = 0;
    private timer: ReturnType<typeof setTimeout> | null = null;
    /** Sockets that were closed and may still have something to send: the last one, and the one before. */
    private farewell: Socket | null = null;
    private older: Socket | null = null;
    private readonly options: TcpOptions;
    private readonly queueSize: number;
    private readonly incoming: Uint8Array & ByteArray;

    /** Throws on a port or a size that cannot be. */
    constructor(options: TcpOptions) {
        const port = options.port ?? 1883;
        const queueSize = options.queueSize ?? 536;
        const readSize = options.readSize ?? 128;
        if (!(port > 0 && port < 65536 && port % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'port is 1 to 65535' : 'port', port);
        if (!(queueSize > 0)) misuse(MOTEMQ_TEXTS ? 'queueSize is at least 1' : 'queueSize', queueSize);
        if (!(readSize > 0)) misuse(MOTEMQ_TEXTS ? 'readSize is at least 1' : 'readSize', readSize);
        // The socket keeps them while it lives: no copy, unless the port is missing.
        this.options = options.port ? options : Object.assign({}, options, { port });
        this.queueSize = queueSize;
        this.incoming = new Uint8Array(readSize) as Uint8Array & ByteArray;
    }

    open(owner: TransportOwner): void {
        this.close();
        const options = this.options;
        // A peer that takes nothing any more would keep an old socket, and what it holds, for ever.
        if (this.older) this.older.dSnd = '';
        this.older = this.farewell;
        this.farewell = null;
        this.owner = owner;
        this.starved = false;
        try {
            const socket = options.io.connect(options, onConnect);
            this.socket = socket;
            socket.target = this;
            socket.on('data', onData);
            socket.on('close', onClose);
        } catch (error) {
            // There is nothing else to tell "Unable to locate host" from "Unable to create socket" by.
            this.endLater(('' + error).includes('host') ? NAME_NOT_RESOLVED : CONNECT_FAILED);
        }
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const socket = this.socket;
        if (!this.connected || !socket) {
            this.starved = true;
            return 0;
        }
        const free = this.free();
        let count = end - start;
        if (count > free) {
            count = free > 0 ? free : 0;
            if (!this.starved) socket.on('drain', onDrain);
            this.starved = true;
        }
        // The string is not a copy if the memory is in one piece. A view of the range would cost more than this.
        if (count > 0) {
            try {
                (socket as Socket).write((E.toString(bytes) as string).substring(start, start + count));
            } catch {
                // Network or socket are gone, or memory is short: perhaps no event tells it.
                this.endLater(TRANSPORT_FAULT);
            }
        }
        return count;
    }

    flush(): void {
        // Espruino sends by itself when the present turn is over.
    }

    close(): void {
        const socket = this.socket;
        this.owner = this.socket = null;
        this.connected = false;
        this.reason = 0;
        if (this.timer) clearTimeout(this.timer);
        this.timer = null;
        if (socket) {
            // Events may be on their way already. And what refers to each other is not freed.
            socket.target = null;
            if (socket.dSnd) this.farewell = socket;
            try {
                socket.end();
            } catch {
                // Without a network nothing is left to end.
            }
        }
    }

    /** Bytes that the socket may take now. */
    private free(): number {
        const queued = this.socket ? this.socket.dSnd : undefined;
        return this.reason ? 0 : this.queueSize - (queued ? queued.length : 0);
    }

    /**
     * Called by the socket's listeners.
     * @internal
     */
    told(what: number, text: string): void {
        const owner = this.owner as TransportOwner;
        try {
            if (what === BYTES) {
                this.hand(owner, text);
            } else if (what === OPEN) {
                this.connected = true;
                owner.onOpen();
                // A write before took nothing.
                if (this.starved && owner === this.owner) this.told(ROOM, '');
            } else if (what === ROOM) {
                this.starved = false;
                owner.onWritable();
            } else {
                // It has nothing more to send.
                (this.socket as Socket).target = this.socket = null;
                this.end(this.connected ? CONNECTION_LOST : CONNECT_FAILED);
            }
        } catch (error) {
            report(error);
            if (owner === this.owner) this.end(TRANSPORT_FAULT);
        }
    }

    /** Hands on what came, in pieces of the size of `incoming`. */
    private hand(owner: TransportOwner, text: string): void {
        const incoming = this.incoming;
        const size = incoming.length;
        const socket = this.socket;
        let rest = text.length;
        // A callback of the owner may close the connection, and open another.
        for (let at = 0; rest > 0 && socket === this.socket; at += size) {
            incoming.set(at || rest > size ? text.substring(at, at + size) : text);
            owner.onBytes(incoming, 0, rest < size ? rest : size);
            rest -= size;
        }
    }

    /** For what goes wrong inside a call of the owner. */
    private endLater(reason: number): void {
        this.reason = reason;
        this.timer = setTimeout(() => this.end(reason), 0); // dialect-ok: once for a connection that failed
    }

    /** Called by the machine only, never inside a call of the owner. */
    private end(reason: number): void {
        const owner = this.owner;
        this.close();
        try {
            if (owner) owner.onClose(reason);
        } catch (error) {
            report(error);
        }
    }
}
