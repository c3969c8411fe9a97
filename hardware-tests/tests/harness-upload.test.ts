// `motemq upload`: onto the model of Espruino behind its console and, where it is to be had, onto the interpreter; with every fault of the line.
// The interpreter's port for Linux now and then loses a byte or ends (see boards/espruino/upload.ts): there a test may try again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Device } from '../boards/device.ts';
import { interpreterDevice, modelDevice } from '../boards/espruino/console/device.ts';
import type { EspruinoDevice, ModelOptions } from '../boards/espruino/console/device.ts';
import { FaultyLine } from '../boards/espruino/console/faulty.ts';
import type { LineFaults } from '../boards/espruino/console/faulty.ts';
import { findEspruino } from '../boards/espruino/machine.ts';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnSocket, boardOnTerminal } from '../boards/rom/ends.ts';
import { portOf } from '../boards/rom/in-process.ts';
import { openPort } from '../host/harness/addresses.ts';
import { BENCH_FAILED, BenchError, INTERRUPTED, PASSED, USAGE } from '../host/harness/errors.ts';
import { enquire, EspruinoLink } from '../host/harness/espruino/link.ts';
import { upload } from '../host/harness/espruino/upload.ts';
import type { BoardFile, Uploaded, UploadOptions } from '../host/harness/espruino/upload.ts';
import type { Port } from '../host/harness/port.ts';
import { noPseudoTerminals } from '../host/serial-device.ts';
import { until } from '../host/until.ts';
import { motemq, program as motemqProgram } from './harness-program.ts';
import { atMost, together } from './harness-together.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: uploads onto Espruino's interpreter, because ${found.because}`);
if (noPseudoTerminals) console.log(`SKIPPED: uploads over a pseudo-terminal, because ${noPseudoTerminals}`);

const folder = mkdtempSync(join(tmpdir(), 'upload-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Of several parts. */
const library: BoardFile = { name: 'answer', data: Buffer.concat([Buffer.from('exports.answer=function(){return 42};'), Buffer.alloc(950, 'exports.x="motemq";')]) };
/** Every byte, those of control characters too. */
const bytes: BoardFile = { name: 'bytes', data: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) };
const program = Buffer.from('print("the answer is "+require("answer").answer());setInterval(function(){print("tick")},20);');

interface Bench {
    readonly device: Device;
    readonly port: Port;
    /** What the board has printed, as the uploader hands it on. */
    readonly printed: () => string;
    readonly upload: (options?: Partial<UploadOptions>, files?: readonly BoardFile[]) => Promise<Uploaded>;
}

const inTurn = atMost(16);

/** Plays with a board behind a line with `faults`. */
function withBoard(options: ModelOptions, faults: LineFaults, play: (bench: Bench) => Promise<void>): Promise<void> {
    return inTurn(async () => playWith(await modelDevice(options), faults, play));
}

async function playWith(board: EspruinoDevice, faults: LineFaults, play: (bench: Bench) => Promise<void>): Promise<void> {
    let banner = '';
    board.onOutput = bytes => banner += Buffer.from(bytes).toString('latin1');
    await until('the board has started', () => banner.endsWith('>'), 30);
    const device = new FaultyLine(board, faults);
    const port = portOf(device);
    let printed = '';
    const onText = (bytes: Uint8Array): void => void (printed += Buffer.from(bytes).toString('latin1'));
    try {
        await play({ device, port, printed: () => printed, upload: (options = {}, files = [library]) => upload(port, files, { boot: program, onText, ...options }) });
    } finally {
        board.stop();
    }
}

async function failing(work: Promise<unknown>): Promise<BenchError> {
    const error = await work.then(() => null, (error: Error) => error);
    assert.instance(error, BenchError, `${error}`);
    assert.ok((error as BenchError).advice);
    return error as BenchError;
}

/** The whole way, twice: what is there is left the second time, but for the program, whose run id is new. */
async function wholeWay({ upload, port, printed }: Bench): Promise<void> {
    const first = await upload({}, [library, bytes]);
    assert.equal(first.written, ['answer', 'bytes', '.bootcde']);
    await until('the program runs', () => /the answer is 42[^]*tick/.test(printed()));
    const second = await upload();
    assert.equal([second.skipped, second.written], [['answer'], ['.bootcde']]);
    assert.is.not(second.runId, first.runId);
    const link = await EspruinoLink.connect(port);
    assert.is(await link.evaluate('require("Storage").read("answer").length'), library.data.length);
    assert.is(await link.evaluate('(function(f){for(var i=0;i<256;i++)if(f.charCodeAt(i)!=i)return i;return f.length})(require("Storage").read("bytes"))'), 256);
}

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

const command = (...words: string[]) => motemq(['upload', ...words]);

together('the command: files by name, the last one as the program, exit codes', async () => {
    const device = await modelDevice();
    const end = await boardOnSocket(device);
    const [lib, app] = [join(folder, 'answer.min.js'), join(folder, 'app.js')];
    writeFileSync(lib, library.data);
    writeFileSync(app, program);
    writeFileSync(join(folder, 'empty.js'), '');
    writeFileSync(join(folder, 'moddable.yaml'), `boards:\n  other: { port: "${end.address}", engine: moddable }\n`);
    try {
        const done = await command(lib, app, '--boot', '--port', end.address);
        assert.is(done.code, PASSED, done.output);
        assert.match(done.output, /Espruino 2v29 on ESP32: wrote and compared answer, .bootcde in packets\n.*runs the program \(run [0-9a-f]{8}\)/);
        const usage: readonly (readonly [string[], RegExp])[] = [
            [[], /name the files/], [[join(folder, 'none.js')], /there is no file/], [[join(folder, 'empty.js')], /is empty/], [[lib, app, '--name', 'x'], /single file/], [[`x=${lib}`, `x=${app}`], /two files/], [[`.bootcde=${lib}`, app, '--boot'], /two files/],
            [[`${'n'.repeat(29)}=${lib}`], /28 ASCII characters/], [[lib, '--baud', 'fast'], /--baud/], [[lib, '--map', join(folder, 'moddable.yaml'), '--board', 'other'], /runs moddable/],
        ];
        for (const { code, output, message } of await Promise.all(usage.map(async ([words, message]) => ({ ...await command(...words, ...words.includes('--board') ? [] : ['--port', 'socket://127.0.0.1:1']), message })))) {
            assert.is(code, USAGE, output);
            assert.match(output, message);
        }
        const missing = await command(`second=${lib}`, '--port', 'socket://127.0.0.1:1');
        assert.is(missing.code, BENCH_FAILED, missing.output);
        const named = await command(`second=${lib}`, '--port', end.address);
        assert.match(named.output, /wrote and compared second in packets\nthe board has restarted\n/);
    } finally {
        end.stop();
        device.stop();
    }
});

together('Ctrl-C ends an upload at once: the unfinished file is taken away', async () => {
    const device = await modelDevice({ pace: 20 });
    const end = await boardOnSocket(device);
    const large = join(folder, 'large.js');
    writeFileSync(large, Buffer.alloc(40_000, ' '));
    try {
        const { spawn } = await import('node:child_process');
        const child = spawn(process.execPath, [motemqProgram, 'upload', large, '--port', end.address], { stdio: ['ignore', 'pipe', 'pipe'] });
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output += bytes.toString());
        const ended = new Promise(resolve => child.once('close', resolve));
        await until('it writes', () => output.includes('writing large'), 30);
        child.kill('SIGINT');
        assert.is(await ended, INTERRUPTED, output);
        assert.match(output, /interrupted\n +the files on the board are incomplete/);
        const port = await openPort(end.address, 115200);
        const link = await EspruinoLink.connect(port);
        assert.is(await link.evaluate('typeof require("Storage").read("large")'), 'undefined');
        await port.close();
    } finally {
        end.stop();
        device.stop();
    }
});

if ('path' in found) {
    const ATTEMPTS = 6;
    const onInterpreter = (name: string, play: (bench: Bench) => Promise<void>): void => together(`on Espruino's interpreter: ${name}`, async () => {
        for (let left = ATTEMPTS; ; left--) {
            try {
                return await playWith(interpreterDevice(found.path), {}, play);
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
            const device = interpreterDevice(found.path);
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

test.run();
