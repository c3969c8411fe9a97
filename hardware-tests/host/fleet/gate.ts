// The door of a broker: it is open or not, lets in so many connections a second, and has room for so many to wait. A model of what
// TCP, TLS and CONNECT cost together; nothing of MQTT but CONNACK.
import { CONNECTION_LOST, CONNECT_FAILED } from '../../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../../src/transport.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface GateOptions {
    /** Connections that the broker can accept in a second. */
    readonly rate: number;
    /** Connections that the operating system holds until the broker accepts them. */
    readonly backlog: number;
    /** What happens to one for which there is no room: it is refused, or hears nothing and gives up after `connectTimeout`. */
    readonly overflow: 'refused' | 'silent';
    /** What turning one away costs the broker, as a share of what accepting costs. */
    readonly refusalCost: number;
}

/** A connection that waits to be accepted. Its node may have given it up. */
interface Visit {
    readonly transport: FleetTransport;
    readonly number: number;
}

const CONNACK = new Uint8Array([0x20, 2, 1, 0]);

export class Gate {
    open = true;
    /** Connections that were dialled, and those that the broker has accepted, by the tenth of a second. */
    readonly attempts: number[] = [];
    readonly accepted: number[] = [];
    /** Connected now. */
    connected = 0;
    /** Accepting takes no time: for the time before the first outage. */
    generous = true;
    readonly time: VirtualTime;
    private readonly options: GateOptions;
    private readonly waiting: Visit[] = [];
    /** Where `waiting` begins: what is before it was served. */
    private served = 0;
    private serving = false;
    /** Time, in ms, that the broker has spent on work of which no whole ms has passed yet. */
    private debt = 0;
    private readonly inside = new Set<FleetTransport>();

    constructor(time: VirtualTime, options: GateOptions) {
        this.time = time;
        this.options = options;
    }

    /** The broker is gone, with all connections. */
    shut(): void {
        this.open = false;
        this.generous = false;
        for (const transport of this.inside) transport.lose(CONNECTION_LOST);
        for (const visit of this.waiting.slice(this.served)) {
            if (isPresent(visit)) visit.transport.lose(CONNECTION_LOST);
        }
        this.inside.clear();
        this.connected = 0;
        this.waiting.length = this.served = 0;
    }

    reopen(): void {
        this.open = true;
    }

    dial(transport: FleetTransport): void {
        const tenth = Math.floor(this.time.now / 100);
        this.attempts[tenth] = (this.attempts[tenth] ?? 0) + 1;
        if (!this.open) transport.lose(CONNECT_FAILED);
        else if (this.generous) this.accept(transport.arrive());
        else if (this.waiting.length - this.served < this.options.backlog) this.hold(transport);
        else this.turnAway(transport);
    }

    /** The node has closed its connection. One that waits costs the broker its time all the same. */
    leave(transport: FleetTransport): void {
        if (this.inside.delete(transport)) this.connected--;
    }

    private turnAway(transport: FleetTransport): void {
        const { rate, overflow, refusalCost } = this.options;
        this.debt += refusalCost * 1000 / rate;
        if (overflow === 'refused') transport.lose(CONNECT_FAILED);
    }

    private hold(transport: FleetTransport): void {
        this.waiting.push(transport.arrive());
        if (this.serving) return;
        this.serving = true;
        this.serve();
    }

    /** Accepts the one that has waited longest, and goes on as long as there are any. */
    private serve(): void {
        if (this.served === this.waiting.length) {
            this.serving = false;
            this.waiting.length = this.served = 0;
            return;
        }
        const visit = this.waiting[this.served++];
        this.debt += 1000 / this.options.rate;
        const pause = Math.floor(this.debt);
        this.debt -= pause;
        this.time.after(pause, () => {
            if (this.open) this.accept(visit);
            this.serve();
        });
    }

    private accept(visit: Visit): void {
        if (!isPresent(visit)) return;
        const { transport } = visit;
        const tenth = Math.floor(this.time.now / 100);
        this.accepted[tenth] = (this.accepted[tenth] ?? 0) + 1;
        this.inside.add(transport);
        this.connected++;
        transport.hear(CONNACK);
    }
}

/** The link of one node: everything takes `latency` ms. */
export class FleetTransport implements Transport {
    private readonly gate: Gate;
    private readonly latency: number;
    private owner: TransportOwner | null = null;
    /** Of the connection; 0: there is none. What belongs to an earlier one is void. */
    number = 0;
    private connections = 0;

    constructor(gate: Gate, latency: number) {
        this.gate = gate;
        this.latency = latency;
    }

    open(owner: TransportOwner): void {
        this.owner = owner;
        this.number = ++this.connections;
        this.later(() => this.gate.dial(this));
    }

    write(_bytes: Uint8Array, start: number, end: number): number {
        return end - start;
    }

    flush(): void {
        // A CONNECT is all that a node writes here, and the gate takes it for granted.
    }

    close(): void {
        this.owner = null;
        this.number = 0;
        this.gate.leave(this);
    }

    /** The operating system of the broker has taken the connection. */
    arrive(): Visit {
        this.later((owner) => owner.onOpen());
        return { transport: this, number: this.number };
    }

    hear(bytes: Uint8Array): void {
        this.later((owner) => owner.onBytes(bytes, 0, bytes.length));
    }

    lose(reason: number): void {
        this.later((owner) => {
            this.owner = null;
            this.number = 0;
            owner.onClose(reason);
        });
    }

    private later(job: (owner: TransportOwner) => void): void {
        const { number } = this;
        this.gate.time.after(this.latency, () => {
            if (this.owner && number === this.number) job(this.owner);
        });
    }
}

function isPresent({ transport, number }: Visit): boolean {
    return transport.number === number;
}
