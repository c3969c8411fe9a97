// A byte stream over an ECMA-419 socket, by the contract of src/transport.ts: gets onto the network, resolves the name, connects.
// Opening a connection makes garbage (a socket, a look-up); while it lasts, sending and receiving allocate nothing. What TCP and
// TLS share. Knows sockets, a network, one timer and reasons, nothing of MQTT.
import Timer from 'timer';
import { misuse } from '../../src/misuse.ts';
import { CONNECTION_LOST, CONNECT_FAILED, TRANSPORT_FAULT } from '../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../src/transport.ts';
import { checkClass } from './guarded.ts';
import { NameLookup } from './name-lookup.ts';
import type { Dns } from './name-lookup.ts';
import type { Network, NetworkUser } from './network.ts';
import { report } from './report.ts';
import { resizable } from './socket.ts';
import type { Socket, SocketClass, SocketOptions } from './socket.ts';

export interface TransportOptions {
    /** The broker's IP address. */
    readonly address?: string;
    /** Without `address`: the broker's name, which `dns` resolves before each connection. */
    readonly host?: string;
    /** 1 to 65535. */
    readonly port?: number;
    /** Resolves `host`. If left out, a name is a connection that fails. */
    readonly dns?: Dns;
    /** Is joined before each connection, and ends it when it goes down. If left out, the board is taken to be on its network. */
    readonly network?: Network;
    /** Bytes of `sendBuffer`; 0, none, if left out. */
    readonly sendBufferSize?: number;
    /** Bytes that one write to the socket carries at most. 256 if left out. */
    readonly writeSize?: number;
    /** Bytes that one `onBytes` carries at most. 256 if left out. */
    readonly readSize?: number;
}

/** How long a socket may keep quiet about a connection that it does not write to any more, in ms. */
const SILENCE = 100;

function size(name: string, value: number): number {
    if (!(value >= 0 && value < 0x1000000 && value === value >> 0)) misuse(MOTEMQ_TEXTS ? name + ' is a number of bytes' : name, value);
    return value;
}

export abstract class SocketTransport implements Transport, NetworkUser {
    /**
     * For the client's option of this name. What is written from here is copied natively; from any other array byte by byte,
     * which costs 20 bytecodes each.
     */
    readonly sendBuffer: Uint8Array;

    private readonly io: SocketClass;
    private readonly overhead: number;
    private readonly host: string;
    private readonly network: Network | undefined;
    private readonly lookup: NameLookup | null;
    private readonly options: SocketOptions;
    /** sendBuffer | what was taken and not yet written: [base, filled) | free up to `limit`. */
    private readonly memory: ReturnType<typeof resizable>;
    private readonly whole: Uint8Array<ArrayBuffer>;
    private readonly held: Uint8Array<ArrayBuffer>;
    private readonly base: number;
    private readonly limit: number;
    private filled: number;
    private readonly incomingMemory: ReturnType<typeof resizable>;
    private readonly incoming: Uint8Array<ArrayBuffer>;
    private readonly readSize: number;

    private owner: TransportOwner | null = null;
    private socket: Socket | null = null;
    private connected = false;
    /** The network was asked for. */
    private joined = false;
    /** Bytes that the socket takes. */
    private writable = 0;
    /** A write took less than all: an `onWritable` is owed. */
    private starved = false;
    /** Tells the end in a turn of its own: inside a call of the owner it would not expect it. */
    private timer: ReturnType<typeof Timer.set> | null = null;

    /**
     * `details`: what sockets of this class want to know besides. `overhead`: by how many bytes what a write says is left may be too
     * much; 0 if left out. Throws on a port or a size that cannot be, and on what is no class.
     */
    protected constructor(options: TransportOptions, io: SocketClass, port: number, details: unknown, overhead?: number) {
        if (!(port > 0 && port < 65536 && port === port >> 0)) misuse(MOTEMQ_TEXTS ? 'port is 1 to 65535' : 'port', port);
        checkClass(io);
        this.io = io;
        this.overhead = overhead ?? 0;
        const host = options.address ?? options.host;
        if (!host) misuse(MOTEMQ_TEXTS ? 'address or host says where the broker is' : 'host', host);
        this.host = host;
        this.network = options.network;
        this.lookup = options.dns && !options.address ? new NameLookup(options.dns, (address, reason) => {
            if (address) this.connect(address);
            else this.end(reason);
        }) : null;
        // Without Nagle: a flush is all that there is to say for now.
        this.options = {
            address: host, port, nodelay: true, target: this, details,
            onReadable: SocketTransport.onReadable, onWritable: SocketTransport.onWritable, onError: SocketTransport.onError,
        };
        this.base = this.filled = size('sendBufferSize', options.sendBufferSize ?? 0);
        this.limit = this.base + (size('writeSize', options.writeSize ?? 256) || 1);
        this.memory = resizable(this.limit);
        this.whole = new Uint8Array(this.memory);
        this.held = new Uint8Array(this.memory, this.base);
        this.sendBuffer = new Uint8Array(this.memory, 0, this.base);
        this.readSize = size('readSize', options.readSize ?? 256) || 1;
        this.incomingMemory = resizable(this.readSize);
        this.incoming = new Uint8Array(this.incomingMemory);
    }

