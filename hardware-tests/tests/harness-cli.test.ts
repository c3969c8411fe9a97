// The program `motemq` as a user runs it: exit codes, messages that say what to do, firmware onto an emulated board behind a command.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess } from '../../scripts/run-process.ts';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnSocket, boardOnTerminal } from '../boards/rom/ends.ts';
import { boardLines } from '../boards/rom/lines.ts';
import { parseAddress, resolveDevice } from '../host/harness/addresses.ts';
import { addToBoardMap, lastingPort, readBoardMap } from '../host/harness/board-map.ts';
import { BENCH_FAILED, BenchError, PASSED, USAGE, UsageError } from '../host/harness/errors.ts';
import { readFirmware } from '../host/harness/firmware.ts';
import { holdersOf } from '../host/harness/holders.ts';
import { Locks } from '../host/harness/locks.ts';
import { intoLoader, parseSequence } from '../host/harness/reset.ts';
import { serialDevices } from '../host/harness/serial-devices.ts';
import type { SerialDevice } from '../host/harness/serial-devices.ts';
import { SlipReader, slipFrame } from '../host/harness/slip.ts';
import { noPseudoTerminals, SerialDevice as Terminal } from '../host/serial-device.ts';
import { openSerialPort } from '../host/harness/serial-port.ts';
import { motemq as built } from './harness-program.ts';
import { together } from './harness-together.ts';

