// A world in which time is a number and the network is a call: a modem lives minutes of its life in a millisecond of ours, and the
// same life every time.
import type { Clock, Connection, ConnectionOwner, Failure, Network } from './world.ts';

interface Due {
    readonly time: number;
    readonly number: number;
    job: (() => void) | null;
}

/** A binary heap by time; what is due at the same time comes in the order in which it was asked for. */
export class VirtualClock implements Clock {
    time = 0;
    private readonly heap: Due[] = [];
    private count = 0;

    now(): number {
        return this.time;
    }

    after(ms: number, job: () => void): () => void {
        const due: Due = { time: this.time + ms, number: this.count++, job };
        let at = this.heap.push(due) - 1;
        for (let parent = (at - 1) >> 1; at > 0 && before(due, this.heap[parent]); parent = (at - 1) >> 1) {
            this.heap[at] = this.heap[parent];
            at = parent;
        }
        this.heap[at] = due;
        return () => {
            due.job = null;
        };
    }

    /** Lets time pass until `end`, or until `over` holds. Returns whether it came to hold. */
    pass(end: number, over: () => boolean): boolean {
        while (!over()) {
            const next = this.heap[0];
            if (!next || next.time > end) {
                this.time = end;
                return over();
            }
            this.pop();
            this.time = next.time;
            next.job?.();
        }
        return true;
    }

    private pop(): void {
        const last = this.heap.pop()!;
        if (this.heap.length === 0) return;
        let at = 0;
        for (let child = 1; child < this.heap.length; child = 2 * at + 1) {
            if (child + 1 < this.heap.length && before(this.heap[child + 1], this.heap[child])) child++;
            if (!before(this.heap[child], last)) break;
            this.heap[at] = this.heap[child];
            at = child;
        }
        this.heap[at] = last;
    }
}

const before = (a: Due, b: Due): boolean => a.time < b.time || (a.time === b.time && a.number < b.number);

/** The other end of a connection: what a server is given. */
export interface Peer {
    write(bytes: Uint8Array): void;
    /** Ends it, with what was written arriving first, or by a reset that overtakes it. */
    close(orderly: boolean): void;
}

export interface PeerOwner {
    onBytes(bytes: Uint8Array): void;
    onEnd(): void;
}

/** Decides about a connection: who serves it, or why it fails. */
export type Server = (peer: Peer, host: string, port: number) => PeerOwner | Failure;

/** Ms that bytes are under way, one way. */
const FLIGHT = 20;

/** Both directions of one connection. */
class Pipe implements Peer {
    unsent = 0;
    peer: PeerOwner | null = null;
    owner: ConnectionOwner | null;
    paused = false;
    private readonly clock: Clock;
    /** What arrived while it was paused; null: the end. */
    private readonly held: (Uint8Array | null)[] = [];

    constructor(clock: Clock, owner: ConnectionOwner) {
        this.clock = clock;
        this.owner = owner;
    }

    /** From the modem to the server. */
    send(bytes: Uint8Array): void {
        const copy = bytes.slice();
        this.unsent += copy.length;
        this.clock.after(FLIGHT, () => {
            this.unsent -= copy.length;
            this.peer?.onBytes(copy);
        });
    }

    /** The modem ends it. */
    leave(): void {
        this.owner = null;
        this.clock.after(FLIGHT, () => {
            const peer = this.peer;
            this.peer = null;
            peer?.onEnd();
        });
    }

    resume(): void {
        this.paused = false;
        while (!this.paused && this.held.length > 0) this.arrive(this.held.shift()!);
    }

    write(bytes: Uint8Array): void {
        const copy = bytes.slice();
        if (this.peer) this.clock.after(FLIGHT, () => this.arrive(copy));
    }

    close(orderly: boolean): void {
        this.peer = null;
        if (!orderly) this.held.length = 0;
        this.clock.after(orderly ? FLIGHT : 0, () => this.arrive(null));
    }

    private arrive(bytes: Uint8Array | null): void {
        if (this.paused) {
            this.held.push(bytes);
        } else if (bytes) {
            this.owner?.onBytes(bytes);
        } else {
            const owner = this.owner;
            this.owner = null;
            owner?.onEnd();
        }
    }
}

/** The modem's end of a pipe. */
class ModemEnd implements Connection {
    private readonly pipe: Pipe;

    constructor(pipe: Pipe) {
        this.pipe = pipe;
    }

    get unsent(): number {
        return this.pipe.unsent;
    }

    write(bytes: Uint8Array): void {
        this.pipe.send(bytes);
    }

    pause(): void {
        this.pipe.paused = true;
    }

    resume(): void {
        this.pipe.resume();
    }

    close(): void {
        this.pipe.leave();
    }
}

export function virtualNetwork(clock: Clock, server: Server): Network {
    return {
        connect(host, port, _tls, owner) {
            const pipe = new Pipe(clock, owner);
            clock.after(2 * FLIGHT, () => {
                if (!pipe.owner) return;
                const peer = server(pipe, host, port);
                if (typeof peer !== 'string') {
                    pipe.peer = peer;
                    owner.onOpen();
                } else {
                    pipe.owner = null;
                    owner.onFailure(peer);
                }
            });
            return new ModemEnd(pipe);
        },
    };
}
