// Deep sleep of ESP32 and ESP8266, of any length. Both lose everything but Storage and start anew when it is over. The ESP32
// sleeps for 2^31 - 1 µs at most, 35.8 minutes: a longer sleep is a chain of shorter ones, whose rest is kept in Storage.
import { misuse } from '../../src/misuse.ts';
import type { Flash } from './espruino.ts';

/** The global `ESP32`, as far as sleep goes. */
export interface Esp32 {
    /** Sleeps so many µs; does not return. */
    deepSleep(microseconds: number): void;
    /** 4: the timer of a deep sleep. */
    getWakeupCause(): number;
}

/** The global `ESP8266`, as far as sleep goes. GPIO16 must be connected to RST. */
export interface Esp8266 {
    /** Sleeps so many µs. `option` 0: as the chip's defaults say about calibrating the radio. */
    deepSleep(microseconds: number, option: number): void;
    getResetInfo(): { readonly reason: string };
}

/** The longest single sleep, in ms. */
const LONGEST = 2147483;
const FILE = 'motemq.sleep';
const TIMER = 4;

export class DeepSleep {
    private readonly flash: Flash;
    private readonly esp32: Esp32 | null;
    private readonly esp8266: Esp8266 | null;

    /** `flash`: `require('Storage')`; then the global of the board's chip, and null for the other. */
    constructor(flash: Flash, esp32: Esp32 | null, esp8266: Esp8266 | null) {
        this.flash = flash;
        this.esp32 = esp32;
        this.esp8266 = esp8266;
    }

    /**
     * Call it first after each start. True: a longer sleep is not over, and the board sleeps on: do nothing else. A start for any
     * other reason than the end of a sleep (power, a button) ends the chain.
     */
    resume(): boolean {
        const text = this.flash.read(FILE);
        const left = text === undefined ? 0 : parseInt(text, 10);
        if (!(left > 0)) return false;
        if (this.wokeByTimer()) {
            this.sleep(left);
            return true;
        }
        this.keep(0);
        return false;
    }

    /**
     * Sleeps `ms` milliseconds, 1 and more; anything less throws, because chips take 0 for ever. What is not in Storage is lost:
     * see `safeToSleep` of the client.
     */
    sleep(ms: number): void {
        if (!(ms >= 1)) misuse(MOTEMQ_TEXTS ? 'a sleep takes at least 1 ms' : 'ms', ms);
        const part = Math.floor(ms < LONGEST ? ms : LONGEST);
        this.keep(Math.floor(ms) - part);
        // An ESP8266 refuses a number that is no integer to it.
        if (this.esp32) this.esp32.deepSleep((part * 1000) | 0);
        else if (this.esp8266) this.esp8266.deepSleep((part * 1000) | 0, 0);
    }

    private wokeByTimer(): boolean {
        if (this.esp32) return this.esp32.getWakeupCause() === TIMER;
        return this.esp8266 !== null && this.esp8266.getResetInfo().reason.includes('deep sleep');
    }

    /** Most sleeps have no rest: then flash is not touched. */
    private keep(left: number): void {
        try {
            if (left > 0) this.flash.write(FILE, '' + left);
            else if (this.flash.read(FILE) !== undefined) this.flash.erase(FILE);
        } catch {
            // A full Storage: the board wakes early, which is better than never.
        }
    }
}
