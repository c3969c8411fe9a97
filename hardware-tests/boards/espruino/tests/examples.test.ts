// The nodes of examples/espruino-* and README.md's example, as they are but for the broker's address, on the model of Espruino and, where it is to be
// had, on its interpreter. WiFi, sleep and the analog input, which only chips have, are played. Nothing else runs on the board,
// so that the ESP8266's node and the lamp also fit a build with its 1,600 variables.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/root.ts';
import { Broker } from '../../../host/broker.ts';
import { settle, until } from '../../../host/until.ts';
import { publishedFiles } from '../bundle.ts';
import { Machine, model } from '../machine.ts';
import { upload } from '../upload.ts';
import { engines, isTooSmall } from './engines.ts';

const published = await publishedFiles();
const node = (chip: string): string => readFileSync(join(root, 'examples', `espruino-${chip}`, 'node.js'), 'utf8')
    .replace("host: '192.168.1.10', port: 1883", "host: '127.0.0.1', port: brokerPort").replace('awake: 20000', 'awake: 60000');

/** The nodes without a library: whatever fails in them, fails after this. */
const broken = Object.fromEntries(['esp32', 'esp8266'].map(chip => [`${chip}-broken`, node(chip).replace(/require\('motemq-(pub|sleep)'\)/, "require('missing')").replace('awake: 60000', 'awake: 20').replace('awake + 10000', 'awake')]));

const lamp = (new RegExp('example: espruino -->\n```js\n([^]*?)```').exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '').replace("host: '192.168.1.10', port: 1883", "host: '127.0.0.1', port: brokerPort");

const wifi = 'var h={};exports.on=function(e,f){h[e]=f};exports.getIP=function(){return {ip:joined?"10.0.0.2":"0.0.0.0"}};exports.connect=function(a,b,c){print("join "+a);joined=true;setTimeout(c,1)}';

/** Variables for the ESP32's node: with 1,600 its wake cycle does not fit. */
const NEEDED = 2000;
const tooSmall = await Promise.all(engines.map(engine => isTooSmall(engine, 'the ESP32\'s node', NEEDED)));

