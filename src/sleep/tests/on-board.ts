// Runs on the virtual board: what queueing a message and a whole wake cost there. Connection and broker answer in the same turn.
import { Client, Topic } from '../../index.ts';
import { measureAll } from '../../../scripts/bench/board-meter.ts';
import { BenchPlatform, BenchTransport } from '../../../scripts/bench/virtual-world.ts';
import { MemoryStore, Outbox, WakeCycle } from '../index.ts';

const payload = new Uint8Array(16);
const connack = new Uint8Array(4);
const puback = new Uint8Array(4);
connack[0] = 0x20;
puback[0] = 0x40;
connack[1] = puback[1] = 2;

function node(batchCount: number) {
    const platform = new BenchPlatform();
    const transport = new BenchTransport();
    const slept = { times: 0, ms: 0, delivered: 0 };
    // Frozen, as they may be.
    const cycle = new WakeCycle(Client, Object.freeze({
        platform, transport, clientId: 'sensor', sendBuffer: new Uint8Array(300), receiveBuffer: new Uint8Array(64),
    }), Object.freeze({
        store: new MemoryStore(new Uint8Array(300)), image: new MemoryStore(new Uint8Array(120)), topics: [new Topic(platform, 'sensors/ab')], payloadSize: 16,
        interval: 1000, batchCount, maximumAge: 0x3fffffff, goodbye: 0,
        onSleep(ms: number, delivered: boolean) {
            slept.times++;
            slept.ms += ms;
            if (delivered) slept.delivered++;
        },
    }));
    return { cycle, client: cycle.client, platform, transport, slept };
}

function acknowledge(client: Client): void {
    puback[2] = client.identifier >> 8;
    puback[3] = client.identifier;
    client.onBytes(puback, 0, 4);
}

const sender = node(1);
const batcher = node(1000);
const platform = new BenchPlatform();
const transport = new BenchTransport();
const client = new Client({ platform, transport, clientId: 'sensor', sendBuffer: new Uint8Array(300), receiveBuffer: new Uint8Array(64), onAcknowledged: () => outbox.onAcknowledged() });
const outbox = new Outbox(client, { store: new MemoryStore(new Uint8Array(300)), topics: [new Topic(platform, 'sensors/ab')], payloadSize: 16 });
client.start();
platform.wake();
transport.opened();
client.onBytes(connack, 0, 4);

/** A wake of `sender` that sends what it holds. */
function wake(): void {
    sender.cycle.wake(false);
    sender.platform.wake(); // decides
    sender.platform.wake(); // opens
    sender.transport.opened();
    sender.client.onBytes(connack, 0, 4);
    acknowledge(sender.client);
    sender.platform.wake(); // stops
    sender.platform.wake(); // DISCONNECT
    sender.platform.wake(); // sleeps
}

measureAll([
    { name: 'empty', operations: 1, round() {} },
    {
        name: 'queued and acknowledged', operations: 1,
        round() {
            outbox.add(0, payload, 0, 16, false);
            platform.wake();
            acknowledge(client);
        },
    },
    {
        name: 'a wake that sends', operations: 1,
        round() {
            sender.cycle.add(0, payload, 0, 16, false);
            wake();
        },
    },
    {
        name: 'a wake that waits for its batch and writes its image', operations: 1,
        prepare() {
            batcher.cycle.wake(false);
            batcher.platform.wake();
            batcher.cycle.add(0, payload, 0, 16, false);
        },
        round() {
            batcher.cycle.wake(false);
            batcher.platform.wake();
        },
    },
    {
        name: 'done', operations: 1, round() {},
        prepare() {
            trace(`done ${JSON.stringify({
                acknowledged: outbox.acknowledged, held: outbox.count, wakes: sender.cycle.wakes, cycles: sender.cycle.cycles, delivered: sender.slept.delivered,
                batched: batcher.slept.times, undelivered: batcher.cycle.outbox.count, used: batcher.cycle.cycles,
            })}\n`);
        },
    },
]);
