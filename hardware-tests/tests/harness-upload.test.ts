// Uploads onto the model of Espruino behind its console, with every fault of the line. The model is held against the interpreter by
// boards/espruino/console/tests; harness-upload-interpreter.test.ts uploads onto that.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Device } from '../boards/device.ts';
import { modelDevice } from '../boards/espruino/console/device.ts';
import { FaultyLine } from '../boards/espruino/console/faulty.ts';
import type { LineFaults } from '../boards/espruino/console/faulty.ts';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnSocket, boardOnTerminal } from '../boards/rom/ends.ts';
import { portOf } from '../boards/rom/in-process.ts';
import { openPort } from '../host/harness/addresses.ts';
import { BenchError } from '../host/harness/errors.ts';
import { enquire } from '../host/harness/espruino/link.ts';
import { upload } from '../host/harness/espruino/upload.ts';
import { noPseudoTerminals } from '../host/serial-device.ts';
import { until } from '../host/until.ts';
import { together } from './harness-together.ts';
import { failing, library, program, wholeWay, withBoard } from './harness-upload-bench.ts';

if (noPseudoTerminals) console.log(`SKIPPED: uploads over a pseudo-terminal, because ${noPseudoTerminals}`);

together('files arrive in packets, whatever bytes they hold, and the program is seen to run', () => withBoard({}, {}, async (bench) => {
    await wholeWay(bench);
    assert.is((await bench.upload()).way, 'packets');
}));

together('firmware before 2v25, without packets and without ENQ: lines; without E.CRC32 they are read back', () => Promise.all([
    { version: '2v24', packets: false }, { version: '2v04', packets: false, enquiry: false, checksums: false, board: 'ESP8266' },
].map(options => withBoard(options, {}, async (bench) => {
    await wholeWay(bench);
    const { way, firmware } = await bench.upload({ boot: null });
    assert.is(way, 'lines');
    assert.is(firmware.version, options.version);
}))));

together('firmware that is too old is refused, with what to do', () => withBoard({ version: '1v95', packets: false, enquiry: false }, {}, async ({ upload }) => {
    assert.match((await failing(upload())).message, /has Espruino 1v95/);
}));

together('a board with a short queue asks for pauses, and gets them', () => Promise.all([true, false].map(packets => withBoard({ queue: 256, pace: 2, packets, version: packets ? '2v29' : '2v20' }, {}, async ({ upload, printed }) => {
    await upload();
    assert.not.match(printed(), /FIFO_FULL/);
}))));

together('bytes that are lost or garbled on the way there or back cost time only', () => Promise.all(([
    [true, { lostToBoard: [400, 3000] }], [true, { garbledToBoard: [700] }], [true, { lostToHost: [420] }], [true, { noiseAt: 450, lostToHost: [500] }], [false, { lostToBoard: [1500] }], [false, { garbledToBoard: [700], noiseAt: 450 }],
] as [boolean, LineFaults][]).map(([packets, faults]) => withBoard({ packets, version: packets ? '2v29' : '2v20' }, faults, async (bench) => {
    // As the command does it: an attempt that finds the flash wrong is followed by another.
    const done = await bench.upload().catch(error => error instanceof BenchError && error.transient ? bench.upload() : Promise.reject(error as Error));
    assert.ok(done.runId, JSON.stringify(faults));
    await until('the program runs', () => bench.printed().includes('the answer is 42'));
}))));

together('what a program prints all the time gets in nobody\'s way', () => Promise.all([{}, { packets: false, version: '2v20' }].map(options => withBoard(options, {}, async ({ port, upload }) => {
    await port.write(Buffer.from('\x10setInterval(function(){print("15 degrees <<[1,1,1]>> and more")},1)\n'));
    await upload();
}))));

together('the firmware of an idle board is told without disturbing it; a silent one has none', async () => {
    await withBoard({}, {}, async ({ port, printed }) => {
        assert.equal(await enquire(port), { version: '2v29', board: 'ESP32' });
        assert.is(printed(), '');
    });
    await withBoard({}, { silent: true }, async ({ port }) => assert.is(await enquire(port), null));
});

together('a loop without end is interrupted, and so are one that is typed ahead and a line that somebody has begun', () => withBoard({}, {}, async ({ port, upload }) => {
    await port.write(Buffer.from('\x10while(1);\n\x10while(2);\n'));
    await upload();
    await port.write(Buffer.from('half a li'));
    await upload();
}));

