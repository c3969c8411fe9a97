// The application of the simulated client, as long as the power lasts: publishes, subscribes, stops and starts. It remembers what
// the client promised and what it was told.
import { BUFFER_FULL, CONNECTED, CONNECTING, NOT_SUBSCRIBED, OPENING, PINGRESP_TIMEOUT, PUBACK_TIMEOUT, STOPPED, STOPPING, SUBACK_TIMEOUT, TOO_LARGE, UNSUBACK_TIMEOUT, WAITING } from '../../../src/index.ts';
import { reasonText, stateText } from '../../../src/session/reason-texts.ts';
import type { Client, ClientOptions, Credentials, Message, Subscription, Topic } from '../../../src/index.ts';
import type { SimulatedClock } from './clock.ts';
import { act } from './deeds.ts';
import type { Library } from './espruino.ts';
import type { Callback } from './deeds.ts';
import { Inbox, NO_HANDLER } from './inbox.ts';
import type { Entry } from './ledger.ts';
import { FILTERS, WITHOUT_HANDLER } from './topics.ts';
import type { World } from './world.ts';

const FOLLOWERS: Record<number, readonly number[]> = {
    [STOPPED]: [WAITING],
    [WAITING]: [OPENING, STOPPED],
    [OPENING]: [CONNECTING, WAITING, STOPPED],
    [CONNECTING]: [CONNECTED, WAITING, STOPPED],
    [CONNECTED]: [WAITING, STOPPING],
    [STOPPING]: [STOPPED],
};
const MOST_IDENTIFIERS = 65535;

export class Application {
    client!: Client;
    readonly subscriptions: readonly Subscription[];
    /** Which of them the application wants. */
    readonly wanted = new Set<number>();
    /** Which of them it has asked for, or asked to end: a broker may keep others from before a power cut. */
    readonly decided = new Set<number>();
    readonly inbox: Inbox;
    /** Messages that wait for their PUBACK, and requests for their answer (null), by handle. */
    readonly pending = new Map<number, Entry | null>();
    /** `publish` returned BUFFER_FULL, and onWritable has not come. */
    awaitsRoom = false;
    /** `stop` was called, `start` was not. */
    stopped = true;
    /** When the oldest packet without an answer left on the present connection; -Infinity: there is none. */
    oldestSince = -Infinity;
    /** A PINGREQ has left on it and has no answer, or finds no room. */
    awaitsPingresp = false;
    thrown = 0;
    private accepted = 0;
    private acknowledged = 0;
    private refused = 0;
    /** The last handle above 0, and identifiers that were tried for nothing since. */
    private lastHandle = 0;
    private wasted = 0;
    private state = STOPPED;
    private readonly world: World;
    private readonly clock: SimulatedClock;
    private readonly topic: Topic;
    private readonly identifiers: Library['identifiers'];
    private readonly forbidden: Library['forbidden'];
    private stops = 0;

    constructor(world: World, clock: SimulatedClock, library: Library) {
        this.world = world;
        this.clock = clock;
        this.identifiers = library.identifiers;
        this.forbidden = library.forbidden;
        this.inbox = new Inbox(world, this.wanted);
        this.topic = new library.Topic(clock, 'up');
        this.subscriptions = FILTERS.map((filter, index) => new library.Subscription(clock, filter, index % 2, index === WITHOUT_HANDLER ? undefined : message => this.onMessage(message, index)));
    }

    /** The callbacks, for the client's options. */
    callbacks(): Partial<ClientOptions> {
        return {
            onStateChange: (state, reason) => this.onStateChange(state, reason),
            onAcknowledged: handle => this.onAcknowledged(handle),
            onWritable: () => {
                this.called('onWritable');
                this.awaitsRoom = false;
                this.busy('onWritable');
            },
            onMessage: message => this.onMessage(message, NO_HANDLER),
            onSubscribed: subscription => {
                this.called('onSubscribed');
                this.world.judge.require(subscription.granted !== NOT_SUBSCRIBED, 'subscriptions', 'onSubscribed for a subscription that was not answered');
                this.busy('onSubscribed');
            },
            ...(this.world.settings.changingCredentials ? { credentials: () => this.credentials() } : {}),
        };
    }

