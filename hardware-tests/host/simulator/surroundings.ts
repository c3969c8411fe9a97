// What a client meets in every life: a broker, a link to it, and those who watch both. Each kind of life puts its own board and
// application in: simulation.ts those of a client that stays awake, sleeper/ those of a node that sleeps.
import type { Publisher } from '../../../src/publisher.ts';
import { CONNECTED, STOPPING } from '../../../src/index.ts';
import { ModelBroker } from './broker.ts';
import type { SimulatedClock } from './clock.ts';
import type { Connection, Frame } from './connection.ts';
import type { EspruinoFile } from './espruino.ts';
import type { Inbox } from './inbox.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { SimulatedLink } from './link.ts';
import type { Script } from './script.ts';
import type { Settings } from './settings.ts';
import { WireWitness } from './wire-witness.ts';
import type { World } from './world.ts';

export abstract class Surroundings implements World {
    readonly judge: Judge;
    readonly script: Script;
    readonly settings: Settings;
    readonly file: EspruinoFile | null;
    readonly up: Ledger;
    readonly down: Ledger;
    readonly witness: WireWitness;
    readonly link: SimulatedLink;
    readonly broker: ModelBroker;
    /** The event under way. */
    event = '';
    abstract readonly clock: SimulatedClock;
    abstract readonly client: Publisher;
    abstract readonly inbox: Inbox;

    constructor(script: Script, settings: Settings, write: ((line: string) => void) | null, file: EspruinoFile | null = null) {
        const judge = this.judge = new Judge(write);
        this.script = script;
        this.settings = settings;
        this.file = file;
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
                if (connection !== link.connection || this.client.state !== CONNECTED || !this.powered) return;
                judge.require(!frames.some(frame => !frame.packet), 'wire', 'the client goes on after bytes that are no packet');
                this.inbox.arrived();
            },
        };
    }

    /** False: the power has failed in the middle of this event. */
    get powered(): boolean {
        return true;
    }

    /** Identifiers that an answer may name. */
    abstract identifiers(): { readonly present: readonly number[]; readonly former: readonly number[] };

    /** Runs `length` steps, or those of a given script, then lets everything succeed. `swarm`: weights of the actions. */
    abstract run(length: number, swarm: readonly number[]): void;

    /** What is to be told of the messages once a run is over. */
    abstract countMessages(): void;

    /** What the machine does when an event is over. */
    protected idle(): void {
        // Most clients ask for a wake.
    }

    /** What must hold after each event. */
    protected abstract check(): void;

    /** The client is about to get the answer to what `key` names (wire-witness.ts). */
    protected abstract answered(key: string, packetIdentifier: number): void;

    /** The client is about to learn whether the broker has its session. */
    protected abstract accepted(sessionPresent: boolean): void;

    /** One event, and the checks that hold after each. */
    act(name: string, event: () => void): void {
        this.judge.note('event', name);
        this.event = name;
        if (!name.startsWith('wake')) this.clock.disturbed();
        event();
        this.idle();
        this.check();
    }

    /** The client is CONNECTED over `connection`: it is never quiet for too long. */
    protected checkKeepAlive(connection: Connection): void {
        const { judge, clock, settings: { keepAlive } } = this;
        if (clock.wakeAt <= judge.time || !keepAlive || connection.room === 0 || connection.owesWritable) return;
        const quiet = judge.time - connection.lastFlush;
        judge.require(quiet <= keepAlive * 1000 + 2 * clock.lateness, 'keep-alive', `nothing was sent for ${quiet} ms [MQTT-3.1.2-23]`);
        judge.require(connection.flushed === connection.taken, 'keep-alive', 'bytes were written but not flushed');
    }

    /** Packets are about to reach the client: what they allow it to do from now on. */
    private delivering(connection: Connection, frames: readonly Frame[]): void {
        const { witness, down } = this;
        const messages = frames.map(({ packet }) => packet).filter(packet => packet?.cmd === 'publish');
        this.inbox.arrive(messages);
        if (this.client.state === STOPPING) return;
        for (const { packet } of frames) {
            switch (packet?.cmd) {
                case 'connack':
                    // What follows a refused CONNECT was not processed [MQTT-3.1.4-5], and may be sent again.
                    if (packet.returnCode) for (const entry of connection.qos0) entry.handedOver = false;
                    else this.accepted(packet.sessionPresent);
                    break;
                case 'puback':
                case 'suback':
                case 'unsuback': {
                    const waiting = witness.inFlight.get(packet.messageId!);
                    if (packet.cmd === 'puback') connection.pubacks.add(packet.messageId!);
                    if (waiting?.answer === packet.cmd) this.answered(waiting.key, packet.messageId!);
                    witness.answered(connection, packet.cmd, packet.messageId!);
                    break;
                }
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
