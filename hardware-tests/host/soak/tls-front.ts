// TLS in front of a broker that speaks plain TCP, as a load balancer has it; what it decrypts can be watched.
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { certificate } from '../../../targets/node/tests/witness.ts';

export class TlsFront {
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();

    private constructor(target: () => number, onConnection: () => (bytes: Buffer) => void) {
        this.server = createServer({ cert: certificate('server.pem'), key: certificate('server.key'), noDelay: true }, (client) => {
            const broker = connect({ port: target(), host: '127.0.0.1', noDelay: true });
            client.on('data', onConnection());
            for (const [socket, other] of [[client, broker], [broker, client]]) {
                socket.pipe(other);
                socket.on('error', () => other.destroy());
                socket.on('close', () => other.destroy());
            }
        });
        // A handshake that is cut is the soak's daily bread.
        this.server.on('tlsClientError', () => {});
        this.server.on('connection', (socket: Socket) => {
            this.sockets.add(socket);
            socket.on('close', () => this.sockets.delete(socket));
        });
    }

    /** `onConnection`: called for each connection; is given what comes up on it. */
    static async start(target: () => number, onConnection: () => (bytes: Buffer) => void): Promise<TlsFront> {
        const front = new TlsFront(target, onConnection);
        await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve));
        return front;
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    stop(): void {
        this.server.close();
        for (const socket of this.sockets) socket.destroy();
    }
}
