// Every scenario of ../suites on every engine that is here, with every broker that is here.
import { suite, test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../boards/xs/build.ts';
import { Broker } from '../host/broker.ts';
import { Mosquitto, findMosquitto } from '../host/mosquitto.ts';
import { Stage, startOnBoard, startOnNode, user } from '../host/stage.ts';
import type { StartDevice } from '../host/stage.ts';
import { names } from '../suites/index.ts';
import { directors } from '../host/directors.ts';

interface Running {
    readonly port: number;
    stop(): Promise<void>;
}

/** Null: not on this machine. */
const engines: [name: string, start: StartDevice | null][] = [['Node', startOnNode]];
const xs = await xsEngine();
engines.push(['XS', xs.available ? await startOnBoard(xs.path) : null]);
if (!xs.available) console.log(`SKIPPED: the scenarios on the virtual board, because ${xs.because}`);

const found = findMosquitto();
if ('unavailable' in found) console.log(`SKIPPED: the scenarios with Mosquitto, because ${found.unavailable}`);

async function startMosquitto(): Promise<Running> {
    const mosquitto = await Mosquitto.start({ user });
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    return mosquitto;
}

const brokers: [name: string, start: (() => Promise<Running>) | null][] = [
    ['aedes', () => Broker.start({ user })],
    ['Mosquitto', 'unavailable' in found ? null : startMosquitto],
];

test('each scenario has a director, and each director a scenario', () => {
    assert.equal(Object.keys(directors).sort(), [...names].sort());
});
test.run();

for (const [brokerName, startBroker] of brokers) {
    for (const [engineName, startDevice] of engines) {
        const scenarios = suite(`${engineName} with ${brokerName}`);
        if (startBroker === null || startDevice === null) {
            for (const name of names) scenarios.skip(name);
            scenarios.run();
            continue;
        }
        let broker: Running;
        scenarios.before(async () => {
            broker = await startBroker();
        });
        scenarios.after(() => broker.stop());
        for (const name of names) {
            scenarios(name, async () => {
                const stage = await Stage.open(name, startDevice, broker.port);
                try {
                    await directors[name](stage);
                    assert.not.match(stage.lines.join('\n'), /motemq:|threw|the board ended/);
                } catch (error) {
                    (error as Error).message += `\nThe device reported:\n${stage.lines.join('\n')}`;
                    throw error;
                } finally {
                    await stage.close();
                }
            });
        }
        scenarios.run();
    }
}
