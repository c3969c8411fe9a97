// Nothing is allocated per message, from the application down to the socket: exact figures of the engine, over real TCP.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { bundleForBoard } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, bootScript } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { ceilings } from '../../../scripts/ceilings.ts';
import { root } from '../../../scripts/root.ts';

interface Row {
    readonly name: string;
    readonly slots: number;
    readonly chunks: number;
    /** Above what the machine has on its stack when it calls: in a turn down to the application's callback, and in `publish`. */
    readonly turnStack: number;
    readonly callStack: number;
    readonly machineStack: number;
    readonly collections: number;
}

/** Runs allocation-board.ts against a broker; returns its rows. */
async function measure(config: { qos: 0 | 1; foreignBuffer?: boolean; tls?: boolean }): Promise<Row[]> {
    const broker = await Broker.start();
    const script = await bundleForBoard(join(root, 'targets', 'moddable', 'tests', 'allocation-board.ts'));
    const board = bootScript(script, { ...config, port: broker.port });
    try {
        await board.line('subscribed');
        for (let message = 0; message < 210; message++) await broker.publish('to/board', Buffer.alloc(16), config.qos);
        assert.is(await board.line('state '), 'state 4 connections 1');
        assert.equal(await board.end, { code: 0, errors: '' });
    } finally {
        await board.stop();
        await broker.stop();
    }
    return JSON.parse((await board.line('rows ')).slice(5)) as Row[];
}

for (const config of [{ qos: 0 }, { qos: 1 }, { qos: 1, foreignBuffer: true }, { qos: 0, tls: true }, { qos: 1, tls: true }] as const) {
    boardTest(`200 rounds of each kind allocate 0 slots and 0 chunk bytes: ${JSON.stringify(config)}`, async () => {
        const rows = await measure(config);
        assert.equal(rows.map(({ name, slots, chunks, collections }) => `${name}: ${slots} slots, ${chunks} bytes, ${collections} collections`), [
            'publish QoS 0: 0 slots, 0 bytes, 0 collections',
            'publish QoS 1: 0 slots, 0 bytes, 0 collections',
            `received QoS ${config.qos}: 0 slots, 0 bytes, 0 collections`,
            'ping: 0 slots, 0 bytes, 0 collections',
        ]);
        for (const { name, turnStack, callStack, machineStack } of rows) {
            const { design } = ceilings.stackSlots;
            assert.ok(turnStack <= design, `${name}: a turn needs ${turnStack} slots of stack`);
            assert.ok(callStack <= design, `${name}: the call needs ${callStack} slots of stack`);
            // An ESP8266 has 256. The rest is left for what an application does in a callback.
            assert.ok(machineStack + turnStack <= 132, `${name} needs ${machineStack + turnStack} slots of stack with the machine's own`);
        }
    });
}

test.run();
