// What MQTT 3.1.1 forbids and mqtt-packet lets pass.
import type { Packet } from 'mqtt-packet';

/** The highest return code of a CONNACK (§3.2.2.3). */
const LAST_RETURN_CODE = 5;

/** Which statement of the standard `packet` breaks, in words; null: none of these. */
export function objectionTo(packet: Packet): string | null {
    if (packet.messageId === 0) return 'packet identifier 0 [MQTT-2.3.1-1]';
    if (packet.cmd === 'publish') {
        if (packet.topic === '') return 'an empty topic [MQTT-4.7.3-1]';
        if (/[+#]/.test(packet.topic)) return 'a topic with a wildcard [MQTT-3.3.2-2]';
        if (packet.topic.includes('\0')) return 'a topic with U+0000 [MQTT-1.5.3-2]';
        if (packet.dup && packet.qos === 0) return 'DUP with QoS 0 [MQTT-3.3.1-2]';
    }
    if (packet.cmd === 'connack') {
        const code = packet.returnCode ?? 0;
        if (code > LAST_RETURN_CODE) return `return code ${code}, which is reserved (§3.2.2.3)`;
        if (code > 0 && packet.sessionPresent) return 'session present with a refusal [MQTT-3.2.2-4]';
    }
    return null;
}
