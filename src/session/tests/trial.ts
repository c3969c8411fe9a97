// One sequence of events in the life of a client, and what must hold after each: for exhaustive.test.ts. The broker's side
// is read with mqtt-packet; what was accepted, begun, delivered and acknowledged is booked here, apart from src.
import * as assert from 'uvu/assert';
import type { Packet } from 'mqtt-packet';
import { BUFFER_FULL, CONNECTED, OPENING, STOPPED, STOPPING, WAITING } from '../../index.ts';
import type { ClientOptions } from '../../index.ts';
import { read } from './reading.ts';
import { bytes, payloadOf, publishHex, world } from './world.ts';
import type { World } from './world.ts';

/** At most so many QoS 1 messages are under way. */
export const WINDOW = 2;
/** What the transport takes when it takes a little, in bytes: a part of each packet, and two times that a whole QoS 0 PUBLISH. */
const PORTION = 3;
/** PUBACKs for which a client has room, and so messages to it in one sequence. */
const PUBACKS = 8;
/** Messages of one sequence, one letter each. */
const MOST = 9;
/** Steps in which everything drains once nothing goes wrong any more: several for each message. */
const DRAINED_WITHIN = 60;

interface Accepted {
    readonly qos: number;
    readonly packetIdentifier: number;
    /** The last connection on which any byte of it went out, and on which all of it did; 0: none. */
    begunOn: number;
    arrivedOn: number;
    acknowledged: boolean;
}

interface Delivery {
    readonly packetIdentifier: number;
    /** The last connection on which the client took it. */
    takenOn: number;
}

/** Fields of the client that decide nothing, and those that are times. */
const COUNTERS = new Set(['bytesIn', 'bytesOut', 'connections', 'sent', 'acknowledged', 'refused', 'skipped', 'received', 'resent', 'dropped', 'closeReason', 'issued']);
const TIMES = new Set(['acknowledgeBy', 'deadline', 'connectedAt', 'wakeAt', 'moment']);

export class Trial {
    readonly made: World;
    private readonly messages: Accepted[] = [];
    private connection = 0;
    /** All that was written on the present connection, as hexadecimal, and how many of its packets were looked at. */
    private written = '';
    private looked = 0;
    /** The last message that arrived on it. */
    private last = -1;
    private accepted = false;
    private hasSession = false;
    private pings = 0;
    private flushes = 0;
    private full = false;
    /** The identifier whose PUBACK the broker is sending. */
    private acknowledging = 0;
    /** Messages for the client, until their PUBACK, and those of them that the broker is sending and the client has not handed on. */
    private readonly incoming: Delivery[] = [];
    private delivering: Delivery[] = [];
    private sent = 0;

    constructor(private readonly options: Partial<ClientOptions>) {
        this.made = world({
            window: WINDOW, sendBuffer: new Uint8Array(200),
            onAcknowledged: packetIdentifier => this.onAcknowledged(packetIdentifier),
            onWritable: () => {
                assert.ok(this.made.client.state !== STOPPED && this.made.client.state !== STOPPING, 'no callback after `stop`');
                this.full = false;
            },
            onMessage: message => {
                assert.is(payloadOf(message), String(this.delivering.shift()?.packetIdentifier), 'messages as they were sent');
            },
            ...options,
        });
    }