const folder = mkdtempSync(join(tmpdir(), 'harness-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
if (noPseudoTerminals) console.log(`SKIPPED: ports that are pseudo-terminals, because ${noPseudoTerminals}`);
const terminalTest = noPseudoTerminals ? test.skip : together;

const motemq = (...words: string[]) => built(words);
/** As `npx motemq` starts it in a work tree. */
const fromSources = (...words: string[]) => runProcess(process.execPath, ['scripts/entries/motemq.mjs', ...words], 60_000);
const image = Buffer.from('an image '.repeat(300));
const sha256 = createHash('sha256').update(image).digest('hex');

function file(name: string, content: string | Buffer): string {
    // Whole at any moment: other programs may be reading it.
    writeFileSync(join(folder, `${name}.new`), content);
    renameSync(join(folder, `${name}.new`), join(folder, name));
    return join(folder, name);
}

const manifest = (chip: string, sum = sha256): string => {
    file('app.bin', image);
    return file(`${chip}.yaml`, `chip: ${chip}\nparts:\n  - { offset: 0x10000, file: app.bin, sha256: ${sum} }\n`);
};

const device: SerialDevice = { path: '/dev/ttyUSB3', byId: '/dev/serial/by-id/usb-x', vendorId: 0x10c4, productId: 0xea60, serialNumber: '0001', product: 'CP2102' };

test('the ways to name a port', () => {
    assert.equal(parseAddress('/dev/ttyUSB0'), { form: 'path', path: '/dev/ttyUSB0' });
    assert.equal(parseAddress('COM3'), { form: 'path', path: 'COM3' });
    assert.equal(parseAddress('/dev/ttyUSB*'), { form: 'glob', pattern: '/dev/ttyUSB*' });
    assert.equal(parseAddress('10C4:ea60:00:1'), { form: 'usb', vendorId: 0x10c4, productId: 0xea60, serialNumber: '00:1' });
    assert.equal(parseAddress('socket://[::1]:5555'), { form: 'socket', host: '::1', port: 5555 });
    assert.equal(parseAddress('pty:node a.js'), { form: 'command', command: 'node a.js' });
    for (const wrong of ['', 'socket://host', 'socket://host:70000', 'http://host:80', 'pty:']) assert.throws(() => parseAddress(wrong), (error: Error) => error instanceof UsageError, wrong);
});

test('a device that is meant by its USB numbers, or a pattern, has to be the only one', () => {
    const usb = (text: string, devices: readonly SerialDevice[]) => resolveDevice(parseAddress(text) as never, devices);
    const other = { ...device, path: '/dev/ttyUSB4', serialNumber: '0002' };
    assert.is(usb('10c4:ea60', [device]), '/dev/ttyUSB3');
    assert.is(usb('10c4:ea60:0002', [device, other]), '/dev/ttyUSB4');
    assert.throws(() => usb('10c4:ea60', [device, other]), /fits 2 ports/);
    assert.throws(() => usb('10c4:ea60', []), /nothing that is plugged in/);
    file('tty.A', '');
    assert.is(usb(join(folder, 'tty.?'), []), join(folder, 'tty.A'));
    assert.throws(() => usb(join(folder, 'ttyXA*'), []), /nothing/);
});

test('serial devices are found in /sys, without udevadm', async () => {
    const [sys, dev] = [join(folder, 'sys'), join(folder, 'dev')];
    const usb = join(sys, 'devices', 'usb1', '1-1');
    mkdirSync(join(usb, '1-1:1.0', 'ttyUSB0'), { recursive: true });
    mkdirSync(join(sys, 'class', 'tty', 'ttyUSB0'), { recursive: true });
    mkdirSync(join(sys, 'class', 'tty', 'tty1'), { recursive: true });
    mkdirSync(join(dev, 'serial', 'by-id'), { recursive: true });
    symlinkSync(join(usb, '1-1:1.0', 'ttyUSB0'), join(sys, 'class', 'tty', 'ttyUSB0', 'device'));
    for (const [name, content] of [['idVendor', '10c4\n'], ['idProduct', 'ea60\n'], ['serial', '0001\n'], ['product', 'CP2102\n']]) writeFileSync(join(usb, name), content);
    writeFileSync(join(dev, 'ttyUSB0'), '');
    symlinkSync(join(dev, 'ttyUSB0'), join(dev, 'serial', 'by-id', 'usb-x'));
    assert.equal(await serialDevices(sys, dev), [{ ...device, path: join(dev, 'ttyUSB0'), byId: join(dev, 'serial', 'by-id', 'usb-x') }]);
});

test('the board map gets what is plugged in, once, and keeps what people wrote', async () => {
    const path = file('map.yaml', '# ours\nboards:\n  attic: # by the window\n    port: 10c4:ea60:0001\n    chip: esp32\n    tags: [wifi]\n');
    const unnamed = { ...device, path: '/dev/ttyACM0', byId: '', serialNumber: '' };
    assert.equal(await addToBoardMap(path, [device, unnamed]), ['board1']);
    assert.equal(await addToBoardMap(path, [device, unnamed]), []);
    assert.match(readFileSync(path, 'utf8'), /^# ours\nboards:\n[^]*# by the window\n[^]*chip: esp32/);
    const [attic, board1] = await readBoardMap(path);
    assert.equal(attic, { name: 'attic', port: '10c4:ea60:0001', chip: 'esp32', engine: '', baud: 115200, reset: 'lines', power: '', tags: ['wifi'] });
    assert.is(board1.port, '/dev/ttyACM0');
    assert.is(lastingPort({ ...device, serialNumber: '' }), '/dev/serial/by-id/usb-x');
    const fresh = join(folder, 'fresh.yaml');
    await addToBoardMap(fresh, [device]);
    assert.equal((await readBoardMap(fresh)).map(({ port }) => port), ['10c4:ea60:0001']);
    const wrong = { 'chip: esp33': /chip is one of/, 'prot: x': /no field 'prot'/, 'baud: fast': /baud/, 'tags: wifi': /tags/, 'reset: D2': /no step/, 'engine: v8': /engine/ };
    for (const [line, message] of Object.entries(wrong)) {
        const error = await readBoardMap(file('wrong.yaml', `boards:\n  a:\n    port: /dev/ttyUSB0\n    ${line}\n`)).then(() => null, (error: Error) => error);
        assert.instance(error, UsageError, line);
        assert.match(error!.message, message);
    }
});

test('a manifest is refused before a board is touched', async () => {
    assert.is((await readFirmware(manifest('esp32'))).parts[0].offset, 0x10000);
    const header = Buffer.alloc(64);
    header[0] = 0xe9;
    header[12] = 5;
    file('c3.bin', header);
    const sum = createHash('sha256').update(header).digest('hex');
    const part = (fields: string) => `chip: esp32\nparts:\n  - { ${fields} }\n`;
    const wrong: readonly [string, RegExp][] = [
        [part(`offset: 0x10000, file: app.bin, sha256: ${'0'.repeat(64)}`), /is not the file/], [part('offset: 0x10000, file: app.bin'), new RegExp(`sha256: ${sha256}`)],
        [part(`offset: 0x10001, file: app.bin, sha256: ${sha256}`), /multiple/], [part(`offset: 0, file: none.bin, sha256: ${sha256}`), /no file/],
        [part(`offset: 0, file: c3.bin, sha256: ${sum}`), /made for esp32c3/], ['chip: z80\nparts: []\n', /chip is one of/], ['chip: esp32\nparts: []\n', /parts is a list/], ['[', /cannot be read/],
        [`${part(`offset: 0, file: app.bin, sha256: ${sha256}`)}  - { offset: 0, file: c3.bin, sha256: ${sum} }\n`.replace('c3.bin', 'app.bin').replace(sum, sha256), /overlap/],
    ];
    for (const [text, message] of wrong) {
        const error = await readFirmware(file('wrong.yaml', text)).then(() => null, (error: Error) => error);
        assert.instance(error, UsageError, text);
        assert.match(error!.message, message);
    }
});

test('a lock is held against other processes that live, not against those that have ended', () => {
    const locks = new Locks(join(folder, 'locks'));
    const unlock = locks.take('../attic');
    assert.throws(() => locks.take('../attic'), /in use by another motemq/);
    unlock();
    locks.take('../attic')();
    // No process has this number: it is beyond the largest that Linux gives.
    file(join('locks', 'dead'), '4194305');
    assert.is(locks.holder('dead'), 0);
    locks.take('dead')();
    // Nor has one that is empty: process 0 would be a group that lives.
    file(join('locks', 'empty'), '');
    locks.take('empty')();
    const [long, other] = ['a', 'b'].map(end => `pty:${'/'.repeat(200)}${end}`);
    const unlockLong = locks.take(long);
    assert.throws(() => locks.take(long), /in use by another motemq/);
    locks.take(other)();
    unlockLong();
    assert.equal(readdirSync(join(folder, 'locks')), []);
    assert.throws(() => new Locks(file('no-folder', '')).take('attic'), (error: Error) => error instanceof BenchError && /cannot be locked/.test(error.message));
});

test('a reset sequence sets both lines at once where it says so', () => {
    assert.equal(parseSequence(intoLoader(50)).map(({ dtr, rts, wait }) => [dtr, rts, wait]), [
        [false, true, 0], [null, null, 100], [true, false, 0], [null, null, 50], [false, false, 0],
    ]);
    for (const wrong of ['', 'D2', 'R', 'W', 'D0||R1']) assert.throws(() => parseSequence(wrong), (error: Error) => error instanceof UsageError, wrong);
});

test('SLIP: frames come out of any split, and noise between them spoils none', () => {
    const frames: string[] = [];
    const reader = new SlipReader(frame => frames.push(Buffer.from(frame).toString('hex')));
    assert.is(Buffer.from(slipFrame(Uint8Array.of(0xc0, 0xdb, 1))).toString('hex'), 'c0dbdcdbdd01c0');
    for (const byte of Buffer.from('aac0dbdcdbdd01c0c0bbc0dbffc00102c0', 'hex')) reader.push(Uint8Array.of(byte));
    assert.equal(frames, ['aa', 'c0db01', 'bb', '0102']);
});

terminalTest('a port that is in use says by whom; one without modem lines works without them; a written byte arrives', async () => {
    const terminal = new Terminal();
    await terminal.plugIn();
    const port = await openSerialPort(terminal.path, 115200);
    try {
        assert.is(port.hasLines, false);
        await port.write(Uint8Array.of(1, 2, 3));
        const second = await openSerialPort(terminal.path, 115200).then(() => null, (error: Error) => error);
        assert.match(`${second?.message}`, /is in use by .*process \d+/);
        assert.ok(holdersOf(terminal.path).length > 0);
        const gone = new Promise(resolve => port.gone.addEventListener('abort', resolve));
        await terminal.unplug();
        await gone;
        const late = await port.write(Uint8Array.of(4)).then(() => null, (error: Error) => error);
        assert.instance(late, BenchError);
        const missing = await openSerialPort('/dev/ttyUSB999', 115200).then(() => null, (error: Error) => error);
        assert.match(`${missing?.message}`, /there is no port/);
    } finally {
        await port.close();
        await terminal.unplug();
    }
});

together('what is not asked for rightly ends with 3, and help with 0', async () => {
    const [help, flashHelp, none, unknown, both, refused] = await Promise.all([
        fromSources('--help'), motemq('flash', '--help'), motemq('fly'), motemq('boards', '--colour'), motemq('flash', manifest('esp32')), motemq('flash', manifest('esp8266'), '--port', 'http://x'),
    ]);
    assert.is(help.code, PASSED);
    assert.match(help.output, /doctor.*\n.*boards.*\n.*flash/);
    assert.is(flashHelp.code, PASSED);
    assert.match(flashHelp.output, /sha256/);
    for (const { code, output } of [none, unknown, both, refused]) {
        assert.is(code, USAGE, output);
        assert.match(output, /--help says more/);
    }
});

together('doctor and boards are useful without a board', async () => {
    const [doctor, boards] = await Promise.all([motemq('doctor', '--map', join(folder, 'none.yaml')), motemq('boards', '--map', join(folder, 'none.yaml'))]);
    assert.match(doctor.output, /ok +Node/);
    assert.match(doctor.output, /motemq boards --write/);
    assert.is(boards.code, PASSED, boards.output);
});

together('doctor --probe asks the boards of the map which chip they have', async () => {
    const end = await boardOnSocket(new RomBoard({ chip: 'esp32s3', inLoader: true, flashSize: 8 << 20 }));
    try {
        const map = file('probed.yaml', `boards:\n  near: { port: "${end.address}" }\n`);
        const [found, lost] = await Promise.all([
            motemq('doctor', '--probe', '--map', map),
            motemq('doctor', '--probe', '--map', file('silent.yaml', 'boards:\n  far: { port: "socket://127.0.0.1:1" }\n')),
        ]);
        assert.match(found.output, /ok +near: esp32s3, 8192 KB of flash, [0-9a-f:]{17}/, found.output);
        assert.is(lost.code, BENCH_FAILED);
        assert.match(lost.output, /PROBLEM +nobody answers at socket/);
    } finally {
        end.stop();
    }
});

together('flash: a board that is not there ends with 2, one behind a socket is written, and nothing is to write the second time', async () => {
    const board = new RomBoard({ chip: 'esp8266', inLoader: true });
    const end = await boardOnSocket(board);
    try {
        const missing = await motemq('flash', manifest('esp32'), '--port', '/dev/ttyUSB999');
        assert.is(missing.code, BENCH_FAILED);
        assert.match(missing.output, /there is no port .*\n +motemq boards/);
        const wrongChip = await motemq('flash', manifest('esp32'), '--port', end.address);
        assert.is(wrongChip.code, BENCH_FAILED);
        assert.match(wrongChip.output, /has an esp8266/);
        // The stub runs already.
        const first = await motemq('flash', manifest('esp8266'), '--port', end.address);
        assert.is(first.code, PASSED, first.output);
        assert.match(first.output, /wrote and compared app.bin/);
        assert.equal(Buffer.from(board.flash.bytes.subarray(0x10000, 0x10000 + image.length)), image);
        const second = await motemq('flash', manifest('esp8266'), '--port', end.address);
        assert.match(second.output, /nothing to write; app.bin was there/);
    } finally {
        end.stop();
    }
});

terminalTest('flash: a board of the map, behind a command that makes a terminal, which ends with the port', async () => {
    const map = file('emulated.yaml', `boards:\n  emulated:\n    port: "pty:exec '${process.execPath}' scripts/run.mjs hardware-tests/boards/rom/main.ts --chip esp32c3 --pty"\n    chip: esp32c3\n`);
    const flashed = await motemq('flash', manifest('esp32c3'), '--board', 'emulated', '--map', map);
    assert.is(flashed.code, PASSED, flashed.output);
    assert.match(flashed.output, /wrote and compared app.bin/);
    const failed = await motemq('flash', manifest('esp32c3'), '--port', 'pty:echo no terminal');
    assert.is(failed.code, BENCH_FAILED);
    assert.match(failed.output, /made no port: it ended with 0; it said: no terminal/);
});

(noPseudoTerminals || process.platform !== 'linux' ? test.skip : together)('flash: a board at a serial port is reset by its lines, written at 921600 baud, and restarted', async () => {
    const board = new RomBoard({ chip: 'esp32' });
    const end = await boardOnTerminal(board);
    const lines = await boardLines(board, folder);
    try {
        const ended = await built(['flash', manifest('esp32'), '--port', end.address], lines.environment);
        assert.is(ended.code, PASSED, ended.output);
        assert.match(ended.output, /wrote and compared app.bin at 921600 baud\n/);
        assert.equal(board.events.slice(-4), ['boot loader', 'stub', 'baud 921600', 'boot application'], lines.changes.join(', '));
        assert.ok(lines.changes.includes('B921600'), lines.changes.join(', '));
        assert.equal(lines.changes.slice(-3), ['B115200', 'D0 R1', 'D0 R0']);
    } finally {
        lines.stop();
        end.stop();
    }
});

together('a package of the bench that is missing is named with the command that installs it', async () => {
    const built = join(folder, 'installed');
    const { programBundle, emitDist } = await import('../../scripts/bundles.ts');
    mkdirSync(built);
    writeFileSync(join(built, 'motemq.mjs'), (await emitDist(programBundle)).code);
    const ended = await runProcess(process.execPath, [join(built, 'motemq.mjs'), 'flash', manifest('esp32'), '--port', '/dev/null'], 30_000);
    assert.is(ended.code, BENCH_FAILED, ended.output);
    assert.match(ended.output, /package yaml is missing .*\n +npm install --save-dev serialport@13/);
    // With those that boards need nothing stands in the way.
    for (const name of ['serialport', 'esptool-js', 'yaml', 'cli-progress']) {
        mkdirSync(join(built, 'node_modules', name), { recursive: true });
        writeFileSync(join(built, 'node_modules', name, 'package.json'), '{}');
    }
    const doctor = await runProcess('env', ['MODDABLE=', 'ESPRUINO_BIN=', process.execPath, join(built, 'motemq.mjs'), 'doctor'], 30_000);
    assert.match(doctor.output, /ok +packages serialport, esptool-js, yaml, cli-progress/, doctor.output);
    assert.not.match(doctor.output, /missing: /);
});

test.run();
