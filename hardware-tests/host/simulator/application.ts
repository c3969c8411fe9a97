// The application of the simulated client: publishes, subscribes, stops and starts, and in its callbacks throws or calls back into
// the client. It remembers what the client promised and what it was told.
import { BUFFER_FULL, CONNECTED, CONNECTING, NOT_SUBSCRIBED, OPENING, PUBACK_TIMEOUT, STOPPED, STOPPING, Subscription, Topic, WAITING } from '../../../src/index.ts';
import type { Client, ClientOptions, Message } from '../../../src/index.ts';
import { ApplicationError } from './application-error.ts';
import type { SimulatedClock } from './clock.ts';
import type { Judge } from './judge.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { SimulatedLink } from './link.ts';
import type { Script } from './script.ts';
import type { Settings } from './settings.ts';
import type { WireWitness } from './wire-witness.ts';

/** Topics that the broker uses, and the filters that match each, by hand (§4.7). */
export const TOPICS = ['a', 'b', 'a/x'];
const FILTERS = ['a', 'b/#', 'a/#', '+/x'];
const MATCHES: Record<string, readonly number[]> = { 'a': [0, 2], 'b': [1], 'a/x': [2, 3] };
/** This one has no handler of its own. */
const WITHOUT_HANDLER = 3;

const FOLLOWERS: Record<number, readonly number[]> = {
    [STOPPED]: [WAITING],
    [WAITING]: [OPENING, STOPPED],
    [OPENING]: [CONNECTING, WAITING, STOPPED],
    [CONNECTING]: [CONNECTED, WAITING, STOPPED],
    [CONNECTED]: [WAITING, STOPPING],
    [STOPPING]: [STOPPED],
};

interface Parts {
    readonly judge: Judge;
    readonly script: Script;
    readonly settings: Settings;
    readonly clock: SimulatedClock;
    readonly link: SimulatedLink;
    readonly witness: WireWitness;
    readonly up: Ledger;
    readonly down: Ledger;
}

export class Application {
    client!: Client;
    readonly subscriptions: readonly Subscription[];
    /** Which of them the application wants. */
    readonly wanted = new Set<number>();
    /** Messages that wait for their PUBACK, and requests for their answer (null), by handle. */
    readonly pending = new Map<number, Entry | null>();
    /** `publish` returned BUFFER_FULL, and onWritable has not come. */
    awaitsRoom = false;
    /** `stop` was called, `start` was not. */
    stopped = true;
    /** When the oldest packet without an answer left on the present connection; -Infinity: there is none. */
    oldestSince = -Infinity;
    accepted = 0;
    acknowledged = 0;
    /** Messages received on the present connection. */
    private messages = 0;
    private thrown = 0;
    private state = STOPPED;
    private readonly parts: Parts;
    private readonly topic: Topic;
    /** What each handler has of a message in pieces; the last place is for onMessage. */
    private readonly pieces: number[][] = [[], [], [], [], []];
    /** Who has got a message whole since it was last delivered anew. */
    private readonly readers = new Map<Entry, Set<number>>();

    constructor(parts: Parts) {
        this.parts = parts;
        this.topic = new Topic(parts.clock, 'up');
        this.subscriptions = FILTERS.map((filter, index) => new Subscription(parts.clock, filter, index % 2, index === WITHOUT_HANDLER ? undefined : message => this.onMessage(message, index)));
    }

    /** The callbacks, for the client's options. */
    callbacks(): Partial<ClientOptions> {
        const credentials = (): { userName: string } => {
            this.parts.witness.userName = 'u' + this.parts.script.below(1000);
            const userName = this.parts.witness.userName;
            this.busy('credentials', false);
            return { userName };
        };
        return {
            onStateChange: (state, reason) => this.onStateChange(state, reason),
            onAcknowledged: handle => this.onAcknowledged(handle),
            onWritable: () => {
                this.called('onWritable');
                this.awaitsRoom = false;
                this.busy('onWritable');
            },
            onMessage: message => this.onMessage(message, FILTERS.length),
            onSubscribed: subscription => {
                this.called('onSubscribed');
                this.parts.judge.require(subscription.granted !== NOT_SUBSCRIBED, 'onSubscribed for a subscription that was not answered');
                this.busy('onSubscribed');
            },
            ...(this.parts.settings.changingCredentials ? { credentials } : {}),
        };
    }

