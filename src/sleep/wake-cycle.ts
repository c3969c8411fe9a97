// The life of a node that sleeps: it wakes, takes a reading, and if it is time sends what has gathered in one connection, waits for
// the last PUBACK, disconnects and says for how long to sleep. It makes the client and the outbox and wires them. What outlasts a
// sleep lies in two Stores: the messages, and the session image. The caller wakes the board and puts it to sleep.
//
// A wake: DECIDING -> (not now) ASLEEP
//         DECIDING -> SENDING -> LISTENING (a window for messages of the broker) -> LEAVING -> RESTING -> ASLEEP
import { Outbox } from '../outbox/outbox.ts';
import { CLOSED_BY_APPLICATION } from '../reasons.ts';
import type { PublisherOptions } from '../session/options.ts';
import type { Publisher } from '../session/publisher.ts';
import { CONNECTED, STOPPED, STOPPING } from '../session/states.ts';
import { NOT_SUBSCRIBED } from '../session/subscription.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Platform, PlatformOwner } from '../transport.ts';
import { Gate } from './gate.ts';
import { LONGEST_TIME, SessionImage } from './image.ts';
import { attemptsOf, checkOptions, timeLimitOf } from './options.ts';
import type { WakeCycleOptions } from './options.ts';
import { Schedule } from './schedule.ts';
import { SharedPlatform } from './shared-platform.ts';

const ASLEEP = 0;
const DECIDING = 1;
const SENDING = 2;
const LISTENING = 3;
const LEAVING = 4;
const RESTING = 5;

/** The longest goodbye: what the transport does not take in this time is not sent, in ms. */
const LONGEST_GOODBYE = 5000;

export class WakeCycle<Options extends PublisherOptions, Made extends Publisher> implements PlatformOwner {
    /** For its counters, state and `closeReason`. What is published past `add` does not outlast a sleep. */
    readonly client: Made;
    readonly outbox: Outbox;
    /** Wakes; those in which the radio was used; those of them that gave up. Since this object was made. */
    wakes = 0;
    cycles = 0;
    givenUp = 0;
    /** Why the latest connection ended that was not meant to, one of reasons.ts; 0: none has, or it was the time limit. */
    reason = 0;
    private readonly options: WakeCycleOptions;
    private readonly given: Options;
    private readonly subscriptions: readonly Subscription[];
    /** Ms to listen for; 0: not at all. */
    private readonly window: number;
    private readonly host: Platform;
    private readonly shared: SharedPlatform;
    private readonly image: SessionImage;
    private readonly gate: Gate;
    private readonly schedule: Schedule;
    private phase = ASLEEP;
    /** The wake under way has given up. */
    private failed = false;
    /** It ends with a DISCONNECT, whoever wants it to. */
    private parting = false;
    /** Connections of this wake that have failed. */
    private tried = 0;
    /** The client waits for CONNACK, and has waited for it before. */
    private hesitated = false;
    /** When the present wake began, and when it must end, in the host's ms. */
    private begun = 0;
    private timeUp = 0;
    /** Of the client, when the present window began. */
    private heard = 0;

    /**
     * `Class`: Publisher or Client, made with `given`, the client's options, and with `options`. What `given` says of the outbox's window and
     * of keep-alive holds; left out, the window is that of `options`, and keep-alive a little longer than a wake: no pings,
     * and a broker that forgets a connection whose node has lost power. Both objects may be frozen. Throws if an option breaks its rule.
     */
    constructor(Class: new (options: Options) => Made, given: Options, options: WakeCycleOptions) {
        const limit = timeLimitOf(options);
        checkOptions(options);
        this.options = options;
        this.subscriptions = options.subscriptions ?? [];
        this.window = options.downlinkWindow ?? 0;
        this.given = given;
        this.host = given.platform;
        this.shared = new SharedPlatform(given.platform, this);
        // A literal, not assignments: what is frozen in a prototype cannot be assigned to what inherits from it.
        this.client = new Class({
            __proto__: given,
            platform: this.shared,
            window: given.window ?? options.window ?? 8,
            keepAlive: given.keepAlive ?? Math.ceil(limit < 60000000 ? limit / 900 : 65535),
            onAcknowledged: handle => this.onAcknowledged(handle),
            onStateChange: (state, reason) => this.onStateChange(state, reason),
            onWritable: () => this.onWritable(),
        } as Partial<PublisherOptions> as Options);
        this.gate = new Gate(this.client);
        this.outbox = new Outbox(this.gate, options);
        this.image = new SessionImage(this.host, given.clientId, this.client, this.outbox, this.subscriptions, options.window ?? 8, !given.cleanSession);
        this.schedule = new Schedule(options, given, this.outbox, this.image, this.host);
        // Of what age the messages are that another run has left is not known: they must not wait.
        if (!(options.image && this.image.load(options.image))) this.image.age = LONGEST_TIME;
        this.gate.open = false;
    }

    /** The board is awake. False: it may sleep, or does. */
    get awake(): boolean {
        return this.phase !== ASLEEP;
    }

    /** As `add` of the outbox: takes payload[start..end) for topic number `topic`, which goes out with this wake or a later one. */
    add(topic: number, payload: Uint8Array, start: number, end: number, retain: boolean): boolean {
        return this.outbox.add(topic, payload, start, end, retain);
    }

