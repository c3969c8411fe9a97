// `motemq flash` with what users have: releases of Espruino as downloaded, applications for Moddable.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnSocket } from '../boards/rom/ends.ts';
import { BENCH_FAILED, BenchError, INTERRUPTED, PASSED, USAGE, UsageError } from '../host/harness/errors.ts';
import { findFirmware } from '../host/harness/firmware.ts';
import { chipIds, imageFault } from '../host/harness/image.ts';
import { Locks } from '../host/harness/locks.ts';
import { runTool } from '../host/harness/programs.ts';
import { until } from '../host/until.ts';
import { motemq, program } from './harness-program.ts';
import { together } from './harness-together.ts';
import { motemq as motemqHere } from './run-motemq.ts';

const folder = mkdtempSync(join(tmpdir(), 'firmware-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const flash = (environment: Readonly<Record<string, string>>, ...words: string[]) => motemq(['flash', ...words], environment);

/** An image with two segments, sums included. */
function image(chip: string, size = 5000): Buffer {
    const header = Buffer.alloc(24);
    header.set([0xe9, 2, 2, 0x20]);
    header.writeUInt16LE(chipIds[chip] ?? 0, 12);
    header[23] = 1;
    const segments = [size, 33].map((length, index) => {
        const segment = Buffer.alloc(8 + length, 0x41 + index);
        segment.writeUInt32LE(0x40080000, 0);
        segment.writeUInt32LE(length, 4);
        return segment;
    });
    const sum = segments.flatMap(segment => [...segment.subarray(8)]).reduce((sum, byte) => sum ^ byte, 0xef);
    const body = Buffer.concat([header, ...segments]);
    const whole = Buffer.alloc((body.length + 16) & ~15);
    body.copy(whole);
    whole[whole.length - 1] = sum;
    return Buffer.concat([whole, createHash('sha256').update(whole).digest()]);
}

/** A folder with `files`, and its path. */
function release(name: string, files: Readonly<Record<string, Buffer>>): string {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    for (const [file, data] of Object.entries(files)) writeFileSync(join(path, file), data);
    return path;
}

function archive(name: string, inner: string): string {
    const path = join(folder, name);
    execFileSync('tar', ['-czf', path, '-C', folder, inner]);
    return path;
}

const esp32 = (): Record<string, Buffer> => ({ 'bootloader.bin': image('esp32'), 'partitions_espruino.bin': Buffer.alloc(3072, 1), 'espruino_esp32.bin': image('esp32', 20_000), 'README_flash.txt': Buffer.from('read me') });
const esp8266 = (): Record<string, Buffer> => ({ 'boot_v1.6.bin': Buffer.concat([Buffer.of(0xe9, 1, 2, 0), Buffer.alloc(2000, 3)]), 'espruino_esp8266_user1.bin': Buffer.alloc(9000, 4), 'esp_init_data_default.bin': Buffer.alloc(128, 5), 'blank.bin': Buffer.alloc(4096, 0xff) });

const places = async (path: string): Promise<unknown> => {
    const { chip, parts } = await findFirmware(path);
    return [chip, ...parts.map(({ name, offset }) => `${offset.toString(16)} ${name}`)];
};

test('releases of Espruino: each file has its place, in a folder and in an archive', async () => {
    const inner = release('espruino_2v29_esp32', esp32());
    const wanted = ['esp32', '1000 bootloader.bin', '8000 partitions_espruino.bin', '10000 espruino_esp32.bin'];
    assert.equal(await places(inner), wanted);
    assert.equal(await places(archive('espruino_2v29_esp32.tgz', 'espruino_2v29_esp32')), wanted);
    for (const chip of ['esp32c3', 'esp32s3']) {
        const files = { 'bootloader.bin': image(chip), 'partition-table.bin': Buffer.alloc(3072, 1), [`espruino-${chip}.bin`]: image(chip) };
        assert.equal(await places(release(`espruino_${chip}`, files)), [chip, '0 bootloader.bin', '8000 partition-table.bin', `10000 espruino-${chip}.bin`]);
    }
});

test('the builds for an ESP8266 differ in the places at the end of the flash, and in what the header says of it', async () => {
    assert.equal(await places(release('espruino_2v29_esp8266', esp8266())), ['esp8266', '0 boot_v1.6.bin', '1000 espruino_esp8266_user1.bin', '7c000 esp_init_data_default.bin', '7e000 blank.bin']);
    release('espruino_2v29_esp8266_4mb', esp8266());
    const large = archive('download.tgz', 'espruino_2v29_esp8266_4mb');
    assert.equal(await places(large), ['esp8266', '0 boot_v1.6.bin', '1000 espruino_esp8266_user1.bin', '3fc000 esp_init_data_default.bin', '3fe000 blank.bin']);
    assert.equal([...(await findFirmware(large)).parts[0].data.subarray(0, 4)], [0xe9, 1, 2, 0x6f]);
});

test('a release that is not whole is refused before a board is touched', async () => {
    const cut = archive('cut.tgz', 'espruino_2v29_esp32');
    writeFileSync(cut, readFileSync(cut).subarray(0, 100));
    const { 'bootloader.bin': loader, ...rest } = esp32();
    const changed = Buffer.from(loader);
    changed[40] ^= 1;
    const unsummed = Buffer.from(loader);
    unsummed[unsummed.length - 1] ^= 1;
    const linked = release('linked', rest);
    symlinkSync(join(folder, 'espruino_2v29_esp32', 'bootloader.bin'), join(linked, 'bootloader.bin'));
    const wrong: readonly (readonly [string, RegExp])[] = [
        [cut, /cannot be unpacked: .*downloaded whole/], [release('empty', {}), /holds no release of Espruino/], [release('lacking', rest), /lacks bootloader.bin/], [linked, /lacks bootloader.bin/],
        [release('short', { ...rest, 'bootloader.bin': loader.subarray(0, 3000) }), /bootloader.bin is damaged: it is cut short/], [release('changed', { ...rest, 'bootloader.bin': changed }), /damaged: its checksum is wrong/],
        [release('unsummed', { ...rest, 'bootloader.bin': unsummed }), /damaged: its SHA-256 is wrong/], [release('mixed', { ...esp32(), 'bootloader.bin': image('esp32c3') }), /made for esp32c3, not for esp32/],
        [release('several', { ...esp32(), ...esp8266() }), /several chips: ESP32, ESP8266/], [join(folder, 'none.tgz'), /there is no file/],
    ];
    for (const [path, message] of wrong) {
        const error = await findFirmware(path).then(() => null, (error: Error) => error);
        assert.instance(error, UsageError, path);
        assert.match(error!.message, message);
    }
    assert.is(imageFault(loader, 'esp32'), '');
    for (let size = 1; size < loader.length; size += 97) assert.ok(imageFault(loader.subarray(0, size), 'esp32'), `${size} bytes`);
});

together('a release is written to a board', async () => {
    const path = release('written', esp32());
    const board = new RomBoard({ chip: 'esp32', inLoader: true });
    const end = await boardOnSocket(board);
    try {
        const done = await flash({}, path, '--port', end.address);
        assert.is(done.code, PASSED, done.output);
        for (const [name, offset] of [['bootloader.bin', 0x1000], ['partitions_espruino.bin', 0x8000], ['espruino_esp32.bin', 0x10000]] as const) {
            const data = readFileSync(join(path, name));
            assert.ok(data.equals(board.flash.bytes.subarray(offset, offset + data.length)), name);
        }
    } finally {
        end.stop();
    }
});

const application = release('application', { 'manifest.json': Buffer.from('{"include":["$(MODDABLE)/examples/manifest_base.json"],"modules":{"*":"./main"}}') });

/** A port of this test alone, which is not there: tests of another work tree run at the same time, and ports are locked. */
const port = (name: string): string => `/dev/motemq-${process.pid}-${name}`;

together('an application for Moddable without its SDK: what is missing, and what to do', async () => {
    const without = { PATH: '/usr/bin:/bin', MODDABLE: '' };
    const [missing, mod] = await Promise.all([
        flash(without, application, '--port', port('missing'), '--platform', 'esp32'), flash(without, application, '--port', port('mod'), '--platform', 'esp32', '--mod'),
    ]);
    assert.is(missing.code, BENCH_FAILED, missing.output);
    assert.match(missing.output, /no mcconfig on the PATH\n +install it/);
    assert.match(mod.output, /no mcrun on the PATH/);
});

test('what is asked for wrongly is said before anything of the board is touched, its lock too', async () => {
    const unlock = new Locks().take(port('taken'));
    const espruino = release('espruino', esp32());
    const platform = ['--platform', 'esp'];
    const usage: readonly (readonly [string[], RegExp])[] = [
        [[application], /which board is it\? --platform/], [[application, 'ssid', ...platform], /'ssid' is no setting/], [[application, ...platform, '--erase'], /--erase means nothing to the tools of Moddable/],
        [[application, ...platform, '--baud', '9600'], /--baud means nothing/], [[application, ...platform, '--reset', 'none'], /--reset means nothing/], [[espruino, '--mod'], /--mod is for applications for Moddable/],
        [[espruino, 'ssid=home'], /'ssid=home' means nothing here/], [[join(folder, 'none.yaml')], /there is no file/], [[espruino, '--baud', '1'], /--baud is a number/],
    ];
    try {
        for (const [words, message] of usage) {
            const { code, output } = await motemqHere('flash', ...words, '--port', port('taken'));
            assert.is(code, USAGE, output);
            assert.match(output, message);
        }
        const nowhere = await motemqHere('flash', espruino, '--port', 'http://there');
        assert.is(nowhere.code, USAGE);
        assert.match(nowhere.output, /'http:\/\/there' names no port/);
        assert.match((await motemqHere('flash', espruino, '--port', port('taken'))).output, /is in use by another motemq/);
    } finally {
        unlock();
    }
});

test('a tool that hangs is ended at its deadline with all that it has started, and its last lines are shown', async () => {
    const pid = join(folder, 'pid');
    const script = `echo begun; sleep 600 & echo $! > ${pid}; echo waiting >&2; wait`;
    const error = await runTool('sh', ['-c', script, 'password=secret'], 700, 'look').then(() => null, (error: Error) => error);
    assert.instance(error, BenchError);
    assert.match(error!.message, /^sh -c .* was still running after 0\.7 s, and was ended\. Its last lines:\n {4}begun\n {4}waiting$/);
    assert.not.match(error!.message, /secret/);
    await until('what it has started is gone', () => !isAlive(Number(readFileSync(pid, 'utf8'))));
    const failed = await runTool('sh', ['-c', 'for n in 1 2 3 4 5 6 7 8 9; do echo line $n; done; exit 3'], 60_000, 'look').then(() => null, (error: Error) => error);
    assert.match(failed!.message, / ended with 3\. Its last lines:\n {4}line 2\n[^]*line 9$/);
    const absent = await runTool('motemq-no-such-tool', [], 60_000, 'look').then(() => null, (error: Error) => error);
    assert.match(absent!.message, /ENOENT/);
    assert.is(await runTool('sh', ['-c', 'echo fine'], 60_000, 'look'), 'fine\n');
});

/** A process that has ended, and nobody has asked for its code, is not. */
function isAlive(pid: number): boolean {
    try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
        return false;
    }
}

together('an application for Moddable: mcconfig builds, then deploys, on the port; its end is ours', async () => {
    // Stands in for the SDK: it writes down how it was called. Everything else about it is the SDK's.
    const tools = release('tools', { mcconfig: Buffer.from('#!/bin/sh\necho "$(pwd)|$UPLOAD_PORT|$*" >> "$CALLS"\ncase "$0" in *mcrun) echo Installing mod...complete; exec sleep 600;; esac\ncase "$*" in *fail=1*) echo oh no; exit 3;; *hang=1*) echo hanging; exec sleep 600;; esac\n') });
    chmodSync(join(tools, 'mcconfig'), 0o755);
    symlinkSync(join(tools, 'mcconfig'), join(tools, 'mcrun'));
    writeFileSync(join(folder, 'map.yaml'), `boards:\n  pantry: { port: ${port('7')}, chip: esp32c3, engine: moddable }\n`);
    const environment = (name: string) => ({ PATH: `${tools}:${process.env['PATH']}`, MODDABLE: tools, CALLS: join(folder, name) });
    const calls = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n');
    const [done, mod, failed, lost, socket] = await Promise.all([
        flash(environment('done'), application, '--board', 'pantry', '--map', join(folder, 'map.yaml'), 'ssid=home', 'password=a b'), flash(environment('mod'), application, '--port', port('1'), '--platform', 'esp', '--mod', '--debug'),
        flash(environment('failed'), application, '--port', port('2'), '--platform', 'esp', 'fail=1'), flash({ ...environment('lost'), MODDABLE: join(folder, 'nowhere') }, application, '--port', port('3'), '--platform', 'esp'),
        flash(environment('socket'), application, '--port', 'socket://127.0.0.1:1', '--platform', 'esp'),
    ]);
    assert.is(done.code, PASSED, done.output);
    assert.equal(calls('done'), [`${application}|${port('7')}|-m -p esp32/esp32c3 -t build ssid=home password=a b`, `${application}|${port('7')}|-m -p esp32/esp32c3 -t deploy ssid=home password=a b`]);
    assert.is(mod.code, PASSED, 'its mod is installed, though it stays for a debugger');
    assert.equal(calls('mod'), [`${application}|${port('1')}|-d -m -p esp`], mod.output);
    assert.is(failed.code, BENCH_FAILED, failed.output);
    assert.match(failed.output, /mcconfig -m -p esp -t build ended with 3\. Its last lines:\n {4}oh no\n/);
    assert.is(calls('failed').length, 1);
    assert.match(lost.output, /MODDABLE names .*nowhere, which does not exist/);
    assert.is(socket.code, USAGE, socket.output);
    const child = spawn(process.execPath, [program, 'flash', application, '--port', port('4'), '--platform', 'esp', 'hang=1'], { env: { ...process.env, ...environment('hung') } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output += bytes.toString());
    const ended = new Promise(resolve => child.once('close', resolve));
    await until('the tool hangs', () => output.includes('hanging'), 30);
    child.kill('SIGINT');
    assert.is(await ended, INTERRUPTED, output);
    assert.match(output, /interrupted\n +the application on the board may be incomplete/);
});

test.run();
