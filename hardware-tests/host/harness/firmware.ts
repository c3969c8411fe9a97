// Firmware as a manifest tells it: which file goes where in the flash of which chip. Read and checked before a board is touched.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './errors.ts';
import { chipIds, otherChip } from './image.ts';
import type { Part } from './loader-session.ts';
import { isArchive, readRelease } from './release.ts';
import { fields, onlyFields, readYaml } from './yaml.ts';
import type { Fields } from './yaml.ts';

export { chipIds } from './image.ts';

export const manifestExample = `chip: esp32
parts:
  - offset: 0x1000
    file: bootloader.bin        # beside the manifest
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`;

const SECTOR = 4096;
/** Longest flash that the loaders address. */
const LARGEST = 256 << 20;

export interface Firmware {
    readonly chip: string;
    /** In the order of their offsets; no two touch the same sector. */
    readonly parts: readonly Part[];
}

/** The firmware at `path`: a manifest, or a release of Espruino as a folder or an archive. */
export async function findFirmware(path: string): Promise<Firmware> {
    if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
    return isArchive(path) || statSync(path).isDirectory() ? readRelease(path) : readFirmware(path);
}

/** Reads the manifest at `path`. Refuses files that are missing, do not have their sum, overlap, or are made for another chip. */
export async function readFirmware(path: string): Promise<Firmware> {
    const manifest = await readYaml(path);
    onlyFields(manifest, ['chip', 'parts'], path);
    const { chip, parts } = manifest;
    if (typeof chip !== 'string' || !(chip in chipIds)) throw new UsageError(`${path}: chip is one of ${Object.keys(chipIds).join(', ')}`);
    if (!Array.isArray(parts) || parts.length === 0) throw new UsageError(`${path}: parts is a list, for instance\n${manifestExample}`);
    const read = parts.map((part: unknown, index) => readPart(fields(part, `${path}: part ${index + 1}`), chip, dirname(path), `${path}: part ${index + 1}`));
    read.sort((a, b) => a.offset - b.offset);
    read.forEach((part, index) => {
        const next = read[index + 1];
        // A sector is erased as a whole.
        if (next && Math.ceil((part.offset + part.data.length) / SECTOR) * SECTOR > next.offset) throw new UsageError(`${path}: ${part.name} and ${next.name} overlap`);
    });
    return { chip, parts: read };
}

function readPart(part: Fields, chip: string, folder: string, where: string): Part {
    onlyFields(part, ['offset', 'file', 'sha256'], where);
    const { file, sha256 } = part;
    const offset = part['offset'] ? Number(part['offset']) : NaN;
    if (!Number.isInteger(offset) || offset < 0 || offset % SECTOR || offset >= LARGEST) throw new UsageError(`${where}: offset is a multiple of 0x1000 (4096)`);
    if (typeof file !== 'string' || !file) throw new UsageError(`${where}: file is the name of a file beside the manifest`);
    const path = resolve(folder, file);
    if (!existsSync(path)) throw new UsageError(`${where}: there is no file ${path}`);
    const data = readFileSync(path);
    if (data.length === 0) throw new UsageError(`${where}: ${file} is empty`);
    const sum = createHash('sha256').update(data).digest('hex');
    if (typeof sha256 !== 'string' || !sha256) throw new UsageError(`${where}: sha256 is missing; that of ${file}, if you trust it, is\n    sha256: ${sum}`);
    if (sha256.toLowerCase() !== sum) throw new UsageError(`${where}: ${file} is not the file that the manifest means: its sha256 is ${sum}, not ${sha256}. Was it downloaded whole?`);
    const other = otherChip(data, chip);
    if (other) throw new UsageError(`${where}: ${file} is made for ${other}, not for ${chip}`);
    return { offset, data, name: file };
}
