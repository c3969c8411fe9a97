// Espruino as its releases have it: a folder or an archive of files with known names, whose places in the flash are known too
// (targets/*/README_flash.txt and make/targets/ESP32.make in Espruino's sources). Read and checked before a board is touched.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { BenchError, UsageError } from './errors.ts';
import type { Firmware } from './firmware.ts';
import { imageFault, otherChip, withFlashParameters } from './image.ts';
import type { Part } from './loader-session.ts';

/** Ms that an archive of a few megabytes takes at most. */
const UNPACKED = 60_000;

interface Layout {
    readonly chip: string;
    /** For people. */
    readonly title: string;
    /** By name: bytes from the start of the flash. */
    readonly files: Readonly<Record<string, number>>;
    /** Code in the header of the first file: speed and size of the flash (ESP8266 only). */
    readonly flashParameters?: number;
}

const esp8266 = (size: number): Layout['files'] => ({ 'boot_v1.6.bin': 0, 'espruino_esp8266_user1.bin': 0x1000, 'esp_init_data_default.bin': size - 0x4000, 'blank.bin': size - 0x2000 });
/** 4 MB as two maps of 1 MB, 80 MHz. */
const large: Layout = { chip: 'esp8266', title: 'ESP8266 with 4 MB', files: esp8266(0x400000), flashParameters: 0x6f };
/** 512 KB, 40 MHz. */
const small: Layout = { chip: 'esp8266', title: 'ESP8266', files: esp8266(0x80000), flashParameters: 0x00 };

const layouts: readonly Layout[] = [
    { chip: 'esp32', title: 'ESP32', files: { 'bootloader.bin': 0x1000, 'partitions_espruino.bin': 0x8000, 'espruino_esp32.bin': 0x10000 } },
    { chip: 'esp32c3', title: 'ESP32-C3', files: { 'bootloader.bin': 0, 'partition-table.bin': 0x8000, 'espruino-esp32c3.bin': 0x10000 } },
    { chip: 'esp32s3', title: 'ESP32-S3', files: { 'bootloader.bin': 0, 'partition-table.bin': 0x8000, 'espruino-esp32s3.bin': 0x10000 } },
    small,
];

/** Files that the boot loaders start, by name. */
const isStarted = (name: string): boolean => /^(?:bootloader|espruino[_-]esp32\w*)\.bin$/.test(name);

/** `path` is an archive, by its name. */
export const isArchive = (path: string): boolean => /\.(?:tgz|tar\.gz|tar|zip)$/i.test(path);

/** The firmware in the release at `path`, a folder or an archive. Refuses what is not whole. */
export function readRelease(path: string): Firmware {
    if (!isArchive(path)) return readFolder(path, basename(resolve(path)));
    const folder = mkdtempSync(join(tmpdir(), 'motemq-release-'));
    try {
        try {
            // Not gzip alone: bsdtar, on Windows and macOS, reads zip archives, too.
            execFileSync('tar', ['-xf', resolve(path), '-C', folder], { stdio: ['ignore', 'ignore', 'pipe'], timeout: UNPACKED, killSignal: 'SIGKILL' });
        } catch (error) {
            const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
            if (code === 'ETIMEDOUT') throw new BenchError(`tar was still unpacking ${path} after ${UNPACKED / 1000} s`, 'unpack it by hand and name its folder');
            if (code === 'ENOENT') throw new BenchError('there is no program tar to unpack the archive with', `unpack ${path} and name its folder`);
            throw new UsageError(`${path} cannot be unpacked: ${String(stderr).trim().split('\n')[0]}. Was it downloaded whole?`);
        }
        return readFolder(folder, basename(path));
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

function readFolder(folder: string, title: string): Firmware {
    const files = new Map<string, string>();
    collect(folder, files);
    const found = layouts.filter(({ files: wanted }) => Object.keys(wanted).some(name => name.startsWith('espruino') && files.has(name)));
    if (found.length !== 1) {
        const names = layouts.map(({ title, files }) => `${title}: ${Object.keys(files).join(', ')}`);
        throw new UsageError(found.length ? `${title} holds firmware for several chips: ${found.map(({ title }) => title).join(', ')}` : `${title} is no manifest and holds no release of Espruino. One for\n  ${names.join('\n  ')}`);
    }
    // The two builds for the ESP8266 have the same files; the archive's name tells them apart, or that of the folder in it.
    const layout = found[0] === small && [title, ...files.values()].some(name => /esp8266_4mb/i.test(name)) ? large : found[0];
    const missing = Object.keys(layout.files).filter(name => !files.has(name));
    if (missing.length) throw new UsageError(`${title} looks like Espruino for ${layout.title}, but lacks ${missing.join(', ')}`);
    return { chip: layout.chip, parts: Object.entries(layout.files).map(([name, offset]) => readPart(layout, name, offset, files.get(name)!)) };
}

function readPart({ chip, flashParameters }: Layout, name: string, offset: number, path: string): Part {
    const data = readFileSync(path);
    if (data.length === 0) throw new UsageError(`${name} is empty. Was it downloaded whole?`);
    const other = otherChip(data, chip);
    if (other) throw new UsageError(`${name} is made for ${other}, not for ${chip}`);
    const fault = isStarted(name) ? imageFault(data, chip) : '';
    if (fault) throw new UsageError(`${name} is damaged: ${fault}. Was it downloaded whole?`);
    return { offset, name, data: flashParameters !== undefined && offset === 0 ? withFlashParameters(data, flashParameters) : data };
}

/** Plain files below `folder` by name; two levels are enough for archives that hold a folder. Links are left out. */
function collect(folder: string, files: Map<string, string>, depth = 0): void {
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const status = lstatSync(path);
        if (status.isFile()) files.set(name, path);
        else if (status.isDirectory() && depth === 0) collect(path, files, depth + 1);
    }
}
