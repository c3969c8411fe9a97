// What a reading costs over a modem: one wake of a sensor node whose modem is registered and has its bearer, on an emulated modem in virtual
// time, for each dialect. The modem's own times are no measurement: every command takes it 10 ms here, and the broker is 20 ms away.
import { dialects } from '../../hardware-tests/boards/modem/dialects/index.ts';
import type { Dialect } from '../../hardware-tests/boards/modem/dialect.ts';
import { TrialBroker } from '../../hardware-tests/boards/modem/broker.ts';
import { noFaults } from '../../hardware-tests/boards/modem/faults.ts';
import { Board, rig } from '../../hardware-tests/boards/modem/rig.ts';
import { xsEngine } from '../../hardware-tests/boards/xs/build.ts';
import { Client, STOPPED, Topic } from '../../src/index.ts';
import { AT_REST } from '../../targets/modem/index.ts';
import type { Row } from './board-meter.ts';
import { bytesOf, measureOnBoard } from './on-board.ts';
import type { Section } from './report.ts';

const BAUD = 115200;
const PAYLOAD_SIZE = 64;

export interface ModemWake {
    /** Commands, bytes each way, and ms from `start` to the end of the connection. */
    readonly exchanges: number;
    readonly bytesOut: number;
    readonly bytesIn: number;
    readonly ms: number;
    /** Commands that sent MQTT bytes. */
    readonly sends: number;
}

/** The first wake brings the modem to the network, the second does not: both. */
export function measureModemWakes(dialect: Dialect): readonly ModemWake[] {
    const broker = new TrialBroker();
    let sends = 0;
    const { clock, transport } = rig({
        dialect, server: peer => broker.accept({ write: bytes => peer.write(bytes), close: orderly => peer.close(orderly) }),
        modem: {
            chunkSize: 1000, pace: { least: 10, most: 10, boot: 2000 }, cell: { delay: 0 }, baud: BAUD,
            onTraffic: (toModem, bytes) => {
                if (toModem && /\+(CIP|QI|CA)SEND=\d+,[1-9]|#XSEND=|\+USOWR=/.test(Buffer.from(bytes).toString('latin1'))) sends++;
            },
        },
        fifo: 1024,
        transport: { readSize: 256 },
    });
    const wakes: ModemWake[] = [];
    for (let wake = 0; wake < 2; wake++) {
        const before = { exchanges: transport.exchanges, bytesOut: transport.bytesOut, bytesIn: transport.bytesIn, ms: clock.time };
        sends = 0;
        const board = new Board(clock, noFaults());
        const client = new Client({
            transport, platform: board, clientId: 'sensor-00012', cleanSession: true, keepAlive: 600, sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(256),
            onAcknowledged: () => client.stop(),
        });
        client.publish(new Topic(board, 'site/7/node/12/telemetry'), new Uint8Array(PAYLOAD_SIZE), 0, PAYLOAD_SIZE, 1, false);
        client.start();
        const over = clock.pass(clock.time + 120000, () => client.state === STOPPED && transport.stage === AT_REST);
        if (!over || client.acknowledged !== 1) throw new Error(`${dialect.name}: the wake did not end`);
        wakes.push({
            exchanges: transport.exchanges - before.exchanges, bytesOut: transport.bytesOut - before.bytesOut, bytesIn: transport.bytesIn - before.bytesIn,
            ms: clock.time - before.ms, sends,
        });
    }
    return wakes;
}

/** What the dialects of targets/modem are called there, for each modem of the emulator. */
const exported: Readonly<Record<string, string>> = { 'bg96': 'quectel', 'esp-at': 'espAt', 'nordic': 'nordic', 'sim800': 'sim800', 'sim7080': 'sim7080', 'sim7600': 'sim7600', 'ublox': 'ublox' };

/** What a message costs on the real XS engine, where it is to be had. */
async function heapSection(): Promise<Section> {
    const engine = await xsEngine();
    const title = 'Modem transport on XS: what stays on the heap, and what a message allocates in client, transport and AT engine';
    const columns = [
        { key: 'live', title: 'transport, bytes' }, { key: 'publish', title: 'publish QoS 1 + PUBACK, bytes' }, { key: 'receive', title: 'received message, bytes' },
        { key: 'reconnect', title: 'reconnect, bytes' }, { key: 'stack', title: 'deepest stack, slots' },
    ];
    if (!engine.available) return { title, columns, rows: [], notes: [`Not measured: ${engine.because}.`] };
    const rows = [];
    for (const { name } of dialects) {
        const figures = await measureOnBoard(engine.path, 'targets/modem/tests/allocation-board.ts', { readSize: 256, dialect: exported[name] });
        const row = (kind: string): Row => figures.rows.get(kind)!;
        const empty = row('empty');
        const heap = (kind: string): number => (bytesOf(row(kind)) - bytesOf(empty)) / row(kind).rounds;
        const kinds = ['publish QoS 1 + PUBACK', 'received QoS 0', 'reconnect'];
        const [publish, receive, reconnect] = kinds.map(heap);
        rows.push({
            name, figures: {
                live: bytesOf(figures.live.find(each => each.name === 'modem transport')!), publish, receive, reconnect,
                stack: Math.max(...kinds.map(kind => row(kind).stack - empty.stack)),
            },
        });
    }
    return { title, columns, rows, notes: ['A transport with its buffers: 512 bytes to send, 256 to read, twice 192 for lines. The stack includes the client\'s 90.'] };
}

export async function modemSections(): Promise<readonly Section[]> {
    const columns = [
        { key: 'exchanges', title: 'AT commands' }, { key: 'sends', title: 'of them sends' }, { key: 'bytesOut', title: 'bytes to the modem' }, { key: 'bytesIn', title: 'bytes from it' },
        { key: 'uart', title: 'ms of them on the line' }, { key: 'ms', title: 'ms in all' },
    ];
    const wakes = dialects.map(dialect => ({ name: dialect.name, wakes: measureModemWakes(dialect) }));
    const rows = (which: number): Section['rows'] => wakes.map(({ name, wakes }) => {
        const wake = wakes[which];
        return { name, figures: { ...wake, uart: (wake.bytesOut + wake.bytesIn) * 10000 / BAUD } };
    });
    const what = `wake, publish QoS 1 (topic 24, payload ${PAYLOAD_SIZE} bytes), safe to sleep, at ${BAUD} baud`;
    return [
        {
            title: `Modem that is on and has its bearer: ${what}`, columns, rows: rows(1),
            notes: ['Sends: CONNECT with PUBLISH, and DISCONNECT. Every command takes the modem 10 ms and the broker is 20 ms away: a model. A real module takes 10 to 130 ms for each.'],
        },
        { title: `Modem that was just switched on: ${what}`, columns, rows: rows(0) },
        await heapSection(),
    ];
}
