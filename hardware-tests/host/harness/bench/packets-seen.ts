// The bytes that passed the proxy as MQTT packets with their times. Knows no file and no page.
import { parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { Traffic } from '../../stage.ts';
import type { PacketSeen } from './results.ts';

/** Packets of a test that are kept. */
const KEPT = 400;

export interface Seen {
    readonly packets: readonly PacketSeen[];
    readonly leftOut: number;
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** PUBLISH packets in both directions. */
    readonly messages: number;
}

/** `prefix`: of the topics, which is left out. */
export function packetsOf(traffic: readonly Traffic[], prefix: string): Seen {
    const packets: PacketSeen[] = [];
    let messages = 0;
    let bytesUp = 0;
    let bytesDown = 0;
    const readers = new Map<string, (bytes: Buffer, at: number) => void>();
    for (const { at, number, direction, bytes } of traffic) {
        if (direction === 'up') bytesUp += bytes.length;
        else bytesDown += bytes.length;
        const key = `${number} ${direction}`;
        let read = readers.get(key);
        if (!read) {
            const decoder = parser({ protocolVersion: 4 });
            let now = 0;
            const add = (text: string, size: number): void => void packets.push({ at: Math.round(now * 10) / 10, connection: number, direction, text, bytes: size });
            decoder.on('packet', (packet) => {
                if (packet.cmd === 'publish') messages++;
                add(describe(packet, prefix), sizeOf(packet.length ?? 0));
            });
            decoder.on('error', error => add(`malformed: ${error.message}`, 0));
            readers.set(key, read = (chunk, time) => {
                now = time;
                decoder.parse(chunk);
            });
        }
        read(bytes, at);
    }
    return { packets: packets.slice(0, KEPT), leftOut: Math.max(0, packets.length - KEPT), bytesUp, bytesDown, messages };
}

/** Bytes of a packet with `remainingLength`: MQTT 3.1.1 §2.2.3. */
function sizeOf(remainingLength: number): number {
    return 1 + (remainingLength < 128 ? 1 : remainingLength < 16384 ? 2 : remainingLength < 2097152 ? 3 : 4) + remainingLength;
}

/** Never user name, password or payload. */
function describe(packet: Packet, prefix: string): string {
    const short = (topic: string): string => topic.startsWith(`${prefix}/`) ? topic.slice(prefix.length + 1) : topic;
    const identifier = packet.messageId === undefined ? '' : ` ${packet.messageId}`;
    switch (packet.cmd) {
        case 'connect': return `CONNECT ${packet.clean ? 'clean' : 'kept'} session, keep-alive ${packet.keepalive} s`;
        case 'connack': return `CONNACK ${packet.returnCode}${packet.sessionPresent ? ', session present' : ''}`;
        case 'publish': return `PUBLISH${identifier} ${short(packet.topic)} qos ${packet.qos}${packet.dup ? ' dup' : ''}${packet.retain ? ' retain' : ''}, ${packet.payload.length} bytes`;
        case 'subscribe': return `SUBSCRIBE${identifier} ${packet.subscriptions.map(({ topic, qos }) => `${short(topic)} qos ${qos}`).join(', ')}`;
        case 'suback': return `SUBACK${identifier} ${packet.granted.join(' ')}`;
        default: return `${packet.cmd.toUpperCase()}${identifier}`;
    }
}
