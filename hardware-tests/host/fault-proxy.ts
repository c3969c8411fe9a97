// A TCP proxy in front of a broker that breaks the link on command: cuts, stalls, delays, splits, slows down, swallows, refuses.
// Nothing in it happens by chance or by time, except `delay` and `rate`.
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Flow } from './fault-flow.ts';
import type { Cut, FlowFaults } from './fault-flow.ts';
import { reset } from './reset.ts';

/** `up`: from the client to the broker. */
export type Direction = 'up' | 'down';

export interface Faults {
    up?: FlowFaults;
    down?: FlowFaults;
    /** The client is accepted and never answered; the broker hears nothing of it. For a connection that is yet to come. */
    blackHole?: boolean;
}

export interface ProxyOptions {
    /** The port on which the broker listens. */
    target: number;
    /** Its host; default 127.0.0.1. */
    host?: string;
    /** Where it listens; default 127.0.0.1. */
    address?: string;
    /** For each connection that has no plan of its own. */
    faults?: Faults;
    onConnection?(connection: ProxyConnection): void;
    /** As they arrive at the proxy, before any fault. */
    onBytes?(connection: ProxyConnection, direction: Direction, bytes: Buffer): void;
    /** The client's side of the connection is gone. */
    onEnd?(connection: ProxyConnection): void;
}

export class ProxyConnection {
    /** Counting from 0, in the order of acceptance. */
    readonly number: number;
    readonly up: Flow;
    readonly down: Flow;
    /** The client's side is gone. */
    ended = false;
    /** Who sent FIN first; null: nobody, or the proxy itself. */
    endedBy: 'client' | 'broker' | null = null;
    /** It was reset, by one of the ends or by the proxy. */
    wasReset = false;
    private readonly client: Socket;
    private readonly broker: Socket | null;

    constructor(number: number, client: Socket, options: ProxyOptions, faults: Faults) {
        this.number = number;
        this.client = client;
        this.broker = faults.blackHole ? null : connect({ host: options.host ?? '127.0.0.1', port: options.target, allowHalfOpen: true, noDelay: true });
        const cut = (how: Cut): void => this.cut(how);
        this.up = new Flow(client, this.broker, cut, (bytes) => options.onBytes?.(this, 'up', bytes));
        this.down = new Flow(this.broker, client, cut, (bytes) => options.onBytes?.(this, 'down', bytes));
        client.on('error', () => this.cut('rst'));
        this.broker?.on('error', () => this.cut('rst'));
        client.once('end', () => void (this.endedBy ??= 'client'));
        this.broker?.once('end', () => void (this.endedBy ??= 'broker'));
        client.on('close', () => {
            this.ended = true;
            options.onEnd?.(this);
        });
        this.set(faults);
    }

    /** Changes what is named and leaves the rest as it is. */
    set(faults: Faults): void {
        this.up.set(faults.up ?? {});
        this.down.set(faults.down ?? {});
    }

    /** Ends both sides; what was not forwarded yet is lost. After `fin` whatever still comes is swallowed. */
    cut(how: Cut): void {
        if (how === 'rst' && !this.ended) this.wasReset = true;
        this.up.discard();
        this.down.discard();
        for (const socket of this.broker === null ? [this.client] : [this.client, this.broker]) {
            if (how === 'rst') reset(socket);
            else socket.end();
        }
    }
}

export class FaultProxy {
    /** All that were ever accepted and not forgotten. */
    readonly connections: ProxyConnection[] = [];
    /** How many were ever accepted. */
    accepted = 0;
    private readonly options: ProxyOptions;
    private readonly plans: Faults[] = [];
    private server: Server | null = null;
    private stopped = false;
    private listeningPort = 0;

    private constructor(options: ProxyOptions) {
        this.options = options;
    }

    static async start(options: ProxyOptions): Promise<FaultProxy> {
        const proxy = new FaultProxy(options);
        await proxy.accept();
        return proxy;
    }

    /** The port that clients use instead of the broker's; it stays the same. */
    get port(): number {
        return this.listeningPort;
    }

    /** The latest connection. */
    get current(): ProxyConnection | undefined {
        return this.connections.at(-1);
    }

    /** Faults for the connections that come next, one each; `{}` for one without. */
    plan(...faults: Faults[]): void {
        this.plans.push(...faults);
    }

    /** Resets all connections but the latest, which clients have long given up, and keeps no record of them: for runs that last. */
    forget(): void {
        for (const connection of this.connections.splice(0, this.connections.length - 1)) connection.cut('rst');
    }

    /** From now on connecting is refused as if nobody listened; connections that exist go on. */
    refuse(): void {
        this.server?.close();
        this.server = null;
    }

    /** Ends `refuse`; resolves when clients can connect. Does nothing after `stop`. */
    async accept(): Promise<void> {
        if (this.server !== null || this.stopped) return;
        const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.onClient(socket));
        this.server = server;
        await new Promise<void>((resolve, reject) => {
            server.once('error', reject);
            server.listen(this.listeningPort, this.options.address ?? '127.0.0.1', resolve);
        });
        this.listeningPort = (server.address() as AddressInfo).port;
    }

    /** Resets all connections and frees the port. */
    stop(): void {
        this.stopped = true;
        this.refuse();
        for (const connection of this.connections) connection.cut('rst');
    }

    private onClient(socket: Socket): void {
        const faults = this.plans.shift() ?? this.options.faults ?? {};
        const connection = new ProxyConnection(this.accepted++, socket, this.options, faults);
        this.connections.push(connection);
        this.options.onConnection?.(connection);
    }
}
