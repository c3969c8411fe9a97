// Flashing through the real esptool-js, against emulated loaders: chips, speeds, what is skipped, and everything that goes wrong.
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RomBoard } from '../boards/rom/board.ts';
import { chips } from '../boards/rom/chips.ts';
import { boardOnSocket, boardOnTerminal } from '../boards/rom/ends.ts';
import type { Faults } from '../boards/rom/faults.ts';
import { portOf } from '../boards/rom/in-process.ts';
import { openPort } from '../host/harness/addresses.ts';
import { BenchError } from '../host/harness/errors.ts';
import type { Firmware } from '../host/harness/firmware.ts';
import { flash } from '../host/harness/flasher.ts';
import type { FlashOptions, Flashed } from '../host/harness/flasher.ts';
import type { Port } from '../host/harness/port.ts';
import { intoLoader, intoLoaderByUsb, playSequence } from '../host/harness/reset.ts';
import { noPseudoTerminals } from '../host/serial-device.ts';
import { settle } from '../host/until.ts';
import { together } from './harness-together.ts';

if (noPseudoTerminals) console.log(`SKIPPED: flashing over a pseudo-terminal, because ${noPseudoTerminals}`);

/** Several blocks of 16 KB after compression: half of it is random. */
const image = Buffer.concat([randomBytes(40_001), Buffer.alloc(30_000, 'motemq ')]);
const table = Buffer.from('a table of partitions that is not a multiple of four bytes long');
const firmwareFor = (chip: string): Firmware => ({ chip, parts: [{ offset: 0x8000, data: table, name: 'table.bin' }, { offset: 0x10000, data: image, name: 'app.bin' }] });
const defaults: FlashOptions = { entry: 'lines', baud: 921600, erase: false, onStep() {}, onProgress() {} };

function holds(board: RomBoard): boolean {
    return Buffer.compare(board.flash.bytes.subarray(0x10000, 0x10000 + image.length), image) === 0
        && Buffer.compare(board.flash.bytes.subarray(0x8000, 0x8000 + table.length), table) === 0;
}

/** The error of flashing a board with `faults`, and the board. */
async function failing(faults: Faults, options: Partial<FlashOptions> = {}, chip = 'esp32'): Promise<{ board: RomBoard; error: BenchError; steps: string[] }> {
    const board = new RomBoard({ chip, faults });
    const port = portOf(board);
    const steps: string[] = [];
    const error = await flash(port, firmwareFor(chip), { ...defaults, ...options, onStep: text => steps.push(text) }).then(() => null, (error: Error) => error);
    await port.close();
    assert.instance(error, BenchError, `${error}`);
    assert.ok((error as BenchError).advice, 'it says what to do');
    return { board, error: error as BenchError, steps };
}

async function flashed(board: RomBoard, options: Partial<FlashOptions> = {}, chip = 'esp32'): Promise<Flashed> {
    return flash(portOf(board), firmwareFor(chip), { ...defaults, ...options });
}

together('every chip: reset by its lines, written at 921600 baud, compared, and restarted into the application', () => Promise.all(chips.map(async ({ name }) => {
    const board = new RomBoard({ chip: name });
    const result = await flashed(board, {}, name);
    assert.ok(holds(board), name);
    assert.is(result.chip, name);
    assert.is(result.baud, 921600);
    assert.equal(result.written, ['table.bin', 'app.bin']);
    assert.ok(board.events.includes('stub'));
    assert.ok(board.events.includes('baud 921600'));
    assert.ok(board.running);
    assert.match(result.banner!, /SPI_FAST_FLASH_BOOT/);
})));

together('by the USB port of the chip itself: the reset of serial adapters leads into the application there', () => Promise.all(['esp32c3', 'esp32s3', 'esp32c6'].map(async (chip) => {
    const board = new RomBoard({ chip, usbPort: true });
    const result = await flashed(board, {}, chip);
    assert.ok(holds(board), chip);
    assert.match(result.banner!, /SPI_FAST_FLASH_BOOT/);
    assert.ok(board.running);
    const other = new RomBoard({ chip, usbPort: true });
    await playSequence(portOf(other), intoLoader(1));
    assert.equal(other.events, ['boot application', 'boot application']);
    await playSequence(portOf(other), intoLoaderByUsb);
    assert.is(other.running, false);
})));

together('what is there already is left alone, part by part', async () => {
    const board = new RomBoard({ chip: 'esp32' });
    await flashed(board);
    const { erased, programmed } = board.flash;
    const again = await flashed(board);
    assert.equal(again.skipped, ['table.bin', 'app.bin']);
    assert.equal([board.flash.erased, board.flash.programmed], [erased, programmed]);
    board.flash.bytes[0x8003] ^= 1;
    assert.equal((await flashed(board)).written, ['table.bin']);
    assert.ok(holds(board));
});

together('erasing takes away what no part covers', async () => {
    const board = new RomBoard({ chip: 'esp8266' });
    board.flash.bytes[0x300000] = 0;
    await flashed(board, { erase: true }, 'esp8266');
    assert.is(board.flash.bytes[0x300000], 0xff);
    assert.ok(holds(board));
});

together('a line that is too long for 921600 baud is used with 115200', () => Promise.all(['esp32', 'esp8266'].map(async (chip) => {
    const board = new RomBoard({ chip, faults: { bestBaud: 460800 } });
    const result = await flashed(board, {}, chip);
    assert.is(result.baud, 115200);
    assert.ok(holds(board));
    assert.ok(board.running);
})));

