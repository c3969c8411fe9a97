// Packets as an independent decoder (mqtt-packet) reads them, and as people do.
import mqtt from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { readPacket } from '../packets.ts';

export { lengthOf } from '../packets.ts';

/** The one packet of MQTT 3.1.1 that `bytes` are, or why they are none. */
export function decodePacket(bytes: Buffer): Packet | string {
    return readPacket(mqtt, bytes, 4);
}

/** One packet in a few words; null: bytes that are none. */
export function describe(packet: Packet | null): string {
    if (!packet) return 'bytes that are no packet';
    const details = [packet.cmd.toUpperCase()];
    if (packet.messageId !== undefined) details.push(`identifier ${packet.messageId}`);
    if (packet.cmd === 'publish') {
        const flags = `${packet.dup ? ' DUP' : ''}${packet.retain ? ' RETAIN' : ''}`;
        details.push(`QoS ${packet.qos}${flags} topic ${packet.topic} message ${Buffer.from(packet.payload).readUInt32BE(0)}, ${packet.payload.length} bytes`);
    }
    if (packet.cmd === 'subscribe') details.push(packet.subscriptions[0].topic);
    if (packet.cmd === 'unsubscribe') details.push(packet.unsubscriptions[0]);
    if (packet.cmd === 'connack') details.push(`code ${packet.returnCode}${packet.sessionPresent ? ' session present' : ''}`);
    if (packet.cmd === 'suback') details.push(`granted ${packet.granted.join()}`);
    return details.join(' ');
}
