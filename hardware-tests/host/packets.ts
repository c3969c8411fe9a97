// Single packets as mqtt-packet, which is independent of this project's codec, reads them. It is handed that module: programs load
// it when they need it.
import type * as mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';

export type MqttPacket = Pick<typeof mqttPacket, 'parser' | 'generate'>;

/** Protocol levels (MQTT 3.1.1 §3.1.2.2): of 3.1, 3.1.1 and 5. */
export type Level = 3 | 4 | 5;

/** How long a packet is whose first bytes these are; 0 if they do not tell yet, -1 if they never will. */
export function lengthOf(bytes: readonly number[]): number {
    let length = 0;
    for (let index = 1; index < bytes.length; index++) {
        length += (bytes[index] & 127) * 128 ** (index - 1);
        if (bytes[index] < 128) return index + 1 + length;
        if (index === 4) return -1;
    }
    return 0;
}

/** The one packet that `bytes` are, or why they are none. */
export function readPacket(mqtt: MqttPacket, bytes: Buffer, level: Level): Packet | string {
    let found: Packet | string = 'shorter than its fields say';
    const parser = mqtt.parser({ protocolVersion: level });
    parser.on('packet', (packet: Packet) => {
        found = packet;
    });
    parser.on('error', (error: Error) => {
        found = error.message;
    });
    try {
        parser.parse(bytes);
        // Properties of MQTT 5 may come in any order: only earlier packets have one form.
        if (typeof found === 'object' && level < 5 && !mqtt.generate(found).equals(bytes)) return 'not the form that the standard prescribes';
    } catch (error) {
        return (error as Error).message;
    }
    return found;
}
