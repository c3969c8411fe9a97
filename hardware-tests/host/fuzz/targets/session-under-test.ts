// The client of the session target with its world, and the rules that are held after every event.
import type { Packet } from 'mqtt-packet';
import { CONNECTED, Client, NOT_SUBSCRIBED, OPENING, REFUSED, STOPPED, STOPPING, Subscription, Topic } from '../../../../src/index.ts';
import type { Message } from '../../../../src/index.ts';
import type { Reader } from '../../../../src/codec/tests/recogniser.ts';
import * as reasons from '../../../../src/reasons.ts';
import { VirtualPlatform } from '../../../../src/session/tests/world.ts';
import { allow } from '../counters.ts';
import { Guarded, lend } from '../guarded.ts';
import { Pieces } from '../pieces.ts';
import { require } from '../target.ts';
import { FuzzedLink } from './fuzzed-link.ts';
import { Reading } from './reading.ts';
import { checkSendBuffer } from './send-buffer-rules.ts';

/** Blocks of code for one event, and for each byte of it. */
const STEPS_AN_EVENT = 20000;
const STEPS_A_BYTE = 2000;
const SEND_BUFFER = 220;
const SMALLEST_RECEIVE_BUFFER = 8;
/** Rounds in which everything drains once the broker is honest: a few for each packet that the send buffer can hold. */
const DRAINED_WITHIN = 300;
/** PUBLISH, QoS 1, topic `a`, identifier 9. */
const MESSAGE = Uint8Array.of(0x32, 5, 0, 1, 0x61, 0, 9);
const REASONS: ReadonlySet<number> = new Set([0, ...Object.values(reasons) as number[]]);

/** What a callback of the application throws. */
class ApplicationError extends Error {}

/** What the application does in its next callback. The first is nothing. */
const PROVOCATIONS: readonly ((session: SessionUnderTest) => void)[] = [
    () => {},
    session => session.stop(),
    () => {
        throw new ApplicationError();
    },
    session => session.publish(0, 3, 1),
    session => session.subscribe(0),
    session => session.unsubscribe(0),
    session => session.client.start(),
];

export class SessionUnderTest {
    readonly platform = new VirtualPlatform();
    readonly link = new FuzzedLink();
    readonly client: Client;
    private readonly cleanSession: boolean;
    private readonly sendBuffer = new Guarded(SEND_BUFFER);
    private readonly receiveBuffer: Guarded;
    private readonly subscriptions: readonly Subscription[];
    private readonly topics: readonly Topic[];
    /** What the recogniser makes of the present connection, and how the client puts its messages together. */
    private reading: Reading;
    private pieces = new Pieces();
    private readonly reader: Reader;
    /** Messages that the last bytes have brought to the application. */
    private heard: string[] = [];
    /** Packets of the present connection that the honest broker has answered. */
    private answered = 0;
    private hasSession = false;
    private provocation = 0;
    /** QoS 1 messages that the client has taken, and whose acknowledgement it has told. */
    private accepted = 0;
    private acknowledged = 0;
    private stopped = false;

    constructor(flags: number, receiveBuffer: number, window: number) {
        const { platform } = this;
        const streams = (flags & 1) !== 0;
        this.cleanSession = (flags & 4) !== 0;
        if (flags & 8) platform.clock = time => (time + 0x7fffff00) | 0;
        this.receiveBuffer = new Guarded(SMALLEST_RECEIVE_BUFFER + receiveBuffer % 64);
        this.reader = { capacity: this.receiveBuffer.bytes.length, streams, acknowledgementsOnly: false };
        this.reading = new Reading(this.reader);
        // One filter with a handler: every message is handed on exactly once, to it or to `onMessage`.
        this.subscriptions = [new Subscription(platform, '#', 1, message => this.onMessage(message)), new Subscription(platform, 'a/+', 0), new Subscription(platform, '$SYS/#', 1)];
        this.topics = ['t', 'topic/é'].map(text => new Topic(platform, text));
        this.client = new Client({
            platform, transport: this.link, clientId: 'c', cleanSession: this.cleanSession, sendBuffer: this.sendBuffer.bytes, receiveBuffer: this.receiveBuffer.bytes,
            streamLarge: streams, waitForConnack: (flags & 2) !== 0, window: 1 + window % 8,
            onMessage: message => this.onMessage(message),
            onAcknowledged: packetIdentifier => this.onAcknowledged(packetIdentifier),
            onStateChange: () => this.act(),
            onSubscribed: () => this.act(),
            onWritable: () => this.act(),
        });
        // As after so many packets: identifiers begin anew soon.
        if (flags & 16) Object.assign(this.client, { identifier: 65533 });
    }

