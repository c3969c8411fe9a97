// Links that are cut after so many bytes, up and down, by FIN and by RST, while Espruino publishes at QoS 1: every message
// arrives, in order. On the model of Espruino and, where it is to be had, on its interpreter.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Broker } from '../../../host/broker.ts';
import { FaultProxy } from '../../../host/fault-proxy.ts';
import type { Faults } from '../../../host/fault-proxy.ts';
import { until } from '../../../host/until.ts';
import { bootEspruino } from '../board.ts';
import type { EspruinoBoard } from '../board.ts';
import { bundleForEspruino, publishedFiles } from '../bundle.ts';
import { upload } from '../upload.ts';
import { engines } from './engines.ts';

const { motemq } = await publishedFiles();
const files = { motemq, cuts: await bundleForEspruino('hardware-tests/boards/espruino/cuts-main.ts') };
const COUNT = 20;

/** Cuts of the first connections: after so many bytes, in steps that fall on all parts of packets. */
const plans = (direction: 'up' | 'down', from: number, step: number): Faults[] => Array.from({ length: 12 }, (_, index) => ({
    [direction]: { cutAfter: { bytes: from + index * step, how: index % 2 ? 'fin' : 'rst' } },
}));

for (const engine of engines) {
    const tests = suite(engine.name);
    let board: EspruinoBoard;
    let broker: Broker;
    const seen: string[] = [];

    tests.before(async () => {
        broker = await Broker.start({ onPublish: ({ topic, payload, qos }) => qos === 1 && seen.push(`${topic} ${payload.toString()}`) });
        board = await bootEspruino(engine, await upload(engine, files));
    });
    tests.after(async () => {
        await board.stop();
        await broker.stop();
    });

    for (const [direction, from, step] of [['up', 0, 7], ['up', 30, 13], ['down', 0, 1], ['down', 5, 3]] as const) {
        tests(`cuts ${direction} from byte ${from} on, every ${step}`, async () => {
            const name = `${direction}${from}`;
            const proxy = await FaultProxy.start({ target: broker.port });
            try {
                proxy.plan(...plans(direction, from, step));
                await board.evaluate(`(require("cuts").run(${proxy.port},"${name}",${COUNT}),0)`);
                await until('all is acknowledged', () => board.lines.some((line) => line.startsWith(`done ${name} `)), 30);
                const [, , acknowledged, connections, reason] = (board.lines.find((line) => line.startsWith(`done ${name} `)) as string).split(' ');
                assert.is(`${acknowledged} ${reason}`, `${COUNT} 16`);
                assert.ok(Number(connections) > 2, `${connections} connections`);
                assert.ok(proxy.connections.length > 5, `${proxy.connections.length} links`);
                const first = [...new Set(seen.filter((text) => text.startsWith(`cuts/${name} `)))];
                assert.equal(first, Array.from({ length: COUNT }, (_, index) => `cuts/${name} message ${index}`));
                assert.not.match(board.lines.join('\n'), /Uncaught|motemq:/);
            } finally {
                proxy.stop();
            }
        });
    }

    tests.run();
}