    /** What may happen now. Keys are the names of events. */
    readonly events: Record<string, { may: () => boolean; happen: () => void }> = {
        start: { may: () => this.made.client.state === STOPPED, happen: () => this.made.client.start() },
        stop: { may: () => this.made.client.state !== STOPPED && this.made.client.state !== STOPPING, happen: () => this.made.client.stop() },
        'publish QoS 1': { may: () => this.messages.length < MOST, happen: () => this.publish(1) },
        'publish QoS 0': { may: () => this.messages.length < MOST, happen: () => this.publish(0) },
        /** The end of the turn that was asked for; or a deadline. */
        turn: { may: () => this.made.platform.pending === 0, happen: () => this.turn() },
        wake: { may: () => this.made.platform.pending > 0 && this.made.client.state !== WAITING, happen: () => this.wake() },
        open: { may: () => this.made.client.state === WAITING || this.made.client.state === OPENING, happen: () => this.open() },
        CONNACK: { may: () => this.waitsForConnack, happen: () => this.connack() },
        'CONNACK 3': { may: () => this.waitsForConnack, happen: () => this.refuse() },
        'PUBACK oldest': { may: () => this.inFlight.length > 0, happen: () => this.puback(this.inFlight[0]) },
        'PUBACK newest': { may: () => this.inFlight.length > 1, happen: () => this.puback(this.inFlight.at(-1)!) },
        /** For what the broker cannot have: it was not sent, or not all of it, on this connection. */
        'PUBACK stray': { may: () => this.accepted && this.stray !== undefined, happen: () => this.sendAcknowledgement(this.stray!.packetIdentifier) },
        message: { may: () => this.accepted && this.connected && this.sent < PUBACKS, happen: () => this.message() },
        PINGRESP: { may: () => this.pings > 0, happen: () => this.pong() },
        'takes nothing': { may: () => this.connected && this.made.transport.room > 0, happen: () => this.room(0) },
        'takes a little': { may: () => this.connected && this.made.transport.room === 0, happen: () => this.made.transport.takes(PORTION) },
        'takes all': { may: () => this.connected && this.made.transport.room < Infinity, happen: () => this.made.transport.takes(Infinity) },
        cut: { may: () => this.made.transport.owner !== null, happen: () => this.made.transport.breaks() },
    };

    /** Lets it happen and checks what must hold then. */
    happen(name: string): void {
        this.events[name].happen();
        this.check();
    }

    /** All that decides what can still happen: two trials with the same key have the same future. */
    get key(): string {
        const { client, platform, transport } = this.made;
        const now = platform.time;
        const parts: (string | number)[] = [];
        const { send, decoder } = client as unknown as { send: object; decoder: object };
        for (const object of [client, send, decoder]) {
            for (const [name, value] of Object.entries(object)) {
                if (COUNTERS.has(name)) continue;
                if (typeof value === 'number') parts.push(TIMES.has(name) ? value - now : value);
                else if (typeof value === 'boolean') parts.push(value ? 'T' : 'F');
            }
        }
        parts.push('|', Buffer.from((send as { memory: Uint8Array }).memory).toString('latin1'));
        parts.push('|', platform.pending, transport.room, transport.owner ? 'T' : 'F', this.written, this.last, this.accepted ? 'T' : 'F', this.hasSession ? 'T' : 'F', this.pings, this.full ? 'T' : 'F', this.sent);
        for (const { packetIdentifier, takenOn } of this.incoming) parts.push(packetIdentifier, takenOn === this.connection ? 'T' : 'F');
        parts.push('|');
        for (const { begunOn, arrivedOn, acknowledged, qos } of this.messages) {
            const since = (connection: number) => connection === 0 ? 'never' : connection === this.connection ? 'now' : 'before';
            parts.push(qos, since(begunOn), since(arrivedOn), acknowledged ? 'T' : 'F');
        }
        return parts.join();
    }

    /** What a reader would call the state: what the client and each message is doing. */
    get abstract(): string {
        const { client, transport } = this.made;
        return [client.state, transport.room === Infinity ? 'all' : transport.room, read(this.written).begun, client.safeToSleep,
            ...this.messages.filter(message => this.isLeft(message)).map(({ qos, begunOn, arrivedOn }) =>
                `${qos}${begunOn ? begunOn === this.connection ? 'b' : 'o' : ''}${arrivedOn ? arrivedOn === this.connection ? 'a' : 'e' : ''}`)].join();
    }

    /** From here on everything succeeds: all that was accepted arrives and is acknowledged. Then the application stops the client. */
    drain(): void {
        const { client, platform, transport } = this.made;
        for (let steps = 0; !this.isDrained; steps++) {
            if (steps === DRAINED_WITHIN) throw new Error('it does not drain');
            const next = ['takes all', 'start', 'turn', 'open', 'CONNACK', 'PUBACK oldest', 'PINGRESP'].find(name => this.events[name].may());
            // Only a deadline is left: the broker owes an answer to a packet that it never saw whole.
            this.happen(next ?? 'wake');
        }
        assert.ok(this.messages.every(message => message.arrivedOn > 0 && message.acknowledged === (message.qos === 1)), 'all has arrived');
        assert.is(client.acknowledged, this.messages.filter(({ qos }) => qos === 1).length);
        assert.is(client.sent, this.messages.length);
        assert.not(this.full, 'onWritable came after BUFFER_FULL');
        const packets = read(this.written).packets.length;
        this.happen('stop');
        if (this.events.turn.may()) this.happen('turn');
        assert.is(client.state, STOPPED);
        assert.equal(read(this.written).packets.slice(packets).map(({ cmd }) => cmd), ['disconnect'], 'and nothing else');
        assert.is(platform.pending, -1);
        assert.is(transport.owner, null);
        assert.equal(platform.errors, []);
    }

