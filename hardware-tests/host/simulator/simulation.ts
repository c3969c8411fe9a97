// One run: puts board, link and broker together, lets the script decide what happens next, checks after every step that nothing
// promised is broken, and in the end that everything drains once nothing goes wrong any more.
//
// Not judged: two subscriptions with the same filter; which handler has which piece of a streamed message while filters change;
// identifiers that go round while answers are late (an old one may be for a new packet).
import { CONNECTED, STOPPED, STOPPING } from '../../../src/index.ts';
import type { Client } from '../../../src/index.ts';
import { actions } from './actions.ts';
import type { Application } from './application.ts';
import { Board } from './board.ts';
import { endsWithin } from './bounded.ts';
import { ModelBroker } from './broker.ts';
import { calmDown } from './calm.ts';
import type { SimulatedClock } from './clock.ts';
import type { Connection, Frame } from './connection.ts';
import { count } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import type { Invariant } from './invariants.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { SimulatedLink } from './link.ts';
import { Script } from './script.ts';
import type { Step } from './script.ts';
import { drawSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { BUFFER_NAMES, STATE_NAMES, TRANSPORT_NAMES, impossible } from './states.ts';
import { WireWitness } from './wire-witness.ts';
import type { World } from './world.ts';

/** Real ms after which a run that takes a few is taken for endless; much more, for a machine that has other things to do. */
const LONGEST_RUN = 5000;

export interface Outcome {
    /** Empty if all is well. */
    readonly violation: string;
    readonly broken: Invariant | '';
    readonly steps: readonly Step[];
    readonly coverage: Coverage;
    /** Virtual ms. */
    readonly time: number;
}

export class Simulation implements World {
    readonly judge: Judge;
    readonly script: Script;
    readonly settings: Settings;
    readonly up: Ledger;
    readonly down: Ledger;
    readonly witness: WireWitness;
    readonly link: SimulatedLink;
    readonly broker: ModelBroker;
    board: Board;
    /** Handles that were pending when the power was last cut. */
    formerHandles: readonly number[] = [];
    /** The event under way. */
    event = '';

    constructor(script: Script, write: ((line: string) => void) | null) {
        const judge = this.judge = new Judge(write);
        this.script = script;
        script.beginSetup();
        const settings = this.settings = drawSettings(script);
        judge.note('event', `the board gets power: ${JSON.stringify(settings)}`);
        const up = this.up = new Ledger(judge, 'the broker');
        const down = this.down = new Ledger(judge, 'the application');
        const witness = this.witness = new WireWitness(judge, up, settings);
        const link = this.link = new SimulatedLink(judge, script, settings, witness);
        const broker = this.broker = new ModelBroker(judge, script, settings, up, down);
        link.ends = {
            arrived: (connection, frame) => {
                // A broker that hears a newer connection of the client hears no more of the older one.
                if (frame.packet?.cmd === 'connect' && link.former && link.former !== connection) link.former.broken = true;
                broker.receive(connection, frame);
            },
            lost: connection => broker.lost(connection),
            delivering: (connection, frames) => this.delivering(connection, frames),
            delivered: (connection, frames) => {
                if (connection !== link.connection || this.client.state !== CONNECTED) return;
                judge.require(!frames.some(frame => !frame.packet), 'wire', 'the client goes on after bytes that are no packet');
                this.application.inbox.arrived();
            },
        };
        judge.situation = () => `${STATE_NAMES[this.client.state]} | ${this.bufferSituation()}`;
        this.board = new Board(this);
    }

    get clock(): SimulatedClock {
        return this.board.clock;
    }

    get application(): Application {
        return this.board.application;
    }

    get client(): Client {
        return this.board.client;
    }

    /** Runs `length` steps, or those of a given script, then lets everything succeed. */
    run(length: number, swarm: readonly number[]): void {
        try {
            if (this.settings.subscribesAtOnce) this.application.subscriptions.forEach((_, index) => this.application.subscribe(index));
            this.application.start();
            for (let step = 0; step < length && !this.judge.violation; step++) {
                const chosen = this.script.begin(() => actions.map((action, index) => action.possible(this) ? action.weight * (swarm[index] ?? 1) : 0));
                if (chosen < 0) break;
                const action = actions[chosen];
                if (action?.possible(this)) this.act(action.name, () => action.act(this));
            }
            this.script.calm = true;
            if (!this.judge.violation) calmDown(this);
            if (!this.judge.violation) this.board.checkHeld();
        } catch (error) {
            this.judge.fail('exceptions', `an exception leaves the client: ${(error as Error).stack}`);
        }
    }

    /** One event, and the checks that hold after each. */
    act(name: string, event: () => void): void {
        this.judge.note('event', name);
        this.event = name;
        if (!name.startsWith('wake')) this.clock.disturbed();
        event();
        this.check();
    }

    /** The power of the board is gone, and comes again. */
    powerCut(): void {
        const { judge, settings, application, link, witness } = this;
        judge.fault('power cut');
        for (const entry of application.open()) {
            // What is kept in a store will be sent again; what was in RAM only is lost, and the application was not told otherwise.
            if (!settings.storage) entry.excused = true;
        }
        this.formerHandles = [...application.pending.keys()];
        link.close();
        witness.powerCut();
        this.board = new Board(this);
    }

    bufferSituation(): string {
        const { application, link, witness, settings, up } = this;
        const waiting = link.connection ? witness.waitingOn(link.connection).length : 0;
        const place = application.awaitsRoom ? 5 : link.connection && link.connection.gathered.length > 0 ? 4 : waiting >= settings.window ? 3
            : waiting > 0 ? 2 : application.pending.size > 0 || application.unsent(up.entries) ? 1 : 0;
        return BUFFER_NAMES[place];
    }

    /** What is to be told of the messages once a run is over. */
    countMessages(): void {
        const { messages } = this.judge.coverage;
        count(messages, 'received by the application', this.down.entries.filter(({ deliveries }) => deliveries > 0).length);
        for (const { qos, deliveries, acknowledged, excused } of this.up.entries) {
            if (qos === 0) continue;
            count(messages, 'accepted with QoS 1');
            if (acknowledged) count(messages, 'acknowledged');
            if (deliveries > 1) count(messages, 'delivered more than once');
            if (excused) count(messages, `not acknowledged when the power was cut, ${deliveries > 0 ? 'but delivered' : 'and lost'}`);
        }
    }

    private check(): void {
        const { judge, clock, client, link, settings, board, application } = this;
        judge.require(client.state === STOPPED || clock.wakeAt >= 0, 'one wake', `no wake is pending in state ${STATE_NAMES[client.state]}`);
        board.checkMemory();
        application.check();
        const connection = link.connection;
        if (connection && client.state === CONNECTED && clock.wakeAt > judge.time && settings.keepAlive && connection.room > 0 && !connection.owesWritable) {
            const quiet = judge.time - connection.lastFlush;
            judge.require(quiet <= settings.keepAlive * 1000 + 2 * clock.lateness, 'keep-alive', `nothing was sent for ${quiet} ms [MQTT-3.1.2-23]`);
            judge.require(connection.flushed === connection.taken, 'keep-alive', 'bytes were written but not flushed');
        }
        // A timeout is judged by what was open before the client acted on it.
        application.oldestSince = (connection ? this.witness.waitingOn(connection)[0]?.since : undefined) ?? -Infinity;
        this.checkState(connection);
    }

    private checkState(connection: Connection | null): void {
        const state = STATE_NAMES[this.client.state];
        const buffer = this.bufferSituation();
        const transport = TRANSPORT_NAMES[connection && connection.pings > 0 ? 2 : connection?.owesWritable ? 1 : 0];
        count(this.judge.coverage.states, `${state} | ${buffer} | ${transport}`);
        for (const { why, applies } of impossible) {
            this.judge.require(!applies(state, buffer, transport), 'told truly', `state ${state}, send buffer ${buffer}, transport ${transport}, although ${why}`);
        }
    }

    /** Packets are about to reach the client: what they allow it to do from now on. */
    private delivering(connection: Connection, frames: readonly Frame[]): void {
        const { witness, application, down } = this;
        const messages = frames.map(({ packet }) => packet).filter(packet => packet?.cmd === 'publish');
        application.inbox.arrive(messages);
        if (this.client.state === STOPPING) return;
        for (const { packet } of frames) {
            switch (packet?.cmd) {
                case 'connack':
                    // What follows a refused CONNECT was not processed [MQTT-3.1.4-5], and may be sent again.
                    if (packet.returnCode) for (const entry of connection.qos0) entry.handedOver = false;
                    break;
                case 'puback':
                    connection.pubacks.add(packet.messageId!);
                    witness.answered(connection, 'puback', packet.messageId!);
                    break;
                case 'suback':
                case 'unsuback':
                    if (witness.inFlight.get(packet.messageId!)?.answer === packet.cmd) application.pending.delete(packet.messageId!);
                    witness.answered(connection, packet.cmd, packet.messageId!);
                    break;
                case 'publish': {
                    const entry = down.find(Buffer.from(packet.payload));
                    if (entry && packet.qos) connection.toAcknowledge.push({ packetIdentifier: packet.messageId!, entry });
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

/** The run of `seed`: a new one, or `given` replayed. `write` gets the trace. `limit`: real ms after which it is taken for endless. */
export function simulate(seed: number, given: readonly Step[] | null = null, write: ((line: string) => void) | null = null, limit = LONGEST_RUN): Outcome {
    const script = new Script(seed, given);
    const simulation = new Simulation(script, write);
    // Each run leaves out a good part of what can happen, so that the rest happens together more often.
    const swarm = actions.map(action => action.always || script.draw(100) < 60 ? 1 + script.draw(3) : 0);
    const length = given ? Infinity : 60 + script.draw(240);
    const { judge } = simulation;
    if (!endsWithin(limit, () => simulation.run(length, swarm))) judge.fail('return', `a call in '${simulation.event}' does not return`);
    simulation.countMessages();
    const { violation, broken, coverage, time } = judge;
    return { violation, broken, steps: script.steps, coverage, time };
}
