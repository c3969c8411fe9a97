// Files into the Storage of a board with Espruino, compared there, and the board seen to run them. Each part is written by an expression
// that may arrive twice: a DATA packet carries no place, and one whose acknowledgement was lost would go to the wrong one when it came again.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from '../../../boards/espruino/crc32.ts';
import { BenchError, UsageError } from '../errors.ts';
import { EspruinoLink, Thrown } from './link.ts';
import type { Firmware, LinkOptions } from './link.ts';
import type { Port } from '../port.ts';

/** The file that Espruino runs when it starts. */
export const BOOT_FILE = '.bootcde';
/** Longest name of a file in Storage. */
const LONGEST_NAME = 28;
/** Bytes that each file takes beside its own. */
const HEADER = 32;
/** Bytes of a file in one packet, one line. Base64 makes 4 of 3; an ESP8266 has 1,600 variables of 12 bytes for all. */
const PART = { packets: 384, lines: 240 } as const;
/** Ms for: compacting the Storage; a start of the program; the first words after that. */
const deadlines = { compact: 60_000, start: 8000, words: 1500 };
/** Ms until a board has done what it was told last. */
const FAREWELL = 500;
/** First firmware with `.bootcde`. */
const OLDEST = [1, 96] as const;

export interface BoardFile {
    /** In Storage. */
    readonly name: string;
    readonly data: Uint8Array;
}

export interface UploadOptions extends LinkOptions {
    /** Runs when the board starts; null: only `files` are written. */
    readonly boot?: Uint8Array | null;
    /** Say what is done, and how far it has got (0 to 1, of all bytes). */
    onStep?(text: string): void;
    onProgress?(share: number): void;
}

export interface Uploaded {
    readonly firmware: Firmware;
    readonly way: 'packets' | 'lines';
    readonly written: readonly string[];
    /** Files that were there. */
    readonly skipped: readonly string[];
    /** By which the program was seen to run; empty without one. */
    readonly runId: string;
}

/** Refuses names and contents that Storage cannot hold. */
export function checkFile({ name, data }: BoardFile): void {
    if (!name || Buffer.byteLength(name) > LONGEST_NAME || /[^\x20-\x7e]/.test(name)) throw new UsageError(`'${name}' is no name of a file on a board: 1 to ${LONGEST_NAME} ASCII characters`);
    if (data.length === 0) throw new UsageError(`${name} is empty: Espruino's Storage holds no empty file`);
}

/**
 * Writes `files`, then `boot`, to the board at `port`, restarts it and sees the program run. Rejects with a BenchError; as soon as the port has
 * gone, with its reason. The port stays open, its bytes go to `onText` from the restart on.
 */
export async function upload(port: Port, files: readonly BoardFile[], { boot = null, onStep = () => {}, onProgress = () => {}, ...options }: UploadOptions): Promise<Uploaded> {
    const runId = boot ? randomBytes(4).toString('hex') : '';
    // On the program's first line, so that the numbers of lines in errors stay those of the file.
    const all = boot ? [...files, { name: BOOT_FILE, data: Buffer.concat([Buffer.from(`print("motemq run ${runId}");`), boot]) }] : files;
    all.forEach(checkFile);
    onStep('looking for Espruino');
    const link = await EspruinoLink.connect(port, options);
    demandVersion(link.firmware);
    await stopProgram(link);
    const written: string[] = [];
    const skipped: string[] = [];
    const missing: BoardFile[] = [];
    for (const file of all) {
        if (await holds(link, file)) skipped.push(file.name);
        else missing.push(file);
    }
    await makeRoom(link, missing, onStep);
    const total = missing.reduce((sum, { data }) => sum + data.length, 0);
    let done = 0;
    for (const file of missing) {
        onStep(`writing ${file.name}`);
        await write(link, file, share => onProgress((done + share * file.data.length) / total)).catch(async (error: Error) => {
            // Half a program is not to run at the next start. If the port was given up, there is no answer.
            await link.evaluate(`(require("Storage").erase(${JSON.stringify(file.name)}),0)`).catch(() => sleep(FAREWELL));
            throw error;
        });
        done += file.data.length;
        written.push(file.name);
    }
    onStep('restarting the board');
    await restart(link, runId);
    return { firmware: link.firmware, way: link.way, written, skipped, runId };
}

function demandVersion({ version }: Firmware): void {
    const [, major, minor] = /^(\d+)v(\d+)/.exec(version) ?? [];
    if (Number(major) > OLDEST[0] || Number(minor) >= OLDEST[1]) return;
    throw new BenchError(`the board has Espruino ${version}`, `motemq needs ${OLDEST.join('v')} or newer: motemq flash puts one onto the board`);
}

/** Takes what runs out of memory: it may print, use the memory that an upload needs, or sleep. */
async function stopProgram(link: EspruinoLink): Promise<void> {
    link.takeText();
    await link.evaluate('(reset(),0)');
    // The banner's line; there is none on consoles of little memory.
    await link.hears(/G\.Williams[^]*>/, 1000);
    await link.evaluate('1');
}

