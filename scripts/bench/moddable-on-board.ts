// Runs on the virtual board: the client with the Moddable target, over a real TCP connection to a broker on the host. A round
// begins in a timer's callback of its own and ends when the broker's answer is there.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';
import { CONNECTED, Client, Subscription, Topic } from '../../src/index.ts';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import type { Row } from './board-meter.ts';

const ROUNDS = 100;
const REHEARSALS = 20;
/** Between two rounds, in ms: all that a round has set off is over then. */
const PAUSE = 1;
const IDLE = 0x3fffffff;

const platform = new ModdablePlatform();
const transport = new TcpTransport({ io: TCP, address: '127.0.0.1', port: config.port as number, sendBufferSize: 600 });
const payload = new Uint8Array(16);
const topic = new Topic(platform, 'sensors/ab');
const echoed = new Topic(platform, 'sensors/ec');
const subscription = new Subscription(platform, 'sensors/ec', 0);

/** Rounds of the present kind that are over; it starts below 0 with those that do not count. */
let over = -REHEARSALS;
let kind = 0;
let slots = 0;
let chunkBytes = 0;
let collections = 0;
let bytecodes = 0;

function next(): void {
    over++;
    Timer.schedule(pump, PAUSE, IDLE);
}

const client = new Client({
    platform, transport, clientId: 'bench', cleanSession: true, sendBuffer: transport.sendBuffer, receiveBuffer: new Uint8Array(128),
    onSubscribed: next, onAcknowledged: next, onMessage: next,
    onStateChange(state) {
        if (state === CONNECTED) client.subscribe(subscription);
    },
});

const kinds = [
    { name: 'empty', round: next },
    {
        name: 'publish QoS 0',
        round() {
            client.publish(topic, payload, 0, 16, 0, false);
            next();
        },
    },
    { name: 'publish QoS 1 + PUBACK', round() { client.publish(topic, payload, 0, 16, 1, false); } },
    { name: 'publish QoS 0 and receive it', round() { client.publish(echoed, payload, 0, 16, 0, false); } },
];

function begin(): void {
    Meter.collect();
    Meter.resetStack();
    collections = Meter.collections();
    slots = Meter.slots();
    chunkBytes = Meter.chunkBytes();
    bytecodes = Meter.bytecodes();
}

function report(): void {
    const bytecodesAfter = Meter.bytecodes();
    const slotsAfter = Meter.slots();
    const chunkBytesAfter = Meter.chunkBytes();
    const stack = Meter.deepestStack();
    const row: Row = {
        name: kinds[kind].name, rounds: ROUNDS, operations: 1, slots: slotsAfter - slots, chunkBytes: chunkBytesAfter - chunkBytes,
        collections: Meter.collections() - collections, bytecodes: bytecodesAfter - bytecodes, stack,
    };
    trace(`row ${JSON.stringify(row)}\n`);
}

const pump = Timer.set(() => {
    if (client.state !== CONNECTED) return;
    if (over === ROUNDS) {
        report();
        over = -REHEARSALS;
        if (++kind === kinds.length) {
            trace(`done ${JSON.stringify({ connections: client.connections, acknowledged: client.acknowledged, received: client.received, refused: client.refused })}\n`);
            client.stop();
            Board.exit(0);
        }
    }
    if (over === 0) begin();
    kinds[kind].round();
}, IDLE, IDLE);
client.start();
