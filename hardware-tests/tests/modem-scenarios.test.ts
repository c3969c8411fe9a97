// The scenarios of ../suites over modems of the emulator, in real time, against a real broker: the bg96 with those
// that break links or fill buffers; with MODEM=NAME all of them over that modem, with MODEM=all over every one (two minutes).
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startOnModem } from '../boards/modem/device.ts';
import { dialects } from '../boards/modem/dialects/index.ts';
import { Broker } from '../host/broker.ts';
import { Mosquitto, findMosquitto } from '../host/mosquitto.ts';
import { Stage, user } from '../host/stage.ts';
import { names } from '../suites/index.ts';
import { directors } from '../host/directors.ts';

const wanted = process.env['MODEM'];
const chosen = dialects.filter(({ name }) => wanted === 'all' || name === (wanted ?? 'bg96'));
const played = wanted ? names : names.filter(name => ['burst', 'reconnect', 'kept session', 'stream large', 'credentials'].includes(name));
const found = findMosquitto();
const hasMosquitto = !('unavailable' in found);
if (!hasMosquitto) console.log(`SKIPPED: modems with Mosquitto, because ${found.unavailable}; they run with aedes`);

async function start(): Promise<{ readonly port: number; stop(): Promise<void> }> {
    if (!hasMosquitto) return Broker.start({ user });
    const mosquitto = await Mosquitto.start({ user });
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    return mosquitto;
}

for (const dialect of chosen) {
    const scenarios = suite(dialect.name);
    let broker: Awaited<ReturnType<typeof start>>;
    scenarios.before(async () => {
        broker = await start();
    });
    scenarios.after(() => broker.stop());
    for (const name of played) {
        scenarios(name, async () => {
            const stage = await Stage.open(name, startOnModem(dialect), broker.port);
            try {
                await directors[name](stage);
                assert.not.match(stage.lines.join('\n'), /motemq:|threw/);
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
