// What one wake has cost on the wire, from its trace: the part of an estimate that is measured.
import { UsageError } from '../harness/errors.ts';
import type { MqttPacket } from '../packets.ts';
import { figuresOf } from '../trace/figures.ts';
import { packetsOf } from '../trace/packets.ts';
import type { Connection, Recording } from '../trace/recording.ts';
import { framesOf } from '../trace/tcp.ts';

export interface Cycle {
    /** How many wakes these are the means of. */
    readonly wakes: number;
    /** Of MQTT. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** With TCP and IP, both ways, as in the capture that can be made of the trace. */
    readonly linkBytes: number;
    readonly segments: number;
    readonly writes: number;
    readonly roundTrips: number;
    /** Messages of QoS 1 that were acknowledged. */
    readonly acknowledged: number;
}

const ETHERNET_HEADER = 14;

/** Whole: it was made, something was acknowledged, the client ended it. */
function isWake({ happenings }: Connection): boolean {
    return happenings.some(({ kind }) => kind === 'ready') && happenings.at(-1)?.kind === 'close';
}

/** The mean of all wakes in a trace. Refuses a trace without any. */
export function cycleOf(mqtt: MqttPacket, recording: Recording): Cycle {
    const wakes = recording.connections.filter(isWake).map(connection => {
        const rows = packetsOf(mqtt, connection);
        const frames = framesOf({ ...recording, connections: [connection] });
        const { bytesUp, bytesDown, writes, roundTrips } = figuresOf(connection, rows);
        return {
            bytesUp, bytesDown, writes, roundTrips, segments: frames.length,
            linkBytes: frames.reduce((sum, { bytes }) => sum + bytes.length - ETHERNET_HEADER, 0),
            acknowledged: rows.filter(({ direction, type }) => direction === 'down' && type === 'PUBACK').length,
        };
    }).filter(({ acknowledged }) => acknowledged > 0);
    if (wakes.length === 0) throw new UsageError('the trace holds no whole wake: a connection that was made, had a message acknowledged and was ended by the client');
    const mean = (of: (wake: (typeof wakes)[number]) => number): number => Math.round(wakes.reduce((sum, wake) => sum + of(wake), 0) / wakes.length * 100) / 100;
    return {
        wakes: wakes.length, bytesUp: mean(wake => wake.bytesUp), bytesDown: mean(wake => wake.bytesDown), linkBytes: mean(wake => wake.linkBytes),
        segments: mean(wake => wake.segments), writes: mean(wake => wake.writes), roundTrips: mean(wake => wake.roundTrips), acknowledged: mean(wake => wake.acknowledged),
    };
}
