// On Espruino's interpreter, where it is to be had: publishes with QoS 1 and messages received through a modem leave no variable
// behind. Over a pseudo-terminal, an emulated modem and a real TCP connection to a real broker, which sends each message back.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Machine } from '../../../hardware-tests/boards/espruino/machine.ts';
import { interpreterFor } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { dialects } from '../../../hardware-tests/boards/modem/dialects/index.ts';
import { pseudoTerminal } from '../../../hardware-tests/boards/modem/ends.ts';
import { networkWithAddresses } from '../../../hardware-tests/boards/modem/real-world.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { noPseudoTerminals } from '../../../hardware-tests/host/serial-device.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { prepareBoardBundles } from '../../../scripts/bundles.ts';

/** 5,198 variables of 14 bytes are in use at most: the code is in memory. */
const NEEDED = 5500;

const engine = await interpreterFor('what a modem leaves behind', NEEDED);
if (noPseudoTerminals) console.log(`SKIPPED: what a modem leaves behind on Espruino, because ${noPseudoTerminals}`);

/**
 * Messages before variables are counted first, and between the two counts. Integers up to 8,191 take no variable of their own: all counters
 * of bytes and the clock go beyond that in the first part, and what counts messages does not in either.
 */
const FIRST = 75;
const ROUNDS = 75;
const PAYLOAD = 'x'.repeat(100);
/** The client of src, by the name of its file; and which files the program's code is copied from into memory: the Linux build reads its flash, a file, character by character. */
const CLIENT = 'motemq-core';
const CACHED = [CLIENT, 'motemq-modem'];

/** Sends a message, waits until it comes back, sends the next. Prints the variables in use: the least of a few looks at rest. */
const program = (path: string, port: number): string => `
var mqtt = require("${CLIENT}"), modem = require("motemq-modem"), platform = new mqtt.EspruinoPlatform(), count = 0, least = 1e6, looks = 0;
var transport = new modem.ModemTransport({
  serial: new modem.SerialLine({ io: Serial1, setup: { path: ${JSON.stringify(path)} } }), platform: new mqtt.EspruinoPlatform(),
  dialect: require("motemq-quectel").quectel, host: "broker.example", port: ${port}, apn: "internet"
});
var topic = new mqtt.Topic(platform, "there/and/back"), payload = platform.utf8("${PAYLOAD}");
function send() { client.publish(topic, payload, 0, payload.length, 1, false); }
function look() {
  var used = process.memory().usage;
  if (used < least) least = used;
  if (++looks % 60) setTimeout(look, 50); else { print("used " + least); least = 1e6; if (count < ${FIRST + ROUNDS}) send(); }
}
var client = new mqtt.Client({
  platform: platform, transport: transport, clientId: "m", sendBuffer: new Uint8Array(256), receiveBuffer: new Uint8Array(256),
  onMessage: function() { count++; setTimeout(count === ${FIRST} || count === ${FIRST + ROUNDS} ? look : send, 5); }
});
client.subscribe(new mqtt.Subscription(platform, "there/and/back", 1, null));
client.start();
send();
`;

(engine && !noPseudoTerminals ? test : test.skip)('publishes and messages through a modem leave nothing behind', async () => {
    const files: Record<string, string> = {};
    for (const bundle of await prepareBoardBundles()) {
        const name = bundle.name.replace('espruino/', '');
        if ([...CACHED, 'motemq-quectel'].includes(name)) files[name] = (await bundle.emit({ minify: true, texts: false })).code;
    }
    const broker = await Broker.start({});
    const end = await pseudoTerminal({
        dialect: dialects.find(({ name }) => name === 'bg96')!, network: networkWithAddresses({ 'broker.example': '127.0.0.1' }), pace: { least: 1, most: 2, boot: 100 },
    });
    const flash = await upload(engine!, { ...files, node: program(end.address, broker.port) });
    const board = new Machine(await engine!.command(), flash, `${CACHED.map(name => `Modules.addCached("${name}",require("Storage").read("${name}")+" ");`).join('')}require("node");`, () => {});
    const used = (): number[] => board.lines.filter(line => line.startsWith('used ')).map(line => Number.parseInt(line.slice(5), 10));
    try {
        await until('both counts are there', () => used().length >= 2 || board.lines.some(line => line.startsWith('Uncaught')), 150);
        const [before, after] = used();
        console.log(`${before} variables in use after ${FIRST} messages there and back, ${after} after ${ROUNDS} more`);
        assert.is(after - before, 0, board.lines.join('\n'));
    } finally {
        await board.stop();
        end.stop();
        await broker.stop();
    }
});

test.run();
