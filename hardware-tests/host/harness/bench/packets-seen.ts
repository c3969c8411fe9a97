// What passed the proxy in one test: a trace (../../trace), kept in a file for `motemq trace`, and read again for the report.
import mqtt from 'mqtt-packet';
import type { TraceOptions } from '../../../../src/trace/index.ts';
import type { ProxyOptions } from '../../fault-proxy.ts';
import { packetsOf } from '../../trace/packets.ts';
import { recordProxy } from '../../trace/proxy.ts';
import { isChunk, readRecording } from '../../trace/recording.ts';
import { describeRow } from '../../trace/text.ts';
import type { PacketSeen } from './results.ts';

/** Packets of a test that are kept. */
const KEPT = 200;

export interface Seen {
    readonly packets: readonly PacketSeen[];
    readonly packetsLeftOut: number;
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** PUBLISH packets in both directions. */
    readonly messages: number;
}

export class TestRecording {
    /** For the stage's proxy. */
    readonly hooks: Required<Pick<ProxyOptions, 'onConnection' | 'onBytes' | 'onEnd'>>;
    private readonly lines: string[] = [];

    /** `file`: the trace that goes on with this test; `name`: of the test. */
    constructor(file: TraceOptions, name: string) {
        this.hooks = recordProxy({
            ...file, name: `${name.replaceAll(' ', '-')}.`,
            print: (line) => {
                this.lines.push(line);
                file.print(line);
            },
        });
    }

    /** What has been recorded. `prefix`: of the topics, which is left out. Names and passwords are not recorded. */
    read(prefix: string): Seen {
        const { connections } = readRecording(`${this.lines.join('\n')}\n`);
        const packets = connections.flatMap((connection, number) => packetsOf(mqtt, connection).map((row): PacketSeen => ({
            at: Math.round(row.endTime * 10) / 10, connection: number, direction: row.direction, bytes: row.length || row.bytes.length,
            text: `${row.type} ${describeRow(row)}`.trim().replaceAll(`"${prefix}/`, '"'),
        })));
        packets.sort((a, b) => a.at - b.at);
        const bytes = (direction: 'up' | 'down'): number => connections.flatMap(({ happenings }) => happenings.filter(isChunk).filter(({ kind }) => kind === direction)).reduce((sum, chunk) => sum + chunk.bytes.length, 0);
        return {
            packets: packets.slice(0, KEPT), packetsLeftOut: Math.max(0, packets.length - KEPT), bytesUp: bytes('up'), bytesDown: bytes('down'),
            messages: packets.filter(({ text }) => text.startsWith('PUBLISH ')).length,
        };
    }
}