    /** An event with `bytes` bytes of argument is about to happen. */
    budget(bytes: number): void {
        allow(STEPS_AN_EVENT + STEPS_A_BYTE * bytes);
    }

    /** The broker sends `bytes`. */
    deliver(bytes: Uint8Array): void {
        const { link, client, reading } = this;
        const owner = link.owner;
        if (!owner || !link.opened || bytes.length === 0) return;
        const connection = link.opens;
        const listens = client.state !== STOPPING;
        const circumstances = { cleanSession: this.cleanSession, connectWritten: link.packets.length > 0, linkTakesAll: link.room === Infinity };
        this.heard = [];
        if (listens) reading.take(bytes);
        lend(bytes, (array, start, end) => owner.onBytes(array, start, end));
        this.checkErrors();
        const messages = listens ? reading.messages : [];
        const goesOn = listens && link.opens === connection && link.opened && client.state !== STOPPING;
        require(goesOn ? this.heard.length === messages.length : this.heard.length <= messages.length, `${this.heard.length} messages instead of ${messages.length}, reading: ${reading.verdict}`);
        require(this.heard.every((message, index) => message === messages[index]), `the application gets ${this.heard.join()} instead of ${messages.join()}`);
        if (goesOn) {
            require(!reading.forbidsToGoOn(this.cleanSession), `the client goes on after what it may not accept, reading: ${reading.verdict}`);
            require(this.pieces.payload === null || reading.isUnderWay(this.pieces.payload), 'pieces of a message that was not sent');
            if (link.room === Infinity) require(this.pubacks.length === reading.identified.length, 'a message with QoS 1 is not acknowledged');
        } else if (listens && client.state !== STOPPING) {
            require(reading.explains(client.closeReason, { ...circumstances, stopped: this.stopped }), `closed for reason ${client.closeReason}, reading: ${reading.verdict}`);
        }
    }

    /** The broker answers, by the standard, all that it was asked on this connection. True if there was something. */
    answer(): boolean {
        const { link } = this;
        if (!link.opened) return false;
        const connection = link.opens;
        const from = this.answered;
        while (link.opens === connection && this.answered < link.packets.length) {
            const bytes = this.answerTo(link.packets[this.answered++]);
            if (bytes) this.deliver(Uint8Array.from(bytes));
        }
        return this.answered > from;
    }

    open(): void {
        const { link } = this;
        if (!link.owner || link.opened) return;
        link.opened = true;
        this.reading = new Reading(this.reader);
        this.pieces = new Pieces();
        this.answered = 0;
        link.owner.onOpen();
    }

    cut(): void {
        const { link } = this;
        const owner = link.owner;
        if (!owner) return;
        const { opened } = link;
        link.close();
        owner.onClose(opened ? reasons.CONNECTION_LOST : reasons.CONNECT_FAILED);
    }

    /** The link takes `room` bytes more. */
    takes(room: number): void {
        this.link.room = room;
        if (this.link.opened) this.link.owner!.onWritable();
    }

    publish(topic: number, size: number, qos: number): void {
        const handle = this.client.publish(this.topics[topic], new Uint8Array(size).fill(0x78), 0, size, qos, false);
        require(handle < 0 ? handle >= -2 : qos ? handle > 0 && handle < 65536 : handle === 0, `publish returns ${handle}`);
        if (handle > 0) this.accepted++;
    }

    subscribe(which: number): void {
        this.client.subscribe(this.subscriptions[which % this.subscriptions.length]);
    }

    unsubscribe(which: number): void {
        this.client.unsubscribe(this.subscriptions[which % this.subscriptions.length]);
    }

    stop(): void {
        this.stopped = true;
        this.client.stop();
    }

    /** The next callback does the `what`-th of PROVOCATIONS. */
    provoke(what: number): void {
        this.provocation = what % PROVOCATIONS.length;
    }

