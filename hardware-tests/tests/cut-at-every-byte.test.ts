// The client on Node against two brokers of other hands, with the link cut at every byte of a conversation.
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TlsTransport } from '../../targets/node/index.ts';
import { certificate } from '../../targets/node/tests/witness.ts';
import { Broker } from '../host/broker.ts';
import { Mosquitto, findMosquitto } from '../host/mosquitto.ts';
import { Observer } from '../host/observer.ts';
import { Lane, cutAfter, cutAtEveryByte, onLanes } from './conversation.ts';

const LANES = 4;

interface Running {
    readonly port: number;
    stop(): Promise<void>;
}

/** Runs `talk` with lanes to a broker and closes all, whatever comes of it. */
async function withLanes(start: () => Promise<Running>, talk: (lanes: Lane[]) => Promise<void>): Promise<void> {
    const broker = await start();
    const lanes: Lane[] = [];
    try {
        const observer = await Observer.connect({ port: broker.port, filter: 'cut/#' });
        while (lanes.length < LANES) lanes.push(await Lane.open(broker.port, observer));
        await talk(lanes);
        observer.close();
    } finally {
        lanes.forEach(({ proxy }) => proxy.stop());
        await broker.stop();
    }
}

async function startMosquitto(): Promise<Running> {
    const mosquitto = await Mosquitto.start();
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    return mosquitto;
}

const found = findMosquitto();
if ('unavailable' in found) console.log(`SKIPPED: ${found.unavailable}`);

for (const [name, start, testHere] of [
    ['aedes', (): Promise<Running> => Broker.start(), test],
    ['Mosquitto', startMosquitto, 'unavailable' in found ? test.skip : test],
] as const) {
    testHere(`${name}: nothing is lost by one cut, after any byte of the first connection, of either direction`, async () => {
        await withLanes(start, async (lanes) => {
            const length = await lanes[0].measure();
            for (const direction of ['up', 'down'] as const) {
                let resumed = 0;
                await cutAtEveryByte(lanes, direction, length[direction], [], (bytes, connections) => {
                    assert.is(connections[0][direction].forwarded, bytes, 'bytes forwarded before the cut');
                    if (connections.length > 1) resumed++;
                    else assert.ok(bytes >= length.needed[direction], 'the client came back');
                });
                console.log(`${name}: ${length[direction] + 1} cuts ${direction}, the client came back after ${resumed} of them`);
            }
        });
    });

    testHere(`${name}: nothing is lost by a second cut, after any byte of the connection that sends everything again`, async () => {
        await withLanes(start, async (lanes) => {
            // CONNACK (4 bytes) and SUBACK (5) have come through, and one byte of the first PUBACK: the messages are on their way.
            const before = [cutAfter('down', 10)];
            const [, again] = await lanes[0].converse(...before);
            for (const direction of ['up', 'down'] as const) {
                await cutAtEveryByte(lanes, direction, again[direction].forwarded, before, (bytes, connections) => {
                    assert.ok(connections.length > 1, 'the client came back');
                    assert.ok(connections[1][direction].forwarded <= bytes, 'bytes forwarded before the second cut');
                });
            }
        });
    });
}

test('over TLS nothing is lost by a cut in the handshake or in the conversation', async () => {
    const ca = certificate('authority.pem');
    const broker = await Broker.start({ tls: { key: certificate('server.key'), cert: certificate('server.pem') } });
    const lanes: Lane[] = [];
    try {
        const observer = await Observer.connect({ port: broker.port, filter: 'cut/#', socket: connectTls({ port: broker.port, host: '127.0.0.1', ca }) });
        const makeTransport = (port: number): TlsTransport => new TlsTransport({ host: '127.0.0.1', port, ca });
        while (lanes.length < 2) lanes.push(await Lane.open(broker.port, observer, makeTransport));
        const [{ up, down }] = await lanes[0].converse();
        const cuts = (['up', 'down'] as const).flatMap((direction) => {
            const total = { up, down }[direction].forwarded;
            // Before, inside and behind the first record's header; then all over the rest.
            return [0, 1, 5, 6, ...[2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => Math.floor((total * tenth) / 10)), total - 40, total - 1].map((bytes) => ({ direction, bytes, total }));
        });
        await onLanes(lanes, cuts, async (lane, { direction, bytes, total }) => {
            const [{ [direction]: flow }] = await lane.converse(cutAfter(direction, bytes));
            // How many records the last answers make, and how long a signature is, differs from time to time.
            assert.ok(flow.forwarded === bytes || (flow.forwarded < bytes && bytes > 0.9 * total), `${flow.forwarded} of ${bytes} bytes forwarded before the cut`);
        });
        observer.close();
    } finally {
        lanes.forEach(({ proxy }) => proxy.stop());
        await broker.stop();
    }
});

test.run();
