// A TCP server that says exactly what a test tells it to and writes down everything it hears. It has no MQTT of its own:
// packets are made and decoded by mqtt-packet, which is independent of this project's codec.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import type { Packet, PacketCmd } from 'mqtt-packet';
import { reset } from './reset.ts';
import { until } from './until.ts';

/** One end of a connection. With a socket of `net.connect` it is the client's: a scripted client for a real broker. */
export class ScriptedConnection {
    /** As they came: one segment each, where the reader was not overtaken. */
    readonly chunks: Buffer[] = [];
    /** All packets that are whole so far. */
    readonly packets: Packet[] = [];
    /** The peer's FIN came. */
    ended = false;
    /** The peer reset the connection. */
    wasReset = false;
    /** The peer sent what is not MQTT 3.1.1. Every `receive` rejects with it. */
    parseError: Error | null = null;
    private readonly socket: Socket;
    private taken = 0;

    constructor(socket: Socket) {
        this.socket = socket;
        const decoder = parser({ protocolVersion: 4 });
        decoder.on('packet', (packet) => this.packets.push(packet));
        decoder.on('error', (error: Error) => {
            this.parseError = error;
        });
        socket.on('data', (chunk: Buffer) => {
            this.chunks.push(chunk);
            decoder.parse(chunk);
        });
        socket.on('end', () => {
            this.ended = true;
        });
        socket.on('error', () => {
            this.wasReset = true;
        });
    }

    /** Every byte that the peer sent. */
    get bytes(): Buffer {
        return Buffer.concat(this.chunks);
    }

    /** Sends packets, or bytes as they are: all of one call in one segment. */
    send(...parts: (Packet | Uint8Array)[]): void {
        this.socket.write(Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : generate(part)))));
    }

    /** The peer's next packet that was not received yet; rejects when it is not a `cmd`, not MQTT, or does not come. */
    async receive<Command extends PacketCmd>(cmd: Command): Promise<Extract<Packet, { cmd: Command }>> {
        const index = this.taken++;
        await until(`the peer sends ${cmd}`, () => this.packets.length > index || this.isOver());
        const packet = this.packets[index];
        if (packet === undefined) throw this.parseError ?? new Error(`the peer ended the connection instead of sending ${cmd}`);
        if (packet.cmd !== cmd) throw new Error(`the peer sent ${packet.cmd} instead of ${cmd}`);
        return packet as Extract<Packet, { cmd: Command }>;
    }

    /** All bytes so far, once there are `count` of them. */
    async receiveBytes(count: number): Promise<Buffer> {
        const length = (): number => this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        await until(`the peer sends ${count} bytes`, () => length() >= count || this.isOver());
        if (length() < count) throw new Error(`the peer ended the connection after ${length()} of ${count} bytes`);
        return this.bytes;
    }

    /** Resolves when the peer has ended or reset the connection. */
    async end(): Promise<void> {
        await until('the peer ends the connection', () => this.ended || this.wasReset);
    }

    /** FIN after what was sent. What the peer still sends is recorded until its own FIN. */
    close(): void {
        this.socket.end();
    }

    /** RST; after `close` without it (reset.ts). */
    reset(): void {
        reset(this.socket);
    }

    private isOver(): boolean {
        return this.ended || this.wasReset || this.parseError !== null;
    }
}

export class ScriptedBroker {
    /** All that were ever accepted. */
    readonly connections: ScriptedConnection[] = [];
    private readonly server: Server;
    private taken = 0;

    private constructor(onConnection: (connection: ScriptedConnection) => void) {
        // Half-open: a client's FIN is answered when the test says so, and by `stop`.
        this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
            const connection = new ScriptedConnection(socket);
            this.connections.push(connection);
            onConnection(connection);
        });
    }

    /** On an ephemeral port of 127.0.0.1. `onConnection` may script from the first moment; `next` does it step by step. */
    static async start(onConnection: (connection: ScriptedConnection) => void = () => {}): Promise<ScriptedBroker> {
        const broker = new ScriptedBroker(onConnection);
        await new Promise<void>((resolve, reject) => {
            broker.server.once('error', reject);
            broker.server.listen(0, '127.0.0.1', resolve);
        });
        return broker;
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** The next connection that was not handed out yet. */
    async next(): Promise<ScriptedConnection> {
        const index = this.taken++;
        await until('a client connects', () => this.connections.length > index);
        return this.connections[index];
    }

    /** Resets all connections and frees the port. */
    async stop(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
        for (const connection of this.connections) connection.reset();
        await closed;
    }
}