    /** What must hold between two events. */
    check(): void {
        const { client, platform, link, reading } = this;
        this.checkErrors();
        require(client.state >= STOPPED && client.state <= STOPPING, `state ${client.state}`);
        require(REASONS.has(client.closeReason), `reason ${client.closeReason} is not documented`);
        const { sent, acknowledged, resent, refused, dropped, skipped, received, connections, reconnects, bytesIn, bytesOut } = client;
        require([sent, acknowledged, resent, refused, dropped, skipped, received, connections, reconnects, bytesIn, bytesOut].every(counter => Number.isInteger(counter) && counter >= 0), 'a counter counts wrong');
        require(acknowledged === this.acknowledged && acknowledged <= this.accepted, 'an acknowledgement that was not told, or for nothing');
        // `pending` is negative for a wake that is late, too.
        const { wakeTime } = platform as unknown as { readonly wakeTime: number };
        require(client.state === STOPPED || wakeTime >= 0, 'no wake is pending');
        require(!client.safeToSleep || this.accepted === this.acknowledged, 'safe to sleep with a message unacknowledged');
        require(this.pubacks.every((packetIdentifier, index) => packetIdentifier === reading.identified[index]), 'a PUBACK for what was not sent, or out of order');
        require(this.subscriptions.every(({ granted, qos }) => granted === NOT_SUBSCRIBED || granted === REFUSED || (granted >= 0 && granted <= qos)), 'a subscription is granted what was not asked');
        if (link.opened) require(client.state > OPENING, 'a connection without an owner');
        this.sendBuffer.check('the send buffer');
        this.receiveBuffer.check('the receive buffer');
        checkSendBuffer(client);
    }

    /** From now on broker and link are honest: everything that was accepted is acknowledged, in so many rounds. */
    drain(): void {
        const { client, platform, link } = this;
        this.provocation = 0;
        this.budget(0);
        this.takes(Infinity);
        for (let rounds = 0; !this.isDrained; rounds++) {
            require(rounds < DRAINED_WITHIN, `it does not drain: state ${client.state}, ${this.accepted - this.acknowledged} unacknowledged`);
            this.budget(0);
            if (client.state === STOPPED) client.start();
            else if (link.owner && !link.opened) this.open();
            else if (!this.answer()) platform.pass(Math.max(0, platform.pending));
            this.check();
        }
        // Where no half packet is under way a message is heard and acknowledged: `deliver` looks.
        if (this.reading.isBetweenPackets) this.deliver(MESSAGE);
        this.check();
    }

    private get isDrained(): boolean {
        const { client, platform, link } = this;
        return client.state === CONNECTED && client.safeToSleep && platform.pending > 0 && this.answered === link.packets.length && this.accepted === this.acknowledged;
    }

    /** Packet identifiers of the PUBACKs that the client has written on this connection. */
    private get pubacks(): number[] {
        return this.link.packets.filter(packet => packet.cmd === 'puback').map(packet => packet.messageId!);
    }

    private answerTo(packet: Packet): readonly number[] | null {
        const high = packet.messageId! >> 8;
        const low = packet.messageId! & 255;
        switch (packet.cmd) {
            case 'connect': {
                if (this.reading.hasBegun) return null;
                const present = !packet.clean && this.hasSession;
                this.hasSession = !packet.clean;
                return [0x20, 2, present ? 1 : 0, 0];
            }
            case 'publish': return packet.qos ? [0x40, 2, high, low] : null;
            case 'subscribe': return [0x90, 3, high, low, packet.subscriptions[0].qos];
            case 'unsubscribe': return [0xb0, 2, high, low];
            case 'pingreq': return [0xd0, 0];
            default: return null;
        }
    }

    /** The application does what it was provoked to, once. */
    private act(): void {
        const provocation = PROVOCATIONS[this.provocation];
        this.provocation = 0;
        provocation(this);
    }

    private onMessage(message: Message): void {
        const whole = this.pieces.take(message);
        if (whole) this.heard.push(`${whole.first.toString(16)} ${whole.topic} ${whole.payload}`);
        this.act();
    }

    private onAcknowledged(packetIdentifier: number): void {
        this.acknowledged++;
        require(this.reading.has('puback', packetIdentifier), 'acknowledged without a PUBACK');
        require(this.link.packets.some(packet => packet.cmd === 'publish' && packet.messageId === packetIdentifier), 'acknowledged before it was sent on this connection');
        this.act();
    }

    /** What a callback threw was reported to the platform; what is not the application's own is a violation. */
    private checkErrors(): void {
        for (const error of this.platform.errors) if (!(error instanceof ApplicationError)) throw error;
    }
}
