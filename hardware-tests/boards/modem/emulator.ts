// A modem with its line: what every way of reaching it is built on.
import type { Dialect } from './dialect.ts';
import { Faults } from './faults.ts';
import { Life } from './life.ts';
import { Line } from './line.ts';
import type { ChunkSize } from './line.ts';
import { Modem } from './modem.ts';
import type { ModemOptions } from './modem.ts';

export interface EmulatorOptions extends Omit<ModemOptions, 'output' | 'faults'> {
    readonly dialect: Dialect;
    readonly faults?: Faults;
    readonly chunkSize?: ChunkSize;
    /** Bits a second; 0: the modem finds the host's speed out. 115,200 if left out. */
    readonly baud?: number;
    /** The host's end. */
    toHost(bytes: Uint8Array): void;
    onTraffic?(toModem: boolean, bytes: Uint8Array): void;
}

export interface Emulator {
    readonly modem: Modem;
    readonly line: Line;
    readonly faults: Faults;
}

export function emulate(options: EmulatorOptions): Emulator {
    const faults = options.faults ?? new Faults(1, {});
    const line = new Line(options.clock, faults, options.chunkSize ?? 64, {
        toModem: bytes => modem.hear(bytes),
        toHost: bytes => options.toHost(bytes),
    }, options.baud);
    const modem = new Modem({ ...options, faults, output: line });
    // Without a digit a command to send is one to send fewer bytes: where nothing says how many those were, nobody could tell.
    // Without one of its digits a PIN is a wrong PIN, which ends a life.
    line.isVital = (sent, at) => {
        const typed = modem.front.command + Buffer.from(sent.subarray(0, at)).toString('latin1');
        return sent[at] >= 0x30 && sent[at] <= 0x39 && !modem.front.collecting && (modem.isUntold(typed) || typed.includes('CPIN'));
    };
    const life = new Life(modem, faults);
    modem.onSpeed = (baud) => {
        // The OK still goes out at the old speed.
        options.clock.after(20, () => {
            line.modemBaud = baud;
        });
    };
    line.onTraffic = (toModem, bytes) => {
        options.onTraffic?.(toModem, bytes);
        life.pass(bytes.length);
    };
    return { modem, line, faults };
}
