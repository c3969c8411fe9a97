// PUBLISH (MQTT 3.1.1 §3.3) and its acknowledgement PUBACK (§3.4), as a client sends them.
import { misuse } from '../misuse.ts';
import { DOES_NOT_FIT, PUBACK, PUBLISH } from './packets.ts';
import { fixedHeaderSize, writeFixedHeader } from './remaining-length.ts';
import type { Topic } from './topic.ts';

/**
 * Encodes a PUBLISH at bytes[offset..limit) and returns where it ends, or DOES_NOT_FIT. Bytes from the returned end to
 * `limit` may have been written to as well.
 * `flags`: RETAIN | QOS_1 | QOS_2 | DUP. `packetIdentifier`: 1 to 65,535 with a QoS above 0, else 0 [MQTT-2.3.1-1] [MQTT-2.3.1-5].
 * The message is payload[start..end), where `payload` may be `bytes` itself; a range outside of `payload` throws.
 */
export function encodePublish(
    bytes: Uint8Array, offset: number, limit: number,
    flags: number, packetIdentifier: number, topic: Topic,
    payload: Uint8Array, start: number, end: number,
): number {
    const length = end - start;
    const size = payload.length;
    if (length >>> 0 !== length || start < 0 || end > size) {
        misuse(MOTEMQ_TEXTS ? 'start and end are a range of the payload' : 'range', start + '..' + end);
    }
    const name = topic.encoded;
    if (!name) misuse(MOTEMQ_TEXTS ? 'the topic is a Topic, made once' : 'topic', topic);
    const remainingLength = length + name.length + (packetIdentifier && 2);
    // Most messages of a sensor have a fixed header of two bytes: no further call for them.
    let at = offset + (remainingLength < 128 ? 2 : fixedHeaderSize(remainingLength));
    const packetEnd = at + remainingLength;
    if (packetEnd > limit) return DOES_NOT_FIT;
    // One native copy of the whole payload array is far cheaper than a loop and, unlike a view of the range, makes no
    // garbage. What it writes before the message is written again below; behind it lies free space.
    const payloadAt = packetEnd - end;
    if (payloadAt >= offset && payloadAt + size <= limit) {
        bytes.set(payload, payloadAt);
    } else if (payloadAt > 0) {
        // From the end: the payload may lie in `bytes` itself, before the place it goes to.
        for (let index = end; index-- > start;) bytes[payloadAt + index] = payload[index];
    } else {
        for (let index = start; index < end; index++) bytes[payloadAt + index] = payload[index];
    }
    if (remainingLength < 128) {
        bytes[offset] = PUBLISH | flags;
        bytes[offset + 1] = remainingLength;
    } else {
        writeFixedHeader(bytes, offset, PUBLISH | flags, remainingLength);
    }
    bytes.set(name, at);
    if (packetIdentifier) {
        at += name.length;
        bytes[at] = packetIdentifier >> 8;
        bytes[at + 1] = packetIdentifier;
    }
    return packetEnd;
}

/** Bytes of a PUBLISH packet with a message of `length` bytes. `packetIdentifier`: 0 for QoS 0. */
export function publishSize(topic: Topic, length: number, packetIdentifier: number): number {
    const remainingLength = topic.encoded.length + (packetIdentifier && 2) + length;
    return fixedHeaderSize(remainingLength) + remainingLength;
}

/** Encodes a PUBACK at bytes[offset..limit) and returns where it ends, or DOES_NOT_FIT. */
export function encodePuback(bytes: Uint8Array, offset: number, limit: number, packetIdentifier: number): number {
    if (offset + 4 > limit) return DOES_NOT_FIT;
    bytes[offset] = PUBACK;
    bytes[offset + 1] = 2;
    bytes[offset + 2] = packetIdentifier >> 8;
    bytes[offset + 3] = packetIdentifier;
    return offset + 4;
}

/** Encodes a packet without a body, PINGREQ (§3.12) or DISCONNECT (§3.14), and returns where it ends, or DOES_NOT_FIT. */
export function encodeEmpty(bytes: Uint8Array, offset: number, limit: number, first: number): number {
    if (offset + 2 > limit) return DOES_NOT_FIT;
    bytes[offset] = first;
    bytes[offset + 1] = 0;
    return offset + 2;
}
