// `embedded:io/socket/tcp/tls` of the virtual board: the shape of Moddable's TLSSocket (SDK 8.2.3) with records that are not
// encrypted. It does what an application meets there: the handshake takes flights over TCP, each record is a write of its own
// with overhead, callbacks come deep inside of it with `this` that is not the socket, what fails throws out of TCP's callback,
// everything makes garbage. `close` is not expected inside a callback. No security: a peer on loopback speaks it too.
//
// A record: type, 3, 3, length (2 bytes), body. Handshake: 22 "hello" + server name, 22 from the peer with 1 (a good certificate)
// or 0, 20 and 22 "finished", 20 and 22 from the peer. An alert (21) has level and description; 0 is close_notify, after which a
// handshake is taken to be over. Data (23) has padding in front on its way to the peer, none on its way back.
import type TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';

const HEADER = 5;
/** Bytes in front of what a record of ours carries: as many as initialisation vector, digest and padding may have (CBC with SHA-256). */
const PADDING = 64;
/**
 * Levels of calls, 13 slots each: a handshake's arithmetic, which with TCP's callback below takes some 230 slots in all as the
 * SDK's own was measured; between TCP's callback and the application's; between `write` and TCP's.
 */
const ARITHMETIC = 10;
const CALLBACK = 3;
const WRITE = 4;

interface TlsSocketOptions {
    readonly host?: string;
    readonly TCP: { readonly io: typeof TCP };
    readonly secure?: { readonly serverName?: string; readonly verify?: boolean };
    readonly address: string;
    readonly port: number;
    onReadable?(count: number): void;
    onWritable?(count: number): void;
    onError?(): void;
}

interface Callbacks {
    onReadable?: (count: number) => void;
    onWritable?: (count: number) => void;
    onError?: () => void;
}

function deep(levels: number, action: () => unknown): unknown {
    const result = levels > 0 ? deep(levels - 1, action) : action();
    return result;
}

class TLSSocket {
    private socket: (TCP & { readable?: number }) | undefined;
    private readonly callbacks: Callbacks;
    private readonly verify: boolean;
    private readonly name: string;
    private stage = 0;
    private room = 0;
    private readable = 0;
    private data: Uint8Array<ArrayBuffer> | undefined;
    private position = 0;
    private doRead: ReturnType<typeof Timer.set> | undefined;

    constructor(options: TlsSocketOptions) {
        this.callbacks = { onReadable: options.onReadable, onWritable: options.onWritable, onError: options.onError };
        this.verify = options.secure?.verify ?? true;
        this.name = options.secure?.serverName ?? options.host ?? '';
        this.socket = new options.TCP.io({
            ...options,
            onReadable: (count: number) => {
                this.readable = count;
                if (!this.data) deep(CALLBACK, () => this.receive());
            },
            onWritable: (count: number) => {
                this.room = count;
                if (this.stage === 0) this.shake(0, this.name);
                else if (this.stage === 2 && count > 96) deep(CALLBACK, () => this.callbacks.onWritable?.(count - 96));
            },
            onError: () => this.callbacks.onError?.(),
        });
    }

    close(): void {
        this.socket?.close();
        Timer.clear(this.doRead);
        this.socket = this.doRead = undefined;
    }

    /** Fills as much of `into` as there is. */
    read(into: Uint8Array<ArrayBuffer>): number | undefined {
        const { data } = this;
        if (!data) return undefined;
        const count = Math.min(into.byteLength, data.length - this.position);
        new Uint8Array(into.buffer, into.byteOffset, count).set(data.subarray(this.position, this.position + count));
        this.position += count;
        if (this.position === data.length) this.data = undefined;
        if (!this.data && this.readable) {
            this.doRead ??= Timer.set(() => {
                this.doRead = undefined;
                this.receive();
            });
        }
        return count;
    }

    write(data: Uint8Array<ArrayBuffer>): number {
        return deep(WRITE, () => {
            Meter.collect();
            const padded = new Uint8Array(PADDING + data.length);
            padded.set(data, PADDING);
            this.room = this.send(23, padded) as number;
            return Math.max(0, this.room - 32);
        }) as number;
    }

    private shake(stage: number, text: string): void {
        this.stage = stage + 1;
        this.room = this.send(22, new Uint8Array((ArrayBuffer as unknown as { fromString(text: string): ArrayBuffer }).fromString(text))) as number;
    }

    private send(type: number, body: Uint8Array): unknown {
        const packet = new Uint8Array(HEADER + body.length);
        packet.set([type, 3, 3, body.length >> 8, body.length & 255]);
        packet.set(body, HEADER);
        return this.socket!.write(packet);
    }

    private open(): void {
        this.stage = 2;
        this.callbacks.onWritable?.(this.room - 96);
        // It goes on as if nothing could have closed it.
        this.socket!.readable = this.readable;
        if (this.readable) this.receive();
    }

    private receive(): void {
        if (this.readable < HEADER) return;
        const header = new Uint8Array(this.socket!.read(HEADER) as ArrayBuffer);
        const length = header[3] << 8 | header[4];
        this.readable -= HEADER + length;
        const body = new Uint8Array(this.socket!.read(length) as ArrayBuffer);
        if (header[0] === 22) deep(ARITHMETIC - CALLBACK, () => 0);
        if (header[0] === 21) {
            if (body[1] !== 0) throw new Error(`alert: ${body[0]}, ${body[1]}`);
            if (this.stage === 2) this.callbacks.onError?.();
            else this.open();
        } else if (header[0] === 20 && this.stage === 1.5) {
            if (this.readable) this.receive();
        } else if (header[0] === 22 && this.stage === 1) {
            if (body[0] !== 1 && this.verify) throw new Error('certificate: auth err');
            this.room = this.send(20, Uint8Array.of(1)) as number;
            this.shake(1, 'finished');
            this.stage = 1.5;
        } else if (header[0] === 22 && this.stage === 1.5) {
            this.open();
        } else if (header[0] === 23 && this.stage === 2) {
            this.data = body;
            this.position = 0;
            this.callbacks.onReadable?.(length);
        } else {
            throw new Error('recordProtocol: bad data');
        }
    }
}

export default TLSSocket;
