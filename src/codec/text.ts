// UTF-8 strings of MQTT 3.1.1 §1.5.3: checks on bytes, and a text encoded once with its two length bytes in front.
import { misuse } from '../misuse.ts';

/** What turns a text into its UTF-8 bytes; a Platform does. */
export interface TextEncoding {
    utf8(text: string): Uint8Array;
}

/**
 * True if bytes[start..end) is well-formed UTF-8 (no overlong form, no surrogate, nothing above U+10FFFF) without U+0000
 * [MQTT-1.5.3-1] [MQTT-1.5.3-2] and, with `wildcards` false, without `+` and `#` [MQTT-3.3.2-2].
 */
export function isText(bytes: Uint8Array, start: number, end: number, wildcards: boolean): boolean {
    while (start < end) {
        const lead = bytes[start++];
        // Nearly every byte of a topic is in this range: one pass of the loop costs two comparisons.
        if (lead > 0x2b && lead < 0x80) continue;
        if (lead < 0x80) {
            if (lead === 0 || (!wildcards && (lead === 0x23 || lead === 0x2b))) return false;
        } else {
            // Table 3-7 of the Unicode standard: after some lead bytes the second byte's range is narrower.
            let more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
            if (lead < 0xc2 || lead > 0xf4 || start + more > end) return false;
            const second = bytes[start];
            if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return false;
            if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return false;
            while (more-- > 0) {
                if ((bytes[start++] & 0xc0) !== 0x80) return false;
            }
        }
    }
    return true;
}

/** The bytes of `text` with their length in two bytes in front. Throws if it is no UTF-8 string of §1.5.3 or longer than 65,535 bytes. */
export function encodeText(encoding: TextEncoding, text: string, wildcards: boolean): Uint8Array {
    const bytes = encoding.utf8(text);
    const length = bytes.length;
    if (length > 65535) misuse(MOTEMQ_TEXTS ? 'a string has at most 65535 bytes [MQTT-4.7.3-3]' : '4.7.3-3', length);
    if (!isText(bytes, 0, length, wildcards)) {
        // Only a topic name is quoted: user names and passwords come this way too, and a message is often logged.
        misuse(MOTEMQ_TEXTS ? 'a string is well-formed UTF-8 without U+0000, a topic also without + and # [MQTT-1.5.3-1]' : '1.5.3-1', MOTEMQ_TEXTS && !wildcards ? text : length);
    }
    const encoded = new Uint8Array(length + 2);
    encoded[0] = length >> 8;
    encoded[1] = length;
    encoded.set(bytes, 2);
    return encoded;
}