/** The file is on the board, byte by byte. */
async function holds(link: EspruinoLink, { name, data }: BoardFile): Promise<boolean> {
    if (await sizeOf(link, name) !== data.length) return false;
    const sum = await link.evaluate(`E.CRC32?E.CRC32(require("Storage").read(${JSON.stringify(name)})):null`);
    if (typeof sum === 'number') return sum >>> 0 === crc32(data);
    // Older firmware: read it back.
    for (let at = 0; at < data.length; at += PART.lines) {
        const part = Buffer.from(data.subarray(at, at + PART.lines));
        if (await link.evaluate(`btoa(require("Storage").read(${JSON.stringify(name)},${at},${part.length}))`) !== part.toString('base64')) return false;
    }
    return true;
}

async function makeRoom(link: EspruinoLink, files: readonly BoardFile[], onStep: (text: string) => void): Promise<void> {
    if (files.length === 0) return;
    const needed = files.reduce((sum, { data }) => sum + taken(data.length), 0);
    const free = async (): Promise<number> => Number(await link.evaluate('require("Storage").getFree()'));
    const compact = async (): Promise<void> => {
        onStep('compacting the Storage');
        await link.evaluate('(require("Storage").compact&&require("Storage").compact(),0)', deadlines.compact);
    };
    const erase = async (): Promise<void> => {
        for (const { name } of files) await link.evaluate(`(require("Storage").erase(${JSON.stringify(name)}),0)`);
    };
    // What is erased counts as free after compacting only.
    if (await free() >= needed) return erase();
    await compact();
    let old = 0;
    for (const { name } of files) old += taken(await sizeOf(link, name));
    const left = await free() + old;
    if (left < needed) {
        const list = await link.evaluate('require("Storage").list().join(", ")');
        throw new BenchError(`the Storage is full: ${needed} bytes are needed, ${left} are free or would be. It holds ${String(list) || 'nothing'}`, 'erase what the board does not need: require("Storage").erase("NAME") in motemq monitor');
    }
    await erase();
    await compact();
}

/** Bytes of Storage that a file takes, at most; -1 for `size`: there is none. */
function taken(size: number): number {
    return size < 0 ? 0 : HEADER + Math.ceil(size / 16) * 16;
}

/** Bytes of a file on the board; -1: it is not there. */
async function sizeOf(link: EspruinoLink, name: string): Promise<number> {
    return Number(await link.evaluate(`(function(f){return f===undefined?-1:f.length})(require("Storage").read(${JSON.stringify(name)}))`));
}

async function write(link: EspruinoLink, file: BoardFile, onProgress: (share: number) => void): Promise<void> {
    const { name, data } = file;
    const size = PART[link.way];
    for (let at = 0; at < data.length; at += size) {
        const part = Buffer.from(data.subarray(at, at + size));
        // What was written by an attempt whose answer got lost cannot be written again, not even with the same bytes.
        const wanted = `(function(S,n,d){return S.read(n,${at},${part.length})==d||S.write(n,d,${at},${data.length})})(require("Storage"),${JSON.stringify(name)},atob("${part.toString('base64')}"))`;
        try {
            if (await link.evaluate(wanted) !== true) throw new Thrown('it was not written');
        } catch (error) {
            if (!(error instanceof Thrown)) throw error;
            throw new BenchError(`the board does not store ${name}: ${error.message}`, 'is its Storage full or worn out? require("Storage").eraseAll() in motemq monitor erases all files', true);
        }
        onProgress(Math.min(1, (at + size) / data.length));
    }
    if (!await holds(link, file)) throw new BenchError(`the board does not hold what was written to ${name}`, 'try again; if it stays so, its flash is worn out', true);
}

/** Starts the program anew. With a run id it has to print that; without, the memory has to be empty. */
async function restart(link: EspruinoLink, runId: string): Promise<void> {
    link.takeText();
    // It starts when the answer has left.
    await link.evaluate('(global.motemqBefore=1,load(),0)');
    if (!runId) {
        await link.hears(/>/, 1000);
        if (await link.evaluate('typeof motemqBefore') !== 'undefined') throw new BenchError('the board did not restart', 'press RESET on the board', true);
        return;
    }
    if (!await link.hears(new RegExp(`motemq run ${runId}`), deadlines.start)) {
        throw new BenchError('the board was not seen to run the new program', 'look at what it prints: motemq monitor --reset', true);
    }
    // When its last line has run, a prompt comes.
    await link.hears(/Uncaught .*\n|\n>/, deadlines.words);
    const thrown = /Uncaught .*/.exec(link.takeText());
    if (thrown) throw new BenchError(`the program throws when it starts: ${thrown[0].trim()}`, 'correct it and upload it again; motemq monitor shows more');
}
