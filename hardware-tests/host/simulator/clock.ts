// The machine of the simulated client: virtual time that wraps, one timer, randomness from the script.
import type { Platform, PlatformOwner } from '../../../src/transport.ts';
import { ApplicationError } from './application-error.ts';
import type { Judge } from './judge.ts';
import type { Script } from './script.ts';

/** More wakes at one moment, with nothing else happening, are polling. */
const MOST_TURNS = 30;
/** No option allows more: 12 days, in ms. */
const LONGEST_WAIT = 0x3fffffff;
/** Of the exceptions with which credentials are refused: by src, which has no room for them, and by Espruino's client, for which they are no text. */
const TOO_LONG = 'too small for these credentials';
const NO_TEXT = 'motemq: 1.5.3';

export class SimulatedClock implements Platform {
    /** When the pending wake is due, in virtual ms; -1: none is pending. */
    wakeAt = -1;
    /** The longest that a wake came late, in ms. */
    lateness = 0;
    wakes = 0;
    /** Exceptions that the application threw, and those that were reported. */
    caughtErrors = 0;
    private readonly judge: Judge;
    private readonly script: Script;
    /** What the board's clock shows when it is switched on, which is now, and whether it shows an int32 or a uint32. */
    private readonly origin: number;
    private readonly signed: boolean;
    private owner: PlatformOwner | null = null;
    private turns = 0;

    constructor(judge: Judge, script: Script, origin: number, signed: boolean) {
        this.judge = judge;
        this.script = script;
        this.origin = origin - judge.time;
        this.signed = signed;
    }

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        const shown = this.origin + this.judge.time;
        return this.signed ? shown | 0 : shown >>> 0;
    }

    wakeAfter(ms: number): void {
        this.judge.require(Number.isInteger(ms) && ms <= LONGEST_WAIT, 'contract', `a wake is asked for in ${ms} ms`);
        this.wakeAt = ms < 0 ? -1 : this.judge.time + ms;
    }

    random(): number {
        return this.script.below(0x100000000);
    }

    utf8(text: string): Uint8Array {
        return new TextEncoder().encode(text);
    }

    caught(error: unknown): void {
        this.caughtErrors++;
        const misuse = (error instanceof RangeError && error.message.includes(TOO_LONG)) || (error instanceof Error && error.message === NO_TEXT);
        this.judge.require(misuse || error instanceof ApplicationError, 'exceptions', `the client reports an exception of its own: ${error}`);
    }

    /** Lets `ms` pass. No wake comes. */
    pass(ms: number): void {
        const before = this.now();
        this.judge.time += ms;
        if (this.now() < before) this.judge.fault('millisecond counter wraps');
        if (ms > 0) this.turns = 0;
        if (this.wakeAt >= 0 && this.judge.time > this.wakeAt) this.lateness = Math.max(this.lateness, this.judge.time - this.wakeAt);
    }

    /** Lets time pass up to the pending wake and `late` ms more, and wakes the client. */
    wake(late: number): void {
        this.pass(Math.max(0, this.wakeAt - this.judge.time) + late);
        this.wakeAt = -1;
        this.wakes++;
        this.judge.require(++this.turns < MOST_TURNS, 'one wake', 'the client polls: wakes without end at one moment');
        this.owner!.onWake();
    }

    /** Something else than a wake has happened. */
    disturbed(): void {
        this.turns = 0;
    }
}
