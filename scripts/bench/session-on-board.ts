// Runs on the virtual board: every kind of round of the client (codec, session, telemetry writers), measured. The broker answers
// in the same turn from packets made beforehand. Topic of 10 and payload of 16 bytes: the workload behind the rivals' figures in
// the design's table.
import { CONNECTED, CONNECTION_LOST, Client, Subscription, Topic } from '../../src/index.ts';
import { CborText, CborWriter, JsonText, JsonWriter } from '../../src/telemetry/index.ts';
import { measureAll, measureLive } from './board-meter.ts';
import type { Kind } from './board-meter.ts';
import { FloorClient } from './floor.ts';
import { BenchPlatform, BenchTransport } from './virtual-world.ts';

const BURST = 10;
const TOPIC = 'sensors/ab';

/** What the application owns: buffers and callbacks. */
const sendBuffer = new Uint8Array(600);
const receiveBuffer = new Uint8Array(64);
const payload = new Uint8Array(16);
const nothing = new Uint8Array(0);
const scratch = new Uint8Array(16);
let messages = 0;
const onMessage = (): void => {
    messages++;
};

const platform = measureLive('platform of the bench', () => new BenchPlatform());
const transport = measureLive('transport of the bench', () => new BenchTransport());
// A window of the burst's size: all of it goes out in one turn.
const options = measureLive('options', () => ({ platform, transport, clientId: 'sensor', sendBuffer, receiveBuffer, onMessage, window: BURST }));

/** A packet, `count` times. */
function bytes(packet: readonly number[], count: number): Uint8Array {
    const all = new Uint8Array(packet.length * count);
    for (let index = 0; index < all.length; index++) all[index] = packet[index % packet.length];
    return all;
}

const connack = bytes([0x20, 2, 0, 0], 1);
const pingresp = bytes([0xd0, 0], 1);
const pubacks = bytes([0x40, 2, 0, 0], BURST);
const suback = bytes([0x90, 3, 0, 0, 0], 1);
const name = [0, 10, 0x73, 0x65, 0x6e, 0x73, 0x6f, 0x72, 0x73, 0x2f, 0x61, 0x62];
const text = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const message0 = bytes([0x30, 28, ...name, ...text], BURST);
const message1 = bytes([0x32, 30, ...name, 0, 1, ...text], BURST);
const size0 = message0.length / BURST;
const size1 = message1.length / BURST;
const oversize = bytes([0x30, 100, ...name, ...text, ...text, ...text, ...text, ...text, 1, 2, 3, 4, 5, 6, 7, 8], 1);

const client = measureLive('connected client', () => {
    const made = new Client(options);
    made.start();
    platform.wake();
    transport.opened();
    made.onBytes(connack, 0, 4);
    return made;
});
const topic = measureLive('topic', () => new Topic(platform, TOPIC));
const subscription = measureLive('subscription', () => new Subscription(platform, 'sensors/+', 0, onMessage));

function connect(): void {
    platform.wake();
    transport.opened();
    client.onBytes(connack, 0, 4);
}

/** The broker acknowledges the packet with this identifier by the packet at `at`. */
function acknowledge(packet: Uint8Array, at: number, packetIdentifier: number): void {
    packet[at + 2] = packetIdentifier >> 8;
    packet[at + 3] = packetIdentifier;
}

const json = new JsonWriter(new Uint8Array(128));
const cbor = new CborWriter(new Uint8Array(128));
const names = ['celsius', 'volts', 'count', 'door'];
const jsonNames = names.map(name => new JsonText(platform, name));
const cborNames = names.map(name => new CborText(platform, name));

/** What both writers have in common. */
interface Writer<Text> {
    key(name: Text): number;
    decimal(value: number, decimals: number): number;
    fixed(value: number, decimals: number): number;
    integer(value: number): number;
    boolean(value: boolean): number;
    close(): number;
}

/** A reading of a sensor node into the object or map that is open, which it closes. */
function writeReading<Text>(writer: Writer<Text>, keys: readonly Text[]): void {
    writer.key(keys[0]);
    writer.decimal(21.345678, 2);
    writer.key(keys[1]);
    writer.fixed(3712, 3);
    writer.key(keys[2]);
    writer.integer(messages);
    writer.key(keys[3]);
    writer.boolean(true);
    writer.close();
}

let kept: object = payload;
const floor = new FloorClient(platform, transport, new Uint8Array(64), () => {});