    publish(qos: number, size: number): void {
        const { up, judge, script } = this.world;
        const payload = up.payload(size);
        const retain = script.below(2) > 0;
        // In the middle of a larger array, which is used for something else as soon as the call is over.
        const around = new Uint8Array(payload.length + 6).fill(0xee);
        around.set(payload, 3);
        const before = around.slice();
        const handle = this.client.publish(this.topic, around, 3, payload.length + 3, qos, retain);
        judge.require(Buffer.compare(before, around) === 0, 'memory', 'the client writes into a payload');
        around.fill(0x99);
        judge.note('client', `publish QoS ${qos}${retain ? ' RETAIN' : ''}, message ${up.entries.length + 1}, ${payload.length} bytes: ${handle}`);
        if (this.isRefused(handle, qos)) return;
        const entry = up.accept(qos, size, retain);
        this.accepted++;
        if (qos) this.promise(handle, entry);
        else judge.require(handle === 0, 'told truly', `the handle of a QoS 0 message is ${handle}`);
    }

    subscribe(index: number): void {
        if (this.request(index, 'subscribe', this.client.subscribe(this.subscriptions[index]))) this.wanted.add(index);
    }

    unsubscribe(index: number): void {
        if (this.request(index, 'unsubscribe', this.client.unsubscribe(this.subscriptions[index]))) this.wanted.delete(index);
    }

    stop(): void {
        this.world.judge.note('client', 'stop');
        if (this.client.state !== STOPPED) this.stopped = true;
        this.stops++;
        this.client.stop();
    }

    start(): void {
        this.world.judge.note('client', 'start');
        if (this.client.state === STOPPED) this.stopped = false;
        this.client.start();
    }

    /**
     * Takes the client's identifiers once round, to some before the oldest that is in use: each message that is too large for
     * ever takes one in passing. As after 65,000 messages that were acknowledged while that one was not.
     */
    goRound(): void {
        const { script, settings, link, witness } = this.world;
        const before = 1 + script.below(6);
        const { identifiers } = this;
        if (identifiers) {
            // It must have been sent, or else none behind it was acknowledged; and it ends a second round. A client that stops has ignored answers.
            const first = link.connection && this.client.state !== STOPPING ? witness.firstOn(link.connection) : 0;
            const last = first - before - 1;
            const behindFirst = (identifier: number): number => (identifier - first + MOST_IDENTIFIERS) % MOST_IDENTIFIERS;
            if (first && behindFirst(last) > behindFirst(identifiers.last)) identifiers.last = (last + MOST_IDENTIFIERS) % MOST_IDENTIFIERS;
            return;
        }
        const [oldest] = this.pending.keys();
        const next = (this.lastHandle + this.wasted) % MOST_IDENTIFIERS + 1;
        const tooLarge = new Uint8Array(settings.sendBuffer);
        for (let left = (oldest - before - next + 2 * MOST_IDENTIFIERS) % MOST_IDENTIFIERS; left > 0; left--) {
            this.isRefused(this.client.publish(this.topic, tooLarge, 0, tooLarge.length, 1, false), 1);
        }
    }

    /** What was accepted and is not acknowledged, when the power goes. */
    open(): Entry[] {
        const unsent = this.world.up.entries.filter(entry => entry.qos === 0 && !entry.handedOver && !entry.excused);
        return [...[...this.pending.values()].filter(entry => entry !== null), ...unsent];
    }

    /** What the client tells at any time agrees with what it did. */
    check(): void {
        const { judge, up } = this.world;
        const { client, clock } = this;
        judge.require(this.thrown === clock.caughtErrors, 'exceptions', `${this.thrown} exceptions of the application, ${clock.caughtErrors} reported`);
        // On Espruino a subscription that is renewed by itself counts, too, when the oldest packet still has its identifier.
        const refused = client.refused === this.refused || (this.identifiers && this.world.settings.identifiersGoRound && client.refused > this.refused);
        judge.require(client.sent === this.accepted && client.acknowledged === this.acknowledged && !!refused, 'told truly', 'a counter is wrong');
        for (const [handle, entry] of this.pending) {
            judge.require(!entry || client.isPending(handle), 'delivered', `message ${entry?.number} is neither acknowledged nor pending`);
            break;
        }
        if (!client.safeToSleep) return;
        for (const entry of this.pending.values()) judge.require(entry === null, 'told truly', `safe to sleep, but message ${entry?.number} is not acknowledged`);
        const unsent = this.unsent(up.entries);
        judge.require(!unsent, 'told truly', `safe to sleep, but message ${unsent?.number} is not sent`);
    }

    /** A QoS 0 message that never left whole. */
    unsent(entries: readonly Entry[]): Entry | undefined {
        return entries.find(entry => entry.qos === 0 && !entry.handedOver && !entry.excused);
    }

