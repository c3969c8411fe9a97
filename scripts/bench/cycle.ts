// What a wake costs on a link with a set round-trip time, beside two other clients in the same run: `npm run bench -- cycle`, with `--rtt 100`
// (ms) and `--wakes 3` (that are counted, of each client) if other figures are wanted.
import { join } from 'node:path';
import { findMosquitto } from '../../hardware-tests/host/mosquitto.ts';
import { root } from '../root.ts';
import { runProcess, type Ended } from '../run-process.ts';
import { MODEM_PACE } from './cycle-clients.ts';
import { runOnLine } from './cycle-link.ts';
import type { Wakes } from './cycle-measure.ts';
import type { Column, Row, Section } from './report.ts';

const PROGRAM = 'scripts/bench/cycle-main.ts';

export interface CycleOptions {
    /** Ms from a client to the broker and back. 100 if left out. */
    readonly roundTrip?: number;
    /** Wakes of each client that count. 3 if left out. */
    readonly wakes?: number;
    /** Only clients whose name has this. */
    readonly word?: string;
}

export interface CycleReport {
    /** What the link was. */
    readonly link: string;
    /** Why it is no delay line; empty if it is one. */
    readonly excuse: string;
    readonly wakes: readonly Wakes[];
}

/** Throws where there is no Mosquitto, and when a wake does not end. */
export async function measureCycles({ roundTrip = 100, wakes = 3, word = '' }: CycleOptions): Promise<CycleReport> {
    const words = (kind: string): string[] => [String(roundTrip), String(wakes), kind, word];
    const deadline = 60000 + wakes * roundTrip * 1000;
    let excuse = '';
    let ended: Ended | string = await runOnLine(roundTrip, PROGRAM, words('line'), deadline);
    if (typeof ended === 'string') {
        excuse = ended;
        ended = await runProcess(process.execPath, [join(root, 'scripts', 'run.mjs'), join(root, PROGRAM), ...words('proxy')], deadline);
    }
    if (ended.code !== 0) throw new Error(`the wakes were not measured:\n${ended.output}`);
    // Its last line: others may have warned of something.
    const figures = ended.output.trim().split('\n').at(-1)!;
    return { excuse, ...JSON.parse(figures) as Pick<CycleReport, 'link' | 'wakes'> };
}

const ms = (figure: number): string => figure.toFixed(0);
const columns: readonly Column[] = [
    { key: 'acknowledged', title: 'ms to PUBACK', format: ms }, { key: 'safe', title: 'to sleep', format: ms },
    { key: 'roundTrips', title: 'round trips' }, { key: 'roundTripsToSafe', title: 'to sleep' },
    { key: 'writes', title: 'writes' }, { key: 'dataSegments', title: 'segments with data' },
    { key: 'segmentsUp', title: 'segments up' }, { key: 'segmentsDown', title: 'down' },
    { key: 'bytesUp', title: 'bytes up', format: ms }, { key: 'bytesDown', title: 'down', format: ms },
    { key: 'ipUp', title: 'of IP up', format: ms }, { key: 'ipDown', title: 'down', format: ms }, { key: 'radio', title: 'ms of radio', format: ms },
];
const modemColumns: readonly Column[] = [
    ...columns.slice(0, 4), { key: 'commands', title: 'AT commands' }, { key: 'dataSegments', title: 'sends' },
    { key: 'bytesOut', title: 'bytes to the modem', format: ms }, { key: 'bytesIn', title: 'from it', format: ms },
];

const ceilings: Row['ceilings'] = { roundTrips: 'wakeRoundTrips', bytesUp: 'wakeBytesUp', bytesDown: 'wakeBytesDown', writes: 'wakeWrites', dataSegments: 'wakeWrites' };
const isModem = ({ name }: Wakes): boolean => name.includes('modem');

export async function cycleSections(options: CycleOptions): Promise<Section[]> {
    const found = findMosquitto();
    if ('unavailable' in found) return [{ title: 'Wakes over a link', columns: [], rows: [], notes: [`Not measured: ${found.unavailable}.`] }];
    const { link, excuse, wakes } = await measureCycles(options);
    const rows = (noDelay: boolean, modem: boolean): Row[] => wakes.filter(one => one.noDelay === noDelay && isModem(one) === modem).map(one => ({
        // Behind Nagle's algorithm the PUBACK waits for the acknowledgement of the CONNACK, whatever the client does.
        name: one.name, figures: one.figures, ceilings: one.noDelay && one.name === 'motemq, TCP' ? ceilings : undefined,
    }));
    const what = `A wake over a link of ${options.roundTrip ?? 100} ms`;
    return [
        {
            title: `${what}: connect, publish QoS 1 (client identifier 12, topic 24, payload 64 bytes), disconnect; Mosquitto with set_tcp_nodelay`, columns, rows: rows(true, false),
            notes: [
                `Link: ${link}${excuse && `, because ${excuse}; TCP's own packets are neither delayed nor seen there`}. Ms are medians, round trips the least of ${options.wakes ?? 3} wakes after one that does not count.`,
                'Round trips: a segment has number 1, or one more than the highest that its sender had received before it sent it; the highest that the client had, by 2.',
                'To sleep: the client has said that it is done. Radio: from its first segment to the last, with the end of the connection, which a radio need not wait for.',
                'mqtt and u8-mqtt keep no TLS sessions.',
            ],
        },
        { title: `${what}; Mosquitto as it comes, with Nagle's algorithm`, columns, rows: rows(false, false) },
        {
            title: `${what} and an emulated modem that is on and has its bearer; Mosquitto with set_tcp_nodelay`, columns: modemColumns, rows: rows(true, true),
            notes: [`Every command takes the modem ${MODEM_PACE.least} ms, at 115,200 baud: a model. A real module takes 10 to 130 ms for each. Bytes: those of the serial line.`],
        },
        { title: `${what} and an emulated modem; Mosquitto as it comes`, columns: modemColumns, rows: rows(false, true) },
    ];
}
