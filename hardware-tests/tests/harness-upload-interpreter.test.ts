// Uploads onto Espruino's own interpreter, where ESPRUINO_BIN names it. Its port for Linux now and then loses a byte or ends (see
// boards/espruino/board.ts): a test may try again.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { interpreterDevice } from '../boards/espruino/console/device.ts';
import { findEspruino } from '../boards/espruino/machine.ts';
import { boardOnTerminal } from '../boards/rom/ends.ts';
import { openPort } from '../host/harness/addresses.ts';
import { upload } from '../host/harness/espruino/upload.ts';
import { noPseudoTerminals } from '../host/serial-device.ts';
import { together } from './harness-together.ts';
import { failing, library, playWith, program, wholeWay } from './harness-upload-bench.ts';
import type { Bench } from './harness-upload-bench.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: uploads onto Espruino's interpreter, because ${found.because}`);
else if (noPseudoTerminals) console.log(`SKIPPED: uploads over a pseudo-terminal, because ${noPseudoTerminals}`);
if ('path' in found) tests(found.path);
test.run();

function tests(path: string): void {
    const ATTEMPTS = 6;
    const onInterpreter = (name: string, play: (bench: Bench) => Promise<void>): void => together(`on Espruino's interpreter: ${name}`, async () => {
        for (let left = ATTEMPTS; ; left--) {
            try {
                return await playWith(interpreterDevice(path), {}, play);
            } catch (error) {
                if (left === 1) throw error;
            }
        }
    });
    onInterpreter('packets', wholeWay);
    onInterpreter('lines', async ({ upload }) => assert.is((await upload({ lines: true })).way, 'lines'));
    onInterpreter('out of a loop, and an exception of the program', async ({ port, upload }) => {
        await port.write(Buffer.from('\x10while(1);\n'));
        assert.match((await failing(upload({ boot: Buffer.from('no.such.thing();') }))).message, /throws when it starts: Uncaught ReferenceError/);
    });
    onInterpreter('a full Storage', async ({ upload }) => {
        assert.match((await failing(upload({}, [{ name: 'huge', data: Buffer.alloc(300_000, 'h') }]))).message, /Storage is full/);
    });
    onInterpreter('what the program prints meanwhile', async ({ port, upload }) => {
        await port.write(Buffer.from('\x10setInterval(function(){print("15 degrees")},5)\n'));
        await upload();
    });
    if (!noPseudoTerminals) together('on Espruino\'s interpreter: over a pseudo-terminal', async () => {
        for (let left = ATTEMPTS; ; left--) {
            const device = interpreterDevice(path);
            const end = await boardOnTerminal(device);
            const port = await openPort(end.address, 115200);
            try {
                await upload(port, [library], { boot: program });
                return;
            } catch (error) {
                if (left === 1) throw error;
            } finally {
                await port.close();
                end.stop();
                device.stop();
            }
        }
    });
}
