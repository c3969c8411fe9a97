// Every attack of ../host/hostile.ts over real sockets, on Node and on XS: the connection ends with the reason that the attack deserves or
// lasts, the client gets on afterwards, and what it holds has not grown by a byte (exact on XS; on V8 see hostile-memory.test.ts).
import { join } from 'node:path';
import { suite, test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../scripts/root.ts';
import { CONNECTED } from '../../src/index.ts';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import { bootBoard } from '../boards/xs/board.ts';
import { xsEngine } from '../boards/xs/build.ts';
import { bundleForBoard } from '../boards/xs/bundle.ts';
import { HostileBroker } from '../host/hostile-broker.ts';
import { RECEIVE_BUFFER, Victim } from '../host/hostile-victim.ts';
import { attacks, publish } from '../host/hostile.ts';
import { until } from '../host/until.ts';

/** How often a connection that ends is made again and attacked again, and how many times fifty attacks one that lasts outlives. */
const AMBUSHES = 3;
const FLOODS = 4;

const ending = attacks.filter(({ reason }) => reason !== 0);
const lasting = attacks.filter(({ reason }) => reason === 0);

/** Connected, and acknowledged on this connection. */
async function settled(broker: HostileBroker, connects: number): Promise<void> {
    await until('the client is connected', () => broker.connects > connects);
    const { published } = broker;
    await until('the client publishes', () => broker.published > published + 1);
}

const onNode = suite<{ broker: HostileBroker; victim: Victim }>('Node');
onNode.before(async (context) => {
    context.broker = await HostileBroker.start();
    const transport = new TcpTransport({ host: '127.0.0.1', port: context.broker.port });
    context.victim = new Victim(new NodePlatform(), transport, new Uint8Array(512), new Uint8Array(RECEIVE_BUFFER));
    context.victim.start();
    await settled(context.broker, 0);
});
onNode.after(async ({ broker, victim }) => {
    victim.client.stop();
    await broker.stop();
});
for (const attack of ending) {
    onNode(`${attack.name}: the connection ends with ${attack.reason}`, async ({ broker, victim }) => {
        const before = victim.ended[attack.reason];
        const { given } = victim;
        await broker.ambush(attack, AMBUSHES);
        await until('the client is connected again', () => victim.client.state === CONNECTED);
        assert.is(victim.ended[attack.reason] - before, AMBUSHES);
        assert.is(victim.given, given, 'nothing of it reached the application');
    });
}
for (const attack of lasting) {
    onNode(`${attack.name}: the connection lasts and messages get through`, async ({ broker, victim }) => {
        const { connects } = broker;
        await broker.flood(attack, FLOODS);
        assert.is(broker.connects, connects);
        assert.is(victim.client.state, CONNECTED);
    });
}
for (const receiveBufferSize of [512, 65_536]) {
    onNode(`as many QoS 1 messages as ${receiveBufferSize} bytes hold are all acknowledged, though they come at once`, async () => {
        const broker = await HostileBroker.start();
        const transport = new TcpTransport({ host: '127.0.0.1', port: broker.port, receiveBufferSize });
        const { client } = new Victim(new NodePlatform(), transport, new Uint8Array(512), new Uint8Array(RECEIVE_BUFFER));
        client.start();
        await until('it is subscribed', () => client.state === CONNECTED && client.safeToSleep);
        const messages = 40_000;
        broker.say(Buffer.concat(Array.from({ length: messages }, () => publish('a', '', 2))));
        await until('all are acknowledged', () => broker.acknowledged === messages || client.closeReason !== 0);
        assert.equal({ acknowledged: broker.acknowledged, closeReason: client.closeReason }, { acknowledged: messages, closeReason: 0 });
        client.stop();
        await broker.stop();
    });
}
onNode.run();

interface Held {
    readonly slots: number;
    readonly chunks: number;
    readonly garbageSlots: number;
    readonly garbageChunks: number;
    readonly collected: number;
    readonly state: number;
}

const engine = await xsEngine();
if (engine.available) {
    const script = await bundleForBoard(join(root, 'hardware-tests', 'host', 'hostile-board.ts'));
    const onBoard = suite<{ broker: HostileBroker; ask(): Promise<Held>; stop(): Promise<unknown>; idle: Held }>('XS');
    onBoard.before(async (context) => {
        context.broker = await HostileBroker.start();
        const board = bootBoard(engine.path, { script, config: { port: context.broker.port } });
        context.stop = () => board.stop();
        const answers = (): string[] => board.lines.filter((line) => line.startsWith('held '));
        context.ask = async () => {
            const before = answers().length;
            board.send('ask');
            await until('the board answers', () => answers().length > before);
            return JSON.parse(answers()[before].slice(5)) as Held;
        };
        await settled(context.broker, 0);
        // The first answers and the first second connection make what is made once.
        const { connects } = context.broker;
        context.broker.drop();
        await settled(context.broker, connects);
        await context.ask();
        await context.ask();
        context.idle = await context.ask();
    });
    onBoard.after(async ({ broker, stop }) => {
        await stop();
        await broker.stop();
    });
    for (const attack of ending) {
        onBoard(`${attack.name}: the connection ends, and nothing is held afterwards`, async ({ broker, ask, idle }) => {
            const { connects } = broker;
            await broker.ambush(attack, AMBUSHES);
            await settled(broker, connects + AMBUSHES - 1);
            const held = await ask();
            assert.equal({ state: held.state, slots: held.slots, chunks: held.chunks }, { state: CONNECTED, slots: idle.slots, chunks: idle.chunks });
        });
    }
    for (const attack of lasting) {
        onBoard(`${attack.name}: the connection lasts, and nothing is allocated`, async ({ broker, ask, idle }) => {
            const { connects } = broker;
            await ask();
            await broker.flood(attack, FLOODS);
            const held = await ask();
            assert.is(broker.connects, connects);
            assert.equal(held, idle);
        });
    }
    onBoard.run();
} else {
    console.log(`SKIPPED: attacks on the virtual board, because ${engine.because}`);
    test.skip('XS');
    test.run();
}
