// A broker over TCP that behaves until it is told to attack (hostile.ts): it accepts, acknowledges and answers pings. It reads
// the client with mqtt-packet, which is not this project's.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { parser } from 'mqtt-packet';
import { ACCEPTED } from './hostile.ts';
import type { Attack } from './hostile.ts';
import { reset } from './reset.ts';
import { until } from './until.ts';

export class HostileBroker {
    /** Connections whose CONNECT has come. */
    connects = 0;
    /** QoS 1 messages from the client. */
    published = 0;
    /** PUBACKs from the client. */
    acknowledged = 0;
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();
    private current: Socket | null = null;
    /** What the next connections meet. */
    private readonly ambushes: Attack[] = [];

    private constructor() {
        this.server = createServer({ noDelay: true }, (socket) => this.onSocket(socket));
    }

    /** On an ephemeral port of 127.0.0.1. */
    static async start(): Promise<HostileBroker> {
        const broker = new HostileBroker();
        await new Promise<void>((resolve) => broker.server.listen(0, '127.0.0.1', resolve));
        return broker;
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** Attacks on the connection that there is, and on the `times` - 1 that the client makes after it. Resolves when the last is over. */
    async ambush(attack: Attack, times: number): Promise<void> {
        const before = this.connects;
        for (let time = 0; time < times; time++) this.ambushes.push(attack);
        this.drop();
        await until(`${times} connections met: ${attack.name}`, () => this.connects > before + times);
    }

    /**
     * Sends an attack that a connection outlives: fifty times in one piece, and again as soon as a QoS 1 message of the client got
     * through, `times` over. Resolves when the client has read all; rejects if it does not get on.
     */
    async flood(attack: Attack, times: number): Promise<void> {
        const socket = this.current;
        const piece = Buffer.concat(Array.from({ length: 50 }, () => attack.bytes));
        for (let time = 0; time < times; time++) {
            const before = this.published;
            socket?.write(piece);
            // The next message may be acknowledged before the piece, the one after it only behind it.
            const enough = time < times - 1 ? before : before + 1;
            await until(`messages get through: ${attack.name}`, () => this.published > enough || this.current !== socket);
            if (socket === null || this.current !== socket) throw new Error(`the client has closed the connection: ${attack.name}`);
        }
    }

    /** Sends `bytes` on the present connection. */
    say(bytes: Uint8Array): void {
        this.current?.write(bytes);
    }

    /** Resets the present connection. */
    drop(): void {
        if (this.current) reset(this.current);
    }

    async stop(): Promise<void> {
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) reset(socket);
        await closed;
    }

    private onSocket(socket: Socket): void {
        this.sockets.add(socket);
        this.current = socket;
        const decoder = parser({ protocolVersion: 4 });
        socket.on('data', (bytes: Buffer) => decoder.parse(bytes));
        socket.on('error', () => {});
        socket.on('close', () => {
            this.sockets.delete(socket);
            if (this.current === socket) this.current = null;
        });
        decoder.on('packet', ({ cmd, messageId = 0 }) => {
            const identifier = Buffer.from([messageId >> 8, messageId & 255]);
            if (cmd === 'connect') {
                this.connects++;
                const attack = this.ambushes.shift();
                socket.write(attack ? Buffer.concat([attack.first ?? ACCEPTED, attack.bytes]) : ACCEPTED);
            } else if (cmd === 'publish') {
                this.published++;
                socket.write(Buffer.concat([Buffer.from([0x40, 2]), identifier]));
            } else if (cmd === 'subscribe') {
                socket.write(Buffer.concat([Buffer.from([0x90, 3]), identifier, Buffer.of(0)]));
            } else if (cmd === 'pingreq') {
                socket.write(Buffer.from([0xd0, 0]));
            } else if (cmd === 'puback') {
                this.acknowledged++;
            }
        });
    }
}
