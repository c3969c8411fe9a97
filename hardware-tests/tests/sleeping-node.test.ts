// A node that sleeps, on Node: what a wake costs at the socket, and what is left of it when its process is killed at any moment.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constants } from '../../scripts/constants.mjs';
import { root } from '../../scripts/root.ts';
import { Client, Topic } from '../../src/index.ts';
import { MemoryStore, WakeCycle } from '../../src/sleep/index.ts';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import { Broker } from '../host/broker.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import { Mosquitto, findMosquitto } from '../host/mosquitto.ts';
import { Observer } from '../host/observer.ts';
import { until } from '../host/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'motemq-sleep-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A node that has one message of 64 bytes for a topic of 24, and what it told of its sleep. */
function sensor(port: number) {
    const platform = new NodePlatform();
    const transport = new TcpTransport({ host: '127.0.0.1', port });
    const slept: string[] = [];
    const cycle = new WakeCycle(Client, {
        platform, transport, clientId: 'sensor-00012', sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(64), userName: 'u', password: 'secret',
    }, {
        store: new MemoryStore(new Uint8Array(1000)), topics: [new Topic(platform, 'site/7/node/12/telemetry')], interval: 60000, goodbye: 0,
        onSleep: (ms, delivered) => slept.push(`${ms > 0 && ms <= 60000} ${delivered}`),
    });
    return { cycle, transport, slept };
}

test('a wake at the socket: two writes, of which one is DISCONNECT, and 8 bytes of answers', async () => {
    const broker = await Broker.start();
    const proxy = await FaultProxy.start({ target: broker.port });
    const { cycle, transport, slept } = sensor(proxy.port);
    assert.ok(cycle.add(0, new Uint8Array(64), 0, 64, false));
    cycle.wake(false);
    await until('it may sleep', () => slept.length > 0);
    await until('the connection is gone', () => proxy.current!.ended);
    const { up, down } = proxy.current!;
    // User name and password take 11 bytes of the 133.
    assert.equal([up.received, up.chunks, down.received], [122 + 11, 2, 8]);
    assert.equal([transport.bytesWritten, transport.socketWrites, transport.bytesRead], [122 + 11, 2, 8]);
    assert.equal(slept, ['true true']);
    proxy.stop();
    await broker.stop();
});

test('what is printed of a cycle or its client shows no password', () => {
    const { cycle } = sensor(1883);
    for (const text of [inspect(cycle, { depth: 9 }), inspect(cycle.client, { depth: 9 }), JSON.stringify(cycle)]) assert.not.match(text, /secret|115, 101, 99/);
});

const found = findMosquitto();
if ('unavailable' in found) console.log(`SKIPPED: ${found.unavailable}`);
const whereInstalled = 'unavailable' in found ? test.skip : test;

whereInstalled('killed at random moments and started again over its files, it loses nothing that it accepted, and keeps the order', async () => {
    const program = join(folder, 'node.mjs');
    await build({ entryPoints: [join(root, 'hardware-tests/host/sleeping-node.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20', define: constants(true), logLevel: 'error' });
    const mosquitto = await Mosquitto.start();
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    const observer = await Observer.connect({ port: mosquitto.port, filter: 'sleeper' });
    const accepted: number[] = [];

    /** Runs the node; kills it at a moment soon after it has accepted so many readings more; -1: lets it drain. Returns its exit code. */
    const run = (readings: number): Promise<number | null> => new Promise(resolve => {
        const child = spawn(process.execPath, [program, folder, String(mosquitto.port), String((accepted.at(-1) ?? -1) + 1), readings < 0 ? 'drain' : ''], { stdio: ['ignore', 'pipe', 'inherit'] });
        const limit = accepted.length + readings;
        let text = '';
        child.stdout.on('data', (bytes: Buffer) => {
            text += bytes.toString();
            const lines = text.split('\n');
            text = lines.pop()!;
            accepted.push(...lines.map(Number));
            // A wake takes a few ms: the kill falls anywhere in it, or in the next ones.
            if (accepted.length > limit) setTimeout(() => child.kill('SIGKILL'), Math.random() * 12);
        });
        child.on('close', resolve);
    });

    const kills = Number(process.env.KILLS ?? 5);
    for (let kill = 0; kill < kills; kill++) assert.is(await run(Math.floor(Math.random() * 60)), null);
    assert.is(await run(-1), 0);
    await until('the last reading has arrived', () => observer.messages.some(({ payload }) => Number(payload) >= accepted.at(-1)!));
    const all = observer.messages.map(({ payload }) => Number(payload));
    const arrived = [...new Set(all)];
    const missing = accepted.filter(reading => !arrived.includes(reading));
    console.log(`${kills} kills: ${new Set(accepted).size} readings accepted, ${arrived.length} arrived, ${all.length - arrived.length} twice`);
    assert.equal(missing, []);
    assert.equal(arrived, arrived.slice().sort((a, b) => a - b), 'in order');
    observer.close();
    await mosquitto.stop();
});

test.run();
