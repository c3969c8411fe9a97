// Packets as an independent decoder (mqtt-packet) reads them, and as people do.
import mqtt from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';

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
export function decodePacket(bytes: Buffer): Packet | string {
    let found: Packet | string = 'no packet';
    const parser = mqtt.parser({ protocolVersion: 4 });
    parser.on('packet', (packet: Packet) => {
        found = packet;
    });
    parser.on('error', (error: Error) => {
        found = error.message;
    });
    parser.parse(bytes);
    if (typeof found === 'object' && !mqtt.generate(found).equals(bytes)) return 'not the form that the standard prescribes';
    return found;
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
