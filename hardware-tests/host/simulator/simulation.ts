// One run: puts client, link, broker, clock and application together, lets the script decide what happens next, checks after every
// step that nothing promised is broken, and in the end that everything drains once nothing goes wrong any more.
import { CONNECTED, CONNECTING, Client, OPENING, STOPPED, STOPPING, WAITING } from '../../../src/index.ts';
import { actions } from './actions.ts';
import { Application } from './application.ts';
import { ModelBroker } from './broker.ts';
import { calmDown } from './calm.ts';
import { SimulatedClock } from './clock.ts';
import type { Connection, Frame } from './connection.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { SimulatedLink } from './link.ts';
import { Script } from './script.ts';
import type { Step } from './script.ts';
import { drawSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { WireWitness } from './wire-witness.ts';

const POISON = 0xd5;
const AROUND = 16;

export const STATE_NAMES: Record<number, string> = { [STOPPED]: 'stopped', [WAITING]: 'waiting', [OPENING]: 'opening', [CONNECTING]: 'connecting', [CONNECTED]: 'connected', [STOPPING]: 'stopping' };
export const BUFFER_NAMES = ['empty', 'queued', 'in flight', 'window full', 'in a packet', 'full'];

export interface Outcome {
    readonly violation: string;
    readonly steps: readonly Step[];
    readonly faults: ReadonlyMap<string, number>;
    readonly situations: ReadonlySet<string>;
    /** Virtual ms. */
    readonly time: number;
}

export class Simulation {
    readonly judge: Judge;
    readonly script: Script;
    readonly settings: Settings;
    readonly up: Ledger;
    readonly down: Ledger;
    readonly clock: SimulatedClock;
    readonly witness: WireWitness;
    readonly link: SimulatedLink;
    readonly broker: ModelBroker;
    readonly application: Application;
    readonly client: Client;
    private readonly memory: Uint8Array;
    private readonly sendBuffer: Uint8Array;

    constructor(script: Script, write: ((line: string) => void) | null) {
        const judge = this.judge = new Judge(write);
        this.script = script;
        script.beginSetup();
        const settings = this.settings = drawSettings(script);
        judge.note(`settings ${JSON.stringify(settings)}`);
        const up = this.up = new Ledger(judge, 'the broker');
        const down = this.down = new Ledger(judge, 'the application');
        const clock = this.clock = new SimulatedClock(judge, script, settings.clockOrigin, settings.clockSigned);
        const witness = this.witness = new WireWitness(judge, up, settings);
        const link = this.link = new SimulatedLink(judge, script, settings, witness);
        const broker = this.broker = new ModelBroker(judge, script, settings, up, down);
        this.application = new Application({ judge, script, settings, clock, link, witness, up, down });
        link.ends = {
            arrived: (connection, frame) => {
                // A broker that hears a newer connection of the client hears no more of the older one.
                if (frame.packet?.cmd === 'connect' && link.former && link.former !== connection) link.former.broken = true;
                broker.receive(connection, frame);
            },
            lost: connection => broker.lost(connection),
            delivering: (connection, frames) => this.delivering(connection, frames),
            delivered: frames => judge.require(!frames.some(frame => !frame.packet) || link.connection === null || this.client.state === STOPPING, 'the client goes on after bytes that are no packet'),
        };
        judge.situation = () => `${STATE_NAMES[this.client.state]} | ${this.bufferSituation()}`;
        const size = settings.sendBuffer;
        this.memory = new Uint8Array(size + settings.receiveBuffer + 3 * AROUND).fill(POISON);
        this.sendBuffer = this.memory.subarray(AROUND, AROUND + size);
        const receiveBuffer = this.memory.subarray(size + 2 * AROUND, size + 2 * AROUND + settings.receiveBuffer);
        this.client = new Client({
            ...settings, clientId: 'client', platform: clock, transport: link, sendBuffer: this.sendBuffer, receiveBuffer,
            ...(settings.changingCredentials ? { connectSize: 36 } : {}),
            ...this.application.callbacks(),
        });
        this.application.client = this.client;
    }

    /** Runs `length` steps, or those of a given script, then lets everything succeed. */
    run(length: number, swarm: readonly number[]): Outcome {
        try {
            this.application.start();
            for (let step = 0; step < length && !this.judge.violation; step++) {
                const chosen = this.script.begin(() => actions.map((action, index) => action.possible(this) ? action.weight * (swarm[index] ?? 1) : 0));
                if (chosen < 0) break;
                const action = actions[chosen];
                if (action?.possible(this)) this.act(action.name, () => action.act(this));
            }
            this.script.calm = true;
            if (!this.judge.violation) calmDown(this);
        } catch (error) {
            this.judge.fail(`an exception leaves the client: ${(error as Error).stack}`);
        }
        const { violation, faults, situations, time } = this.judge;
        return { violation, steps: this.script.steps, faults, situations, time };
    }

    /** One event, and the checks that hold after each. */
    act(name: string, event: () => void): void {
        this.judge.note(name);
        if (!name.startsWith('wake')) this.clock.disturbed();
        event();
        this.check();
    }

    bufferSituation(): string {
        const { application, link, witness, settings } = this;
        const waiting = link.connection ? witness.waitingOn(link.connection).length : 0;
        const place = application.awaitsRoom ? 5 : link.connection && link.connection.gathered.length > 0 ? 4 : waiting >= settings.window ? 3
            : waiting > 0 ? 2 : application.pending.size > 0 || application.unsent(this.up) ? 1 : 0;
        return BUFFER_NAMES[place];
    }

    private check(): void {
        const { judge, clock, client, link, settings, memory, sendBuffer } = this;
        judge.require(client.state === STOPPED || clock.wakeAt >= 0, `no wake is pending in state ${STATE_NAMES[client.state]}`);
        for (let index = 0; index < AROUND; index++) {
            const intact = memory[index] === POISON && memory[AROUND + sendBuffer.length + index] === POISON && memory[memory.length - 1 - index] === POISON;
            judge.require(intact, 'memory outside of a buffer is written to');
        }
        this.application.check();
        const connection = link.connection;
        if (connection && client.state === CONNECTED && clock.wakeAt > judge.time && settings.keepAlive && connection.room > 0 && !connection.owesWritable) {
            const quiet = judge.time - connection.lastFlush;
            judge.require(quiet <= settings.keepAlive * 1000 + 2 * clock.lateness, `nothing was sent for ${quiet} ms [MQTT-3.1.2-23]`);
            judge.require(connection.flushed === connection.taken, 'bytes were written but not flushed');
        }
        // A timeout is judged by what was open before the client acted on it.
        this.application.oldestSince = (connection ? this.witness.waitingOn(connection)[0]?.since : undefined) ?? -Infinity;
    }

    /** Packets are about to reach the client: what they allow it to do from now on. */
    private delivering(connection: Connection, frames: readonly Frame[]): void {
        if (this.client.state === STOPPING) return;
        for (const { packet } of frames) {
            switch (packet?.cmd) {
                case 'connack':
                    // What follows a refused CONNECT was not processed [MQTT-3.1.4-5], and may be sent again.
                    if (packet.returnCode) for (const entry of connection.qos0) entry.handedOver = false;
                    break;
                case 'puback':
                    connection.pubacks.add(packet.messageId!);
                    this.witness.answered(connection, 'puback', packet.messageId!);
                    break;
                case 'suback':
                case 'unsuback':
                    if (this.witness.inFlight.get(packet.messageId!)?.answer === packet.cmd) this.application.pending.delete(packet.messageId!);
                    this.witness.answered(connection, packet.cmd, packet.messageId!);
                    break;
                case 'publish': {
                    const entry = this.down.find(Buffer.from(packet.payload));
                    if (entry?.qos) connection.toAcknowledge.push({ packetIdentifier: packet.messageId!, entry });
                    break;
                }
                case 'pingresp':
                    connection.pings = 0;
                    break;
                default:
            }
        }
    }
}

/** The runs of `seed`: a new one, or `given` replayed. `write` gets the trace. */
export function simulate(seed: number, given: readonly Step[] | null = null, write: ((line: string) => void) | null = null): Outcome {
    const script = new Script(seed, given);
    const simulation = new Simulation(script, write);
    // Each run leaves out a good part of what can happen, so that the rest happens together more often.
    const swarm = actions.map(action => action.always || script.draw(100) < 60 ? 1 + script.draw(3) : 0);
    return simulation.run(given ? Infinity : 60 + script.draw(240), swarm);
}
