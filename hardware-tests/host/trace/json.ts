// A trace for machines: one record a packet. User names and passwords that are left out say so.
import type { MqttPacket } from '../packets.ts';
import { packetsOf } from './packets.ts';
import type { PacketRow } from './packets.ts';
import type { Recording } from './recording.ts';

/** What is said of one packet: texts, numbers, lists of these. */
export type PacketRecord = { readonly [key: string]: unknown };

const HIDDEN = 'hidden';

function fieldsOf({ packet, hidden }: PacketRow): PacketRecord {
    if (packet === null) return {};
    const identifier = packet.messageId === undefined ? {} : { packetIdentifier: packet.messageId };
    switch (packet.cmd) {
        case 'connect': {
            const { clientId, clean: cleanSession, keepalive: keepAlive, username, password, will, protocolVersion: level } = packet;
            return {
                level, clientId, cleanSession, keepAlive,
                ...(username !== undefined && { userName: hidden ? HIDDEN : username }),
                ...(password !== undefined && { password: hidden ? HIDDEN : Buffer.from(password).toString('hex') }),
                ...(will && { will: { topic: will.topic, qos: will.qos, retain: will.retain === true, payload: Buffer.from(will.payload).toString('hex') } }),
            };
        }
        case 'connack': return { sessionPresent: packet.sessionPresent, returnCode: packet.returnCode ?? packet.reasonCode };
        case 'publish': return { ...identifier, topic: packet.topic, qos: packet.qos, retain: packet.retain, dup: packet.dup, payload: Buffer.from(packet.payload).toString('hex') };
        case 'subscribe': return { ...identifier, topicFilters: packet.subscriptions.map(({ topic, qos }) => ({ topicFilter: topic, qos })) };
        case 'suback': return { ...identifier, returnCodes: packet.granted };
        case 'unsubscribe': return { ...identifier, topicFilters: packet.unsubscriptions };
        default: return identifier;
    }
}

/** All packets of all connections. Times in ms since the trace's beginning; lengths in bytes; payloads in hexadecimal digits. */
export function asRecords(mqtt: MqttPacket, { connections }: Recording): PacketRecord[] {
    return connections.flatMap(connection => packetsOf(mqtt, connection).map((row): PacketRecord => ({
        connection: connection.name, direction: row.direction, time: row.time, endTime: row.endTime, type: row.type, length: row.length, pieces: row.pieces,
        ...fieldsOf(row), ...(row.fault !== null && { fault: row.fault }), ...(row.packet === null && { bytes: row.bytes.toString('hex') }),
    })));
}
