// The cellular example as it is handed out, but for its pins, on the model of Espruino and, where it is to be had, on its interpreter:
// over a pseudo-terminal, an emulated modem and a real TCP connection to a real broker. What runs is the published files.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from '../../../hardware-tests/boards/espruino/machine.ts';
import { enginesFor } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { dialects } from '../../../hardware-tests/boards/modem/dialects/index.ts';
import { pseudoTerminal } from '../../../hardware-tests/boards/modem/ends.ts';
import { networkWithAddresses } from '../../../hardware-tests/boards/modem/real-world.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { noPseudoTerminals } from '../../../hardware-tests/host/serial-device.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { prepareBoardBundles } from '../../../scripts/bundles.ts';
import { root } from '../../../scripts/root.ts';

if (noPseudoTerminals) console.log(`SKIPPED: the cellular node on Espruino, because ${noPseudoTerminals}`);

const files: Record<string, string> = {};
for (const bundle of await prepareBoardBundles()) {
    const name = bundle.name.replace('espruino/', '');
    if (['motemq-core-pub', 'motemq-modem', 'motemq-quectel'].includes(name)) files[name] = (await bundle.emit({ minify: true, texts: false })).code;
}
const node = readFileSync(join(root, 'examples', 'cellular-node', 'espruino', 'node.js'), 'utf8');

/** Client, transport, dialect and program take 2,754 variables at most, of 14 bytes. */
const NEEDED = 3000;

for (const engine of noPseudoTerminals ? [] : await enginesFor('the cellular node', NEEDED)) {
    const tests = suite(engine.name);

    tests('each reading goes out with QoS 1, and the modem is left to sleep', async () => {
        const payloads: string[] = [];
        const heard: string[] = [];
        const broker = await Broker.start({ onPublish: ({ topic, payload }) => void (topic === 'motemq/cellular' && payloads.push(payload.toString())) });
        const end = await pseudoTerminal({
            dialect: dialects.find(({ name }) => name === 'bg96')!, network: networkWithAddresses({ 'broker.example': '127.0.0.1' }),
            onTraffic: (toModem, bytes) => void (toModem && heard.push(Buffer.from(bytes).toString('latin1'))),
        });
        const program = node.replace('{ rx: D16, tx: D17 }', `{ path: ${JSON.stringify(end.address)} }`).replace("host: 'test.mosquitto.org', port: 1883", `host: 'broker.example', port: ${broker.port}`)
            .replace('interval: 3600000', 'interval: 3000');
        const flash = await upload(engine, { ...files, node: program });
        const board = new Machine(await engine.command(), flash, '["D4","D34"].forEach(function(p){global[p]=4});global.analogRead=function(){return 0.25};global.digitalWrite=function(){};require("node");', () => {});
        const stopped = (): number => board.lines.filter(line => line.startsWith('state 0')).length;
        try {
            await until('two readings are delivered', () => payloads.length >= 2 || board.lines.some(line => line.startsWith('Uncaught')), 60);
            await until('it has stopped twice', () => stopped() >= 2 || board.lines.some(line => line.startsWith('Uncaught')), 30);
            assert.equal(payloads.slice(0, 2), ['{"value":0.25}', '{"value":0.25}']);
            assert.ok(board.lines.includes('state 4 0 BG96 signal 21'), board.lines.join('\n'));
            assert.match(heard.join(''), 'AT+CPSMS=1,,,"01100110","00000001"\r');
            assert.not.match(heard.join(''), 'QPOWD');
        } catch (error) {
            throw new Error(`${(error as Error).message}\n${board.lines.join('\n')}\n${heard.join('').replace(/\r/g, '\n')}`, { cause: error });
        } finally {
            await board.stop();
            end.stop();
            await broker.stop();
        }
    });

    tests.run();
}