    private get isDrained(): boolean {
        const { client, platform, transport } = this.made;
        return client.state === CONNECTED && client.safeToSleep && this.pings === 0 && this.incoming.length === 0 && platform.pending > 0 && transport.room === Infinity;
    }

    private get connected(): boolean {
        return this.made.transport.owner !== null && this.made.client.state > OPENING;
    }

    private get waitsForConnack(): boolean {
        return this.connected && !this.accepted && read(this.written).packets.length > 0;
    }

    /** Arrived on this connection and not acknowledged, oldest first. */
    private get inFlight(): Accepted[] {
        return this.accepted && this.connected ? this.messages.filter(message => message.qos === 1 && !message.acknowledged && message.arrivedOn === this.connection) : [];
    }

    private get stray(): Accepted | undefined {
        return this.connected ? this.messages.find(message => message.qos === 1 && !message.acknowledged && message.arrivedOn !== this.connection) : undefined;
    }

    private isLeft({ qos, arrivedOn, acknowledged }: Accepted): boolean {
        return qos === 1 ? !acknowledged : arrivedOn === 0;
    }

    private publish(qos: number): void {
        const result = this.made.publish(String.fromCharCode(97 + this.messages.length), qos);
        if (result < 0) {
            assert.is(result, BUFFER_FULL);
            assert.ok(this.messages.some(message => this.isLeft(message)) || !this.accepted, 'an empty buffer takes a message');
            this.full = true;
            return;
        }
        assert.is(result > 0, qos === 1);
        assert.not(qos && this.messages.some(({ packetIdentifier, acknowledged }) => packetIdentifier === result && !acknowledged), '[MQTT-2.3.1-2]');
        this.messages.push({ qos, packetIdentifier: result, begunOn: 0, arrivedOn: 0, acknowledged: false });
    }

    private turn(): void {
        this.made.platform.turn();
        assert.is.not(this.made.platform.pending, 0, 'nothing polls');
    }

    private wake(): void {
        const { client, platform, transport } = this.made;
        const owed = this.pings > 0 || transport.room < Infinity || this.messages.some(({ qos, acknowledged }) => qos === 1 && !acknowledged);
        const before = client.state;
        platform.pass(platform.pending);
        if (before === CONNECTED && !owed) assert.is(client.state, CONNECTED, 'no connection is given up while nothing is owed');
    }

    private open(): void {
        const { client, platform, transport } = this.made;
        // What was asked for with wakeAfter(0) comes first.
        while (client.state === WAITING) platform.pass(platform.pending);
        this.connection++;
        this.written = '';
        this.looked = this.pings = 0;
        this.last = -1;
        this.accepted = false;
        transport.room = Infinity;
        transport.opened();
    }

    private room(room: number): void {
        this.made.transport.room = room;
    }

    private connack(): void {
        this.accepted = true;
        if (this.options.cleanSession) this.incoming.length = 0;
        this.deliver(this.hasSession ? '20020100' : '20020000', this.incoming);
        this.hasSession = !this.options.cleanSession;
        assert.is(this.made.client.state, CONNECTED);
    }

    /** The broker ignores all that followed CONNECT [MQTT-3.1.4-5]. */
    private refuse(): void {
        this.made.transport.sends(0x20, 2, 0, 3);
        assert.is(this.made.transport.owner, null);
        for (const message of this.messages) if (message.arrivedOn === this.connection) message.arrivedOn = 0;
    }

    private puback(message: Accepted): void {
        this.acknowledging = message.packetIdentifier;
        this.sendAcknowledgement(message.packetIdentifier);
        this.acknowledging = 0;
        assert.is(message.acknowledged, this.made.client.state === CONNECTED, 'an acknowledgement counts at once, and not after `stop`');
    }

    private sendAcknowledgement(packetIdentifier: number): void {
        this.made.transport.sends(0x40, 2, packetIdentifier >> 8, packetIdentifier & 255);
    }

    /** A QoS 1 message for the client. */
    private message(): void {
        const message = { packetIdentifier: 1000 + this.sent++, takenOn: 0 };
        this.incoming.push(message);
        this.deliver('', [message]);
    }