    publish(qos: number, size: number): void {
        const { up, judge } = this.parts;
        const payload = up.payload(size);
        // In the middle of a larger array.
        const around = new Uint8Array(payload.length + 6).fill(0xee);
        around.set(payload, 3);
        const handle = this.client.publish(this.topic, around, 3, payload.length + 3, qos, false);
        judge.note(`  publish QoS ${qos}, ${payload.length} bytes: ${handle}`);
        if (handle === BUFFER_FULL) this.awaitsRoom = true;
        if (handle < 0) return;
        const entry = up.accept(qos, size);
        this.accepted++;
        if (qos) this.promise(handle, entry);
        else judge.require(handle === 0, `the handle of a QoS 0 message is ${handle}`);
    }

    subscribe(index: number): void {
        if (this.request(index, 'subscribe', this.client.subscribe(this.subscriptions[index]))) this.wanted.add(index);
    }

    unsubscribe(index: number): void {
        if (this.request(index, 'unsubscribe', this.client.unsubscribe(this.subscriptions[index]))) this.wanted.delete(index);
    }

    stop(): void {
        this.parts.judge.note('  stop');
        if (this.client.state !== STOPPED) this.stopped = true;
        this.client.stop();
    }

    start(): void {
        this.parts.judge.note('  start');
        if (this.client.state === STOPPED) this.stopped = false;
        this.client.start();
    }

    /** What the client tells at any time agrees with what it did. */
    check(): void {
        const { judge, clock, up } = this.parts;
        const { client } = this;
        judge.require(this.thrown === clock.caughtErrors, `${this.thrown} exceptions of the application, ${clock.caughtErrors} reported`);
        judge.require(client.sent === this.accepted && client.acknowledged === this.acknowledged, 'a counter is wrong');
        for (const [handle, entry] of this.pending) {
            judge.require(!entry || client.isPending(handle), `message ${entry?.number} is neither acknowledged nor pending`);
            break;
        }
        if (!client.safeToSleep) return;
        for (const entry of this.pending.values()) judge.require(entry === null, `safe to sleep, but message ${entry?.number} is not acknowledged`);
        const unsent = this.unsent(up);
        judge.require(!unsent, `safe to sleep, but message ${unsent?.number} is not sent`);
    }

    /** A QoS 0 message that never left whole. */
    unsent(up: Ledger): Entry | undefined {
        return up.entries.find(entry => entry.qos === 0 && !entry.handedOver);
    }

    private request(index: number, name: string, handle: number): boolean {
        const { judge, down, settings } = this.parts;
        judge.note(`  ${name} ${FILTERS[index]}: ${handle}`);
        if (handle === BUFFER_FULL) this.awaitsRoom = true;
        if (handle < 0) return false;
        // A message that is coming in pieces may now get its pieces to two handlers.
        for (const entry of down.entries) entry.excused ||= entry.deliveries === 0 && settings.streamLarge && entry.size + 8 > settings.receiveBuffer;
        this.promise(handle, null);
        return true;
    }

    private promise(handle: number, entry: Entry | null): void {
        const { judge } = this.parts;
        judge.require(handle > 0 && handle < 65536, `the handle ${handle}`);
        judge.require(!this.pending.has(handle), `identifier ${handle} is given out while it is in use`);
        this.pending.set(handle, entry);
    }

    private onStateChange(state: number, reason: number): void {
        const { judge, link } = this.parts;
        judge.note(`  state ${state}${reason ? ` for ${reason}` : ''}`);
        judge.require(FOLLOWERS[this.state].includes(state), `state ${state} follows ${this.state}`);
        this.state = state;
        if (reason === PUBACK_TIMEOUT) judge.require(this.parts.judge.time - this.oldestSince >= this.parts.settings.responseTimeout, 'a connection ends for a PUBACK that is not overdue');
        if (state === CONNECTED) this.messages = 0;
        if (state === CONNECTED) judge.require(link.connection!.accepted, 'connected without having been accepted');
        if (state === WAITING || state === STOPPED) judge.require(!link.connection, `state ${state} with a connection`);
        if (state === STOPPED) judge.require(this.stopped, 'stopped without having been asked to');
        this.busy('onStateChange');
    }

