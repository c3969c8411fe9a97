// Every scenario of hardware-tests/suites with the published file, on the model of Espruino and, where it is to be had, on
// its interpreter, with every broker that is here.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Broker } from '../../../host/broker.ts';
import { Mosquitto, findMosquitto } from '../../../host/mosquitto.ts';
import { Stage, user } from '../../../host/stage.ts';
import type { StartDevice } from '../../../host/stage.ts';
import { names } from '../../../suites/index.ts';
import { directors } from '../../../host/directors.ts';
import { bundleForEspruino, publishedFiles } from '../bundle.ts';
import { bootEspruino } from '../board.ts';
import type { EspruinoBoard } from '../board.ts';
import { model } from '../machine.ts';
import type { Engine } from '../machine.ts';
import { upload } from '../upload.ts';
import { enginesFor } from './engines.ts';

const files = { motemq: (await publishedFiles()).motemq, scenarios: await bundleForEspruino('hardware-tests/boards/espruino/scenario-main.ts') };

/** The scenarios of a suite share a board: what one leaves behind is the next one's trouble, as on a board that runs for years. */
class SharedBoard {
    private board!: EspruinoBoard;
    private onLine: (line: string) => void = () => {};

    async boot(engine: Engine): Promise<void> {
        this.board = await bootEspruino(engine, await upload(engine, files), (line) => this.onLine(line));
    }

    readonly start: StartDevice = (parameters, port, onLine) => {
        this.onLine = onLine;
        const started = this.board.evaluate(`require("scenarios").run(${JSON.stringify(parameters)},${port})`);
        return async () => {
            await started;
            await this.board.evaluate('require("scenarios").stop()');
        };
    };

    stop(): Promise<void> {
        return this.board.stop();
    }
}

const found = findMosquitto();
if ('unavailable' in found) console.log(`SKIPPED: the scenarios with Mosquitto, because ${found.unavailable}`);

async function startMosquitto(): Promise<Mosquitto> {
    const mosquitto = await Mosquitto.start({ user });
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    return mosquitto;
}

const brokers = [
    { name: 'aedes', start: () => Broker.start({ user }) },
    { name: 'Mosquitto', start: 'unavailable' in found ? null : startMosquitto },
];

/** The scenarios' own program takes 750 variables, besides the client's 415 and what drives the board: too much for an ESP8266, where cuts and examples run. */
const NEEDED = 2000;

for (const engine of await enginesFor('the scenarios', NEEDED)) {
    // The model is quick to disagree with itself alone: one broker is enough for it.
    for (const { name: brokerName, start } of engine === model ? brokers.slice(0, 1) : brokers) {
        const scenarios = suite(`${engine.name} with ${brokerName}`);
        if (start === null) {
            for (const name of names) scenarios.skip(name);
            scenarios.run();
            continue;
        }
        let broker: Awaited<ReturnType<typeof start>>;
        const board = new SharedBoard();
        scenarios.before(async () => {
            broker = await start();
            await board.boot(engine);
        });
        scenarios.after(async () => {
            await board.stop();
            await broker.stop();
        });
        for (const name of names) {
            scenarios(name, async () => {
                const stage = await Stage.open(name, board.start, broker.port);
                try {
                    await directors[name](stage);
                    assert.not.match(stage.lines.join('\n'), /motemq:|Uncaught/);
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