    /**
     * The board has woken: call it once readings are there, or before. When this turn is over it is decided whether the radio is used. In the
     * end `onSleep` is called. While it is awake a further call only tells what is urgent.
     * `urgent`: what is held must go out now, whatever was agreed on batches and pauses; until it has.
     */
    wake(urgent: boolean): void {
        if (urgent) this.image.urgent = true;
        if (this.phase !== ASLEEP) return;
        this.wakes++;
        this.tried = 0;
        this.hesitated = this.client.hesitant;
        this.failed = this.parting = false;
        this.reason = 0;
        this.begun = this.host.now();
        this.timeUp = this.begun + timeLimitOf(this.options);
        this.enter(DECIDING, 0);
    }

    /**
     * Something of this cycle's own is due.
     * @internal
     */
    onWake(): void {
        const now = this.host.now();
        switch (this.phase) {
            case DECIDING:
                // Tail calls here and below: XS takes the frame off its stack, which an ESP8266 has little of.
                return this.schedule.isDue((now - this.begun) | 0) ? this.connect(now) : this.sleep(now);
            case SENDING:
            case LISTENING:
                return this.advance(now);
            case LEAVING:
                // The transport takes no more: without a DISCONNECT, then.
                this.client.onClose(CLOSED_BY_APPLICATION);
                break;
            case RESTING:
                return this.sleep(now);
            default:
        }
    }

    private onAcknowledged(handle: number): void {
        if (this.given.onAcknowledged) this.tell(this.given.onAcknowledged, handle, 0);
        return this.look();
    }

    private onWritable(): void {
        this.outbox.pump();
        if (this.given.onWritable) this.tell(this.given.onWritable, 0, 0);
    }

    private onStateChange(state: number, reason: number): void {
        if (this.given.onStateChange) this.tell(this.given.onStateChange, state, reason);
        if (state === STOPPED) {
            if (this.phase !== ASLEEP) return this.enter(RESTING, this.parting ? this.options.goodbye ?? 50 : 0);
        } else if (state === STOPPING) this.parting = true;
        else if (state === CONNECTED || reason) {
            if (reason) {
                this.reason = reason;
                // What the client has learnt of the broker must be of use in this wake: no memory may have room for it.
                if (this.client.hesitant && !this.hesitated) this.hesitated = true;
                else this.tried++;
            }
            return this.look();
        }
    }

    /** It may be time to do more. That has a turn of its own: callbacks lie deep on the stack, of which boards have little. */
    private look(): void {
        if (this.phase === SENDING || this.phase === LISTENING) return this.shared.wakeOwn(0);
    }

    /** The application comes first, and what it throws must not harm the cycle. */
    private tell(callback: (first: number, second: number) => void, first: number, second: number): void {
        try {
            callback(first, second);
        } catch (error) {
            this.host.caught(error);
        }
    }

    /** Gives up what was acknowledged, hands on what waits, and goes on to what comes next. */
    private advance(now: number): void {
        const client = this.client;
        const outbox = this.outbox;
        outbox.onAcknowledged();
        const unacknowledged = client.send.unacknowledged;
        const offline = client.state !== CONNECTED;
        if (this.tried >= attemptsOf(this.options) || ((now - this.timeUp) | 0) >= 0) return this.finish(offline || outbox.count > 0);
        // What is published past the outbox is waited for, too.
        if (outbox.count || offline || (unacknowledged && !this.window)) return this.enter(SENDING, this.timeUp - now);
        // Something came, the CONNACK at least, or a SUBACK is still to come.
        if (this.window && (client.bytesIn !== this.heard || unacknowledged)) return this.listen(now);
        return this.finish(false);
    }

    private connect(now: number): void {
        const subscriptions = this.subscriptions;
        const client = this.client as unknown as { start(): void; subscribe(subscription: Subscription): number };
        this.cycles++;
        this.enter(SENDING, this.timeUp - now);
        this.gate.open = true;
        client.start();
        for (let index = 0; index < subscriptions.length; index++) {
            const subscription = subscriptions[index];
            if (subscription.granted === NOT_SUBSCRIBED && !subscription.askedBy) client.subscribe(subscription);
        }
        return this.outbox.pump(); // A tail call, as in onWake.
    }

    private listen(now: number): void {
        const left = (this.timeUp - now) | 0;
        this.heard = this.client.bytesIn;
        this.enter(LISTENING, left < this.window ? left : this.window);
    }

    /** Nothing more is waited for. */
    private finish(failed: boolean): void {
        this.failed = failed;
        if (failed) this.givenUp++;
        return this.leave();
    }

    private leave(): void {
        this.gate.open = false;
        this.enter(LEAVING, LONGEST_GOODBYE);
        return this.client.stop();
    }

    /** The wake is over. */
    private sleep(now: number): void {
        const options = this.options;
        const schedule = this.schedule;
        const awake = (now - this.begun) | 0;
        // The radio was used.
        if (this.phase === RESTING) schedule.used(awake, this.failed);
        const ms = schedule.sleep(awake);
        this.gate.open = false;
        this.shared.wakeOwn(-1);
        this.phase = ASLEEP;
        if (options.image) this.image.save(options.image);
        try {
            options.onSleep(ms, this.outbox.count === 0);
        } catch (error) {
            this.host.caught(error);
        }
    }

    /** Changes the phase, in which something is due in `ms` milliseconds. */
    private enter(phase: number, ms: number): void {
        this.phase = phase;
        return this.shared.wakeOwn(ms > 0 ? ms : 0);
    }
}
