// The soak: devices publish to each other for as long as one likes over links that break; storms and calms take turns. In every calm
// all that was accepted must have arrived within a computed time, and memory and sockets must be what they were.
import { CONNECTED } from '../../../src/index.ts';
import { reasonText } from '../../../src/session/reason-texts.ts';
import { Random } from '../simulator/script.ts';
import { Actor } from './actor.ts';
import type { Cast } from './actor.ts';
import { startBroker } from './broker.ts';
import type { SoakBroker } from './broker.ts';
import { times } from './device.ts';
import type { ProgramReport } from './device-lines.ts';
import { heldByNode } from './held.ts';
import { makeLaunchers } from './launch.ts';
import type { Launchers } from './launch.ts';
import { HARNESS } from './memory.ts';
import type { Holding } from './memory.ts';
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
    /** What each device's program held in each calm, by its name; and this process, the harness. */
    readonly held: ReadonlyMap<string, Holding[]>;
    /** TCP sockets of all processes of Node in each calm. */
    readonly sockets: number[];
}

/** Of all devices, in ms. */
const RETRY_DELAY_MAXIMUM = 1000;
/** What the machine may add to computed times, in s: it has other things to do. */
const SLACK = 5;
/**
 * From the end of a storm until everything is delivered, in s: a silenced connection is noticed by an unanswered PINGREQ, a dial into a
 * black hole by a missing CONNACK; a pause precedes each of the two dials.
 */
export const bound = times.keepAlive + (2 * times.responseTimeout + 2 * RETRY_DELAY_MAXIMUM) / 1000 + SLACK;

/** Between two questions to the devices, in ms. */
const POLL = 50;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** `cleanSession`: of all that receive; one does in any case. */
function castOf(prefix: string, program: string | null, cleanSession: boolean): Cast[] {
    const cast = (name: string, peers: readonly string[], options: Partial<Cast> = {}): Cast => ({ name, prefix, peers, cleanSession: cleanSession && peers.length > 0, retryDelayMaximum: RETRY_DELAY_MAXIMUM, engine: 'node', ...options });
    const names = ['full', 'lean', 'clean', 'tls', ...program === null ? [] : ['board']];
    return [
        cast('full', names), cast('lean', []), cast('clean', names, { cleanSession: true }), cast('tls', names, { engine: 'tls' }),
        ...program === null ? [] : [cast('board', ['full', 'board'], { engine: 'xs' })],
    ];
}

/** Runs it to its end, or to the first calm that finds a broken promise; `result.faults` says which. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
    const broker = await startBroker(options.broker, options.say);
    const launchers = await makeLaunchers(options.program);
    const run = new Soak(options, broker, launchers);
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
    private readonly launchers: Launchers;
    private readonly casts: Cast[];
    private readonly actors: Actor[] = [];
    private readonly faults: string[] = [];
    private readonly witness: SoakWitness;
    private readonly random: Random;
    private readonly begun = performance.now();

    constructor(options: SoakOptions, broker: SoakBroker, launchers: Launchers) {
        this.options = options;
        this.broker = broker;
        this.launchers = launchers;
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
            resends: 0, connections: 0, refused: 0, wills: 0, slowest: 0, held: new Map([HARNESS, ...names].map((name) => [name, []])), sockets: [],
        };
    }

    async play(): Promise<void> {
        const end = this.begun + this.options.minutes * 60_000;
        await this.witness.start();
        for (const cast of this.casts) {
            this.actors.push(await Actor.start({
                cast, brokerPort: this.broker.port, launchers: this.launchers,
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
        for (const actor of this.actors) actor.close();
        await this.broker.stop();
        this.launchers.dispose();
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
        let reports: ProgramReport[];
        do {
            await sleep(POLL);
            reports = await this.reports();
            missing = this.missing(reports);
        } while (missing.length > 0 && performance.now() - begun < bound * 1000);
        this.result.slowest = Math.max(this.result.slowest, (performance.now() - begun) / 1000);
        for (const text of missing) this.faults.push(`${bound} s after the last fault ${text}`);
        this.sumUp(reports);
        await this.measure();
    }

    private reports(): Promise<ProgramReport[]> {
        return Promise.all(this.actors.map(({ runner }) => runner.report()));
    }

    /** What is not as it should be when all is over. */
    private missing(reports: readonly ProgramReport[]): string[] {
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

    private sumUp(reports: readonly ProgramReport[]): void {
        const { result } = this;
        const sum = (of: (report: ProgramReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
        result.hours = (performance.now() - this.begun) / 3_600_000;
        result.published = [sum(({ published }) => published[0]), sum(({ published }) => published[1])];
        result.received = sum(({ received }) => received.reduce((total, [qos0, qos1]) => total + qos0 + qos1, 0));
        result.repeats = sum(({ repeats }) => repeats);
        result.connections = sum(({ connections }) => connections);
        result.refused = sum(({ refused }) => refused);
        result.resends = this.actors.reduce((total, { tap }) => total + tap.resends, 0);
        result.wills = [...this.witness.wills.values()].reduce((total, count) => total + count, 0);
    }

    private async measure(): Promise<void> {
        const { sockets, held, hours } = this.result;
        for (const { proxy } of this.actors) proxy.forget();
        // What was closed goes when its peer has closed, too, or after closeTimeout (2 s).
        const deadline = performance.now() + (2 + SLACK) * 1000;
        let holders: [name: string, holds: Holding['held']][];
        let count: number;
        do {
            await sleep(POLL);
            const reports = await this.reports();
            holders = [[HARNESS, heldByNode()], ...reports.map((report, index): typeof holders[0] => [this.casts[index].name, report.held])];
            count = holders.reduce((sum, [, { sockets: open = 0 }]) => sum + open, 0);
        } while (sockets.length > 0 && count > sockets[0] && performance.now() < deadline);
        sockets.push(count);
        if (count > sockets[0]) this.faults.push(`${count} sockets are open; at first there were ${sockets[0]}`);
        for (const [name, holds] of holders) held.get(name)!.push({ hours, held: holds });
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
