// The program of a board with Espruino that `motemq test` drives. Its console is Espruino's own: the host has it evaluate calls of `hear`.
import type { Platform, Transport } from '../../src/transport.ts';
import type { Network } from '../../targets/espruino/espruino.ts';
import { startBench } from './bench.ts';

/** The file of motemq on the board: one that has clients for any transport, or clients that bring their own sockets. */
interface Published {
    readonly TcpTransport?: new (options: object) => Transport;
    readonly EspruinoPlatform?: new () => Platform;
}

interface Wifi {
    connect(ssid: string, options: { readonly password: string }, onEnd: (error: unknown) => void): void;
}

interface Chip {
    /** `us`: microseconds. */
    deepSleep(us: number, option: number): void;
}

declare function print(text: string): void;
declare function require(name: 'motemq'): Published;
declare function require(name: 'net'): Network;
declare function require(name: 'Wifi'): Wifi;
declare function getTime(): number;
declare const process: { readonly version: string; readonly env: { readonly BOARD: string }; memory(collect: boolean): { readonly usage: number } };
declare const ESP32: Chip | undefined;
declare const ESP8266: Chip | undefined;

const motemq = require('motemq');

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
    link(host, port) {
        const io = require('net');
        const own = !motemq.TcpTransport;
        return {
            transport: own ? { io, host, port } as unknown as Transport : new motemq.TcpTransport!({ io, host, port }),
            platform: own ? null as unknown as Platform : new motemq.EspruinoPlatform!(),
            sendBuffer: own ? 512 as unknown as Uint8Array : new Uint8Array(512),
            receiveBuffer: size => own ? size as unknown as Uint8Array : new Uint8Array(size),
            release() {},
        };
    },
    sleep: chip() && (ms => (chip() as Chip).deepSleep(ms * 1000, 0)),
    join: (ssid, password, onEnd) => require('Wifi').connect(ssid, { password }, error => onEnd(error ? '' + error : '')),
});
