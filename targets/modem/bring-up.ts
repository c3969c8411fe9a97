// Brings a modem to where a socket can be opened: finds it, knows it, unlocks the SIM, waits for the network, raises the bearer. Of the
// connection it knows only that there is one.
import {
    BEARER_FAILED, CONNECT_FAILED, MODEM_SILENT, NAME_NOT_RESOLVED, NO_COVERAGE, REGISTRATION_DENIED, SIM_LOCKED, SIM_MISSING, TLS_FAILED, TRANSPORT_FAULT,
    WRONG_MODEM,
} from '../../src/reasons.ts';
import { IDENTIFIES, TOLERATED } from './book.ts';
import { DONE, FAILED, UNANSWERED } from './exchange.ts';
import type { ModemOptions } from './options.ts';
import { ALONE } from './pattern.ts';
import { ASK_TRIES, CARD, CARD_ASKS, CARD_LOCKED, CARD_READY, CARD_TRIES, CARD_TRIES_OF_3, ENTER_PIN, EVENTS, MODELS, REGISTRATIONS, RESET, SIGNAL } from './plan.ts';
import { StageRunner } from './stage-runner.ts';
import { AT_REST, ATTACHING, CLOSING, CURING, DIALING, ONLINE, PREPARING, PROBING, REGISTERING, SLEEPING, UNLOCKING } from './stages.ts';

/** Times in ms. */
const PROBE_PAUSE = 300;
const PROBES = 10;
const QUIET = 400;
const LONGEST_QUIET = 5000;
const UNLOCK_PAUSE = 1000;
const UNLOCK_TRIES = 20;
const REGISTRATION_PAUSE = 2000;
/** So often a modem may say nothing of its registration. */
const REGISTRATION_TRIES = 5;
const REPEAT_PAUSE = 1000;
/** Registration states (27.007 §10.1.22). */
const HOME = 1;
const SEARCHING = 2;
const DENIED = 3;
const ROAMING = 5;

/** A PIN may be wrong so often (GSM 11.11 §8.9), where the modem does not say how often. */
const PIN_TRIES = 3;

/** Numbers of +CME ERROR (3GPP 27.007 §9.2). */
const PH_SIM_PIN_REQUIRED = 5;
const PH_FSIM_PUK_REQUIRED = 7;
const SIM_NOT_INSERTED = 10;
const SIM_PIN_REQUIRED = 11;
const SIM_PUK_REQUIRED = 12;
const WRONG_PIN = 16;
const NETWORK_PIN_REQUIRED = 40;
const CORPORATE_PUK_REQUIRED = 47;

export abstract class BringUp extends StageRunner {
    /** Which of the plan's speeds the port has, and how many are still to be tried. */
    private speed = 0;
    private speedsLeft = 0;
    private tries = 0;
    /** Until when the modem must be registered. */
    private deadline = 0;
    /** The PIN was given, and it is not certain that it was taken. */
    private pinTried = false;
    /** It was taken once: what befalls it on the line does not make it wrong. */
    private pinProven = false;

    // Without it the emitted one would spread its arguments.
    protected constructor(options: ModemOptions) {
        super(options);
    }

    /** The socket is open. */
    protected abstract beginConnection(): void;

    /** A send or a read has ended. */
    protected abstract endExchange(outcome: number): void;

    /** Bytes may have come of which the modem has said nothing. */
    protected abstract poll(): void;

    onEnd(outcome: number): void {
        const stage = this.stage;
        const exchange = this.engine.exchange;
        // A modem that is reset may have no time to say OK.
        const good = outcome === DONE || outcome === FAILED && (exchange.flags & TOLERATED) !== 0 || this.sequence === RESET;
        if (stage === ONLINE) return this.endExchange(outcome);
        else if (stage === PROBING) return this.endProbe(outcome);
        else if (good) return this.endStep();
        else if (outcome === FAILED && this.repeats < exchange.repeats && this.owner) {
            this.repeats++;
            return this.engine.rest(REPEAT_PAUSE);
        }
        else if (stage === UNLOCKING && outcome === FAILED) return this.endUnlock();
        else return this.fail(outcome === FAILED ? this.reasonOf(stage) : TRANSPORT_FAULT, outcome === FAILED);
    }

