// The program of a board with Espruino that `motemq test` drives. Its console is Espruino's own: the host has it evaluate calls of `hear`.
import type { Platform, Transport } from '../../src/transport.ts';
import type { Network } from '../../targets/espruino/espruino.ts';
import { startBench } from './bench.ts';

interface Wifi {
    connect(ssid: string, options: { readonly password: string }, onEnd: (error: unknown) => void): void;
}

interface Chip {
    /** `us`: microseconds. */
    deepSleep(us: number, option: number): void;
}

declare function print(text: string): void;
declare function require(name: 'net'): Network;
declare function require(name: 'Wifi'): Wifi;
declare function getTime(): number;
declare const process: { readonly version: string; readonly env: { readonly BOARD: string }; memory(collect: boolean): { readonly usage: number } };
declare const ESP32: Chip | undefined;
declare const ESP8266: Chip | undefined;

/** Ms in which a board's last words have left. */
const FAREWELL = 100;

function chip(): Chip | null {
    if (typeof ESP32 !== 'undefined') return ESP32;
    return typeof ESP8266 !== 'undefined' ? ESP8266 : null;
}

exports.hear = startBench({
    engine: 'espruino ' + process.version + ' ' + process.env.BOARD,
    print: line => print(line),
    now: () => Math.round(getTime() * 1000),
    after: (ms, callback) => setTimeout(callback, ms),
    cancel: (timer) => {
        if (timer) clearTimeout(timer as ReturnType<typeof setTimeout>);
    },
    // In variables.
    memory: () => process.memory ? process.memory(true).usage : -1,
    // What the clients made for Espruino have in place of a transport, a platform and buffers.
    link: (host, port) => ({
        transport: { io: require('net'), host, port } as unknown as Transport,
        platform: null as unknown as Platform,
        sendBuffer: 512 as unknown as Uint8Array,
        receiveBuffer: size => size as unknown as Uint8Array,
        release() {},
    }),
    // Later: the host has it evaluate an order, and waits for the value.
    sleep: chip() && (ms => void setTimeout(() => (chip() as Chip).deepSleep(ms * 1000, 0), FAREWELL)),
    join: (ssid, password, onEnd) => require('Wifi').connect(ssid, { password }, error => onEnd(error ? '' + error : '')),
});
