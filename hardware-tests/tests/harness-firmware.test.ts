// `motemq flash` with what users have: releases of Espruino as downloaded, applications for Moddable.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnSocket } from '../boards/rom/ends.ts';
import { BENCH_FAILED, PASSED, USAGE, UsageError } from '../host/harness/errors.ts';
import { findFirmware } from '../host/harness/firmware.ts';
import { chipIds, imageFault } from '../host/harness/image.ts';
import { motemq } from './harness-program.ts';
import { together } from './harness-together.ts';

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

together('an application for Moddable without its SDK: what is missing, and what to do', async () => {
    const without = { PATH: '/usr/bin:/bin', MODDABLE: '' };
    // A port each: they run side by side, and a port is locked.
    const [missing, mod, platform, setting] = await Promise.all([
        flash(without, application, '--port', '/dev/ttyUSB10', '--platform', 'esp32'), flash(without, application, '--port', '/dev/ttyUSB11', '--platform', 'esp32', '--mod'),
        flash(without, application, '--port', '/dev/ttyUSB12'), flash(without, application, 'ssid', '--port', '/dev/ttyUSB13', '--platform', 'esp'),
    ]);
    assert.is(missing.code, BENCH_FAILED, missing.output);
    assert.match(missing.output, /no mcconfig on the PATH\n +install it/);
    assert.match(mod.output, /no mcrun on the PATH/);
    for (const [{ code, output }, message] of [[platform, /which board is it\? --platform/], [setting, /'ssid' is no setting/]] as const) {
        assert.is(code, USAGE, output);
        assert.match(output, message);
    }
});

together('an application for Moddable: mcconfig builds, then deploys, on the port; its end is ours', async () => {
    // Stands in for the SDK: it writes down how it was called. Everything else about it is the SDK's.
    const tools = release('tools', { mcconfig: Buffer.from('#!/bin/sh\necho "$(pwd)|$UPLOAD_PORT|$*" >> "$CALLS"\ncase "$*" in *fail=1*) exit 3;; esac\n') });
    chmodSync(join(tools, 'mcconfig'), 0o755);
    symlinkSync(join(tools, 'mcconfig'), join(tools, 'mcrun'));
    writeFileSync(join(folder, 'map.yaml'), 'boards:\n  pantry: { port: /dev/ttyUSB7, chip: esp32c3, engine: moddable }\n');
    const environment = (name: string) => ({ PATH: `${tools}:${process.env['PATH']}`, MODDABLE: tools, CALLS: join(folder, name) });
    const calls = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n');
    const [done, mod, failed, lost, socket] = await Promise.all([
        flash(environment('done'), application, '--board', 'pantry', '--map', join(folder, 'map.yaml'), 'ssid=home', 'password=a b'), flash(environment('mod'), application, '--port', '/dev/ttyUSB1', '--platform', 'esp', '--mod', '--debug'),
        flash(environment('failed'), application, '--port', '/dev/ttyUSB2', '--platform', 'esp', 'fail=1'), flash({ ...environment('lost'), MODDABLE: join(folder, 'nowhere') }, application, '--port', '/dev/ttyUSB3', '--platform', 'esp'),
        flash(environment('socket'), application, '--port', 'socket://127.0.0.1:1', '--platform', 'esp'),
    ]);
    assert.is(done.code, PASSED, done.output);
    assert.equal(calls('done'), [`${application}|/dev/ttyUSB7|-m -p esp32/esp32c3 -t build ssid=home password=a b`, `${application}|/dev/ttyUSB7|-m -p esp32/esp32c3 -t deploy ssid=home password=a b`]);
    assert.equal(calls('mod'), [`${application}|/dev/ttyUSB1|-d -m -p esp`], mod.output);
    assert.is(failed.code, BENCH_FAILED, failed.output);
    assert.match(failed.output, /mcconfig -m -p esp -t build ended with 3\n/);
    assert.is(calls('failed').length, 1);
    assert.match(lost.output, /MODDABLE names .*nowhere, which does not exist/);
    assert.is(socket.code, USAGE, socket.output);
});

test.run();
