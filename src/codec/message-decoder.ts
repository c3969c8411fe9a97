// The decoder of a client that subscribes: adds PUBLISH (MQTT 3.1.1 §3.3), SUBACK (§3.9) and UNSUBACK (§3.11) to decoder.ts.
// A packet that lies whole in the bytes given is handed on where it lies. One that comes in pieces is put together in the
// receive buffer; one too large for that is handed on piece by piece, or skipped.
import { MALFORMED_PACKET, PACKET_TOO_LARGE } from '../reasons.ts';
import { Decoder, FIRST_BYTE, SKIP } from './decoder.ts';
import type { AcknowledgementSink } from './decoder.ts';
import { DUP, PUBLISH, QOS_1, QOS_2, RETAIN, SUBACK, UNSUBACK } from './packets.ts';
import { isText } from './text.ts';
import { matchesFilter } from './topic.ts';
import type { Topic } from './topic.ts';
import type { TopicFilter } from './subscribe.ts';

/** Collecting a packet that fits the receive buffer. */
const COLLECT = 5;
/** Collecting topic and packet identifier of a PUBLISH that does not fit. */
const COLLECT_HEAD = 6;
/** Handing the payload on as it comes. */
const STREAM = 7;

/** A received message, or a piece of one. The same object every time: what is needed later must be copied. */
export interface Message {
    /** The payload, or this piece of it: bytes[start..end). */
    readonly bytes: Uint8Array;
    readonly start: number;
    readonly end: number;
    /** Where this piece lies in the payload, and the payload's whole length, in bytes. A message in one piece: 0 and end - start. */
    readonly offset: number;
    readonly total: number;
    /** The topic name: topicBytes[topicStart..topicEnd), well-formed UTF-8. */
    readonly topicBytes: Uint8Array;
    readonly topicStart: number;
    readonly topicEnd: number;
    readonly qos: number;
    /** True for a stored message that a new subscription brought [MQTT-3.3.1-8]. */
    readonly retain: boolean;
    readonly dup: boolean;
    topicIs(topic: Topic): boolean;
    matches(filter: TopicFilter): boolean;
}

export interface MessageSink extends AcknowledgementSink {
    /** A message or a piece of one; `packetIdentifier` is 0 for QoS 0. The last piece ends at `message.total`. */
    onPublish(message: Message, packetIdentifier: number): number;
    /** codes[start..end): one return code for each filter: 0, 1, 2 granted QoS, 0x80 refused (§3.9.3). */
    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number;
    onUnsuback(packetIdentifier: number): number;
}

export class MessageDecoder extends Decoder implements Message {
    bytes: Uint8Array;
    start = 0;
    end = 0;
    offset = 0;
    total = 0;
    topicBytes: Uint8Array;
    topicStart = 0;
    topicEnd = 0;
    private readonly holder: Uint8Array;
    private readonly stream: boolean;
    /** Bytes of the packet's body seen while collecting. */
    private collected = 0;
    private streamedIdentifier = 0;

    /** `buffer`: holds a packet that comes in pieces. `stream`: hand on what is too large for it, instead of skipping it. */
    constructor(sink: MessageSink, buffer: Uint8Array, stream: boolean) {
        super(sink);
        this.bytes = this.topicBytes = this.holder = buffer;
        this.stream = stream;
    }

    get qos(): number {
        return (this.first >> 1) & 3;
    }

    get retain(): boolean {
        return (this.first & RETAIN) !== 0;
    }

    get dup(): boolean {
        return (this.first & DUP) !== 0;
    }

    topicIs(topic: Topic): boolean {
        const name = topic.encoded;
        let index = this.topicEnd - this.topicStart;
        if (index + 2 !== name.length) return false;
        // From the end: topics of one node differ there.
        while (index > 0) {
            index--;
            if (this.topicBytes[this.topicStart + index] !== name[index + 2]) return false;
        }
        return true;
    }

    matches(filter: TopicFilter): boolean {
        return matchesFilter(filter.encoded, this.topicBytes, this.topicStart, this.topicEnd);
    }

    protected override begin(): number {
        const first = this.first;
        const suback = first === SUBACK;
        if (!suback && first >> 4 !== PUBLISH >> 4) return super.begin();
        if (this.remaining < (first & (QOS_1 | QOS_2) ? 5 : 3)) return MALFORMED_PACKET;
        this.collected = 0;
        this.phase = COLLECT;
        if (this.remaining > this.holder.length) {
            if (suback) return PACKET_TOO_LARGE;
            this.phase = COLLECT_HEAD;
        }
        return 0;
    }