for (const [index, engine] of engines.entries()) {
    const tests = suite(engine.name);
    const onEsp32 = tooSmall[index] ? tests.skip : tests;
    let flash: Buffer;
    let broker: Broker;
    let payloads: string[] = [];
    let board: Machine | undefined;

    /** Starts the board, with the flash that it had, and lets it run the node `chip`. `prelude` plays the chip. A board prints what a program throws and goes on; the Linux build would end. */
    const start = async (chip: string, port: number, prelude: string): Promise<void> => {
        const held = board?.flash() ?? flash;
        await board?.stop();
        board = new Machine(await engine.command(), held, `joined=false;brokerPort=${port};D34=A0=0;global.analogRead=function(){return 0.25};${prelude};try{require("${chip}")}catch(e){print("Uncaught "+e)}`, () => {});
    };
    const lines = (begin: string): string[] => (board as Machine).lines.filter((line) => line.startsWith(begin));

    tests.before(async () => {
        broker = await Broker.start({ onPublish: ({ topic, payload }) => payloads.push(`${topic} ${payload.toString()}`) });
        flash = await upload(engine, { 'motemq-pub': published['motemq-pub'], 'motemq-sleep': published['motemq-sleep'], 'motemq-board': published['motemq-board'], 'motemq': published.motemq, 'lamp': lamp, 'Wifi': wifi, 'esp32': node('esp32'), 'esp8266': node('esp8266'), ...broken });
    });
    tests.before.each(() => {
        payloads = [];
    });
    tests.after.each(async () => {
        await board?.stop();
        board = undefined;
    });
    tests.after(() => broker.stop());

    onEsp32('ESP32: a reading is published and the board sleeps; one that was not delivered follows', async () => {
        const chip = 'ESP32={deepSleep:function(u){print("sleep "+u)},getWakeupCause:function(){return 4}}';
        // Nobody listens on the port: the first wake ends without delivery, as after `awake`.
        await start('esp32', 9, chip);
        await until('it has tried', () => lines('ERROR: Connect failed').length > 0 || engine === model && lines('join').length > 0);
        assert.equal(payloads, []);
        await start('esp32', broker.port, `${chip};global.analogRead=function(){return 0.5}`);
        await until('it sleeps', () => lines('sleep').length > 0);
        // From wake to wake.
        assert.match(lines('sleep').join(), /^sleep (29[0-9]{7}|300000000)$/);
        assert.equal(payloads, ['attic {"value":0.25}', 'attic {"value":0.5}']);
        payloads = [];
        await start('esp32', broker.port, chip);
        await until('it sleeps', () => lines('sleep').length > 0);
        assert.equal(payloads, ['attic {"value":0.25}'], 'what was delivered is not kept');
    });

    onEsp32('ESP32: a damaged record in front is passed over, and the board sleeps as soon as the others are safe', async () => {
        const chip = 'ESP32={deepSleep:function(u){print("sleep "+u)},getWakeupCause:function(){return 4}}';
        const damage = 'F=require("Storage");S=new (require("motemq-board").StorageStore)(F,"reading",61);B=E.toUint8Array("\\0kept");S.append(B,0,5);'
            + 'F.list().forEach(function(n){if(n.startsWith("reading"))F.write(n,"damaged")});S.append(B,0,5)';
        for (const [prelude, expected] of [[`${chip};${damage}`, ['attic kept', 'attic {"value":0.25}']], [chip, ['attic {"value":0.25}']]] as const) {
            payloads = [];
            await start('esp32', broker.port, prelude);
            await until('it sleeps', () => lines('sleep').length > 0);
            assert.equal(payloads, expected);
        }
    });

    tests('ESP8266: a reading is published and the board sleeps an hour in two parts', async () => {
        const chip = 'ESP8266={deepSleep:function(u,o){print("sleep "+u)},getResetInfo:function(){return {reason:"deep sleep"}}}';
        for (const [sleep, published] of [['sleep 2147483000', 1], ['sleep 1452517000', 1], ['sleep 2147483000', 2]] as const) {
            await start('esp8266', broker.port, chip);
            await until('it sleeps', () => lines('sleep').length > 0);
            assert.equal(lines('sleep'), [sleep]);
            assert.equal(payloads, Array(published).fill('cellar 250'));
        }
    });

    tests('ESP8266: readings that were not delivered follow in their order, more than wait in the client, and a damaged one stops none', async () => {
        // After this every start is a wake of its own, however long the sleep before.
        const chip = 'ESP8266={deepSleep:function(u,o){print("sleep "+u)},getResetInfo:function(){return {reason:"power on"}}}';
        // One as if the power had failed while it was written, and what was read before.
        const before = 'F=require("Storage");F.write("reading0","12345");S=new (require("motemq-board").StorageStore)(F,"reading",8);for(i=1;i<12;i++){B=E.toUint8Array(""+i);S.append(B,0,B.length)}S=B=0';
        await start('esp8266', 9, `${chip};${before}`);
        await until('it has tried', () => lines('ERROR: Connect failed').length > 0 || engine === model && lines('join').length > 0);
        assert.equal(payloads, []);
        for (const expected of [[...Array.from({ length: 11 }, (_, index) => `${index + 1}`), '250', '250'], ['250']]) {
            payloads = [];
            await start('esp8266', broker.port, `${chip};global.analogRead=function(){return 0.25}`);
            await until('it sleeps', () => lines('sleep').length > 0);
            assert.equal(payloads, expected.map(payload => `cellar ${payload}`));
        }
    });

    for (const [name, chip] of [
        ['esp32-broken', 'ESP32={deepSleep:function(u){print("sleep "+u)},getWakeupCause:function(){return 4}}'],
        ['esp8266-broken', 'ESP8266={deepSleep:function(u){print("sleep "+u)},getResetInfo:function(){return {reason:"deep sleep"}}}'],
    ] as const) {
        tests(`${name}: a node that fails sleeps all the same`, async () => {
            await start(name, broker.port, chip);
            await until('it sleeps', () => lines('sleep').length > 0);
            assert.ok(lines('Uncaught').length > 0);
        });
    }

    tests('README.md: a lamp is told', async () => {
        await start('lamp', broker.port, '');
        await until('it is connected', () => broker.clients.size === 1);
        for (let tries = 0; tries < 200 && lines('lit').length === 0; tries++) {
            await broker.publish('lamp/set', 'lit', 0);
            await settle(1);
        }
        assert.is(lines('lit')[0], 'lit');
        assert.equal(lines('4'), ['4 0']);
    });

    tests.run();
}
