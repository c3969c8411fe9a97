// A topic name to publish to (MQTT 3.1.1 §4.7), encoded once.
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import { prefixed } from './packets.ts';

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
    head: string;
    /** @internal */
    headFor: number;
}

/** `text`: 1 to 65,535 bytes without `+`, `#` and U+0000; anything else throws [MQTT-4.7.3-1] [MQTT-3.3.2-2]. The first argument is left for that of src's Topic. */
export function makeTopic(_platform: unknown, text: string): Topic {
    return { encoded: prefixed(text || '#', /[+#\0]/), head: '', headFor: -1 };
}
