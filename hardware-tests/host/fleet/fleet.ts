// A fleet that loses its broker at once, on virtual time: real clients, a policy, a gate, and what the gate has seen.
import { Publisher, CONNECTED } from '../../../src/publisher.ts';
import { Random } from '../simulator/script.ts';
import { FleetTransport, Gate } from './gate.ts';
import type { GateOptions } from './gate.ts';
import type { Policy } from './policies.ts';
import { NodeClock, VirtualTime } from './virtual-time.ts';

export interface FleetOptions extends GateOptions {
    readonly nodes: number;
    readonly seed: number;
    /** From when to when the broker is gone, in s; the first begins at 0. */
    readonly outages: readonly (readonly [from: number, to: number])[];
    /** When to give up, in s. */
    readonly horizon: number;
}

export interface Course {
    readonly nodes: number;
    /** When the broker was back for good, in s. */
    readonly restart: number;
    /** By the second from the beginning of the outage: connections dialled, and connections accepted. */
    readonly attempts: readonly number[];
    readonly accepted: readonly number[];
    /** Nodes that are connected at the end. */
    readonly connected: number;
}

/** By the second, what came by the tenth of a second from tenth `start` on. */
function bySecond(tenths: readonly number[], start: number, end: number): number[] {
    const seconds: number[] = [];
    for (let at = start; at < end; at += 10) {
        let sum = 0;
        for (let tenth = at; tenth < at + 10; tenth++) sum += tenths[tenth] ?? 0;
        seconds.push(sum);
    }
    return seconds;
}

/** Before the outage all are connected for so long that the connections have proved stable, in ms. */
const BEFORE = 70000;
/** How long a packet takes, in ms, from the quickest node to the slowest. */
const LATENCIES = [10, 100] as const;

/** Plays one policy until all are back. */
export function playFleet(policy: Policy, options: FleetOptions): Course {
    const { nodes, seed, outages, horizon } = options;
    const time = new VirtualTime();
    const gate = new Gate(time, options);
    const random = new Random(seed);
    for (let index = 0; index < nodes; index++) startNode(policy, time, gate, random);
    for (const [from, to] of outages) {
        time.after(BEFORE + from * 1000, () => gate.shut());
        time.after(BEFORE + to * 1000, () => gate.reopen());
    }
    time.pass(BEFORE);
    if (gate.connected !== nodes) throw new Error(`${gate.connected} of ${nodes} nodes are connected before the outage`);
    const restart = outages.at(-1)![1];
    time.pass(BEFORE + horizon * 1000, () => gate.open && time.now > BEFORE + restart * 1000 && gate.connected === nodes);
    const [start, end] = [BEFORE / 100, Math.ceil(time.now / 100)];
    return { nodes, restart, attempts: bySecond(gate.attempts, start, end), accepted: bySecond(gate.accepted, start, end), connected: gate.connected };
}

function startNode(policy: Policy, time: VirtualTime, gate: Gate, random: Random): void {
    let failures = 0;
    const client = new Publisher({
        clientId: 'n', cleanSession: false, keepAlive: 0, ...policy.options,
        platform: new NodeClock(time, () => policy.draw(random.bits(), failures++)),
        transport: new FleetTransport(gate, LATENCIES[0] + random.bits() % (LATENCIES[1] - LATENCIES[0])),
        sendBuffer: new Uint8Array(32),
        onStateChange: (state) => {
            if (state === CONNECTED) failures = 0;
        },
    });
    client.start();
}