const kinds: readonly Kind[] = [
    { name: 'empty', operations: 1, round() {} },
    { name: 'control', operations: 1, round() { kept = {}; } },
    { name: 'copy 0', operations: 1, round() { scratch.set(nothing, 0); } },
    { name: 'copy 16', operations: 1, round() { scratch.set(payload, 0); } },
    {
        name: 'floor of publish QoS 0', operations: 1,
        round() {
            floor.publish(topic, payload, 0, 16, 0, false);
            floor.onWake();
        },
    },
    {
        name: 'floor of publish QoS 1 + PUBACK', operations: 1,
        round() {
            acknowledge(pubacks, 0, floor.publish(topic, payload, 0, 16, 1, false));
            floor.onWake();
            floor.onPuback(pubacks, 0, 4);
        },
    },
    { name: 'floor of received QoS 0', operations: 1, round() { floor.onPublish(message0, 0, size0); } },
    {
        name: 'publish QoS 0', operations: 1,
        round() {
            client.publish(topic, payload, 0, 16, 0, false);
            client.onWake();
        },
    },
    {
        name: 'publish QoS 0, burst', operations: BURST,
        round() {
            for (let count = 0; count < BURST; count++) client.publish(topic, payload, 0, 16, 0, false);
            client.onWake();
        },
    },
    {
        name: 'publish QoS 1 + PUBACK', operations: 1,
        round() {
            acknowledge(pubacks, 0, client.publish(topic, payload, 0, 16, 1, false));
            client.onWake();
            client.onBytes(pubacks, 0, 4);
        },
    },
    {
        name: 'publish QoS 1 + PUBACK, burst', operations: BURST,
        round() {
            for (let count = 0; count < BURST; count++) acknowledge(pubacks, 4 * count, client.publish(topic, payload, 0, 16, 1, false));
            client.onWake();
            client.onBytes(pubacks, 0, 4 * BURST);
        },
    },
    { name: 'received QoS 0', operations: 1, round() { client.onBytes(message0, 0, size0); } },
    { name: 'received QoS 0, burst', operations: BURST, round() { client.onBytes(message0, 0, size0 * BURST); } },
    { name: 'received QoS 1 + PUBACK', operations: 1, round() { client.onBytes(message1, 0, size1); } },
    { name: 'received QoS 1 + PUBACK, burst', operations: BURST, round() { client.onBytes(message1, 0, size1 * BURST); } },
    {
        name: 'received QoS 1 + PUBACK in pieces of 7', operations: 1,
        round() {
            for (let start = 0; start < size1; start += 7) client.onBytes(message1, start, start + 7 < size1 ? start + 7 : size1);
        },
    },
    { name: 'received, too large and skipped', operations: 1, round() { client.onBytes(oversize, 0, oversize.length); } },
    {
        name: 'ping', operations: 1,
        round() {
            platform.wake();
            client.onBytes(pingresp, 0, 2);
        },
    },
    {
        name: 'reconnect, one message resent', operations: 1,
        round() {
            acknowledge(pubacks, 0, client.publish(topic, payload, 0, 16, 1, false));
            client.onWake();
            transport.breaks(CONNECTION_LOST);
            connect();
            client.onBytes(pubacks, 0, 4);
        },
    },
    {
        name: 'received QoS 0, handler of a subscription', operations: 1,
        prepare() {
            acknowledge(suback, 0, client.subscribe(subscription));
            client.onWake();
            client.onBytes(suback, 0, 5);
        },
        round() { client.onBytes(message0, 0, size0); },
    },
    {
        name: 'reconnect, subscription renewed', operations: 1,
        round() {
            transport.breaks(CONNECTION_LOST);
            connect();
            acknowledge(suback, 0, subscription.askedBy);
            platform.wake();
            client.onBytes(suback, 0, 5);
        },
    },
    {
        name: 'JSON of 4 values', operations: 1,
        round() {
            json.begin(0, 128);
            json.openObject();
            writeReading(json, jsonNames);
        },
    },
    {
        name: 'CBOR of 4 values', operations: 1,
        round() {
            cbor.begin(0, 128);
            cbor.openMap(4);
            writeReading(cbor, cborNames);
        },
    },
];

measureAll(kinds.concat({
    // What the rounds were meant to do has happened.
    name: 'done', operations: 1, round() {},
    prepare() {
        trace(`done ${JSON.stringify({
            connected: client.state === CONNECTED, safeToSleep: client.safeToSleep, kept: kept !== payload, messages, granted: subscription.granted,
            sent: client.sent, acknowledged: client.acknowledged, received: client.received, resent: client.resent, skipped: client.skipped,
            refused: client.refused, connections: client.connections, flushes: transport.flushes, json: json.end, cbor: cbor.end,
        })}\n`);
    },
}));
