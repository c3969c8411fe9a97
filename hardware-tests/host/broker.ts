// An MQTT broker inside this process, for tests and `npm start`: aedes on an ephemeral port of 127.0.0.1, TCP or TLS.
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { Aedes } from 'aedes';
import type { AuthenticateError } from 'aedes';

export interface PublishedMessage {
    topic: string;
    payload: Buffer;
    qos: 0 | 1 | 2;
    retain: boolean;
    /** Who published it; empty for a will. */
    clientId: string;
}

export interface BrokerOptions {
    /** The only user name and password that are let in; others get CONNACK 4. Without it everybody is. */
    user?: { name: string; password: string };
    /** Key, certificate and whatever else `tls.createServer` takes; without it the broker speaks plain TCP. */
    tls?: TlsOptions;
    /** Once for each PUBLISH that was accepted, duplicates included. The broker's own $SYS topics are left out. */
    onPublish?(message: PublishedMessage): void;
    /** After CONNACK. */
    onConnect?(clientId: string): void;
    onDisconnect?(clientId: string): void;
}

export class Broker {
    /** Client identifiers of those that are connected now. */
    readonly clients = new Set<string>();
    private readonly aedes: Aedes;
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();

    private constructor(aedes: Aedes, options: BrokerOptions) {
        this.aedes = aedes;
        // Without Nagle: a CONNACK that waits for its acknowledgement delays the PUBACK behind it by a round trip.
        this.server = options.tls
            ? createTlsServer({ ...options.tls, noDelay: true }, (socket) => aedes.handle(socket))
            : createTcpServer({ noDelay: true }, (socket) => void aedes.handle(socket));
        this.server.on('connection', (socket: Socket) => {
            this.sockets.add(socket);
            socket.on('close', () => this.sockets.delete(socket));
        });
        // One that fails its handshake is no matter for those that do not.
        this.server.on('tlsClientError', () => {});

        aedes.on('clientReady', ({ id }) => {
            this.clients.add(id);
            options.onConnect?.(id);
        });
        aedes.on('clientDisconnect', ({ id }) => {
            this.clients.delete(id);
            options.onDisconnect?.(id);
        });
        aedes.on('publish', ({ topic, payload, qos, retain }, client) => {
            if (topic.startsWith('$SYS/')) return;
            options.onPublish?.({ topic, payload: Buffer.from(payload), qos, retain, clientId: client?.id ?? '' });
        });
    }

    static async start(options: BrokerOptions = {}): Promise<Broker> {
        const aedes = await Aedes.createBroker({
            authenticate(_client, name, password, done) {
                const { user } = options;
                if (user === undefined || (name === user.name && password?.toString() === user.password)) return done(null, true);
                const error = Object.assign(new Error('bad user name or password'), { returnCode: 4 });
                return done(error satisfies Error as AuthenticateError, false);
            },
        });
        const broker = new Broker(aedes, options);
        await new Promise<void>((resolve, reject) => {
            broker.server.once('error', reject);
            broker.server.listen(0, '127.0.0.1', resolve);
        });
        return broker;
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** Publishes as the broker itself; resolves when it was given to all subscribers. */
    publish(topic: string, payload: string | Uint8Array, qos: 0 | 1 = 0, retain = false): Promise<void> {
        return new Promise((resolve, reject) => {
            this.aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false }, (error) => {
                if (error) reject(error);
                else resolve();
            });
        });
    }

    /** Drops all connections and frees the port. */
    async stop(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
        await new Promise<void>((resolve) => this.aedes.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }
}
