// Clock, timer, randomness and text encoding of Node for one client.
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { misuse } from '../../src/misuse.ts';
import type { Platform, PlatformOwner } from '../../src/transport.ts';
import { showNumbersOnly } from './redact.ts';

export interface PlatformOptions {
    /** The pending wake alone does not keep the process alive. Default false. */
    unref?: boolean;
    /** Is given what callbacks of the application threw. Default: prints it to the standard error stream. */
    onCaught?: (error: unknown) => void;
}

/** The longest delay that a timer of Node can have, in ms. */
const LONGEST_TIMER = 0x7fffffff;

export class NodePlatform implements Platform {
    /** `#`: what prints this platform does not go on to the client. */
    #owner: PlatformOwner | null = null;
    private readonly unref: boolean;
    private readonly onCaught: (error: unknown) => void;
    private readonly encoder = new TextEncoder();
    private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    #timer: NodeJS.Timeout | undefined;
    #immediate: NodeJS.Immediate | undefined;
    private due = 0;

    constructor(options: PlatformOptions = {}) {
        this.unref = options.unref ?? false;
        this.onCaught = options.onCaught ?? ((error) => console.error('motemq: a callback threw', error));
    }

    attach(owner: PlatformOwner): void {
        showNumbersOnly(owner);
        this.#owner = owner;
    }

    now(): number {
        return Math.floor(performance.now());
    }

    wakeAfter(ms: number): void {
        clearTimeout(this.#timer);
        clearImmediate(this.#immediate);
        if (ms < 0) return;
        this.due = this.now() + ms;
        this.wait(ms);
    }

    random(): number {
        return randomInt(0x100000000);
    }

    utf8(text: string): Uint8Array {
        const bytes = this.encoder.encode(text);
        // The encoder puts U+FFFD for a lone surrogate, which MQTT forbids to send as if nothing were wrong [MQTT-1.5.3-1].
        // Where it stands is told, not in what: passwords come this way too.
        if (this.decoder.decode(bytes) !== text) misuse('a string has no lone surrogate [MQTT-1.5.3-1]', `one at index ${text.search(/\p{Surrogate}/u)}`);
        return bytes;
    }

    caught(error: unknown): void {
        this.onCaught(error);
    }

    private wait(ms: number): void {
        if (ms === 0) {
            this.#immediate = setImmediate(this.onTimer);
            if (this.unref) this.#immediate.unref();
        } else {
            this.#timer = setTimeout(this.onTimer, Math.min(ms, LONGEST_TIMER));
            if (this.unref) this.#timer.unref();
        }
    }

    /** Node's timers count from the start of the event loop's turn and may run a little before `now()` says so. */
    private readonly onTimer = (): void => {
        const early = this.due - this.now();
        if (early > 0) this.wait(early);
        else this.#owner?.onWake();
    };
}
