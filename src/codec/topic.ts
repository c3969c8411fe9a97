// Topic names and topic filters (MQTT 3.1.1 §4.7), encoded once at set-up; matching works on bytes and allocates nothing.
import { misuse } from '../misuse.ts';
import { encodeText } from './text.ts';
import type { TextEncoding } from './text.ts';

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const DOLLAR = 0x24;

/** A topic name to publish to. Make it once and keep it. */
export class Topic {
    /**
     * As it stands in a packet: two length bytes, then the UTF-8 bytes.
     * @internal
     */
    readonly encoded: Uint8Array;

    /** `text`: 1 to 65,535 bytes of UTF-8 without `+`, `#` and U+0000; anything else throws [MQTT-4.7.3-1] [MQTT-3.3.2-2]. */
    constructor(encoding: TextEncoding, text: string) {
        if (!text) misuse(MOTEMQ_TEXTS ? 'a topic has at least one character [MQTT-4.7.3-1]' : '4.7.3-1', text);
        this.encoded = encodeText(encoding, text, false);
    }
}

/** True if the filter's wildcards stand where §4.7.1 allows them: `#` alone and last, `+` alone in its level. Takes length-prefixed bytes. */
export function isFilter(encoded: Uint8Array): boolean {
    const end = encoded.length;
    if (end < 3) return false;
    for (let at = 2; at < end; at++) {
        const byte = encoded[at];
        if (byte !== PLUS && byte !== HASH) continue;
        if (at > 2 && encoded[at - 1] !== SLASH) return false;
        if (at + 1 < end && (byte === HASH || encoded[at + 1] !== SLASH)) return false;
    }
    return true;
}

/**
 * True if topic[start..end) matches the length-prefixed `filter` (§4.7.1). A filter that starts with a wildcard does not
 * match a topic that starts with `$` [MQTT-4.7.2-1].
 */
export function matchesFilter(filter: Uint8Array, topic: Uint8Array, start: number, end: number): boolean {
    const filterEnd = filter.length;
    let at = 2;
    if (topic[start] === DOLLAR && filter[2] !== DOLLAR) return false;
    while (at < filterEnd) {
        const byte = filter[at];
        if (start < end && byte === topic[start]) {
            at++;
            start++;
        } else if (byte === PLUS) {
            at++;
            while (start < end && topic[start] !== SLASH) start++;
        } else if (byte === HASH) {
            return true;
        } else {
            // `sport/#` also matches `sport`, its parent level (§4.7.1.2). Only a slash stands before a #.
            return start === end && filter[at + 1] === HASH;
        }
    }
    return start === end;
}