    onLine(line: Uint8Array, end: number): boolean {
        const plan = this.plan;
        const numbers = this.engine.numbers;
        const stage = this.stage;
        const event = numbers.find(plan.at(EVENTS), 1, line, end);
        const card = stage === UNLOCKING ? numbers.find(plan.at(CARD), 1, line, end) : -1;
        if (event >= 0) this.onEvent(this.behind(event));
        else if (card >= 0) this.hearCard(this.behind(card));
        else if (this.identifies()) this.identity.hear(line, end, plan.book, plan.at(MODELS));
        else if (stage === REGISTERING && numbers.find(plan.at(REGISTRATIONS), 0, line, end) >= 0) this.hearState(numbers.count);
        else if (stage === REGISTERING && numbers.find(plan.at(SIGNAL), ALONE, line, end) >= 0) this.signal = numbers.count;
        else {
            this.unknownLines++;
            return false;
        }
        return true;
    }

    onPause(): void {
        switch (this.stage) {
            case PROBING:
                this.enter(PROBING);
                break;
            case UNLOCKING:
            case REGISTERING:
                this.enter(this.stage);
                break;
            case ATTACHING:
                this.next();
                break;
            case ONLINE:
                this.poll();
                break;
            case CURING:
                this.keyPressed();
                break;
            default:
                this.bringUp();
        }
    }

    protected override bringUp(): void {
        this.stage = AT_REST;
        if (!this.owner) {
            return this.rest();
        }
        if (!this.portOpen) {
            this.portOpen = true;
            this.reached = PROBING;
            this.engine.open(this.plan.speeds[this.speed]);
            // It may be gone by now.
            if (!this.portOpen) return;
        }
        // No remedy before the modem has answered: it would not hear of it.
        if (!this.cured && this.reached !== PROBING) {
            this.cured = true;
            if (this.strikes > 1) {
                return this.enter(CURING);
            }
        }
        if (this.reached === PROBING) {
            this.stage = PROBING;
            this.tries = 0;
            this.speedsLeft = this.plan.speeds.length;
            this.engine.awaitQuiet(QUIET, LONGEST_QUIET);
            // A digit of the command may have changed on the line: the modem may want as many as there can be.
            if (this.engine.owes) this.engine.sender.pad(this.options.dialect.sendMaximum);
            this.engine.owes = false;
        } else {
            this.enter(this.reached);
        }
    }

    /** What the pattern at `place` of the book means: the byte behind it. */
    private behind(place: number): number {
        return this.plan.book[place + this.plan.book[place] + 1];
    }

    private endStep(): void {
        if (this.identifies() && !this.identity.recognised) {
            return this.fail(WRONG_MODEM, true);
        }
        this.repeats = 0;
        this.step = this.engine.exchange.nextAt;
        if (this.step < this.plan.at(this.sequence + 1)) return this.next();
        else return this.endStage();
    }

    /** The modem is asked what it is. */
    private identifies(): boolean {
        return this.stage === PREPARING && (this.engine.exchange.flags & IDENTIFIES) !== 0;
    }

    protected override endStage(): void {
        const stage = this.stage;
        const ready = this.answer;
        switch (stage) {
            case UNLOCKING:
                if (this.sequence === ASK_TRIES) {
                    if (ready === CARD_LOCKED) return this.fail(SIM_LOCKED, true);
                    this.pinTried = true;
                    return this.run(ENTER_PIN);
                }
                if (this.sequence === ENTER_PIN) {
                    this.pinProven = true;
                    return this.pauseOr(UNLOCK_PAUSE);
                }
                if (ready !== CARD_READY && this.plan.has(UNLOCKING)) {
                    return this.endUnlock();
                }
                this.search();
                break;
            case REGISTERING:
                if (this.plan.has(REGISTERING) && ready !== HOME && (ready !== ROAMING || this.options.roaming === false)) {
                    if (ready === DENIED) return this.fail(REGISTRATION_DENIED, true);
                    if (ready < 0 && ++this.tries > REGISTRATION_TRIES) return this.fail(TRANSPORT_FAULT, true);
                    if (((this.platform.now() - this.deadline) | 0) >= 0) {
                        // The next attempt has as long.
                        this.search();
                        return this.fail(NO_COVERAGE, true);
                    }
                    return this.pauseOr(REGISTRATION_PAUSE);
                }
                break;
            case DIALING:
                this.stage = ONLINE;
                this.bearerLost = this.keyTried = false;
                return this.beginConnection();
            case CLOSING:
                return this.bringUp();
            case SLEEPING:
                // Somebody wants it back, but it is on its way.
                if (this.owner) return this.startAnew();
                this.reached = PROBING;
                this.stage = AT_REST;
                // An open UART keeps a board awake, and a program on Node from its end.
                this.portOpen = false;
                return this.engine.close();
            case CURING:
                if (this.strikes > 2) this.reached = PROBING;
                else if (this.reached > ATTACHING) this.reached = ATTACHING;
                return this.strikes > 3 ? this.pressKey() : this.strikes > 2 ? this.startAnew() : this.bringUp();
            default:
        }
        this.tries = 0;
        this.reached = stage + 1;
        // Nobody may want a connection any more: what is done stays done.
        return this.bringUp();
    }