    /** `before` and `messages` in one piece. */
    private deliver(before: string, messages: readonly Delivery[]): void {
        this.delivering = [...messages];
        this.made.transport.sends(...bytes(before + messages.map(({ packetIdentifier }) => publishHex(String(packetIdentifier), packetIdentifier)).join('')));
        const taken = messages.length - this.delivering.length;
        assert.is(taken, this.made.client.state === CONNECTED ? messages.length : 0, 'they are handed on at once, and not after `stop`');
        for (const message of messages.slice(0, taken)) message.takenOn = this.connection;
    }

    private pong(): void {
        this.pings--;
        this.made.transport.sends(0xd0, 0);
    }

    private onAcknowledged(packetIdentifier: number): void {
        assert.is(packetIdentifier, this.acknowledging, 'no acknowledgement without delivery');
        this.inFlight.find(message => message.packetIdentifier === packetIdentifier)!.acknowledged = true;
    }

    private check(): void {
        const { client, platform, transport } = this.made;
        const written = transport.take();
        this.written += written;
        assert.is(transport.flushes - this.flushes, written ? 1 : 0, 'what a turn writes is flushed, once');
        this.flushes = transport.flushes;
        const { packets, begun } = read(this.written);
        while (this.looked < packets.length) this.look(packets[this.looked++]);
        if (begun >> 4 === 3) {
            const next = this.messages.find((message, index) => index > this.last && this.isLeft(message))!;
            this.begin(next, (begun & 8) !== 0);
        }
        const underWay = this.messages.filter(message => message.qos === 1 && !message.acknowledged && message.begunOn === this.connection && this.connection);
        assert.ok(underWay.length <= WINDOW, 'the window');

        // A message that is queued in STOPPED asks for the end of the turn too.
        if (client.state === STOPPED) assert.ok(platform.pending < 1, 'no deadline of a client that is stopped');
        else assert.ok(platform.pending >= 0, 'a wake is pending');
        const control = packets.length === 0 || begun !== 0 || this.incoming.some(({ takenOn }) => takenOn === this.connection);
        const left = this.messages.some(message => this.isLeft(message)) || (this.connected && control);
        if (client.safeToSleep) assert.not(left, 'safeToSleep only when nothing is left');
        else if (client.state === WAITING || client.state === STOPPED) assert.ok(left, 'safeToSleep when nothing is left');
        else if (client.state === CONNECTED && transport.room > 0 && platform.pending > 0) assert.ok(left, 'safeToSleep when nothing is left');
        assert.equal(platform.errors, []);
    }

    /** Some of `message` went out for the first time on this connection. */
    private begin(message: Accepted, dup: boolean): void {
        if (message.begunOn !== this.connection) {
            assert.is(dup, message.qos === 1 && message.begunOn > 0 && !this.options.cleanSession, '[MQTT-3.3.1-1] DUP on what was begun before, only');
            message.begunOn = this.connection;
        }
    }

    private look(packet: Packet): void {
        assert.is(packet.cmd === 'connect', this.looked === 1, '[MQTT-3.1.0-1] [MQTT-3.1.0-2]');
        assert.ok(this.looked === 1 || read(this.written).packets[this.looked - 2].cmd !== 'disconnect', '[MQTT-3.14.4-2] nothing after DISCONNECT');
        if (packet.cmd === 'pingreq') this.pings++;
        if (packet.cmd === 'puback') {
            assert.is(packet.messageId, this.incoming[0]?.packetIdentifier, '[MQTT-4.6.0-2] PUBACK in the order of the messages');
            assert.is(this.incoming.shift()!.takenOn, this.connection, 'no PUBACK for what was not handed on');
        }
        if (packet.cmd !== 'publish') return;
        const index = String(packet.payload).charCodeAt(0) - 97;
        const message = this.messages[index];
        assert.ok(index > this.last, 'in the original order, never twice within a connection');
        this.last = index;
        assert.is(packet.qos, message.qos);
        assert.is(packet.messageId ?? 0, message.packetIdentifier, '[MQTT-2.3.1-3] the identifier stays');
        assert.not(message.acknowledged, 'never again after its acknowledgement');
        assert.ok(message.qos === 1 || message.arrivedOn === 0, 'QoS 0 at most once');
        this.begin(message, packet.dup);
        message.arrivedOn = this.connection;
    }
}
