// Reads every byte that the client hands to the link, with mqtt-packet, and holds it against the standard and the promises of
// the session: packets well-formed, the right ones, once, in order, with the right flags and identifiers.
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import type { Connection } from './connection.ts';
import type { Judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { decodePacket, describe, lengthOf } from './packets.ts';
import type { Settings } from './settings.ts';

interface InFlight {
    readonly key: string;
    /** The packet that answers it. */
    readonly answer: string;
    readonly connection: Connection;
    /** When it was handed over whole, in virtual ms. */
    readonly since: number;
}

/** Beginnings of packets that are remembered. */
const MOST_INTERRUPTED = 300;

export class WireWitness {
    /** By packet identifier: what waits for an answer, the oldest first. */
    readonly inFlight = new Map<number, InFlight>();
    /** The user name that the application gave last. */
    userName: string | undefined;
    private readonly judge: Judge;
    private readonly up: Ledger;
    private readonly settings: Settings;
    /** Messages handed over whole on some connection, and the beginnings of packets that a cut interrupted. */
    private readonly begun = new Set<string>();
    private readonly interrupted: Buffer[] = [];
    /** Begun before the client lost its RAM: it need not know that any more, and may send these as if for the first time. */
    private readonly begunBefore = new Set<string>();

    constructor(judge: Judge, up: Ledger, settings: Settings) {
        this.judge = judge;
        this.up = up;
        this.settings = settings;
    }

    /** The link took bytes[start..end). */
    taken(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
        for (let index = start; index < end; index++) {
            connection.gathered.push(bytes[index]);
            connection.taken++;
            const length = lengthOf(connection.gathered);
            this.judge.require(length >= 0, 'wire', 'a remaining length of more than four bytes');
            if (length === 0 || connection.gathered.length < length) continue;
            const whole = Buffer.from(connection.gathered);
            connection.gathered = [];
            const packet = decodePacket(whole);
            if (typeof packet === 'string') {
                this.judge.fail('wire', `malformed packet on the wire: ${whole.toString('hex')} (${packet})`);
            } else {
                if (this.judge.tracing) this.judge.note('wire', `${connection.number} > ${describe(packet)}`);
                connection.frames.push({ packet, end: connection.taken });
                this.examine(connection, packet, whole);
            }
        }
    }

    /** No more bytes will come of it. */
    ended(connection: Connection): void {
        if (connection.gathered.length > 0) this.interrupted.push(Buffer.from(connection.gathered));
        for (const key of connection.keys) this.begun.add(key);
        if (this.interrupted.length > MOST_INTERRUPTED) this.interrupted.shift();
    }

    /** An answer reaches the client. */
    answered(connection: Connection, answer: string, packetIdentifier: number): void {
        const waiting = this.inFlight.get(packetIdentifier);
        if (waiting?.answer !== answer || waiting.connection !== connection) return;
        this.inFlight.delete(packetIdentifier);
        if (answer !== 'puback') connection.keys.delete(waiting.key);
    }

    /** The client has forgotten everything. */
    powerCut(): void {
        this.inFlight.clear();
        this.interrupted.length = 0;
        this.userName = undefined;
    }

    /** The client has lost its RAM, and what is in lasting memory goes out again. `remembers` tells of what is on its way whether it knows that again. */
    reset(remembers: (key: string) => boolean): void {
        for (const [packetIdentifier, { key }] of this.inFlight) if (!remembers(key)) this.inFlight.delete(packetIdentifier);
        for (const key of this.begun) {
            if (remembers(key)) continue;
            this.begunBefore.add(key);
            this.begun.delete(key);
        }
    }

    /** What waits for an answer on `connection`, the oldest first. */
    waitingOn(connection: Connection): InFlight[] {
        return [...this.inFlight.values()].filter(each => each.connection === connection);
    }

    /** The packet identifier of the oldest of them; 0: there is none. */
    firstOn(connection: Connection): number {
        for (const [packetIdentifier, waiting] of this.inFlight) if (waiting.connection === connection) return packetIdentifier;
        return 0;
    }

    private examine(connection: Connection, packet: Packet, bytes: Buffer): void {
        const { judge } = this;
        judge.require((connection.packets++ === 0) === (packet.cmd === 'connect'), 'wire', `${packet.cmd} is packet ${connection.packets} of a connection`);
        judge.require(!connection.disconnected, 'silence', `${packet.cmd} after DISCONNECT`);
        switch (packet.cmd) {
            case 'connect': return this.examineConnect(packet);
            case 'publish': return this.examinePublish(connection, packet, bytes);
            case 'subscribe': return this.identify(connection, packet.messageId!, `subscribe ${packet.subscriptions[0].topic} ${packet.messageId}`, 'suback');
            case 'unsubscribe': return this.identify(connection, packet.messageId!, `unsubscribe ${packet.unsubscriptions[0]} ${packet.messageId}`, 'unsuback');
            case 'puback': return this.examinePuback(connection, packet.messageId!);
            case 'pingreq': return judge.require(connection.pings++ === 0, 'once', 'a second PINGREQ before the answer to the first');
            case 'disconnect':
                connection.disconnected = true;
                break;
            default: judge.fail('wire', `a client does not send ${packet.cmd}`);
        }
    }

    private examineConnect(packet: IConnectPacket): void {
        const { clean, keepalive, clientId, username } = packet;
        const { cleanSession, keepAlive } = this.settings;
        this.judge.require(clean === cleanSession && keepalive === keepAlive && clientId === 'client' && username === this.userName, 'wire', `a wrong CONNECT: ${JSON.stringify(packet)}`);
    }

    private examinePublish(connection: Connection, packet: IPublishPacket, bytes: Buffer): void {
        const { judge } = this;
        const entry = this.up.find(Buffer.from(packet.payload));
        if (!entry) return;
        const key = `message ${entry.number}`;
        judge.require(packet.qos === entry.qos && packet.retain === entry.retain && packet.topic === 'up', 'wire', `message ${entry.number} has changed its flags or topic`);
        judge.require(entry.number !== connection.lastMessage, 'once', `message ${entry.number} is sent twice on one connection`);
        judge.require(entry.number > connection.lastMessage, 'order', `message ${entry.number} is sent after ${connection.lastMessage} on one connection`);
        connection.lastMessage = entry.number;
        const mayBeDup = entry.qos === 1 && !this.settings.cleanSession;
        const interrupted = (): boolean => this.interrupted.some(part => part.subarray(1).equals(bytes.subarray(1, part.length)));
        if (packet.dup) judge.require(mayBeDup && (this.begun.has(key) || this.begunBefore.has(key) || interrupted()), 'DUP', `message ${entry.number} has DUP, but was not sent before`);
        else judge.require(!mayBeDup || !this.begun.has(key), 'DUP', `message ${entry.number} is sent again without DUP`);
        if (entry.qos === 1) {
            this.identify(connection, packet.messageId!, key, 'puback');
        } else {
            judge.require(!entry.handedOver, 'once', `QoS 0 message ${entry.number} is sent twice`);
            entry.handedOver = true;
            connection.qos0.push(entry);
        }
    }

    /** A packet with an identifier leaves. */
    private identify(connection: Connection, packetIdentifier: number, key: string, answer: string): void {
        const { judge, inFlight } = this;
        const other = inFlight.get(packetIdentifier);
        judge.require(packetIdentifier > 0, 'identifiers', 'the packet identifier 0');
        judge.require(!other || other.key === key, 'identifiers', `identifier ${packetIdentifier} is given to ${key} while ${other?.key} uses it`);
        for (const [former, waiting] of inFlight) judge.require(waiting.key !== key || former === packetIdentifier, 'identifiers', `${key} is sent again as ${packetIdentifier}, not as ${former} [MQTT-4.4.0-1]`);
        judge.require(!connection.keys.has(key), 'once', `${key} is sent twice on one connection`);
        connection.keys.add(key);
        inFlight.delete(packetIdentifier);
        inFlight.set(packetIdentifier, { key, answer, connection, since: judge.time });
        judge.require(this.waitingOn(connection).length <= this.settings.window, 'window', 'more packets are in flight than the window allows');
    }

    private examinePuback(connection: Connection, packetIdentifier: number): void {
        const { judge } = this;
        const next = connection.toAcknowledge.shift();
        if (!next) return judge.fail('acknowledged', `PUBACK ${packetIdentifier}, but no message that has arrived whole waits for one`);
        judge.require(next.packetIdentifier === packetIdentifier, 'order', `PUBACK ${packetIdentifier}, but the next message to acknowledge has ${next.packetIdentifier}`);
        judge.require(next.entry.deliveries > 0 || next.entry.excused, 'acknowledged', `PUBACK for message ${next.entry.number}, which the application has not got`);
    }
}