    open(owner: TransportOwner): void {
        this.close();
        this.owner = owner;
        this.starved = false;
        if (this.network) {
            this.joined = true;
            this.network.join(this);
        } else {
            this.onNetworkUp();
        }
    }

    /** @internal */
    onNetworkUp(): void {
        if (this.lookup) this.lookup.start(this.host);
        else this.connect(this.host);
    }

    /** @internal */
    onNetworkDown(reason: number): void {
        this.end(reason);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        let at = start;
        while (at < end) {
            let count = end - at;
            const filled = this.filled;
            if (count > this.limit - filled) count = this.limit - filled;
            if (count > this.writable - filled + this.base) count = this.writable - filled + this.base;
            if (count > 0) {
                this.filled = filled + count;
                if (bytes === this.sendBuffer) this.whole.copyWithin(filled, at, at + count);
                else for (let index = 0; index < count; index++) this.whole[filled + index] = bytes[at + index];
                at += count;
            } else if (filled > this.base) {
                this.flush();
            } else {
                this.starved = true;
                break;
            }
        }
        return at - start;
    }

    flush(): void {
        const filled = this.filled;
        if (filled === this.base) return;
        let writable: unknown;
        this.filled = this.base;
        this.memory.resize(filled);
        try {
            writable = (this.socket as Socket).write(this.held);
        } catch (error) {
            report('a socket refused bytes', error);
        }
        this.memory.resize(this.limit);
        // Not so after the end of a connection: TCP returns undefined, TLS NaN.
        if ((writable as number) >= 0) {
            this.writable = (writable as number) - this.overhead;
        } else {
            // The connection has ended. The socket says so itself, after what it has received.
            this.writable = 0;
            this.endLater(TRANSPORT_FAULT, SILENCE);
        }
    }

    close(): void {
        const socket = this.socket;
        if (socket) this.flush();
        this.owner = this.socket = null;
        this.connected = false;
        this.writable = 0;
        if (this.timer) Timer.clear(this.timer);
        this.timer = null;
        if (this.lookup) this.lookup.cancel();
        if (this.joined) {
            this.joined = false;
            (this.network as Network).leave(this);
        }
        if (socket) {
            try {
                socket.close();
            } catch (error) {
                report('a socket did not close', error);
            }
        }
    }

    // The machine's callbacks. One frame each: stack is scarce.

    private static onReadable(this: Socket, count: number): void {
        const transport = this.target as SocketTransport;
        try {
            while (count > 0 && this === transport.socket) {
                const part = count < transport.readSize ? count : transport.readSize;
                count -= part;
                transport.incomingMemory.resize(part);
                this.read(transport.incoming);
                transport.incomingMemory.resize(transport.readSize);
                (transport.owner as TransportOwner).onBytes(transport.incoming, 0, part);
            }
        } catch (error) {
            transport.fault(this, error);
        }
    }

    private static onWritable(this: Socket, count: number): void {
        const transport = this.target as SocketTransport;
        if (this !== transport.socket || transport.timer) return;
        try {
            transport.writable = count;
            if (!transport.connected) {
                transport.connected = true;
                (transport.owner as TransportOwner).onOpen();
            }
            if (transport.starved && this === transport.socket) {
                transport.starved = false;
                (transport.owner as TransportOwner).onWritable();
            }
        } catch (error) {
            transport.fault(this, error);
        }
    }

    private static onError(this: Socket, reason: number | undefined): void {
        const transport = this.target as SocketTransport;
        if (this === transport.socket) transport.end(reason ?? (transport.connected ? CONNECTION_LOST : CONNECT_FAILED));
    }

    private connect(address: string): void {
        this.options.address = address;
        try {
            this.socket = new this.io(this.options);
        } catch (error) {
            report('no socket', error);
            this.endLater(CONNECT_FAILED, 0);
        }
    }

    /** Something threw that must not, out of a callback of `socket`. */
    private fault(socket: Socket, error: unknown): void {
        report('a connection failed', error);
        if (socket === this.socket) this.end(TRANSPORT_FAULT);
    }

    private endLater(reason: number, ms: number): void {
        if (this.timer) return;
        this.timer = Timer.set(() => this.end(reason), ms); // dialect-ok: once for a connection that failed
    }

    /** Called by the machine only, never inside a call of the owner. */
    private end(reason: number): void {
        const owner = this.owner;
        // Nothing that is held can go out any more.
        this.filled = this.base;
        this.close();
        try {
            if (owner) owner.onClose(reason);
        } catch (error) {
            report('the end of a connection', error);
        }
    }
}
