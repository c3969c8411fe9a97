// The session behind client.ts: the client of src/, and what ECMA-419's class asks for beyond it: how much can be written, a
// PINGREQ at will, the answers packet by packet, an end without DISCONNECT, and one message at a time that is written in
// parts because no buffer holds it. Such a message goes straight to the transport, between two packets of the send buffer.
import type { Message } from '../../src/codec/message-decoder.ts';
import { encodeEmpty, publishSize } from '../../src/codec/publish.ts';
import { PINGREQ, PUBLISH, QOS_1, RETAIN } from '../../src/codec/packets.ts';
import { writeFixedHeader } from '../../src/codec/remaining-length.ts';
import type { Topic } from '../../src/codec/topic.ts';
import { CLOSED_BY_APPLICATION } from '../../src/reasons.ts';
import { Client } from '../../src/session/client.ts';
import type { ClientOptions } from '../../src/session/options.ts';
import { CONNECTED } from '../../src/session/states.ts';
import { PUBACK, SUBACK, UNSUBACK } from './client-operations.ts';

/** Options of the session (src/session/options.ts) that the class passes on as they are. */
export type SessionSettings = Pick<ClientOptions, 'connectTimeout' | 'responseTimeout' | 'retryDelay' | 'retryDelayMaximum' | 'stableAfter' | 'waitForConnack' | 'window'>;

/** Whom the session tells what the client of src/ has no callback for. */
export interface SessionOwner {
    /** A turn is over: there may be room. */
    onTurn(): void;
    onPong(): void;
    /** A message, or a part of one. What leaves this call would end the connection. */
    onMessage(message: Message): void;
    /** The answer to a packet, `operation` (client-operations.ts), with the return code of a SUBACK, else 0. */
    onAnswer(packetIdentifier: number, code: number, operation: number): void;
    /** The connection ended while a message in parts was on its way or unacknowledged: nothing here can send it again. */
    onLargeLost(): void;
}

/** Parts of a message in parts wait here for the transport, in bytes. */
const PART_SIZE = 512;

export class ClientSession extends Client {
    sessionPresent = false;
    private readonly watcher: SessionOwner;
    /** Parts of the message in parts: part[partStart..partEnd). Empty without such a message. */
    private part: Uint8Array;
    private partStart = 0;
    private partEnd = 0;
    /** Bytes of the message in parts that were not written yet. */
    private missing = 0;
    /** Something of it was handed to the transport: until it ends, nothing else may follow. */
    private begun = false;
    /** Identifiers of messages in parts whose PUBACKs have not come. */
    private readonly awaited: number[];

    constructor(options: ClientOptions, watcher: SessionOwner) {
        super(options);
        this.watcher = watcher;
        this.part = new Uint8Array(0);
        this.awaited = [];
    }

    /** Bytes of packets that the send buffer takes at present. */
    get room(): number {
        const send = this.send;
        return send.limit - send.base - send.tail + send.head;
    }

    /** Bytes of packets that it takes when it is empty. */
    get largestPacket(): number {
        return this.send.limit - this.send.base;
    }

    /** Bytes of the message in parts that `writePart` takes at present. */
    get partRoom(): number {
        const free = this.part.length - this.partEnd;
        return free < this.missing ? free : this.missing;
    }

    /** A message in parts has begun and is not written to its end. */
    get writing(): boolean {
        return this.missing > 0 || this.partEnd > 0;
    }

    /** A message in parts is on its way: acknowledgements that become due must wait. */
    get obstructed(): boolean {
        return this.begun && this.controlSent !== this.controlEnd;
    }

    /** Sends a PINGREQ in this turn, whatever the keep-alive says. */
    pingNow(): void {
        const end = encodeEmpty(this.send.memory, this.controlEnd, this.send.memory.length, PINGREQ);
        // No room: one waits already.
        if (end > 0) this.controlEnd = end;
        this.requestTurn();
    }

    /** `onTurn` will come. */
    askForTurn(): void {
        this.requestTurn();
    }

    /** Ends the connection without DISCONNECT, so that the broker publishes the will. The state becomes STOPPED. */
    abort(): void {
        this.disconnect(CLOSED_BY_APPLICATION);
    }