together('a full Storage is told with what it holds; compacting is tried first', () => withBoard({}, {}, async ({ upload }) => {
    await upload({ boot: null }, [{ name: 'large', data: Buffer.alloc(3000, 'l') }]);
    const { message, advice } = await failing(upload({}, [{ name: 'huge', data: Buffer.alloc(70_000, 'h') }]));
    assert.match(message, /Storage is full: \d+ bytes are needed, \d+ are free or would be. It holds large/);
    // What does not fit takes nothing away.
    assert.match((await failing(upload({ boot: null }, [{ name: 'large', data: Buffer.alloc(70_000, 'L') }]))).message, /It holds large/);
    assert.equal((await upload({ boot: null }, [{ name: 'large', data: Buffer.alloc(3000, 'l') }])).skipped, ['large']);
    // What only fits in the place of its former version replaces it.
    assert.equal((await upload({ boot: null }, [{ name: 'large', data: Buffer.alloc(40_000, 'm') }])).written, ['large']);
    assert.equal((await upload({ boot: null }, [{ name: 'large', data: Buffer.alloc(40_000, 'n') }])).written, ['large']);
    assert.match(advice, /erase/);
}));

together('a program that throws when it starts, one that is not reached, a library alone', () => withBoard({}, {}, async ({ upload }) => {
    assert.match((await failing(upload({ boot: Buffer.from('\nno.such.thing();') }))).message, /throws when it starts: Uncaught ReferenceError/);
    const { runId, written } = await upload({ boot: null }, [{ name: 'other', data: Buffer.from('exports.x=1') }]);
    assert.equal([runId, written], ['', ['other']]);
}));

together('nothing at the port, noise, another program, a board in its loader: each says what to do', async () => {
    const of = async (device: Device): Promise<string> => {
        const { message, advice } = await failing(upload(portOf(device), [library], { boot: program }));
        return `${message} | ${advice}`;
    };
    const model = await modelDevice();
    const silent = of(new FaultyLine(model, { silent: true }));
    const noisy: Device = { onOutput() {}, onUnplug() {}, hostBaud: 0, setLines() {}, receive: () => noisy.onOutput(Buffer.alloc(40, 0xf8)) };
    const [nothing, noise, talker, loader] = await Promise.all([silent, of(noisy), of(new RomBoard({ chip: 'esp32', faults: { babbling: true } })), loaderDevice().then(of)]);
    model.stop();
    assert.match(nothing, /no Espruino answers.*Press RESET/);
    assert.match(noise, /cannot be read \| set --baud/);
    assert.match(talker, /not as Espruino does: ".*21\.5 C" \| .*motemq flash/);
    assert.match(loader, /waits in its loader/);
});

/** A board whose loader has just said that it waits. */
async function loaderDevice(): Promise<Device> {
    const board: Device = { onOutput() {}, onUnplug() {}, hostBaud: 0, setLines() {}, receive: () => board.onOutput(Buffer.from('waiting for download\r\n')) };
    return board;
}

together('unplugged after any number of bytes: the error is there at once', async () => {
    let total = 0;
    await withBoard({}, {}, async ({ device, upload }) => {
        await upload();
        total = (device as FaultyLine).toBoard;
    });
    const cuts = [1, 30, ...Array.from({ length: 5 }, (_, index) => Math.floor(total * (index + 0.5) / 5))];
    await Promise.all(cuts.map(unplugAfter => withBoard({}, { unplugAfter }, async ({ port, upload }) => {
        const gone = new Promise(resolve => port.gone.addEventListener('abort', resolve));
        let told = '';
        const ended = upload().then(() => told = 'done', (error: Error) => told = error.message);
        await Promise.race([gone, ended]);
        // Some turns of the event loop, where deadlines are seconds.
        await until('the error is there', () => told !== '', 1);
        assert.match(told, /has gone/, `after ${unplugAfter} bytes`);
    })));
});

together('over a socket and over a pseudo-terminal', () => Promise.all([boardOnSocket, ...noPseudoTerminals ? [] : [boardOnTerminal]].map(async (end) => {
    const device = await modelDevice();
    const at = await end(device);
    const port = await openPort(at.address, 115200);
    try {
        assert.ok((await upload(port, [library], { boot: program })).runId);
    } finally {
        await port.close();
        at.stop();
        device.stop();
    }
})));

test.run();
