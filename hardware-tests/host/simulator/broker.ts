// A broker modelled on MQTT 3.1.1 (QoS 0 and 1, persistent and clean sessions, subscriptions, retained messages), with the slips
// that brokers make: it refuses, answers late, never or twice, restarts, forgets. Nothing of it comes from src.
import mqtt from 'mqtt-packet';
import type { IConnectPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import type { Connection, Frame } from './connection.ts';
import type { Judge } from './judge.ts';
import type { Entry, Ledger } from './ledger.ts';
import { describe } from './packets.ts';
import type { Script } from './script.ts';
import type { Settings } from './settings.ts';
import { FILTERS, MATCHES } from './topics.ts';

/** What outlives a connection (§4.1). */
interface Session {
    /** Granted QoS by topic filter. */
    readonly filters: Map<string, number>;
    /** QoS 1 messages that the client has not acknowledged, in order. */
    outgoing: Outgoing[];
}

interface StoredMessage {
    readonly entry: Entry;
    readonly qos: number;
    readonly topic: string;
    readonly payload: Uint8Array;
}

/** A message on its way to the client. */
interface Outgoing extends StoredMessage {
    readonly packetIdentifier: number;
    /** Sent because of a new subscription [MQTT-3.3.1-8] [MQTT-3.3.1-9]. */
    readonly retain: boolean;
}

const REFUSED = 0x80;

export class ModelBroker {
    session: Session | null = null;
    /** The connection that it has accepted. */
    current: Connection | null = null;
    /** Answers put off. */
    held: { readonly connection: Connection; readonly packet: Packet }[] = [];
    /** Connections that ended with a DISCONNECT. */
    partings = 0;
    /** The retained message of each topic (§3.3.1.3). */
    private readonly retained = new Map<string, StoredMessage>();
    private identifier: number;
    private readonly judge: Judge;
    private readonly script: Script;
    private readonly settings: Settings;
    private readonly up: Ledger;
    private readonly down: Ledger;

    constructor(judge: Judge, script: Script, settings: Settings, up: Ledger, down: Ledger) {
        this.judge = judge;
        this.script = script;
        this.settings = settings;
        this.identifier = settings.brokerIdentifier;
        this.up = up;
        this.down = down;
    }

    /** A packet has arrived whole. */
    receive(connection: Connection, { packet }: Frame): void {
        // After a refusal or DISCONNECT nothing is processed [MQTT-3.1.4-5].
        if (this.judge.tracing) this.judge.note('broker', `${connection.number} gets ${describe(packet)}`);
        if (!packet || connection.ending || connection.broken) return;
        if (packet.cmd === 'connect') return this.connect(connection, packet);
        if (connection.connackHeld) {
            this.judge.fault('broker closes when CONNECT is followed');
            connection.ending = true;
        }
        if (!connection.accepted || connection !== this.current) return;
        switch (packet.cmd) {
            case 'publish': {
                const entry = this.up.find(Buffer.from(packet.payload));
                if (entry) this.up.deliver(entry, false);
                if (packet.qos === 1) this.answer(connection, { cmd: 'puback', messageId: packet.messageId });
                break;
            }
            case 'puback':
                this.session!.outgoing = this.session!.outgoing.filter(({ packetIdentifier }) => packetIdentifier !== packet.messageId);
                break;
            case 'subscribe': return this.subscribe(connection, packet);
            case 'unsubscribe':
                for (const filter of packet.unsubscriptions) this.session!.filters.delete(filter);
                this.answer(connection, { cmd: 'unsuback', messageId: packet.messageId!, granted: [] });
                break;
            case 'pingreq': return this.answer(connection, { cmd: 'pingresp' });
            default:
                this.partings++;
                connection.ending = true;
                this.lost(connection);
        }
    }

    /** A connection is over. */
    lost(connection: Connection): void {
        this.held = this.held.filter(each => each.connection !== connection);
        if (this.current !== connection) return;
        this.current = null;
        if (this.settings.cleanSession) this.forget();
    }

    /** The session ends, and with it what was to be delivered. */
    forget(): void {
        for (const { entry } of this.session?.outgoing ?? []) entry.excused = true;
        this.session = null;
    }

    /** Sends an answer that was put off, by its place among them. */
    sendHeld(place: number): void {
        const [{ connection, packet }] = this.held.splice(place, 1);
        this.send(connection, packet);
    }

    /** Accepts the connection whose CONNACK was held. */
    accept(connection: Connection): void {
        if (this.settings.cleanSession) this.forget();
        const sessionPresent = this.session !== null;
        this.session ??= { filters: new Map(), outgoing: [] };
        this.current = connection;
        connection.accepted = true;
        connection.connackHeld = false;
        this.send(connection, { cmd: 'connack', returnCode: 0, sessionPresent });
        for (const outgoing of this.session.outgoing) this.sendMessage(connection, outgoing, true);
    }

    /** Someone publishes a message. It is for the client too, and is queued if that is away and has a session. `retain`: it is kept besides. */
    publish(topic: string, qos: number, size: number, retain: boolean): void {
        const reaches = this.current !== null || (qos > 0 && this.session !== null);
        if (!reaches && !retain) return;
        const payload = this.down.payload(size);
        const message = { entry: this.down.accept(qos, size, retain), qos, topic, payload };
        // Until it is sent to the client nobody waits for it.
        message.entry.excused = true;
        if (retain) this.retained.set(topic, message);
        if (reaches) this.queue(message, false);
    }

    send(connection: Connection, packet: Packet): void {
        if (this.judge.tracing) this.judge.note('broker', `${connection.number} sends ${describe(packet)}`);
        this.sendBytes(connection, packet, mqtt.generate(packet));
    }

    /** `packet`: what the bytes are; null: nothing that a broker may send. */
    sendBytes(connection: Connection, packet: Packet | null, bytes: Uint8Array): void {
        connection.down.push(...bytes);
        connection.sent += bytes.length;
        connection.downFrames.push({ packet, end: connection.sent });
    }

    /** Sends a message to the client, now or when it is back. `retain`: because of a new subscription. */
    private queue(message: StoredMessage, retain: boolean): void {
        const { entry, qos, topic, payload } = message;
        // Topic with its length, packet identifier, payload: what a receive buffer has to hold.
        const body = 2 + topic.length + (qos ? 2 : 0) + payload.length;
        // A copy that is on its way keeps its excuse: it may be coming in pieces to handlers that have changed.
        const underway = this.session?.outgoing.some(each => each.entry === entry);
        if (qos && !(underway && entry.excused)) entry.excused = body > this.settings.receiveBuffer && !this.settings.streamLarge;
        const outgoing = { ...message, packetIdentifier: qos ? this.nextIdentifier() : 0, retain };
        if (qos) this.session!.outgoing.push(outgoing);
        if (this.current) this.sendMessage(this.current, outgoing, false);
    }

    private nextIdentifier(): number {
        do this.identifier = this.identifier % 65535 + 1;
        while (this.session!.outgoing.some(({ packetIdentifier }) => packetIdentifier === this.identifier));
        return this.identifier;
    }

    private sendMessage(connection: Connection, { packetIdentifier, topic, payload, qos, retain }: Outgoing, dup: boolean): void {
        const message = { cmd: 'publish', topic, payload: Buffer.from(payload), dup, retain } as const;
        this.send(connection, qos ? { ...message, qos: 1, messageId: packetIdentifier } : { ...message, qos: 0 });
    }

    private connect(connection: Connection, { clean }: IConnectPacket): void {
        this.judge.require(clean === this.settings.cleanSession, 'wire', 'CONNECT has the wrong clean session flag');
        // The older connection of the same client ends [MQTT-3.1.4-2].
        if (this.current) {
            this.current.broken = true;
            this.lost(this.current);
        }
        if (this.script.chance(this.settings.refusals)) {
            const returnCode = 1 + this.script.below(5);
            this.judge.fault('CONNECT refused');
            this.send(connection, { cmd: 'connack', returnCode, sessionPresent: false });
            connection.ending = true;
        } else if (this.settings.brokerDislikesHaste) {
            connection.connackHeld = true;
        } else {
            this.accept(connection);
        }
    }

    private subscribe(connection: Connection, packet: ISubscribePacket): void {
        const granted = packet.subscriptions.map(({ topic, qos }) => {
            const code = this.script.chance(this.settings.answerFaults) ? this.script.oneOf([0, REFUSED]) : qos;
            if (code === REFUSED) this.judge.fault('subscription refused');
            else this.session!.filters.set(topic, code);
            return code;
        });
        // Matching messages may come before the answer or behind it (§3.8.4).
        const early = this.script.chance(30);
        if (!early) this.answer(connection, { cmd: 'suback', messageId: packet.messageId, granted });
        for (const [index, { topic: filter }] of packet.subscriptions.entries()) {
            for (const message of this.retained.values()) {
                if (granted[index] === REFUSED || !MATCHES[message.topic].includes(FILTERS.indexOf(filter))) continue;
                this.judge.fault('retained message');
                this.queue({ ...message, qos: Math.min(message.qos, granted[index]) }, true);
            }
        }
        if (early) this.answer(connection, { cmd: 'suback', messageId: packet.messageId, granted });
    }

    private answer(connection: Connection, packet: Packet): void {
        // Requests are rare, so that more of their answers must go wrong to meet as much.
        const request = packet.cmd === 'suback' || packet.cmd === 'unsuback';
        if (!this.script.chance(this.settings.answerFaults * (request ? 2 : 1))) return this.send(connection, packet);
        const slip = this.script.oneOf(['late', 'lost', 'duplicate']);
        this.judge.fault(`${slip} ${packet.cmd.toUpperCase()}`);
        if (slip === 'late') this.held.push({ connection, packet });
        if (slip !== 'duplicate') return;
        this.send(connection, packet);
        this.send(connection, packet);
    }
}
