// Runs the steps of a plan, stage by stage, and keeps what is known of the modem: how far it certainly is (`reached`), how often it has
// failed (`strikes`), and so which remedy comes next: bearer down and up, reset, power key. What a stage's end means is bring-up.ts's.
import { MODEM_RESTARTED, SIM_LOCKED, TRANSPORT_FAULT, WRONG_MODEM } from '../../src/reasons.ts';
import type { Platform, TransportOwner } from '../../src/transport.ts';
import { AtEngine } from './at-engine.ts';
import type { AtOwner } from './at-engine.ts';
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN, REBOOTED } from './dialect.ts';
import { Identity } from './identity.ts';
import type { ModemOptions } from './options.ts';
import { DETACH, Plan, RESET } from './plan.ts';
import { AT_REST, ATTACHING, CLOSING, CURING, DIALING, ONLINE, PREPARING, PROBING, SLEEPING, STARTING } from './stages.ts';

/** Times in ms. A modem that is starting answers nothing for a while. */
const POWER_KEY = 1200;
const START_TIME = 6000;

/** No answer has come yet to a query that is repeated until it is right. */
const NO_ANSWER = -1;

export abstract class StageRunner implements AtOwner {
    /** What is under way, one of AT_REST to STARTING. */
    stage = AT_REST;
    /** Lines of the modem that meant nothing to us. */
    unknownLines = 0;
    /** Signal strength when the modem was registered last: 0 (-113 dBm or less) to 31 (-51 dBm or more), 99 unknown (27.007 §8.5). */
    signal = 99;
    protected readonly options: ModemOptions;
    protected readonly plan: Plan;
    protected readonly engine: AtEngine;
    protected readonly platform: Platform;
    /** Bytes that may be sent. */
    protected abstract readonly outgoing: Uint8Array;
    protected owner: TransportOwner | null = null;
    /** The connection is the owner's. Without it what was taken is still sent, and then it is closed; a new owner waits for one of his own. */
    protected linked = false;
    /** The connection has brought a byte. */
    protected heard = false;
    protected sleepWanted = false;
    /** Attempts that failed since the last connection, and whether the remedy for them was applied. */
    protected strikes = 0;
    protected cured = true;
    /** What the modem certainly is ready for. */
    protected reached = PROBING;
    protected portOpen = false;
    protected readonly identity = new Identity();
    /** What the present query has brought. */
    protected answer = NO_ANSWER;
    /** The sequence of steps under way (plan.ts), and the place of the present one. */
    protected sequence = AT_REST;
    protected step = 0;
    /** How often the present step was tried again. */
    protected repeats = 0;
    /** The bearer went away with the socket. */
    protected bearerLost = false;
    /** The modem may have a socket of an earlier connection still. */
    protected stale = false;
    protected keyTried = false;

    protected constructor(options: ModemOptions) {
        this.options = options;
        this.plan = new Plan(options);
        this.platform = options.platform;
        this.engine = new AtEngine(this, options.serial, options.platform, this.plan.book, options.lineSize ?? 192, this.plan.prompt, options.dialect.promptDelay ?? 0);
    }

    /** Goes on from where the modem is, with a remedy first if the last attempts failed. */
    protected abstract bringUp(): void;

    /** All steps of the stage are done. */
    protected abstract endStage(): void;

    /** The modem has said DATA, CLOSED or BEARER_LOST of the connection. */
    protected abstract onHint(event: number): void;

    abstract onEnd(outcome: number): void;

    abstract onData(bytes: Uint8Array, start: number, end: number): void;

    abstract onLine(line: Uint8Array, end: number): boolean;

    abstract onPause(): void;

    /** What the modem calls itself; empty before it has answered. */
    get model(): string {
        return this.identity.text();
    }

    /** Commands given, all in all. */
    get exchanges(): number {
        return this.engine.exchanges;
    }

    /** Bytes to the modem, all in all. */
    get bytesOut(): number {
        return this.engine.sender.bytesOut;
    }

    /** Bytes from the modem, all in all. */
    get bytesIn(): number {
        return this.engine.bytesIn;
    }

    onEcho(): void {
        // It was turned off: the modem has started anew.
        if (this.stage > PREPARING && this.stage < CURING) this.onEvent(REBOOTED);
    }

    onGone(): void {
        this.portOpen = false;
        // It may be pressed.
        if (this.stage === CURING) this.key(false);
        this.reached = PROBING;
        this.stage = AT_REST;
        this.tell(TRANSPORT_FAULT);
    }

