// A node that sleeps on Espruino: the published files on the model and, where it is to be had, on the interpreter. Messages and session image
// lie in Storage; each start of the machine is a wake, and a broker that is not there costs nothing but time.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Machine } from '../../../hardware-tests/boards/espruino/machine.ts';
import { enginesFor } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { prepareBoardBundles } from '../../../scripts/bundles.ts';

const files: Record<string, string> = {};
for (const bundle of await prepareBoardBundles()) {
    const name = bundle.name.replace('espruino/', '');
    if (['motemq-sleep', 'motemq-board'].includes(name)) files[name] = (await bundle.emit({ minify: true, texts: false })).code;
}

files.node = `
const mqtt = require('motemq-sleep'), board = require('motemq-board'), flash = require('Storage');
const platform = new mqtt.EspruinoPlatform();
const cycle = new mqtt.WakeCycle(mqtt.Publisher, {
    platform, transport: new mqtt.TcpTransport({ io: require('net'), host: '127.0.0.1', port: brokerPort }),
    clientId: 'sleeper', sendBuffer: new Uint8Array(200), retryDelay: 10,
}, {
    store: new board.StorageStore(flash, 'message', 40), image: new board.StorageStore(flash, 'image', 60),
    // The radio does not rest by chance at the wake behind one in vain.
    topics: [new mqtt.Topic(platform, 'cellar')], payloadSize: 20, interval: 60000, batchCount: batch, maximumPause: 1,
    onSleep: (ms, delivered) => print('sleep ' + (ms > 0 && ms <= 60000) + ' ' + delivered + ' ' + cycle.outbox.count),
});
const payload = platform.utf8(reading);
cycle.add(0, payload, 0, payload.length, false);
cycle.wake(false);
`;

/** Wakes, readings each, and wakes before memory is first looked at. */
const [WAKES, READINGS, FIRST] = [100, 10, 5];

// It goes on in RAM: one wake after the other, over a store and an image in memory. The variables in use are counted where every wake looks the same.
files.years = `
const mqtt = require('motemq-sleep');
const platform = new mqtt.EspruinoPlatform();
// Small numbers take no variable of their own: times and, below, counters are large from the beginning.
const realTime = getTime;
global.getTime = () => realTime() + 100;
if (platform.now() < 99000) print('sleep at the wrong time');
const payload = new Uint8Array(20);
let used = 0;
function wake() {
    for (let left = ${READINGS}; left > 0; left--) if (!cycle.add(0, payload, 0, 20, false)) print('sleep refused');
    cycle.wake(false);
}
const cycle = new mqtt.WakeCycle(mqtt.Publisher, {
    platform, transport: new mqtt.TcpTransport({ io: require('net'), host: '127.0.0.1', port: brokerPort }),
    clientId: 'sleeper', sendBuffer: new Uint8Array(500), retryDelay: 10,
}, {
    store: new mqtt.MemoryStore(new Uint8Array(300)), image: new mqtt.MemoryStore(new Uint8Array(120)),
    topics: [new mqtt.Topic(platform, 'cellar')], payloadSize: 20, interval: 1, goodbye: 0,
    onSleep: (ms, delivered) => {
        // The model has no such figure.
        const now = typeof process === 'undefined' || !process.memory ? 0 : process.memory().usage;
        if (cycle.wakes === ${FIRST}) used = now;
        // A number that has become large on a slow machine is a variable more; what each wake leaves would be ${WAKES}.
        if (cycle.wakes === ${FIRST + WAKES}) print('sleep ' + delivered + ' ' + cycle.outbox.acknowledged + ' ' + (now - used < 9));
        else setTimeout(wake, 1);
    },
});
cycle.client.bytesOut = cycle.client.bytesIn = 100000;
wake();
`;

/** A node that sleeps takes 1,734 variables at most, of 14 bytes. */
const NEEDED = 2000;

for (const engine of await enginesFor('a node that sleeps', NEEDED)) {
    const tests = suite(engine.name);

    tests('readings gather over resets and arrive in order, in one connection, also those that a wake in vain left', async () => {
        const payloads: string[] = [];
        const broker = await Broker.start({ onPublish: ({ payload }) => void payloads.push(payload.toString()) });
        let flash = await upload(engine, files);
        const wake = async (reading: string, port: number, batch: number): Promise<string> => {
            const board = new Machine(await engine.command(), flash, `brokerPort=${port};reading="${reading}";batch=${batch};require("node");`, () => {});
            try {
                await until('it sleeps', () => board.lines.some(line => line.startsWith('sleep') || line.startsWith('Uncaught')), 30);
                flash = board.flash();
                return board.lines.find(line => line.startsWith('sleep'))!;
            } catch (error) {
                throw new Error(`${(error as Error).message}\n${board.lines.join('\n')}`, { cause: error });
            } finally {
                await board.stop();
            }
        };
        try {
            assert.is(await wake('a', broker.port, 2), 'sleep true false 1');
            assert.equal(payloads, []);
            // Nobody listens there.
            assert.is(await wake('b', 9, 2), 'sleep true false 2');
            assert.is(await wake('c', broker.port, 2), 'sleep true true 0');
            assert.equal(payloads, ['a', 'b', 'c']);
            assert.is(await wake('d', broker.port, 1), 'sleep true true 0');
            assert.equal(payloads, ['a', 'b', 'c', 'd']);
        } finally {
            await broker.stop();
        }
    });

    tests(`over ${WAKES} wakes and ${WAKES * READINGS} messages no memory is lost`, async () => {
        const broker = await Broker.start();
        const board = new Machine(await engine.command(), await upload(engine, files), `brokerPort=${broker.port};require("years");`, () => {});
        try {
            await until('it has slept often', () => board.lines.some(line => line.startsWith('sleep') || line.startsWith('Uncaught')), 60);
            const [line] = board.lines.filter(each => each.startsWith('sleep') || each.startsWith('Uncaught'));
            assert.is(line, `sleep true ${(FIRST + WAKES) * READINGS} true`);
        } finally {
            await board.stop();
            await broker.stop();
        }
    });

    tests.run();
}
