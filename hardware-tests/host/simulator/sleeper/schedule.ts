// When a sleeping node may use its radio and must, and when a wake must be over, worked out from its options alone.
import { retryDelay } from '../../../../src/session/retry-delay.ts';
import type { Judge } from '../judge.ts';
import type { SleeperSettings } from './settings.ts';

/** The longest goodbye of a wake that the transport holds up, in ms (options.ts of src/sleep). */
const LONGEST_GOODBYE = 5000;

export class Schedule {
    /** When the board is to wake. */
    sleepsUntil = 0;
    /** Connections opened in this wake. */
    private opened = 0;
    private begun = 0;
    private heldAtFirst = 0;
    /** Something may be urgent; messages may have found no room; since everything was delivered. */
    private urgent = false;
    private overflowed = false;
    /** Ms since everything was delivered, by the board's count; Infinity: it does not know. */
    private age = Infinity;
    /** Wakes in a row that gave up, and ms that the radio must still rest. -1: the board does not know. */
    private failures = 0;
    private rest = 0;
    /** Ms since the radio was used, by the board's count. */
    private idle = 0;
    private readonly judge: Judge;
    private readonly settings: SleeperSettings;

    constructor(judge: Judge, settings: SleeperSettings) {
        this.judge = judge;
        this.settings = settings;
    }

    wake(urgent: boolean, held: number): void {
        this.urgent ||= urgent;
        this.opened = 0;
        this.begun = this.judge.time;
        this.heldAtFirst = held;
    }

    alarm(): void {
        this.urgent = true;
    }

    overflow(): void {
        this.overflowed = true;
    }

    /** The node has lost what it knew of its sleeps. `started`: as one that never slept. */
    forget(started: boolean): void {
        this.failures = started ? 0 : -1;
        this.rest = started ? 0 : -1;
        this.age = Infinity;
        this.idle = 0;
    }

    /** A connection is opened, with so many messages held. */
    opens(held: number): void {
        const { judge, settings: { attempts, listens, batchCount, maximumAge } } = this;
        // One more, in which nothing follows CONNECT.
        judge.require(++this.opened <= attempts + 1, 'radio', `connection ${this.opened} of a wake that may try ${attempts}`);
        if (this.urgent || this.opened > 1) return;
        judge.require(this.rest <= 0, 'radio', `the radio is used ${this.rest} ms too early after ${this.failures} wakes in vain`);
        const old = maximumAge === undefined ? listens : this.age + judge.time - this.begun >= maximumAge;
        judge.require(held >= batchCount || old || this.overflowed, 'radio', `the radio is used for ${held} messages, ${this.age} ms after all was delivered`);
        judge.require(held > 0 || listens, 'radio', 'the radio is used for nothing');
    }

    /** The wake is over. `gaveUp`: it had used the radio and was not done. `draw`: the random bits of the pause, if it gave up. `lateness`: of the latest wake of the clock, in ms. */
    sleeps(ms: number, delivered: boolean, used: boolean, gaveUp: boolean, draw: number, lateness: number): void {
        const { judge, settings: { interval, timeLimit, goodbye, batchCount, maximumPause } } = this;
        const awake = judge.time - this.begun;
        judge.require(Number.isInteger(ms) && ms >= 1 && ms <= Math.max(1, interval), 'radio', `a sleep of ${ms} ms`);
        judge.require(awake <= timeLimit + LONGEST_GOODBYE + goodbye + 4 * lateness, 'radio', `a wake of ${awake} ms`);
        judge.require(used || this.rest !== 0 || this.heldAtFirst < batchCount, 'progress', `${this.heldAtFirst} messages wait, and the radio is not used`);
        judge.require(used || this.idle <= maximumPause || this.heldAtFirst < batchCount, 'progress', `${this.heldAtFirst} messages wait, and the radio rests for ${this.idle} ms`);
        this.idle = used ? 0 : this.idle + awake + ms;
        if (used) {
            if (this.failures >= 0 || !gaveUp) {
                this.rest = gaveUp ? awake + retryDelay({ retryDelay: interval, retryDelayMaximum: maximumPause }, this.failures, draw) : 0;
                this.failures = gaveUp ? this.failures + 1 : 0;
            }
            // In vain with nothing to send: it could not listen, for which it is still time.
            if (delivered && !gaveUp) this.age = 0;
            if (delivered) this.overflowed = false;
        }
        if (delivered) this.urgent = false;
        if (this.rest > 0) this.rest = Math.max(0, this.rest - awake - ms);
        this.age += awake + ms;
        this.sleepsUntil = judge.time + ms;
    }
}