    private onAcknowledged(handle: number): void {
        const { judge, link } = this.parts;
        this.called('onAcknowledged');
        const entry = this.pending.get(handle);
        judge.note(`  acknowledged ${handle}`);
        this.acknowledged++;
        if (!entry) return judge.fail(`an acknowledgement of ${handle}, which is no message that waits for one`);
        judge.require(entry.deliveries > 0, `message ${entry.number} is acknowledged, but the broker has not got it`);
        judge.require(link.connection!.pubacks.has(handle), `message ${entry.number} is acknowledged without a PUBACK`);
        entry.acknowledged = true;
        this.pending.delete(handle);
        judge.require(!this.client.isPending(handle), `message ${entry.number} is acknowledged and pending`);
        this.busy('onAcknowledged');
    }

    private onMessage(message: Message, handler: number): void {
        const { judge, down } = this.parts;
        this.called('onMessage');
        const topic = Buffer.from(message.topicBytes.subarray(message.topicStart, message.topicEnd)).toString();
        const fits = handler < FILTERS.length ? this.wanted.has(handler) && MATCHES[topic]?.includes(handler)
            : !MATCHES[topic]?.some(index => index !== WITHOUT_HANDLER && this.wanted.has(index));
        judge.require(fits, `a message for ${topic} comes to handler ${handler}`);
        if (message.offset === 0) this.pieces[handler] = [];
        const pieces = this.pieces[handler];
        // A handler that was not there at the beginning cannot have it whole.
        if (pieces.length === message.offset) pieces.push(...message.bytes.subarray(message.start, message.end));
        if (message.offset + message.end - message.start === message.total && pieces.length === message.total) {
            this.pieces[handler] = [];
            const entry = down.find(Uint8Array.from(pieces));
            if (entry) this.read(entry, handler);
        }
        this.busy('onMessage');
    }

    /** `handler` has got `entry` whole: a delivery, unless another handler of it has had the same one. */
    private read(entry: Entry, handler: number): void {
        let readers = this.readers.get(entry);
        if (!readers || readers.has(handler)) this.readers.set(entry, readers = new Set());
        const anew = readers.size === 0;
        readers.add(handler);
        if (anew) this.parts.down.deliver(entry);
        this.parts.judge.note(`  handler ${handler} has message ${entry.number}`);
        if (anew && ++this.messages === this.parts.settings.stopsAfter && !this.parts.script.calm) {
            this.parts.judge.fault('stop after so many messages');
            this.stop();
        }
    }

    private called(name: string): void {
        this.parts.judge.require(!this.stopped, `${name} after stop`);
    }

    /** What an application may do inside a callback. `mayThrow`: false where the exception would have an effect of its own. */
    private busy(callback: string, mayThrow = true): void {
        const { script, settings, judge } = this.parts;
        if (!script.chance(settings.busyCallbacks)) return;
        const deeds: readonly [name: string, act: () => void][] = [
            ['publishes', () => this.publish(1, script.below(40))],
            ['publishes', () => this.publish(0, script.below(40))],
            ['subscribes', () => this.subscribe(script.below(FILTERS.length))],
            ['unsubscribes', () => this.unsubscribe(script.below(FILTERS.length))],
            ['stops', () => this.stop()],
            ['starts', () => this.start()],
            ['stops and starts', () => {
                this.stop();
                this.start();
            }],
            ['throws', () => {
                if (!mayThrow) return;
                this.thrown++;
                throw new ApplicationError(callback);
            }],
        ];
        const [name, act] = deeds[settings.favouriteDeed] ?? script.oneOf(deeds);
        judge.fault(`callback ${name}`);
        act();
    }
}
