// A topic name to publish to (MQTT 3.1.1 §4.7), encoded once.
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
// oxlint-disable eqeqeq -- both sides are numbers: `==` is one byte less.
import { prefixed, TOPIC } from './packets.ts';

export interface Topic {
    /**
     * As it stands in a packet: two length bytes, then the UTF-8 bytes.
     * @internal
     */
    readonly encoded: string;
    /**
     * Fixed header and topic of the latest message with QoS 0, and for how many bytes of payload.
     * @internal
     */
    head?: string;
    /** @internal */
    headFor: number;
}

/** `text`: 1 to 65,535 bytes without `+`, `#` and U+0000; anything else throws [MQTT-4.7.3-1] [MQTT-3.3.2-2]. The first argument is left for that of src's Topic. */
export function makeTopic(_platform: unknown, text: string): Topic {
    return { encoded: prefixed(text, TOPIC), headFor: -1 };
}

/** True if bytes[at..end) is a topic name: well-formed UTF-8 [MQTT-1.5.3-1] without U+0000 [MQTT-1.5.3-2], + and # [MQTT-3.3.2-2]. */
export function isTopicName(bytes: Uint8Array, at: number, end: number): boolean {
    while (at < end) {
        const lead = bytes[at++];
        const second = bytes[at];
        // Table 3-7 of the Unicode standard: after some lead bytes the second byte's range is narrower.
        if (!lead || lead == 35 || lead == 43 || (lead > 127 && (lead < 194 || lead > 244
            || (lead == 224 && second < 160) || (lead == 237 && second > 159) || (lead == 240 && second < 144) || (lead == 244 && second > 143)))) return false;
        for (let more = lead < 192 ? 0 : lead < 224 ? 1 : lead < 240 ? 2 : 3; more; more--) {
            if (at >= end || (bytes[at++] & 192) != 128) return false;
        }
    }
    return true;
}
