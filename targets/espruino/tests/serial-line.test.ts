// The contract of src/serial.ts on Espruino: on the model, and on the interpreter where it is to be had, over pseudo-terminals.
// What is run is the published file, required from Storage.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootEspruino } from '../../../hardware-tests/boards/espruino/board.ts';
import type { EspruinoBoard } from '../../../hardware-tests/boards/espruino/board.ts';
import { engines } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { noPseudoTerminals, SerialDevice } from '../../../hardware-tests/host/serial-device.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { prepareBoardBundles } from '../../../scripts/bundles.ts';

if (noPseudoTerminals) console.log(`SKIPPED: Espruino's serial line, because ${noPseudoTerminals}`);

const bundle = (await prepareBoardBundles()).find(({ name }) => name === 'espruino/motemq-modem')!;
const { code } = await bundle.emit({ minify: true, texts: false });
const every = Uint8Array.from({ length: 1000 }, (_, index) => index * 7);

for (const engine of noPseudoTerminals ? [] : engines) {
    const line = suite(engine.name);
    const device = new SerialDevice();
    let board: EspruinoBoard;

    const run = async (program: string): Promise<string> => board.evaluate(`(function(){${program}})()`);

    line.before(async () => {
        await device.plugIn();
        board = await bootEspruino(engine, await upload(engine, { 'motemq-modem': code }));
        await run(`
            M=require("motemq-modem");sum=0;count=0;longest=0;boom=false;B=new Uint8Array(1000);for(var i=0;i<1000;i++)B[i]=i*7;
            O={onBytes:function(b,s,e){count+=e-s;if(e-s>longest)longest=e-s;for(var i=s;i<e;i++)sum=(sum*31+b[i])%1000003;if(boom)throw new Error("boom");},onWritable:function(){},onGone:function(){gone=true;}};
            L=new M.SerialLine({io:Serial2,setup:{path:${JSON.stringify(device.path)}},readSize:48});
        `.replace(/\n\s*/g, ''));
    });
    line.after(async () => {
        await board.stop();
        await device.unplug();
    });

    line('before it is open nothing is taken', async () => {
        assert.is(await run('return L.write(B,0,10)'), '0');
    });

    line('all bytes of a part are written', async () => {
        assert.is(await run('L.open(O,115200);return L.write(B,3,1000)'), '997');
        await until('the device has them', () => device.received.length === 997);
        assert.equal(device.received, Buffer.from(every.subarray(3)));
    });

    line('all bytes arrive, in pieces of readSize at most', async () => {
        device.write(every);
        for (let tries = 0; tries < 200 && await run('return count') !== '1000'; tries++);
        assert.is(await run('return count'), '1000');
        // How the line cuts them is its own affair.
        assert.ok(Number(await run('return longest')) <= 48);
        assert.is(await run('return sum'), String(every.reduce((sum, byte) => (sum * 31 + byte) % 1000003, 0)));
    });

    line('another speed, and the line goes on', async () => {
        device.received = Buffer.alloc(0);
        await run('L.open(O,57600);L.write(B,0,5)');
        await until('the device has them', () => device.received.length === 5);
    });

    line('what the owner throws is printed, and does not end anything', async () => {
        await run('count=0;boom=true');
        device.write('x');
        await until('it is printed', () => board.lines.some(text => /a callback threw.*boom/.test(text)));
        await run('boom=false');
        device.write('y');
        for (let tries = 0; tries < 200 && await run('return count') !== '2'; tries++);
        assert.is(await run('return count'), '2');
    });

    line('after close nothing is told or taken, twice too', async () => {
        await run('count=0;L.close();L.close()');
        device.write('z');
        assert.is(await run('return L.write(B,0,1)'), '0');
        // Opened again it hears what comes then.
        await run('L.open(O,115200)');
        await run('L.write(B,1,2)');
        await until('the device has it', () => device.received.length === 6);
    });

    line('an option that setup does not know is a line that is gone', async () => {
        // An ESP8266 has no room for two lines and what this test has gathered.
        await run('L.close();L=B=0');
        assert.is(await run('gone=false;var l=new M.SerialLine({io:Serial3,setup:{pins:1},readSize:48});l.open(O,9600);return gone+" "+l.write(new Uint8Array(1),0,1)'), 'true 0');
    });

    line.run();
}