    /** The modem has its time to be registered from now on. */
    private search(): void {
        this.deadline = this.platform.now() + (this.options.registrationTimeout ?? 180000);
    }

    /** What is said of the card: `meaning` is one of CARD_READY to CARD_TRIES_OF_3. */
    private hearCard(meaning: number): void {
        const numbers = this.engine.numbers;
        if (meaning < CARD_TRIES) this.answer = meaning;
        // A try is gone: it may have been ours, before the board started anew.
        else if (numbers.left < (meaning === CARD_TRIES_OF_3 ? PIN_TRIES : numbers.count)) this.answer = CARD_LOCKED;
    }

    /** The modem's state of registration with one of its networks: what is better of it and of what the other one was. */
    private hearState(state: number): void {
        const known = this.answer;
        if (known !== HOME && (state === HOME || state === ROAMING || known !== ROAMING && known !== SEARCHING && (known !== DENIED || state === SEARCHING))) this.answer = state;
    }

    private endProbe(outcome: number): void {
        // ERROR is an answer too.
        if (outcome < UNANSWERED) {
            this.keyTried = false;
            return this.endStage();
        }
        this.tries++;
        if (this.tries === PROBES) {
            this.tries = 0;
            this.speedsLeft--;
            if (this.speedsLeft > 0) {
                this.speed = (this.speed + 1) % this.plan.speeds.length;
                this.engine.open(this.plan.speeds[this.speed]);
            } else if (this.options.powerKey && !this.keyTried) {
                this.keyTried = true;
                return this.pressKey();
            } else {
                return this.fail(MODEM_SILENT, false);
            }
        }
        return this.pauseOr(PROBE_PAUSE);
    }

    /** The SIM is not ready: the modem said so, or refused to say. */
    private endUnlock(): void {
        const result = this.engine.numbers.result;
        if (this.sequence === ENTER_PIN) {
            // A second wrong one might lock the card.
            if (result === WRONG_PIN || !this.pinProven) {
                this.pinProven = false;
                this.fail(SIM_LOCKED, true);
            } else this.pauseOr(UNLOCK_PAUSE);
        } else if (this.answer === CARD_LOCKED || result === SIM_PUK_REQUIRED || result >= PH_SIM_PIN_REQUIRED && result <= PH_FSIM_PUK_REQUIRED
            || result >= NETWORK_PIN_REQUIRED && result <= CORPORATE_PUK_REQUIRED) return this.fail(SIM_LOCKED, true);
        else if (this.answer === CARD_ASKS || result === SIM_PIN_REQUIRED) {
            if (this.pinTried && !this.pinProven || !this.plan.has(ENTER_PIN)) {
                return this.fail(SIM_LOCKED, true);
            }
            return this.run(ASK_TRIES);
        } else if (result === SIM_NOT_INSERTED || ++this.tries > UNLOCK_TRIES) return this.fail(SIM_MISSING, true);
        else return this.pauseOr(UNLOCK_PAUSE);
    }

    private reasonOf(stage: number): number {
        switch (stage) {
            case ATTACHING:
                return BEARER_FAILED;
            case DIALING:
                return this.engine.numbers.result === this.options.dialect.nameError ? NAME_NOT_RESOLVED : this.options.tls ? TLS_FAILED : CONNECT_FAILED;
            default:
                return TRANSPORT_FAULT;
        }
    }
}
