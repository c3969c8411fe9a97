// SUBSCRIBE (MQTT 3.1.1 §3.8) and UNSUBSCRIBE (§3.10), each with as many filters as wanted.
import { misuse } from '../misuse.ts';
import { DOES_NOT_FIT, SUBSCRIBE } from './packets.ts';
import { fixedHeaderSize, writeFixedHeader } from './remaining-length.ts';
import { encodeText } from './text.ts';
import type { TextEncoding } from './text.ts';
import { isFilter } from './topic.ts';

/** A topic filter and the highest QoS wanted on it. Make it once and keep it. */
export class TopicFilter {
    /**
     * As it stands in a packet: two length bytes, then the UTF-8 bytes.
     * @internal
     */
    readonly encoded: Uint8Array;
    readonly qos: number;

    /** `text`: a filter by the rules of §4.7; `qos`: 0, 1 or 2. Anything else throws [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-3-8.3-4]. */
    constructor(encoding: TextEncoding, text: string, qos: number) {
        this.encoded = encodeText(encoding, text, true);
        if (!isFilter(this.encoded)) {
            misuse(MOTEMQ_TEXTS ? 'in a filter # is alone and last, + alone in its level [MQTT-4.7.1-2]' : '4.7.1-2', text);
        }
        if (qos !== 0 && qos !== 1 && qos !== 2) misuse(MOTEMQ_TEXTS ? 'the QoS wanted is 0, 1 or 2 [MQTT-3-8.3-4]' : '3-8.3-4', qos);
        this.qos = qos;
    }
}

/**
 * Encodes a SUBSCRIBE or UNSUBSCRIBE (`first`) with all `filters` at bytes[offset..limit). `packetIdentifier`: 1 to 65,535.
 * Returns where it ends, or DOES_NOT_FIT. No filter throws [MQTT-3.8.3-3] [MQTT-3.10.3-2].
 */
export function encodeFilters(
    bytes: Uint8Array, offset: number, limit: number,
    first: number, packetIdentifier: number, filters: readonly TopicFilter[],
): number {
    const qosSize = first === SUBSCRIBE ? 1 : 0;
    let remainingLength = 2;
    for (let index = 0; index < filters.length; index++) remainingLength += filters[index].encoded.length + qosSize;
    if (remainingLength < 5) misuse(MOTEMQ_TEXTS ? 'a packet has at least one filter [MQTT-3.8.3-3]' : '3.8.3-3', packetIdentifier);
    if (offset + fixedHeaderSize(remainingLength) + remainingLength > limit) return DOES_NOT_FIT;
    let at = writeFixedHeader(bytes, offset, first, remainingLength);
    bytes[at++] = packetIdentifier >> 8;
    bytes[at++] = packetIdentifier;
    for (let index = 0; index < filters.length; index++) {
        const filter = filters[index];
        bytes.set(filter.encoded, at);
        at += filter.encoded.length;
        if (qosSize) bytes[at++] = filter.qos;
    }
    return at;
}
