// The two ends of a connection under test: an owner that writes down every callback, and a server that writes down every byte.
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, ServerOpts, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { root } from '../../../scripts/root.ts';
import type { TransportOwner } from '../../../src/transport.ts';

/** A file of the folder `certificates`. */
export function certificate(name: string): string {
    return readFileSync(join(root, 'targets/node/tests/certificates', name), 'utf8');
}

/** Notes each callback in `events` (`onBytes` in `received`), then calls the reaction of the same name. */
export class Witness implements TransportOwner {
    readonly events: string[] = [];
    received = Buffer.alloc(0);
    private readonly reactions: Partial<TransportOwner>;

    constructor(reactions: Partial<TransportOwner> = {}) {
        this.reactions = reactions;
    }

    onOpen(): void {
        this.events.push('open');
        this.reactions.onOpen?.();
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.received = Buffer.concat([this.received, bytes.subarray(start, end)]);
        this.reactions.onBytes?.(bytes, start, end);
    }

    onWritable(): void {
        this.events.push('writable');
        this.reactions.onWritable?.();
    }

    onClose(reason: number): void {
        this.events.push(`close ${reason}`);
        this.reactions.onClose?.(reason);
    }

    saw(event: string): boolean {
        return this.events.includes(event);
    }
}

/** What a server saw of one connection. */
export class Visit {
    readonly socket: Socket;
    /** As they came: a segment or TLS record each. */
    readonly chunks: Buffer[] = [];
    /** FIN came. */
    ended = false;
    /** `ECONNRESET` after RST. */
    errorCode = '';

    constructor(socket: Socket) {
        this.socket = socket;
        socket.on('data', (chunk: Buffer) => this.chunks.push(chunk));
        socket.on('end', () => {
            this.ended = true;
        });
        socket.on('error', (error: NodeJS.ErrnoException) => {
            this.errorCode = error.code ?? error.message;
        });
    }

    get bytes(): Buffer {
        return Buffer.concat(this.chunks);
    }
}

/** A server on an ephemeral port of 127.0.0.1, unless told otherwise. */
export class Peer {
    readonly visits: Visit[] = [];
    private readonly server: Server;
    /** Also those whose TLS handshake has not ended. */
    private readonly sockets: Socket[] = [];

    private constructor(server: Server, event: 'connection' | 'secureConnection', onVisit: (visit: Visit) => void) {
        this.server = server;
        server.on('connection', (socket: Socket) => this.sockets.push(socket));
        server.on('tlsClientError', () => {});
        server.on(event, (socket: Socket) => {
            const visit = new Visit(socket);
            this.visits.push(visit);
            onVisit(visit);
        });
    }

    static tcp(onVisit: (visit: Visit) => void = () => {}, options: ServerOpts = {}, port = 0): Promise<Peer> {
        return new Peer(createTcpServer(options), 'connection', onVisit).listen(port, '127.0.0.1');
    }

    /** With the certificate of the folder unless `options` has another. */
    static tls(onVisit: (visit: Visit) => void = () => {}, options: TlsOptions = {}, port = 0, address = '127.0.0.1'): Promise<Peer> {
        const server = createTlsServer({ key: certificate('server.key'), cert: certificate('server.pem'), ...options });
        return new Peer(server, 'secureConnection', onVisit).listen(port, address);
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** Ends a connection with RST. */
    reset(visit: Visit): void {
        this.sockets[this.visits.indexOf(visit)].resetAndDestroy();
    }

    stop(): Promise<void> {
        for (const socket of this.sockets) socket.destroy();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

    private listen(port: number, address: string): Promise<Peer> {
        return new Promise((resolve) => this.server.listen(port, address, () => resolve(this)));
    }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
    const peer = await Peer.tcp();
    const { port } = peer;
    await peer.stop();
    return port;
}
