// The client that publishes, at QoS 0 and 1 (MQTT 3.1.1 §3.3, §4.3), and nothing else. client.ts adds subscriptions.
import { Decoder } from '../codec/decoder.ts';
import type { AcknowledgementSink } from '../codec/decoder.ts';
import { PUBACK, QOS_1, RETAIN } from '../codec/packets.ts';
import { encodePublish, publishSize } from '../codec/publish.ts';
import type { Topic } from '../codec/topic.ts';
import { misuse } from '../misuse.ts';
import { Link } from './link.ts';
import type { PublisherOptions } from './options.ts';
import { BUFFER_FULL, TOO_LARGE } from './refusals.ts';

export class Publisher extends Link implements AcknowledgementSink {
    /** Messages that `publish` has taken. */
    sent = 0;
    /** QoS 1 messages whose PUBACK came. */
    acknowledged = 0;
    /** Packets refused for want of room. */
    refused = 0;
    /** Received messages that were left out because nothing could hold them. */
    skipped = 0;
    protected decoder: Decoder;
    /**
     * The packet identifier given out last.
     * @internal
     */
    identifier = 0;
    /**
     * Identifiers given out since none was in use.
     * @internal
     */
    issued = 0;

    /** Throws if an option breaks a rule of the standard, or if the send buffer cannot hold CONNECT and a small message. */
    constructor(options: PublisherOptions) {
        super(options);
        this.decoder = new Decoder(this);
    }

    /** Messages with QoS 1 that were begun on a connection which ended before their PUBACK, and sent again. */
    get resent(): number {
        return this.send.resent;
    }

    /**
     * Queues payload[start..end) for `topic`, with `qos` 0 or 1. It goes out when the present turn ends or, if there is no
     * connection, with the next one. The payload is copied.
     * Returns a handle, which is the packet identifier, or 0 for QoS 0; or a refusal below 0 (refusals.ts), counted in `refused`.
     * Throws if `qos` is not 0 or 1 or the range lies outside of the payload.
     */
    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        const send = this.send;
        let flags = retain ? RETAIN : 0;
        let packetIdentifier = 0;
        if (qos) {
            if (qos !== 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a message is 0 or 1' : 'qos', qos);
            flags |= QOS_1;
            packetIdentifier = this.nextIdentifier();
        }
        let packetEnd: number;
        do {
            packetEnd = encodePublish(send.memory, send.tail, send.limit, flags, packetIdentifier, topic, payload, start, end);
        } while (packetEnd < 0 && send.compact());
        if (packetEnd < 0) return this.refuse(publishSize(topic, end - start, packetIdentifier));
        this.sent++;
        send.commit(packetEnd);
        this.requestTurn();
        return packetIdentifier;
    }

    /** True while the packet with this handle waits for its acknowledgement. */
    isPending(handle: number): boolean {
        return this.send.holds(handle);
    }

    /** @internal */
    onPuback(packetIdentifier: number): number {
        if (this.send.acknowledge(PUBACK, packetIdentifier)) {
            this.acknowledged++;
            this.callBack(this.options.onAcknowledged, packetIdentifier, undefined);
        }
        return 0;
    }

    /** @internal */
    onSkipped(_packetIdentifier: number): number {
        this.skipped++;
        return 0;
    }

    /** Counts a packet of `size` bytes that does not fit, and tells why. */
    protected refuse(size: number): number {
        const send = this.send;
        this.refused++;
        if (size > send.limit - send.base) return TOO_LARGE;
        this.fullAt = send.head;
        return BUFFER_FULL;
    }

    /** The next free packet identifier, 1 to 65,535, whatever it is for [MQTT-2.3.1-1] [MQTT-2.3.1-2]. */
    protected nextIdentifier(): number {
        // Identifiers go round in a circle: none can be met again before as many were given out.
        if (this.send.head === this.send.tail) this.issued = 0;
        do {
            this.identifier = this.identifier % 65535 + 1;
        } while (this.issued >= 65535 && this.send.holds(this.identifier));
        this.issued++;
        return this.identifier;
    }

    protected acknowledgementRoom(): number {
        return 0;
    }

    protected onSession(_sessionPresent: boolean): void {
        // Nothing but the send buffer outlives a connection here.
    }
}
