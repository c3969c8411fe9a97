// What a recorded connection cost: bytes, writes, round trips, time.
import type { PacketRow } from './packets.ts';
import { isChunk } from './recording.ts';
import type { Connection } from './recording.ts';

export interface Figures {
    /** Of MQTT. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** Flushes: socket writes, a segment or a TLS record each while they fit one. 0 in a trace that was taken beside the client. */
    readonly writes: number;
    /** Reads in which the answers came. */
    readonly reads: number;
    /** Times that the client waited: one for TCP's handshake, and one for each answer to a packet that it sent after the answer counted before. */
    readonly roundTrips: number;
    /** In ms: from the beginning of the attempt, or of what there is of it, to its end. */
    readonly active: number;
    /** In ms: until bytes could be sent; null if they never could. */
    readonly connectAfter: number | null;
    /** In ms: until the last PUBACK to the client; null without one. */
    readonly pubackAfter: number | null;
}

/** Which packet answers which (MQTT 3.1.1 §3). */
const answers: Readonly<Record<string, string>> = { CONNECT: 'CONNACK', PUBLISH: 'PUBACK', SUBSCRIBE: 'SUBACK', UNSUBSCRIBE: 'UNSUBACK', PINGREQ: 'PINGRESP' };

function waits(rows: readonly PacketRow[]): number {
    /** By answer and packet identifier: what brought the question. */
    const asked = new Map<string, number>();
    let count = 0;
    let latest = -1;
    for (const { direction, type, packet, happening } of rows) {
        const identifier = packet?.messageId ?? 0;
        if (direction === 'up') {
            asked.set(`${answers[type]} ${identifier}`, happening);
        } else if ((asked.get(`${type} ${identifier}`) ?? -1) > latest) {
            count++;
            latest = happening;
        }
    }
    return count;
}

/** `rows`: the connection's packets. */
export function figuresOf({ happenings }: Connection, rows: readonly PacketRow[]): Figures {
    const start = happenings[0]?.time ?? 0;
    const after = (time: number | undefined): number | null => (time === undefined ? null : time - start);
    const ready = happenings.find(({ kind }) => kind === 'ready');
    const chunks = happenings.filter(isChunk);
    const bytes = (direction: string): number => chunks.reduce((sum, chunk) => sum + (chunk.kind === direction ? chunk.bytes.length : 0), 0);
    return {
        bytesUp: bytes('up'), bytesDown: bytes('down'),
        writes: happenings.filter(({ kind }) => kind === 'flush').length,
        reads: chunks.filter(({ kind }) => kind === 'down').length,
        roundTrips: waits(rows) + (ready ? 1 : 0),
        active: after(happenings.at(-1)?.time) ?? 0,
        connectAfter: after(ready?.time),
        pubackAfter: after(rows.filter(({ direction, type }) => direction === 'down' && type === 'PUBACK').at(-1)?.endTime),
    };
}