    protected onEvent(event: number): void {
        const stage = this.stage;
        switch (event) {
            case DATA:
            case CLOSED:
            case BEARER_LOST:
                if (event === BEARER_LOST) {
                    this.bearerLost = true;
                    if (this.reached > ATTACHING) this.reached = ATTACHING;
                }
                if (stage === ONLINE) this.onHint(event);
                break;
            case POWERED_DOWN:
            case REBOOTED:
                if (stage === CURING && this.sequence === RESET) return this.startAnew();
                if (stage === PROBING || stage >= CURING) return;
                this.reached = PROBING;
                if (stage === AT_REST) return;
                // One that is off will be silent, and that is what the power key is for.
                this.strikes = 0;
                this.engine.owes = false;
                this.startAnew();
                if (stage !== ONLINE || this.linked) this.tell(MODEM_RESTARTED);
                break;
            default:
        }
    }

    protected enter(stage: number): void {
        this.stage = stage;
        this.answer = NO_ANSWER;
        if (stage === PREPARING) this.identity.forget();
        else if (stage === CLOSING) this.stale = false;
        else if (stage === DIALING && this.stale) return this.enter(CLOSING);
        // Bearer down and up, reset, power key: each attempt a stronger one.
        return this.run(stage !== CURING ? stage : this.strikes > 3 ? CURING : this.strikes > 2 ? RESET : DETACH);
    }

    /** Does the steps of the plan's `sequence`. */
    protected run(sequence: number): void {
        this.sequence = sequence;
        this.step = this.plan.at(sequence);
        this.repeats = 0;
        if (this.plan.has(sequence)) return this.next();
        else return this.endStage();
    }

    protected next(): void {
        this.engine.numbers.length = 0;
        return this.engine.begin(this.step, this.outgoing, 0);
    }

    /** Waits, unless nobody wants a connection any more. */
    protected pauseOr(ms: number): void {
        if (this.owner) return this.engine.rest(ms);
        else return this.rest();
    }

    /** Nothing is under way from now on, or going to sleep is. */
    protected rest(): void {
        this.stage = AT_REST;
        if (this.sleepWanted && this.portOpen) {
            this.sleepWanted = false;
            this.enter(SLEEPING);
        }
    }

    protected pressKey(): void {
        if (!this.options.powerKey) {
            return this.startAnew();
        }
        this.stage = CURING;
        this.key(true);
        this.engine.rest(POWER_KEY);
    }

    protected keyPressed(): void {
        this.key(false);
        return this.startAnew();
    }

    protected key(pressed: boolean): void {
        try {
            if (this.options.powerKey) this.options.powerKey(pressed);
        } catch (error) {
            this.platform.caught(error);
        }
    }

    /** The modem is starting: leaves it the time for that. */
    protected startAnew(): void {
        this.reached = PROBING;
        this.stage = STARTING;
        this.engine.rest(START_TIME);
    }

    /**
     * A connection ends that has brought nothing. The modem may have lost a setting, so that it does not hand out what it gets: bearer and
     * modem are started anew in turn. Not the power key's turn: the broker may be the one that is mute.
     */
    protected strikeMute(): void {
        this.strikes = this.strikes < 3 ? this.strikes + 1 : 0;
        this.cured = false;
    }

    /** The stage under way has failed for `reason`; does the modem answer still? */
    protected fail(reason: number, answers: boolean): void {
        const stage = this.stage;
        if (stage === ONLINE && this.heard) this.strikes = answers ? 0 : 1;
        else if (stage === ONLINE) this.strikeMute();
        else if (reason !== SIM_LOCKED && reason !== WRONG_MODEM) this.strikes++;
        // No remedy makes a wrong PIN right, or the modem another one.
        this.cured = reason === SIM_LOCKED || reason === WRONG_MODEM;
        this.keyTried = false;
        if (stage === ONLINE || stage === DIALING) this.stale = true;
        if (!answers) this.reached = PROBING;
        else if (this.bearerLost) this.reached = ATTACHING;
        this.stage = CLOSING;
        // The end of a connection that was given up is no news to who waits for the next one.
        if (stage !== ONLINE || this.linked) this.tell(reason);
        if (answers && this.stale) return this.enter(CLOSING);
        else return this.bringUp();
    }

    /** The owner's connection, or his attempt to get one, has ended. */
    protected tell(reason: number): void {
        const owner = this.owner;
        this.owner = null;
        this.linked = false;
        if (owner) return owner.onClose(reason);
    }
}
