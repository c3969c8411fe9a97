// A Node process that behaves like Espruino's interpreter as far as motemq meets it: its console on standard input and output, or a program in a file,
// its globals, its sockets. For tests where the interpreter is not to be had; quirks.test.ts holds the two together.
// It has the strings of ESP32 and ESP8266: one character a byte, whatever the source text's UTF-8 is.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createContext, runInContext } from 'node:vm';
import { characters } from '../characters.ts';
import { crc32 } from '../crc32.ts';
import { guarded } from './events.ts';
import { connect } from './net.ts';
import { Serial } from './serial.ts';
import { Storage } from './storage.ts';

const storage = new Storage();
const modules = new Map<string, unknown>();

function load(name: string): unknown {
    if (name === 'net') return { connect };
    if (name === 'Storage') return storage;
    if (modules.has(name)) return modules.get(name);
    const code = storage.read(name);
    if (code === undefined) throw new Error(`Module ${name} not found`);
    const module = { exports: {} };
    modules.set(name, module.exports);
    (runInContext(`(function(exports,module){${code}\n})`, context) as (exports: object, owner: object) => void)(module.exports, module);
    return module.exports;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The string that E.toString makes of a whole array whose memory is in one piece: it has the array's bytes, later ones too. */
class SharedText {
    private readonly bytes: Uint8Array;

    constructor(bytes: Uint8Array) {
        this.bytes = bytes;
    }

    get length(): number {
        return this.bytes.length;
    }

    charCodeAt(index: number): number {
        return this.bytes[index] ?? NaN;
    }

    substring(start: number, end?: number): string {
        return latin1(this.bytes).substring(start, end);
    }

    split(separator: string): string[] {
        return latin1(this.bytes).split(separator);
    }

    toString(): string {
        return latin1(this.bytes);
    }
}

/** The whole memory of an array. */
function isShared(data: unknown): boolean {
    return ArrayBuffer.isView(data) && data.byteLength === data.buffer.byteLength;
}

const whole = (data: unknown): unknown => typeof data === 'string' || data instanceof SharedText ? data : new SharedText(data as Uint8Array);

/** All that E.toString and E.toUint8Array take, as one text. */
const together = (data: readonly unknown[]): string => data.map(each => characters(each instanceof SharedText ? each.toString() : each)).join('');

const timers = new Map<number, NodeJS.Timeout>();
let latestTimer = 0;

/** Espruino keeps its timers through a change of the clock. */
let clockOffset = 0;
/** Not seeded: alike after every boot. */
let randomState = 1519824769;

/** What `print` makes of a value: whatever was thrown, it throws nothing itself. */
function text(value: unknown): string {
    try {
        return String(value);
    } catch {
        return '{ }';
    }
}

const globals = {
    print: (...values: unknown[]) => console.log(values.map(text).join(' ')),
    require: load,
    getSerial: () => '00000000-addeadde-addeadde',
    getTime: () => (performance.timeOrigin + performance.now()) / 1000 + clockOffset,
    setTime: (seconds: number) => {
        clockOffset += seconds - globals.getTime();
    },
    setTimeout: (callback: (...values: unknown[]) => void, ms: number, ...values: unknown[]) => {
        const id = ++latestTimer;
        timers.set(id, setTimeout(() => {
            timers.delete(id);
            guarded(() => callback(...values));
        }, ms));
        return id;
    },
    setInterval: (callback: () => void, ms: number) => {
        const id = ++latestTimer;
        timers.set(id, setInterval(() => guarded(callback), ms));
        return id;
    },
    clearTimeout: (...ids: unknown[]) => {
        if (ids.length > 0 && ids[0] === undefined) throw new Error('clearTimeout(undefined) not allowed. Use clearTimeout() instead');
        const cleared = ids.length === 0 ? [...timers.keys()] : [ids[0] as number];
        for (const id of cleared) {
            clearTimeout(timers.get(id));
            timers.delete(id);
        }
    },
    clearInterval: (...ids: unknown[]) => globals.clearTimeout(...ids),
    E: {
        toString: (...data: unknown[]) => data.length === 1 && (typeof data[0] === 'string' || data[0] instanceof SharedText || isShared(data[0])) ? whole(data[0]) : together(data),
        toUint8Array: (...data: unknown[]) => (runInContext('Uint8Array', context) as typeof Uint8Array).from(Buffer.from(together(data), 'latin1')),
        isUTF8: () => false,
        fromUTF8: () => undefined,
        CRC32: (text: string) => crc32(Buffer.from(text, 'latin1')),
    },
    Serial1: new Serial(),
    Serial2: new Serial(),
    Serial3: new Serial(),
    atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
    random: () => {
        randomState = (Math.imul(randomState, 1103515245) + 12345) & 0x7fffffff;
        return randomState / 0x80000000;
    },
};
const context = createContext(globals);
runInContext(`(() => {
    const set = Uint8Array.prototype.set;
    Object.getPrototypeOf(Uint8Array.prototype).set = function (data, offset) {
        if (typeof data === 'string') for (let index = 0; index < data.length; index++) this[(offset | 0) + index] = data.charCodeAt(index);
        else for (let index = 0; index < data.length; index++) this[(offset | 0) + index] = data[index];
    };
    Math.random = random;
    globalThis.global = globalThis;
    // What Espruino lacks, so that code which needs it fails here too.
    for (const name of ['random', 'RangeError', 'Symbol', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Proxy', 'Reflect', 'BigInt', 'Intl', 'Atomics', 'console']) delete globalThis[name];
    delete Math.imul;
})()`, context);

/** Begins a line that is not to be echoed. */
const QUIET = '\x10';
const file = process.argv[2];
if (file !== undefined) guarded(() => runInContext(readFileSync(file, 'latin1'), context));
createInterface({ input: process.stdin })
    .on('line', (line) => guarded(() => runInContext(line.startsWith(QUIET) ? line.slice(1) : line, context)))
    .on('close', () => process.exit());
