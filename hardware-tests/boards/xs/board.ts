// A virtual board as Node sees it: boots the program of build.ts with a script, reads what it traces, ends it.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../../scripts/root.ts';

/** Memory as a Moddable manifest's `creation` record gives it. */
export interface Memory {
    /** Bytes for strings, buffers and arrays, and by how many they grow (0: never). */
    readonly chunkInitial: number;
    readonly chunkIncremental: number;
    /** Slots for objects and properties, and by how many they grow (0: never). */
    readonly slotsInitial: number;
    readonly slotsIncremental: number;
    /** Slots of the JavaScript stack. */
    readonly stack: number;
    /** Bytes that stack, slots (16 each) and chunks share; 0: no common limit. */
    readonly total: number;
}

/** Moddable SDK 8: build/devices/esp32/manifest.json and build/devices/esp/manifest.json. */
export const presets = {
    esp32: { chunkInitial: 78848, chunkIncremental: 0, slotsInitial: 4928, slotsIncremental: 0, stack: 512, total: 0 },
    esp8266: { chunkInitial: 1536, chunkIncremental: 512, slotsInitial: 512, slotsIncremental: 64, stack: 256, total: 32768 },
} as const satisfies Record<string, Memory>;

export interface BoardOptions {
    /** The text of a classic script, or of several that run in this order (bundle.ts makes them). */
    readonly script: string | readonly string[];
    /** Scripts whose heap lies in flash, frozen, as that of a manifest's `preload` does; they run before (bundle.ts makes them). */
    readonly preload?: readonly string[];
    /** What the script sees as `mc/config`; must be JSON. */
    readonly config?: object;
    /** Default 'esp32'. */
    readonly preset?: keyof typeof presets;
    /** Differences from the preset. */
    readonly memory?: Partial<Memory>;
    /** Bytes of the TCP buffers; default 8192 as on an ESP32. */
    readonly sendWindow?: number;
    readonly receiveWindow?: number;
    /** What `Time.ticks` shows at the start, in ms (int32); default 0. */
    readonly ticks?: number;
    /** Each line the script traces, without its end. */
    readonly onLine?: (line: string) => void;
    /** False: `lines` stays empty, for a board that runs for hours. Default true. */
    readonly keepLines?: boolean;
}

/** The board aborted: an exception left a callback, a rejection was not handled, the stack or the memory was too small. */
export const ABORTED = 70;

/** How a board ended. */
export interface BoardEnd {
    /** What the script gave to `Board.exit`, or ABORTED; -1 when `stop` or a signal ended it. */
    readonly code: number;
    /** What it wrote to standard error: the reason of an abort. */
    readonly errors: string;
}

export interface Board {
    /** All lines traced so far. */
    readonly lines: readonly string[];
    readonly pid: number;
    /** Settles when the board has ended and all its lines are read. */
    readonly end: Promise<BoardEnd>;
    /** The first line, past or to come, that starts with `start`; rejects if the board ends before. */
    line(start: string): Promise<string>;
    /** Hands a line to the script's `Board.onLine`. */
    send(line: string): void;
    /** Ends the board at once, whatever its script does; safe at any moment, twice too. */
    stop(): Promise<BoardEnd>;
}

let scripts = 0;

/** Boots the program at `path` (build.ts). The board ends with this process at the latest. */
export function bootBoard(path: string, options: BoardOptions): Board {
    const { memory, onLine, keepLines = true } = options;
    const settings: Record<string, number | undefined> = {
        ...presets[options.preset ?? 'esp32'], ...memory,
        sendWindow: options.sendWindow, receiveWindow: options.receiveWindow, ticks: options.ticks,
    };
    const parameters = Object.entries(settings).filter(entry => entry[1] !== undefined).map(entry => entry.join('='));
    parameters.push(`config=${JSON.stringify(options.config ?? {})}`);
    const folder = join(root, '.cache', 'xs', 'scripts');
    mkdirSync(folder, { recursive: true });
    const files: string[] = [];
    const add = (name: string, text: string): void => {
        const file = join(folder, `${process.pid}-${scripts++}.js`);
        writeFileSync(file, text);
        files.push(file);
        parameters.push(`${name}=${file}`);
    };
    options.preload?.forEach(text => add('preload', text));
    [options.script].flat().forEach(text => add('script', text));

    const child = spawn(path, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const waiting = new Set<{ start: string; found: (line: string) => void; lost: (error: Error) => void }>();
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', line => {
        if (keepLines) {
            lines.push(line);
        }
        for (const wait of waiting) {
            if (line.startsWith(wait.start)) {
                waiting.delete(wait);
                wait.found(line);
            }
        }
        onLine?.(line);
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
    });
    // A line for a board that has just ended is lost.
    child.stdin.on('error', () => {});

    const end = new Promise<BoardEnd>((resolve, reject) => {
        const cleanUp = (): void => files.forEach(file => rmSync(file, { force: true }));
        child.on('error', error => {
            cleanUp();
            reject(error);
        });
        child.on('close', code => {
            cleanUp();
            for (const wait of waiting) {
                wait.lost(new Error(`the board ended with ${code} before a line '${wait.start}'; ${errors || 'no reason printed'}\n${lines.join('\n')}`));
            }
            waiting.clear();
            resolve({ code: code ?? -1, errors });
        });
    });
    let ended = false;
    end.then(() => {
        ended = true;
    }, () => {
        ended = true;
    });

    return {
        lines,
        pid: child.pid ?? -1,
        end,
        line(start) {
            const past = lines.find(line => line.startsWith(start));
            if (past !== undefined) {
                return Promise.resolve(past);
            }
            return new Promise((found, lost) => {
                if (ended) {
                    lost(new Error(`the board has ended without a line '${start}'; ${errors}`));
                } else {
                    waiting.add({ start, found, lost });
                }
            });
        },
        send(line) {
            child.stdin.write(line + '\n');
        },
        stop() {
            child.kill('SIGKILL');
            return end;
        },
    };
}
