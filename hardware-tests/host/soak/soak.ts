// The soak: devices publish to each other for as long as one likes over links that break; storms and calms take turns. In every calm
// all that was accepted must have arrived within a computed time, and memory and sockets must be what they were.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CONNECTED } from '../../../src/index.ts';
import { reasonText } from '../../../src/session/reason-texts.ts';
import { Random } from '../simulator/script.ts';
import { Actor } from './actor.ts';
import type { Cast } from './actor.ts';
import type { BoardReport } from './board-lines.ts';
import { startBroker } from './broker.ts';
import type { SoakBroker } from './broker.ts';
import { times } from './device.ts';
import type { DeviceReport } from './device.ts';
import type { Reading } from './memory.ts';
import { Storm } from './storm.ts';
import type { FaultCounts } from './storm.ts';
import { SoakWitness } from './witness.ts';

export interface SoakOptions {
    readonly minutes: number;
    readonly seed: number;
    /** 'mosquitto' or 'aedes'. */
    readonly broker: string;
    /** The virtual board's program; null: no board takes part. */
    readonly program: string | null;
    /** How long a storm lasts, in s. */
    readonly storm: number;
    /** A line for people. */
    readonly say: (line: string) => void;
    /** After each calm. */
    readonly onCalm?: (result: SoakResult) => void;
}

export interface SoakResult {
    readonly broker: string;
    readonly devices: readonly string[];
    /** Promises that were broken. */
    readonly faults: readonly string[];
    /** By kind. */
    readonly weather: FaultCounts;
    storms: number;
    /** In hours. */
    hours: number;
    /** Messages taken by clients, by QoS, and messages that devices received, repeats aside. */
    published: [qos0: number, qos1: number];
    received: number;
    /** Numbers that a device got more than once, and messages that went out more than once. */
    repeats: number;
    resends: number;
    connections: number;
    refused: number;
    wills: number;
    /** The longest that a calm took until all had arrived, in s; `bound` is the time allowed. */
    slowest: number;
    /** V8's used heap in each calm, in bytes; those of the first half of the time are left out. */
    readonly heap: Reading[];
    /** The board's slots and chunk bytes in each calm. */
    readonly boardHeap: [slots: number, chunkBytes: number][];
    /** TCP sockets of this process in each calm. */
    readonly sockets: number[];
}

/** What the machine may add to computed times, in s: it has other things to do. */
const SLACK = 5;
/**
 * From the end of a storm until everything is delivered, in s: a silenced connection is noticed by an unanswered PINGREQ, a dial into a
 * black hole by a missing CONNACK; a pause precedes each of the two dials.
 */
export const bound = times.keepAlive + (2 * times.responseTimeout + 2 * times.retryDelayMaximum) / 1000 + SLACK;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// Code that V8 compiles and throws away for an hour lies in the heap, too, and is no business of ours: the interpreter runs it all.
for (const flag of ['--expose-gc', '--no-opt', '--no-sparkplug']) setFlagsFromString(flag);
const collectGarbage = runInNewContext('gc') as () => void;

/** `cleanSession`: of all that receive; one does in any case. */
function castOf(prefix: string, program: string | null, cleanSession: boolean): Cast[] {
    const cast = (name: string, peers: readonly string[], options: Partial<Cast> = {}): Cast => ({ name, prefix, peers, cleanSession: cleanSession && peers.length > 0, engine: 'node', tls: false, ...options });
    const names = ['full', 'lean', 'clean', 'tls', ...program === null ? [] : ['board']];
    return [
        cast('full', names), cast('lean', []), cast('clean', names, { cleanSession: true }), cast('tls', names, { tls: true }),
        ...program === null ? [] : [cast('board', ['full', 'board'], { engine: 'xs' })],
    ];
}

