// The client that publishes, at QoS 0 and 1 (MQTT 3.1.1 §3.3, §4.3), and nothing else. client.ts adds subscriptions.
import { encodeConnect } from '../codec/connect.ts';
import { Decoder } from '../codec/decoder.ts';
import type { AcknowledgementSink } from '../codec/decoder.ts';
import { QOS_1, RETAIN } from '../codec/packets.ts';
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
    /** Messages that `publish` has refused. */
    refused = 0;
    /** Received messages that were left out because nothing could hold them. */
    skipped = 0;
    private identifier = 0;
    /** Identifiers given out since none was in use. */
    private issued = 0;

    /** Throws if an option breaks a rule of the standard, or if the send buffer cannot hold CONNECT and a small message. */
    constructor(options: PublisherOptions) {
        super(options);
    }

    /**
     * Queues payload[start..end) for `topic`, with `qos` 0 or 1. It goes out when the present turn ends or, if there is no
     * connection, with the next one. The payload is copied.
     * Returns a handle, which is the packet identifier, or 0 for QoS 0; or a refusal below 0 (refusals.ts), counted in `refused`.
     * Throws if `qos` is not 0 or 1 or the range lies outside of the payload.
     */
    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        const send = this.send;
        const bytes = send.bytes;
        let flags = retain ? RETAIN : 0;
        let packetIdentifier = 0;
        if (qos) {
            if (qos !== 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a message is 0 or 1' : 'qos', qos);
            flags |= QOS_1;
            packetIdentifier = this.nextIdentifier();
        }
        let at = send.tail;
        let packetEnd = encodePublish(bytes, at, send.room(at), flags, packetIdentifier, topic, payload, start, end);
        if (packetEnd < 0) {
            at = send.base;
            packetEnd = encodePublish(bytes, at, send.room(at), flags, packetIdentifier, topic, payload, start, end);
        }
        if (packetEnd < 0) {
            this.refused++;
            if (publishSize(topic, end - start, packetIdentifier) > send.capacity) return TOO_LARGE;
            this.fullAt = send.head;
            return BUFFER_FULL;
        }
        send.commit(at, packetEnd, qos === 1);
        this.sent++;
        this.requestTurn();
        return packetIdentifier;
    }

    /** Messages with QoS 1 that were sent again because their connection ended before the PUBACK. */
    get resent(): number {
        return this.send.resent;
    }

    /** Messages with QoS 0 that followed a CONNECT and were given up because its CONNACK never came. */
    get dropped(): number {
        return this.send.dropped;
    }

    /** True while the message with this handle waits for its PUBACK. */
    isPending(handle: number): boolean {
        return this.send.holds(handle);
    }

    /**
     * Replaces user name and password from the next CONNECT on; for the option `credentials`. Makes garbage. Throws if
     * the new CONNECT is larger than `connectSize`.
     */
    setCredentials(userName: string, password: string | Uint8Array): void {
        const options = this.options;
        const size = encodeConnect(this.send.bytes, 0, this.send.base, {
            clientId: options.clientId,
            keepAlive: options.keepAlive,
            cleanSession: options.cleanSession,
            will: options.will,
            userName: userName,
            password: password,
        }, this.platform);
        if (size < 0) misuse(MOTEMQ_TEXTS ? 'connectSize is too small for these credentials' : 'connectSize', this.send.base);
        this.connectSize = size;
    }

    onPuback(packetIdentifier: number): void {
        const send = this.send;
        // An acknowledgement that nothing waits for is a duplicate or a broker's slip: harmless.
        if (!send.acknowledge(packetIdentifier)) return;
        this.acknowledged++;
        const oldest = send.head;
        send.settle();
        // Each message has its time from when it became the oldest.
        if (!send.unacknowledged || send.head !== oldest) this.acknowledging = false;
        this.notify(this.options.onAcknowledged, packetIdentifier, undefined);
    }

    onSkipped(_packetIdentifier: number): void {
        this.skipped++;
    }

    /** True if `packetIdentifier` belongs to something unacknowledged [MQTT-2.3.1-2]. */
    protected identifierInUse(packetIdentifier: number): boolean {
        return this.send.holds(packetIdentifier);
    }

    /** The next free packet identifier, 1 to 65,535 [MQTT-2.3.1-1]. */
    protected nextIdentifier(): number {
        // Identifiers are given out in a circle: none can be met again before it has gone round once.
        if (this.send.empty && !this.answering) this.issued = 0;
        do {
            this.identifier = this.identifier === 65535 ? 1 : this.identifier + 1;
        } while (this.issued >= 65535 && this.identifierInUse(this.identifier));
        this.issued++;
        return this.identifier;
    }

    protected makeDecoder(): Decoder {
        return new Decoder(this);
    }

    protected acknowledgementRoom(): number {
        return 0;
    }

    protected onSession(_sessionPresent: boolean): void {
        // Nothing but the send buffer outlives a connection here.
    }

    protected answerOverdue(): number {
        return 0;
    }
}
