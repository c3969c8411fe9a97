// The real world: Node's timers, and real sockets behind the modem's.
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { reset } from '../../host/reset.ts';
import type { Clock, Connection, ConnectionOwner, Failure, Network, TlsFiles } from './world.ts';

export const realClock: Clock = {
    now: () => performance.now(),
    after(ms, job) {
        const timer = setTimeout(job, ms);
        return () => clearTimeout(timer);
    },
};

function failureOf({ code = '' }: NodeJS.ErrnoException): Failure {
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name';
    if (code === 'ECONNREFUSED') return 'refused';
    if (code === 'ETIMEDOUT') return 'timeout';
    return /CERT|SIGNATURE|ALTNAME|SSL|TLS/.test(code) ? 'certificate' : 'failed';
}

class NodeConnection implements Connection {
    private readonly socket: Socket;
    private owner: ConnectionOwner | null;

    constructor(host: string, port: number, tls: TlsFiles | null, owner: ConnectionOwner) {
        this.owner = owner;
        this.socket = tls
            ? connectTls({
                host, port, ca: tls.ca, cert: tls.certificate, key: tls.key, rejectUnauthorized: tls.ca !== undefined,
                servername: isIP(host) ? undefined : host,
            })
            : connectTcp({ host, port, noDelay: true });
        let open = false;
        this.socket.once(tls ? 'secureConnect' : 'connect', () => {
            open = true;
            this.owner?.onOpen();
        });
        this.socket.on('data', (bytes: Buffer) => this.owner?.onBytes(new Uint8Array(bytes)));
        this.socket.on('error', (error) => {
            if (!open) this.leave()?.onFailure(failureOf(error));
        });
        this.socket.once('close', () => this.leave()?.onEnd());
    }

    get unsent(): number {
        return this.socket.writableLength;
    }

    write(bytes: Uint8Array): void {
        if (!this.socket.writableEnded && !this.socket.destroyed) this.socket.write(bytes);
    }

    pause(): void {
        this.socket.pause();
    }

    resume(): void {
        this.socket.resume();
    }

    close(orderly: boolean): void {
        this.leave();
        if (orderly) this.socket.destroySoon();
        else reset(this.socket);
    }

    /** Nobody is told anything more. Returns who was. */
    private leave(): ConnectionOwner | null {
        const owner = this.owner;
        this.owner = null;
        return owner;
    }
}

export const realNetwork: Network = {
    connect: (host, port, tls, owner) => new NodeConnection(host, port, tls, owner),
};

/** All names lead to `address`: a modem's user may give any, as he would on the road. */
export function networkWithAddresses(addresses: Readonly<Record<string, string>>): Network {
    return { connect: (host, port, tls, owner) => realNetwork.connect(addresses[host] ?? host, port, tls, owner) };
}
