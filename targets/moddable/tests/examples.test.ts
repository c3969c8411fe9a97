// The examples as they are handed out, on the virtual board with the memory that their manifests ask for.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootBoard, type Board, type Memory } from '../../../hardware-tests/boards/xs/board.ts';
import { bundlePreloaded } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, engine } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import { BROKER, NetworkMemory } from '../network-memory.ts';
import { RecordStore } from '../record-store.ts';
import { Flash } from './flash.ts';

interface Manifest {
    readonly include: readonly string[];
    readonly config: Record<string, unknown>;
    readonly creation: {
        readonly static: number;
        readonly chunk: { readonly initial: number; readonly incremental: number };
        readonly heap: { readonly initial: number; readonly incremental: number };
        readonly stack: number;
    };
}

const manifestOf = (name: string): Manifest => JSON.parse(readFileSync(join(root, 'examples', name, 'manifest.json'), 'utf8')) as Manifest;

function memoryOf({ creation }: Manifest): Memory {
    return {
        chunkInitial: creation.chunk.initial, chunkIncremental: creation.chunk.incremental,
        slotsInitial: creation.heap.initial, slotsIncremental: creation.heap.incremental,
        stack: creation.stack, total: creation.static,
    };
}

/** Boots an example as `mcconfig -m -p PLATFORM ssid=… host=…` does, with a broker of ours under a name. */
async function boot(name: string, broker: Broker, config: object = {}): Promise<Board> {
    const manifest = manifestOf(name);
    return bootBoard(engine.available ? engine.path : '', {
        ...await bundlePreloaded(join(root, 'examples', name, 'main.js')),
        memory: memoryOf(manifest),
        config: { ...manifest.config, ssid: 'field', password: 'secret', host: 'broker.example', names: { 'broker.example': '127.0.0.1' }, port: broker.port, ...config },
    });
}

test('each example includes motemq with one line', () => {
    for (const [name, line] of [['moddable-esp32', '../../manifest.json'], ['moddable-esp8266', '../../manifest-sleep.json']]) {
        assert.equal(manifestOf(name).include.filter(each => !each.startsWith('$(MODDABLE)')), [line]);
    }
});

test('each example finds the modules that it imports in the manifest that it includes', () => {
    interface Included { readonly include?: string; readonly modules: object }
    const read = (name: string): Included => JSON.parse(readFileSync(join(root, name), 'utf8')) as Included;
    for (const [name, file] of [['moddable-esp32', 'manifest.json'], ['moddable-esp8266', 'manifest-sleep.json']]) {
        const { include, modules } = read(file);
        const there = Object.keys({ ...modules, ...(include ? read(include).modules : {}) });
        const imported = [...readFileSync(join(root, 'examples', name, 'main.js'), 'utf8').matchAll(/from '(motemq[^']*)'/g)].map(([, module]) => module);
        assert.ok(imported.length > 2);
        assert.equal(imported.filter(module => !there.includes(module)), []);
    }
});

boardTest('the ESP32 node publishes reading after reading and is acknowledged', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ topic, payload }) => void (topic === 'motemq/esp32' && payloads.push(payload.toString())) });
    const board = await boot('moddable-esp32', broker, { interval: 0.05 });
    try {
        await until('five readings are acknowledged', () => board.lines.filter(line => line.startsWith('the broker has reading ')).length >= 5);
        assert.equal(payloads.slice(0, 2), ['{"uptime":0,"temperature":21.34}', '{"uptime":0,"temperature":21.34}']);
        assert.equal(board.lines.slice(0, 4), ['waiting', 'opening', 'connecting', 'connected']);
    } finally {
        await board.stop();
        await broker.stop();
    }
});

/** What the flash of a board that sleeps holds, and the other lines of its console. */
function asleep({ lines }: Board): { readonly flash: object; readonly told: string[] } {
    const flash = lines.filter(line => line.startsWith('flash ')).at(-1);
    return { flash: flash === undefined ? {} : JSON.parse(flash.slice('flash '.length)) as object, told: lines.filter(line => !line.startsWith('flash ')) };
}

