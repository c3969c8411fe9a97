// The transport of client.ts: over the socket class that the application gave, with what it gave besides. It is read no faster
// than the application reads its messages, so that what it leaves unread waits in the network and not in memory.
import type { MQTTClientOptions } from './client-types.ts';
import { checkClass } from './guarded.ts';
import type { Dns } from './name-lookup.ts';
import { SocketTransport } from './socket-transport.ts';
import type { Socket, SocketClass, SocketOptions } from './socket.ts';
import { TLS_OVERHEAD, TlsSocket, tlsDetails } from './tls-socket.ts';
import type { TlsSettings } from './tls-socket.ts';

/** Holds back what is to be read. */
export interface Gate {
    /** Nothing may be read at present. Who changes that calls `pump` of the socket in force. */
    readonly isShut: boolean;
    /** The socket in force. */
    current: GatedSocket | null;
}

/** What a GatedSocket is made from. */
interface GateDetails {
    readonly gate: Gate;
    /** The class of the socket below, and what it wants to know besides. */
    readonly io: SocketClass;
    readonly extra: object;
}

/** Bytes of one reading: no more messages than these hold can come after the gate was shut. */
const READ_SIZE = 256;

export class GatedSocket implements Socket {
    readonly target: unknown;
    private readonly gate: Gate;
    /** The transport's, which `this` is the socket of. */
    private readonly onReadable: SocketOptions['onReadable'];
    private readonly socket: Socket;
    private unread = 0;
    private pumping = false;

    constructor(options: SocketOptions) {
        const details = options.details as GateDetails;
        this.onReadable = options.onReadable;
        this.target = options.target;
        this.gate = details.gate;
        const own = {
            onReadable: (count: number) => {
                this.unread = count;
                this.pump();
            },
            onWritable: (count: number) => options.onWritable.call(this, count),
            onError: (reason?: number) => options.onError.call(this, reason),
        };
        this.socket = new details.io(Object.assign({}, options, details.extra, own));
        this.gate.current = this;
    }

    read(into: Uint8Array<ArrayBuffer>): unknown {
        return this.socket.read(into);
    }

    write(data: Uint8Array<ArrayBuffer>): unknown {
        return this.socket.write(data);
    }

    close(): void {
        this.unread = 0;
        this.gate.current = null;
        this.socket.close();
    }

    /** Hands on what is unread, as long as the gate is not shut. */
    pump(): void {
        if (this.pumping) return;
        this.pumping = true;
        while (this.unread > 0 && !this.gate.isShut) {
            const part = this.unread < READ_SIZE ? this.unread : READ_SIZE;
            this.unread -= part;
            this.onReadable(part);
        }
        this.pumping = false;
    }
}

/** A socket record with `TCP` in it is one of a TLS socket, as in Moddable's providers. */
function detailsOf(options: MQTTClientOptions<never>, gate: Gate): GateDetails {
    const record = options.socket;
    checkClass(record.io);
    if (!record.TCP) return { gate, io: record.io as unknown as SocketClass, extra: record };
    return { gate, io: TlsSocket, extra: { details: tlsDetails(record as unknown as TlsSettings, options.host) } };
}

export class ClientTransport extends SocketTransport {
    /** Throws on a port or a size that cannot be, on what is no class, and on `secure.verify` (tls-socket.ts). */
    constructor(options: MQTTClientOptions<never>, gate: Gate) {
        super({
            host: options.host, dns: options.dns as unknown as Dns, readSize: READ_SIZE, sendBufferSize: options.sendBufferSize ?? 1536,
            // From a URL it is a text.
        }, GatedSocket, Number(options.port ?? 1883), detailsOf(options, gate), options.socket.TCP ? TLS_OVERHEAD : 0);
    }
}
