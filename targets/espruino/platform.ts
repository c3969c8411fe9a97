// Clock, timer, randomness and text encoding of Espruino for one client.
import type { Platform, PlatformOwner } from '../../src/transport.ts';
import type { ByteArray, Interpreter } from './espruino.ts';
import { report } from './report.ts';

declare const E: Interpreter;
declare function getTime(): number;
declare function getSerial(): string;

/** A wake comes this late at most, in ms: `connect` of an ESP32 blocks. */
const LATE = 60000;

export class EspruinoPlatform implements Platform {
    private owner: PlatformOwner | null = null;
    private timer: ReturnType<typeof setTimeout> | null = null;
    /** What `now` said last, and the time of day that it was said at, in ms. */
    private said = 0;
    private seen: number;
    /** The most that can pass between two looks at the clock, in ms: more, and somebody has set it. */
    private longest = Infinity;
    private seed: number;
    private readonly onTimer: () => void;
    /** Prints it. A method would take four variables more. */
    readonly caught: (error: unknown) => void = report;

    constructor() {
        this.onTimer = () => {
            this.timer = null;
            try {
                if (this.owner) this.owner.onWake();
            } catch (error) {
                report(error);
            }
        };
        this.seen = getTime() * 1000;
        // Math.random() begins alike on every board.
        this.seed = E.CRC32(getSerial() + getTime());
    }

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    /** Espruino has the time of day only, which SNTP or setTime may set at any moment. Such a step is left out, as if no time had passed. */
    now(): number {
        const passed = Math.floor(getTime() * 1000 - this.seen);
        this.seen += passed;
        if (passed >= 0 && passed < this.longest) this.said = (this.said + passed) | 0;
        return this.said;
    }

    wakeAfter(ms: number): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = ms < 0 ? null : setTimeout(this.onTimer, ms);
        this.longest = ms < 0 ? Infinity : ms + LATE;
    }

    random(): number {
        this.seed = E.CRC32(getTime() + ' ' + this.seed);
        return this.seed;
    }

    utf8(text: string): Uint8Array {
        // On ESP32 and ESP8266 a string is bytes already: those of the source file.
        const encoded = E.isUTF8(text) ? E.fromUTF8(text) as string : text;
        const bytes = new Uint8Array(encoded.length) as Uint8Array & ByteArray;
        bytes.set(encoded);
        return bytes;
    }
}