together('refused blocks, noise between frames and output in pieces cost time only; after a lost reply the rest is written more slowly', async () => {
    const faults: readonly Faults[] = [{ refusedBlocks: [1, 3] }, { noisyReplies: [30, 60, 61] }, { pieces: 3 }, { droppedReplies: [70] }];
    await Promise.all(faults.map(async (fault) => {
        const board = new RomBoard({ chip: 'esp32', faults: fault });
        const { baud } = await flashed(board);
        assert.ok(holds(board));
        if (!fault.droppedReplies) assert.is(baud, 921600, JSON.stringify(fault));
    }));
});

together('after a brown-out in the middle of a write it is written again, and the report names the supply', async () => {
    const board = new RomBoard({ chip: 'esp32', faults: { brownOutAtBlock: 2 } });
    const steps: string[] = [];
    await flashed(board, { baud: 115200, onStep: text => steps.push(text) });
    assert.ok(holds(board));
    assert.ok(steps.some(step => /supply gave way/.test(step)), steps.join('; '));
});

together('a flash that does not hold what is written is an error', async () => {
    const { error, board } = await failing({ wrongSums: true });
    assert.match(error.message, /does not hold what was written/);
    assert.ok(board.running, 'it is left in its application');
});

together('a silent board, one that talks of something else, one whose GPIO0 is not wired, one that is held in its loader', async () => {
    const [silent, babbling, unwired, held] = await Promise.all([{ silent: true }, { babbling: true }, { noBootWire: true }, { heldInLoader: true }].map(faults => failing(faults)));
    assert.match(silent.error.message, /no loader answers/);
    assert.match(babbling.error.message, /speaks, but not as a loader does: ".*21\.5 C/);
    assert.match(unwired.error.message, /starts its application/);
    assert.match(held.error.message, /in its loader again/);
    assert.match(held.error.advice, /BOOT/);
});

together('firmware for another chip, or for a larger flash, does not touch the board', async () => {
    const board = new RomBoard({ chip: 'esp32c3', flashSize: 65536 });
    const port = portOf(board);
    const refused = (firmware: Firmware) => flash(port, firmware, defaults).then(() => '', (error: Error) => error.message);
    assert.match(await refused(firmwareFor('esp32')), /has an esp32c3, and the firmware is for an esp32$/);
    assert.match(await refused(firmwareFor('esp32c3')), /the flash has 64 KB/);
    assert.is(board.flash.erased, 0);
    assert.ok(board.running);
});

together('unplugged after any number of bytes: the error is there at once', async () => {
    const whole = new RomBoard({ chip: 'esp32' });
    let input = 0;
    const port = portOf(whole);
    const write = port.write.bind(port);
    port.write = (bytes) => {
        input += bytes.length;
        return write(bytes);
    };
    await flash(port, firmwareFor('esp32'), defaults);
    const cuts: Faults[] = [1, 200, 400, 1000, 1500].map(unplugAfterOutput => ({ unplugAfterOutput }));
    for (let share = 0; share < 1; share += 0.07) cuts.push({ unplugAfterInput: Math.floor(input * share) + 1 });
    await Promise.all(cuts.map(async (cut) => {
        const board = new RomBoard({ chip: 'esp32', faults: cut });
        const port = portOf(board);
        // Pulled before the port was opened.
        if (board.events.includes('unplugged')) board.onUnplug();
        let message = '';
        const ended = flash(port, firmwareFor('esp32'), defaults).then(() => message = 'done', (error: Error) => message = error.message);
        await Promise.race([ended, new Promise(resolve => port.gone.addEventListener('abort', resolve))]);
        // Some turns of the event loop, where the package's own deadlines are seconds.
        await settle();
        assert.match(message, /has gone/, JSON.stringify(cut));
    }));
});

together('over a TCP socket and, without modem lines, over a pseudo-terminal', async () => {
    for (const end of [boardOnSocket, ...noPseudoTerminals ? [] : [boardOnTerminal]]) {
        const board = new RomBoard({ chip: 'esp32s3', inLoader: true });
        const at = await end(board);
        const port: Port = await openPort(at.address, 115200);
        try {
            const result = await flash(port, firmwareFor('esp32s3'), { ...defaults, baud: 460800 });
            assert.ok(holds(board));
            assert.is(result.banner, null);
        } finally {
            await port.close();
            at.stop();
        }
    }
});

together('over a TCP socket and a pseudo-terminal, unplugged in the middle', async () => {
    for (const end of [boardOnSocket, ...noPseudoTerminals ? [] : [boardOnTerminal]]) {
        const board = new RomBoard({ chip: 'esp32', inLoader: true, faults: { unplugAfterInput: 40_000 } });
        const at = await end(board);
        const port = await openPort(at.address, 115200);
        const error = await flash(port, firmwareFor('esp32'), defaults).then(() => null, (error: Error) => error);
        assert.match(`${error?.message}`, /has gone/);
        await port.close();
        at.stop();
    }
});

together('the emulated flash is held against a sum of our own', async () => {
    const board = new RomBoard({ chip: 'esp32' });
    board.flash.program(0, image);
    assert.is(board.flash.md5(0, image.length).toString('hex'), createHash('md5').update(image).digest('hex'));
});

test.run();
