// One AT socket: a real connection, what has arrived on it and waits to be read, and what the modem has told about it.
import type { Connection, ConnectionOwner, Failure } from './world.ts';

/** What a modem holds of received bytes before it closes its window, and of sent ones before it takes no more. */
export const RECEIVE_BUFFER = 4096;
export const SEND_BUFFER = 9216;

export interface SocketOwner {
    onArrived(socket: ModemSocket, bytes: Uint8Array): void;
    /** The peer or the network ended it. */
    onEnded(socket: ModemSocket): void;
}

export class ModemSocket implements ConnectionOwner {
    readonly id: number;
    readonly secure: boolean;
    state: 'idle' | 'opening' | 'open' | 'ended' = 'idle';
    /** Whether the host has been told that bytes wait. */
    announced = false;
    /** The end waits to be announced until everything has been read. */
    endHeld = false;
    /** Bytes that the peer sent, that the host read, and that the host sent. */
    received = 0;
    read = 0;
    sent = 0;
    connection: Connection | null = null;
    private readonly owner: SocketOwner;
    private held: Uint8Array = new Uint8Array(0);
    private opened: (failure: Failure | null) => void = () => {};

    constructor(id: number, secure: boolean, owner: SocketOwner) {
        this.id = id;
        this.secure = secure;
        this.owner = owner;
    }

    /** The connection that it is to have; `opened` is told how it went. */
    opens(connect: (owner: ConnectionOwner) => Connection, opened: (failure: Failure | null) => void): void {
        this.state = 'opening';
        this.opened = opened;
        this.connection = connect(this);
    }

    /** Bytes that wait to be read. */
    get waiting(): number {
        return this.held.length;
    }

    take(count: number): Uint8Array {
        const taken = this.held.slice(0, count);
        this.held = this.held.slice(taken.length);
        this.read += taken.length;
        if (this.waiting === 0) this.announced = false;
        if (this.waiting < RECEIVE_BUFFER / 2) this.connection?.resume();
        return taken;
    }

    transmit(bytes: Uint8Array): void {
        this.sent += bytes.length;
        this.connection?.write(bytes);
    }

    /** The modem ends it. */
    close(orderly: boolean): void {
        this.state = 'ended';
        this.connection?.close(orderly);
        this.connection = null;
    }

    onOpen(): void {
        this.state = 'open';
        this.opened(null);
    }

    onFailure(why: Failure): void {
        this.state = 'ended';
        this.connection = null;
        this.opened(why);
    }

    onBytes(bytes: Uint8Array): void {
        this.received += bytes.length;
        this.held = Buffer.concat([this.held, bytes]);
        if (this.waiting >= RECEIVE_BUFFER) this.connection?.pause();
        this.owner.onArrived(this, bytes);
    }

    onEnd(): void {
        this.state = 'ended';
        this.connection = null;
        this.owner.onEnded(this);
    }
}
