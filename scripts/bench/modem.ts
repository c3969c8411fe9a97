// What a reading costs over a modem: one wake of a sensor node whose modem is registered and has its bearer, on an emulated modem in virtual
// time, for each dialect. The modem's own times are no measurement: every command takes it 10 ms here, and the broker is 20 ms away.
import { dialects } from '../../hardware-tests/boards/modem/dialects/index.ts';
import type { Dialect } from '../../hardware-tests/boards/modem/dialect.ts';
import { TrialBroker } from '../../hardware-tests/boards/modem/broker.ts';
import { noFaults } from '../../hardware-tests/boards/modem/faults.ts';
import { Board, rig } from '../../hardware-tests/boards/modem/rig.ts';
import { Client, STOPPED, Topic } from '../../src/index.ts';
import { AT_REST } from '../../targets/modem/index.ts';
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
                if (toModem && /\+(CIP|QI|CA)SEND=|#XSEND=|\+USOWR=/.test(Buffer.from(bytes).toString('latin1'))) sends++;
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
    ];
}