    private request(index: number, name: string, handle: number): boolean {
        const { judge } = this.world;
        judge.note('client', `${name} ${FILTERS[index]}: ${handle}`);
        if (this.isRefused(handle, 1)) return false;
        this.decided.add(index);
        this.inbox.wish();
        this.promise(handle, null);
        return true;
    }

    private isRefused(handle: number, qos: number): boolean {
        if (handle >= 0) return false;
        this.world.judge.require(handle === BUFFER_FULL || handle === TOO_LARGE, 'told truly', `the refusal ${handle}`);
        this.refused++;
        this.wasted += qos;
        if (handle === BUFFER_FULL) this.awaitsRoom = true;
        return true;
    }

    private promise(handle: number, entry: Entry | null): void {
        const { judge } = this.world;
        judge.require(handle > 0 && handle < 65536, 'identifiers', `the handle ${handle}`);
        judge.require(!this.pending.has(handle), 'identifiers', `identifier ${handle} is given out while it is in use`);
        if (handle < this.lastHandle) judge.fault('packet identifiers wrap');
        this.lastHandle = handle;
        this.wasted = 0;
        this.pending.set(handle, entry);
    }

    private onStateChange(state: number, reason: number): void {
        const { judge, link, settings } = this.world;
        judge.note('client', `is ${stateText(state)}${reason ? `: ${reasonText(reason)}` : ''}`);
        judge.require(FOLLOWERS[this.state].includes(state), 'told truly', `state ${state} follows ${this.state}`);
        this.state = state;
        if (reason === PUBACK_TIMEOUT || reason === SUBACK_TIMEOUT || reason === UNSUBACK_TIMEOUT) {
            judge.require(judge.time - this.oldestSince >= settings.responseTimeout, 'patience', `a connection ends for an answer that is not overdue: ${reasonText(reason)}`);
        }
        if (reason === PINGRESP_TIMEOUT) judge.require(this.awaitsPingresp, 'patience', 'a connection ends for a PINGRESP that is not awaited');
        if (state === CONNECTED) judge.require(link.connection!.accepted, 'told truly', 'connected without having been accepted');
        if (state === WAITING || state === STOPPED) judge.require(!link.connection, 'told truly', `state ${state} with a connection`);
        if (state === STOPPED) judge.require(this.stopped, 'told truly', 'stopped without having been asked to');
        this.busy('onStateChange');
    }

    private onAcknowledged(handle: number): void {
        const { judge, link } = this.world;
        this.called('onAcknowledged');
        const entry = this.pending.get(handle);
        judge.note('client', `acknowledged ${handle}`);
        this.acknowledged++;
        if (!entry) return judge.fail('acknowledged', `an acknowledgement of ${handle}, which is no message that waits for one`);
        judge.require(entry.deliveries > 0, 'acknowledged', `message ${entry.number} is acknowledged, but the broker has not got it`);
        judge.require(link.connection!.pubacks.has(handle), 'acknowledged', `message ${entry.number} is acknowledged without a PUBACK`);
        entry.acknowledged = true;
        this.pending.delete(handle);
        judge.require(!this.client.isPending(handle), 'told truly', `message ${entry.number} is acknowledged and pending`);
        this.busy('onAcknowledged');
    }

    private onMessage(message: Message, handler: number): void {
        const { judge, script, settings } = this.world;
        this.called('onMessage');
        if (this.inbox.receive(message, handler) && this.inbox.fresh === settings.stopsAfter && !script.calm) {
            judge.fault('stop after so many messages');
            this.stop();
        }
        this.busy(handler === NO_HANDLER ? 'onMessage' : 'handler');
    }

    /** Throws at times, and at times gives what is refused: then the client goes on with what it had. */
    private credentials(): Credentials {
        const { script, witness, judge } = this.world;
        const { stops } = this;
        this.busy('credentials');
        const userName = 'u' + script.below(1000);
        // Espruino's client has no use for them any more.
        if (this.forbidden !== undefined && this.stops > stops) return { userName };
        if (script.chance(10)) {
            judge.fault('credentials that are refused');
            this.thrown++;
            return { userName: this.forbidden === undefined ? userName.repeat(20) : userName + this.forbidden };
        }
        witness.userName = userName;
        return { userName };
    }

    private called(name: string): void {
        this.world.judge.require(!this.stopped, 'silence', `${name} after stop`);
    }

    private busy(callback: Callback): void {
        act(callback, this, this.world);
    }
}