    /** Begins a message of `length` bytes that is written in parts. Returns its packet identifier, 0 for QoS 0. */
    beginLarge(topic: Topic, length: number, qos: number, retain: boolean): number {
        const name = topic.encoded;
        const packetIdentifier = qos ? this.nextIdentifier() : 0;
        const size = publishSize(topic, length, packetIdentifier);
        const part = new Uint8Array(PART_SIZE + size - length);
        let at = writeFixedHeader(part, 0, PUBLISH | (retain ? RETAIN : 0) | (qos ? QOS_1 : 0), length + name.length + (qos ? 2 : 0));
        part.set(name, at);
        at += name.length;
        if (qos) {
            part[at++] = packetIdentifier >> 8;
            part[at++] = packetIdentifier;
        }
        this.part = part;
        this.partEnd = at;
        this.missing = length;
        if (qos) this.awaited.push(packetIdentifier);
        return packetIdentifier;
    }

    /** The next bytes of the message in parts; no more than `partRoom`. */
    writePart(bytes: Uint8Array): void {
        this.part.set(bytes, this.partEnd);
        this.partEnd += bytes.length;
        this.missing -= bytes.length;
        this.requestTurn();
    }

    override onConnack(sessionPresent: boolean, returnCode: number): number {
        this.sessionPresent = sessionPresent;
        return super.onConnack(sessionPresent, returnCode);
    }

    override onPingresp(): number {
        this.watcher.onPong();
        return super.onPingresp();
    }

    override onPublish(message: Message, packetIdentifier: number): number {
        this.watcher.onMessage(message);
        return super.onPublish(message, packetIdentifier);
    }

    override onPuback(packetIdentifier: number): number {
        const awaited = this.awaited;
        for (let at = 0; at < awaited.length; at++) {
            if (awaited[at] === packetIdentifier) {
                awaited[at] = awaited[awaited.length - 1];
                awaited.pop();
                this.watcher.onAnswer(packetIdentifier, 0, PUBACK);
                return 0;
            }
        }
        const before = this.acknowledged;
        super.onPuback(packetIdentifier);
        if (this.acknowledged !== before) this.watcher.onAnswer(packetIdentifier, 0, PUBACK);
        return 0;
    }

    override onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        const asked = this.isPending(packetIdentifier);
        const code = codes[start];
        const fault = super.onSuback(packetIdentifier, codes, start, end);
        if (asked && !fault) this.watcher.onAnswer(packetIdentifier, code, SUBACK);
        return fault;
    }

    override onUnsuback(packetIdentifier: number): number {
        const asked = this.isPending(packetIdentifier);
        super.onUnsuback(packetIdentifier);
        if (asked) this.watcher.onAnswer(packetIdentifier, 0, UNSUBACK);
        return 0;
    }

    protected override transmit(): void {
        if (this.partEnd === 0 && !this.begun) return super.transmit(); // A tail call: no frame of its own on a scarce stack.
        if (!this.begun) super.transmit();
        if (this.partEnd > 0 && this.state === CONNECTED) this.transmitPart();
    }

    protected override finishTurn(): void {
        super.finishTurn();
        if (this.partEnd > 0 && this.state === CONNECTED) this.transmit();
        return this.watcher.onTurn();
    }

    protected override disconnect(reason: number): void {
        // One that waits for its turn can wait on.
        const lost = this.begun || this.awaited.length > (this.writing ? 1 : 0);
        if (lost) this.endLarge();
        super.disconnect(reason);
        if (lost) this.watcher.onLargeLost();
    }

    /** Hands over what waits of the message in parts, once all that came before it is gone. */
    private transmitPart(): void {
        const send = this.send;
        if (!this.begun && (send.position !== send.tail || this.controlSent !== this.controlEnd)) return;
        const taken = this.stream.write(this.part, this.partStart, this.partEnd);
        if (taken === 0) return;
        this.begun = true;
        this.bytesOut += taken;
        this.partStart += taken;
        if (!this.pinging) this.deadline = this.moment + this.pingAfter;
        this.stream.flush();
        if (this.partStart < this.partEnd) return;
        this.partStart = this.partEnd = 0;
        if (this.missing === 0) {
            this.endLarge();
            super.transmit();
        }
    }

    private endLarge(): void {
        this.part = new Uint8Array(0);
        this.partStart = this.partEnd = this.missing = 0;
        this.begun = false;
    }
}