/** Runs it to its end, or to the first calm that finds a broken promise; `result.faults` says which. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
    const broker = await startBroker(options.broker, options.say);
    const run = new Soak(options, broker);
    try {
        await run.play();
    } finally {
        await run.close();
    }
    return run.result;
}

class Soak {
    readonly result: SoakResult;
    private readonly options: SoakOptions;
    private readonly broker: SoakBroker;
    private readonly casts: Cast[];
    private readonly actors: Actor[] = [];
    private readonly faults: string[] = [];
    private readonly witness: SoakWitness;
    private readonly random: Random;
    private readonly begun = performance.now();

    constructor(options: SoakOptions, broker: SoakBroker) {
        this.options = options;
        this.broker = broker;
        this.random = new Random(options.seed);
        const prefix = `soak${options.seed}`;
        this.casts = castOf(prefix, options.program, !broker.keepsOrder);
        const names = this.casts.map(({ name }) => name);
        this.witness = new SoakWitness(broker.port, prefix, names, {
            onRepeat: (from, number) => this.explain('witness', from, number),
            onFault: (text) => this.faults.push(`witness: ${text}`),
        });
        this.result = {
            broker: broker.name, devices: names, faults: this.faults, weather: new Map(), storms: 0, hours: 0, published: [0, 0], received: 0, repeats: 0,
            resends: 0, connections: 0, refused: 0, wills: 0, slowest: 0, heap: [], boardHeap: [], sockets: [],
        };
    }

    async play(): Promise<void> {
        const end = this.begun + this.options.minutes * 60_000;
        await this.witness.start();
        for (const cast of this.casts) {
            this.actors.push(await Actor.start({
                cast, brokerPort: this.broker.port, program: this.options.program ?? undefined,
                onRepeat: (receiver, from, number) => this.explain(receiver.cast.name, from, number),
                onFault: (text) => this.faults.push(text),
            }));
        }
        await this.calm();
        do {
            await this.storm();
            await this.calm();
            this.options.onCalm?.(this.result);
        } while (performance.now() < end && this.faults.length === 0);
        await this.farewell();
    }

    async close(): Promise<void> {
        this.witness.stop();
        for (const actor of this.actors) await actor.close();
        await this.broker.stop();
    }

    /** A number came again, which no end of the receiver's connection explains: then it must have gone out again. */
    private explain(receiver: string, from: string, number: number): void {
        const { tap } = this.actors.find(({ cast }) => cast.name === from)!;
        if (!tap.wentOutAgain(number)) this.faults.push(`${receiver}: message ${number} from ${from} comes twice, but went out once, and no connection ended`);
    }

    private async storm(): Promise<void> {
        const { weather } = this.result;
        const lasts = this.options.storm * 1000;
        const end = performance.now() + lasts;
        for (const { runner } of this.actors) runner.resume();
        const storms = this.actors.map((actor) => new Storm(actor, new Random(this.random.bits()), weather).rage(end));
        const { restart } = this.broker;
        // One storm in three takes the broker, too.
        if (restart && this.result.storms % 3 === 0) {
            await sleep(this.random.bits() % (lasts / 2));
            weather.set('broker restart', (weather.get('broker restart') ?? 0) + 1);
            await restart();
        }
        await Promise.all(storms);
        this.result.storms++;
    }

    /** Waits until all is delivered, then looks at memory and sockets. */
    private async calm(): Promise<void> {
        for (const { runner } of this.actors) runner.pause();
        const begun = performance.now();
        let missing: string[];
        let reports: (DeviceReport | BoardReport)[];
        do {
            await sleep(20);
            reports = await Promise.all(this.actors.map(({ runner }) => runner.report()));
            missing = this.missing(reports);
        } while (missing.length > 0 && performance.now() - begun < bound * 1000);
        this.result.slowest = Math.max(this.result.slowest, (performance.now() - begun) / 1000);
        for (const text of missing) this.faults.push(`${bound} s after the last fault ${text}`);
        this.sumUp(reports);
        await this.measure(reports);
    }

    /** What is not as it should be when all is over. */
    private missing(reports: readonly DeviceReport[]): string[] {
        const missing: string[] = [];
        this.actors.forEach(({ cast }, index) => {
            const { state, closeReason, safeToSleep, published, received } = reports[index];
            if (state !== CONNECTED) missing.push(`${cast.name} is in state ${state} (${reasonText(closeReason)})`);
            else if (!safeToSleep) missing.push(`${cast.name} has something unacknowledged`);
            const witnessed = this.witness.received(cast.name);
            if (witnessed !== published[1]) missing.push(`the witness has ${witnessed} of ${published[1]} messages of ${cast.name}`);
            if (cast.cleanSession) return;
            cast.peers.forEach((peer, place) => {
                const sent = reports[this.casts.findIndex(({ name }) => name === peer)].published[1];
                if (received[place][1] !== sent) missing.push(`${cast.name} has ${received[place][1]} of ${sent} messages of ${peer}`);
            });
        });
        return missing;
    }

    private sumUp(reports: readonly DeviceReport[]): void {
        const { result } = this;
        const sum = (of: (report: DeviceReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
        result.hours = (performance.now() - this.begun) / 3_600_000;
        result.published = [sum(({ published }) => published[0]), sum(({ published }) => published[1])];
        result.received = sum(({ received }) => received.reduce((total, [qos0, qos1]) => total + qos0 + qos1, 0));
        result.repeats = sum(({ repeats }) => repeats);
        result.connections = sum(({ connections }) => connections);
        result.refused = sum(({ refused }) => refused);
        result.resends = this.actors.reduce((total, { tap }) => total + tap.resends, 0);
        result.wills = [...this.witness.wills.values()].reduce((total, count) => total + count, 0);
    }

    private async measure(reports: readonly (DeviceReport | BoardReport)[]): Promise<void> {
        const { sockets, heap, boardHeap, hours } = this.result;
        for (const { proxy } of this.actors) proxy.forget();
        const count = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
        // What was closed goes when its peer has closed, too, or after closeTimeout (2 s).
        const deadline = performance.now() + (2 + SLACK) * 1000;
        while (sockets.length > 0 && count() > sockets[0] && performance.now() < deadline) await sleep(20);
        sockets.push(count());
        if (sockets.at(-1)! > sockets[0]) this.faults.push(`${sockets.at(-1)} sockets are open; at first there were ${sockets[0]}`);
        collectGarbage();
        // By then V8 has learnt what it will, and what has a fixed size is full.
        if (hours * 60 > this.options.minutes / 2) heap.push({ hours, value: process.memoryUsage().heapUsed });
        for (const report of reports) {
            if ('slots' in report) boardHeap.push([report.slots, report.chunkBytes]);
        }
    }

    /** Everybody says goodbye: the broker then publishes no will. */
    private async farewell(): Promise<void> {
        const before = this.result.wills;
        await Promise.all(this.actors.map(({ runner, cast }) => runner.stop().catch((error: Error) => this.faults.push(`${cast.name} does not stop: ${error.message}`))));
        await sleep(200);
        const wills = [...this.witness.wills.values()].reduce((total, count) => total + count, 0);
        if (wills !== before) this.faults.push('a will is published after DISCONNECT');
    }
}