    protected override acknowledge(value: number): number {
        if (this.first !== UNSUBACK || value === 0) return super.acknowledge(value);
        this.phase = FIRST_BYTE;
        return (this.sink as MessageSink).onUnsuback(value);
    }

    protected override body(bytes: Uint8Array, start: number, end: number): number {
        const remaining = this.remaining;
        if (this.phase === COLLECT) {
            let collected = this.collected;
            if (collected === 0 && end - start >= remaining) {
                this.resume = start + remaining;
                return this.whole(bytes, start, start + remaining);
            }
            const holder = this.holder;
            if (end - start > remaining - collected) end = start + remaining - collected;
            while (start < end) holder[collected++] = bytes[start++];
            this.resume = end;
            this.collected = collected;
            return collected === remaining ? this.whole(holder, 0, remaining) : 0;
        }
        if (this.phase === COLLECT_HEAD) {
            this.resume = start + 1;
            return this.collectHead(bytes[start]);
        }
        if (end - start > remaining) end = start + remaining;
        this.resume = end;
        this.remaining = remaining - (end - start);
        return this.deliver(bytes, start, end);
    }

    /** A SUBACK or PUBLISH lies whole in bytes[start..end). */
    private whole(bytes: Uint8Array, start: number, end: number): number {
        const sink = this.sink as MessageSink;
        const number = (bytes[start] << 8) | bytes[start + 1];
        start += 2;
        this.phase = FIRST_BYTE;
        if (number === 0) return MALFORMED_PACKET;
        if (this.first === SUBACK) {
            for (let index = start; index < end; index++) {
                // [MQTT-3.9.3-2]
                if (bytes[index] > 2 && bytes[index] !== 0x80) return MALFORMED_PACKET;
            }
            return sink.onSuback(number, bytes, start, end);
        }
        const topicEnd = start + number;
        let packetIdentifier = 0;
        let payload = topicEnd;
        if (this.first & (QOS_1 | QOS_2)) {
            payload += 2;
            packetIdentifier = (bytes[topicEnd] << 8) | bytes[topicEnd + 1];
            if (packetIdentifier === 0) return MALFORMED_PACKET;
        }
        if (payload > end || !isText(bytes, start, topicEnd, false)) return MALFORMED_PACKET;
        this.bytes = this.topicBytes = bytes;
        this.topicStart = start;
        this.topicEnd = topicEnd;
        this.start = payload;
        this.end = end;
        this.offset = 0;
        this.total = end - payload;
        return sink.onPublish(this, packetIdentifier);
    }

    /** One more byte of the topic or packet identifier of an oversize PUBLISH, of which the buffer keeps what it can. */
    private collectHead(byte: number): number {
        const collected = ++this.collected;
        if (collected <= this.holder.length) this.holder[collected - 1] = byte;
        this.number = ((this.number << 8) | byte) & 0xffff;
        this.remaining--;
        if (collected === 2) {
            this.topicStart = 2;
            this.topicEnd = 2 + this.number;
            if (this.number === 0 || this.topicEnd + (this.qos ? 2 : 0) > this.remaining + 2) return MALFORMED_PACKET;
        }
        // A topic has one byte at least.
        if (collected < 3 || collected < this.topicEnd + (this.qos ? 2 : 0)) return 0;
        this.streamedIdentifier = this.qos ? this.number : 0;
        if (this.qos && this.number === 0) return MALFORMED_PACKET;
        const held = this.topicEnd <= this.holder.length;
        if (held && !isText(this.holder, 2, this.topicEnd, false)) return MALFORMED_PACKET;
        this.topicBytes = this.holder;
        this.end = this.start;
        this.offset = 0;
        this.total = this.remaining;
        this.phase = held && this.stream ? STREAM : SKIP;
        // Only the topic was too large: there is no payload whose arrival would end the packet.
        return this.remaining ? 0 : this.deliver(this.holder, 0, 0);
    }

    /** Hands on, or skips, the next piece of an oversize PUBLISH. */
    private deliver(bytes: Uint8Array, start: number, end: number): number {
        const sink = this.sink as MessageSink;
        const streamed = this.phase === STREAM;
        this.offset += this.end - this.start;
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        if (this.remaining === 0) this.phase = FIRST_BYTE;
        if (streamed) return sink.onPublish(this, this.streamedIdentifier);
        return this.remaining ? 0 : sink.onSkipped(this.streamedIdentifier);
    }
}
