// The streaming decoder for what every client receives: CONNACK, PUBACK, PINGRESP (MQTT 3.1.1 §3.2, §3.4, §3.13).
// Bytes come in pieces of any size; the state between two pieces is a few numbers. Other packets are a matter of
// subclasses (message-decoder.ts); here a PUBLISH is skipped and counted.
import { MALFORMED_PACKET } from '../reasons.ts';
import { CONNACK, PINGRESP, PUBACK, PUBLISH, QOS_1, QOS_2, SUBACK, UNSUBACK } from './packets.ts';

/** What is expected next. Subclasses add phases above SKIP. */
export const FIRST_BYTE = 0;
const REMAINING_LENGTH = 1;
const NUMBER = 2;
export const SKIP = 3;
const HALTED = 4;

/** Receives decoded packets. Each call returns 0, or a reason to close the connection, which `decode` then returns. It may halt the decoder. */
export interface AcknowledgementSink {
    /** `returnCode`: 0 accepted, 1 to 5 refused (§3.2.2.3). */
    onConnack(sessionPresent: boolean, returnCode: number): number;
    onPuback(packetIdentifier: number): number;
    onPingresp(): number;
    /** A PUBLISH was left out because nothing here can hold it. `packetIdentifier` is 0 for QoS 0, and where this decoder does not read it. */
    onSkipped(packetIdentifier: number): number;
}

// Calls in tail position need no stack of their own on XS: hence the many `return this.…`.
export class Decoder {
    protected phase = FIRST_BYTE;
    /** First byte of the packet under way, or of the last one; before the first -1, which no byte equals. */
    protected first = -1;
    /** Bytes of the packet that are still to come. */
    protected remaining = 0;
    /** Bits of the remaining length read so far; later the last two bytes read, as a number. */
    protected number = 0;
    /** Where `body` has left off. */
    protected resume = 0;
    protected readonly sink: AcknowledgementSink;

    constructor(sink: AcknowledgementSink) {
        this.sink = sink;
    }

    /** A new connection begins: forgets a packet under way and expects CONNACK [MQTT-3.2.0-1]. */
    reset(): void {
        this.phase = FIRST_BYTE;
        this.first = -1;
    }

    /** Ignores everything until `reset`. For a sink that ends the connection. */
    halt(): void {
        this.phase = HALTED;
    }

    /**
     * Decodes bytes[start..end), any piece of the stream, and hands packets to the sink. Returns 0, or the reason why the
     * connection must be closed [MQTT-4.8.0-1]: then the decoder must be reset. Nothing of a malformed packet reaches the sink.
     */
    decode(bytes: Uint8Array, start: number, end: number): number {
        let fault = 0;
        while (start < end) {
            if (this.phase === FIRST_BYTE) {
                const first = bytes[start++];
                // What was accepted just now is so again; only CONNACK never comes twice.
                if (first !== this.first || first === CONNACK) {
                    if (!this.accepts(first)) return MALFORMED_PACKET;
                    this.first = first;
                }
                this.remaining = this.number = 0;
                this.phase = REMAINING_LENGTH;
                if (start === end) return 0;
            }
            if (this.phase === REMAINING_LENGTH) {
                const byte = bytes[start++];
                this.remaining |= (byte & 127) << this.number;
                if (byte > 127) {
                    this.number += 7;
                    if (this.number > 21) return MALFORMED_PACKET;
                } else {
                    this.number = 0;
                    fault = this.begin();
                }
            } else if (this.phase === NUMBER) {
                this.number = (this.number << 8) | bytes[start++];
                if (--this.remaining === 0) fault = this.acknowledge(this.number);
            } else if (this.phase === HALTED) {
                return 0;
            } else {
                fault = this.body(bytes, start, end);
                start = this.resume;
            }
            if (fault) return fault;
        }
        return 0;
    }

    /** Is this a first byte that a client may receive now [MQTT-2.2.2-2]? CONNACK is the first packet and never comes again. */
    protected accepts(first: number): boolean {
        if ((first === CONNACK) !== (this.first < 0)) return false;
        if (first >> 4 === PUBLISH >> 4) {
            // QoS 3 [MQTT-3.3.1-4], DUP with QoS 0 [MQTT-3.3.1-2].
            const qosBits = first & (QOS_1 | QOS_2);
            return qosBits !== (QOS_1 | QOS_2) && (qosBits !== 0 || first < 0x38);
        }
        return first === PUBACK || first === PINGRESP || first === SUBACK || first === UNSUBACK || first === CONNACK;
    }

    /** The fixed header is complete: `first` and `remaining` are known. Returns 0 or why the packet is refused. */
    protected begin(): number {
        const first = this.first;
        if (first >> 4 === PUBLISH >> 4) {
            this.phase = SKIP;
            return this.remaining > (first & (QOS_1 | QOS_2) ? 4 : 2) ? 0 : MALFORMED_PACKET;
        }
        this.phase = NUMBER;
        if (first !== PINGRESP) return this.remaining === 2 ? 0 : MALFORMED_PACKET;
        this.phase = FIRST_BYTE;
        return this.remaining ? MALFORMED_PACKET : this.sink.onPingresp();
    }

    /** A packet with a body of two bytes is complete; `value` is these two as a number. */
    protected acknowledge(value: number): number {
        this.phase = FIRST_BYTE;
        if (this.first === CONNACK) {
            // Reserved bits, return codes above 5, session present with a refusal [MQTT-3.2.2-4].
            return value > 5 && value !== 0x0100 ? MALFORMED_PACKET : this.sink.onConnack(value === 0x0100, value & 255);
        }
        return this.first !== PUBACK || value === 0 ? MALFORMED_PACKET : this.sink.onPuback(value);
    }

    /** Takes bytes of a longer packet up to `resume`. Returns 0, or a reason to close the connection. */
    protected body(_bytes: Uint8Array, start: number, end: number): number {
        const skipped = end - start < this.remaining ? end - start : this.remaining;
        this.resume = start + skipped;
        this.remaining -= skipped;
        if (this.remaining) return 0;
        this.phase = FIRST_BYTE;
        return this.sink.onSkipped(0);
    }
}