const minuteOfSleep = /^deep sleep (59\d{6}|60000000)$/;

boardTest('the ESP8266 node, in 32 KB with a stack of 256 slots, publishes once each time it wakes, and sleeps', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ topic, payload }) => void (topic === 'motemq/esp8266' && payloads.push(payload.toString())) });
    let flash = {};
    try {
        for (let day = 1; day <= 3; day++) {
            const board = await boot('moddable-esp8266', broker, { flash });
            assert.equal(await board.end, { code: 0, errors: '' });
            const { told, ...node } = asleep(board);
            flash = node.flash;
            assert.equal(told.slice(0, -1), ['state 1', 'state 2', 'state 3', 'state 4', 'state 5', 'state 0, reason 16']);
            assert.match(told.at(-1)!, minuteOfSleep);
            assert.equal(payloads, Array.from({ length: day }, () => '{"temperature":21.34}'));
        }
    } finally {
        await broker.stop();
    }
});

/** Flash in which the ESP8266 node remembers a broker at `address`. */
function flashThatKnows(address: string): object {
    const values = new Flash(63, 4096, false);
    const memory = new NetworkMemory({ platform: new VirtualPlatform(), store: new RecordStore({ values, valueSize: 63, recordSize: 120 }), name: 'field broker.example' });
    memory.take(BROKER);
    memory.channel = 6;
    memory.broker = address;
    memory.settle(true);
    return { network: Object.fromEntries([...values.content].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')])) };
}

boardTest('the ESP8266 node asks no name server for an address that it knows; one that has become wrong costs a connection', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ payload }) => void payloads.push(payload.toString()) });
    const wake = async (flash: object, names: object): Promise<{ readonly states: string; readonly flash: object }> => {
        const board = await boot('moddable-esp8266', broker, { flash, names });
        assert.equal(await board.end, { code: 0, errors: '' });
        const { told, ...node } = asleep(board);
        return { states: told.slice(0, -1).map(line => line.slice('state '.length)).join('; '), flash: node.flash };
    };
    /** As `wake`, again if it had to ask all the same: at one start of 32, by chance. */
    const wakeKnowing = async (flash: object, names: object, states: string): Promise<object> => {
        for (let tries = 1; ; tries++) {
            const woken = await wake(flash, names);
            if (tries === 4) assert.is(woken.states, states);
            if (woken.states === states) return woken.flash;
        }
    };
    const names = { 'broker.example': '127.0.0.1' };
    const once = '1; 2; 3; 4; 5; 0, reason 16';
    try {
        const first = await wake({}, names);
        assert.is(first.states, once);
        // There is no such name any more.
        await wakeKnowing(first.flash, {}, once);
        // Nobody listens there; the new address is remembered.
        const moved = await wakeKnowing(flashThatKnows('127.0.0.99'), names, '1; 2; 1, reason 18; 2; 3; 4; 5; 0, reason 16');
        await wakeKnowing(moved, {}, once);
        assert.ok(payloads.length >= 4);
    } finally {
        await broker.stop();
    }
});

boardTest('the ESP8266 node goes back to sleep when its WiFi does not come, and sends the reading with a later one', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ payload }) => void payloads.push(payload.toString()) });
    try {
        const lost = await boot('moddable-esp8266', broker, { air: ['refused', 'silent'], awake: 0.1 });
        assert.equal(await lost.end, { code: 0, errors: '' });
        const { flash, told } = asleep(lost);
        assert.equal(told.slice(0, -1), ['state 1', 'state 2', 'state 0, reason 16']);
        assert.match(told.at(-1)!, minuteOfSleep);
        assert.equal(payloads, []);
        // The radio rests for some of the wakes that follow.
        let present = flash;
        for (let wakes = 1; payloads.length === 0; wakes++) {
            assert.ok(wakes < 10, 'it tries again');
            const board = await boot('moddable-esp8266', broker, { flash: present });
            assert.equal(await board.end, { code: 0, errors: '' });
            present = asleep(board).flash;
            if (payloads.length > 0) assert.is(payloads.length, wakes + 1);
        }
    } finally {
        await broker.stop();
    }
});

test.run();
