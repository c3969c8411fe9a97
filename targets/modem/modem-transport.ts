// A byte stream over the AT socket of a modem, by the contract of src/transport.ts: finds the modem, brings it to the network,
// opens a socket, sends what one flush holds in one command, reads until nothing is left, and recovers. Everything mutable is
// here or in the engine; after the constructor nothing is made.
//
// What is uncertain ends the connection: a send without its answer, a length that is not right, a restart of the modem. The
// modem is brought up again from where it certainly is (`reached`), with a stronger remedy each time (`strikes`).
import { misuse } from '../../src/misuse.ts';
import {
    BEARER_FAILED, CONNECTION_LOST, CONNECT_FAILED, MODEM_RESTARTED, MODEM_SILENT, NAME_NOT_RESOLVED, NO_COVERAGE, REGISTRATION_DENIED, SIM_LOCKED,
    SIM_MISSING, TLS_FAILED, TRANSPORT_FAULT, WRONG_MODEM,
} from '../../src/reasons.ts';
import type { Platform, Transport, TransportOwner } from '../../src/transport.ts';
import { AtEngine, DONE, FAILED, UNANSWERED } from './at-engine.ts';
import type { AtOwner, Exchange } from './at-engine.ts';
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN, REBOOTED } from './dialect.ts';
import { Plan } from './plan.ts';
import type { ModemOptions } from './options.ts';

/** What is under way. Up to DIALING also: how far the modem is (`reached`). */
export const AT_REST = 0;
export const PROBING = 1;
export const PREPARING = 2;
export const UNLOCKING = 3;
export const REGISTERING = 4;
export const ATTACHING = 5;
export const DIALING = 6;
export const ONLINE = 7;
export const CLOSING = 8;
export const CURING = 9;
export const SLEEPING = 10;

/** Times in ms. A modem that is starting answers nothing for a while. */
const PROBE_PAUSE = 300;
const PROBES = 10;
const QUIET = 400;
const LONGEST_QUIET = 5000;
const POWER_KEY = 1200;
const STARTING = 6000;
const UNLOCK_PAUSE = 1000;
const UNLOCK_TRIES = 20;
const REGISTRATION_PAUSE = 2000;
const REPEAT_PAUSE = 1000;
/** How long to trust that the modem announces bytes: while an answer may be awaited, and else. */
const POLL_AFTER_SEND = 2000;
const POLL_IDLE = 30000;

/** Answers of a query that is repeated until it is right. */
const NO_ANSWER = -1;
const PIN_READY = 1;
const PIN_WANTED = 2;
/** Registration states (27.007 §10.1.22). */
const HOME = 1;
const DENIED = 3;
const ROAMING = 5;

/** Numbers of +CME ERROR (3GPP 27.007 §9.2). */
const SIM_NOT_INSERTED = 10;
const SIM_PIN_REQUIRED = 11;
const SIM_PUK_REQUIRED = 12;
const WRONG_PIN = 16;

export class ModemTransport implements Transport, AtOwner {
    /** What is under way, one of AT_REST to CURING. */
    stage = AT_REST;
    /** Lines of the modem that meant nothing to us. */
    unknownLines = 0;
    /** Signal strength when the modem was registered last: 0 (-113 dBm or less) to 31 (-51 dBm or more), 99 unknown (27.007 §8.5). */
    signal = 99;
    private readonly options: ModemOptions;
    private readonly plan: Plan;
    private readonly engine: AtEngine;
    private readonly platform: Platform;
    private owner: TransportOwner | null = null;
    /** The connection is the owner's. Without it what was taken is still sent, and then it is closed; a new owner waits for one of his own. */
    private linked = false;
    /** What the modem certainly is ready for. */
    private reached = PROBING;
    /** Attempts that failed since the last connection, and whether the remedy for them was applied. */
    private strikes = 0;
    private cured = true;
    private portOpen = false;
    /** Which of the plan's speeds is being tried. */
    private speed = 0;
    private tries = 0;
    /** Until when the modem must be registered. */
    private deadline = 0;
    /** The PIN was given, and it is not certain that it was taken. */
    private pinTried = false;
    /** It was taken once: what befalls it on the line does not make it wrong. */
    private pinProven = false;
    private recognised = false;
    private answer = NO_ANSWER;
    private readonly identified: Uint8Array;
    private identifiedEnd = 0;
    /** The steps under way, and the present one. */
    private steps: readonly Exchange[];
    private step = 0;
    /** How often the present step was tried again. */
    private repeats = 0;
    /** What was taken: [0..sending) is in a send that is under way, up to `flushed` may be sent, up to `filled` waits for `flush`. */
    private readonly outgoing: Uint8Array;
    private sending = 0;
    private flushed = 0;
    private filled = 0;
    private starved = false;
    /** What a read has brought: it is handed on when the read has ended well. */
    private readonly incoming: Uint8Array;
    private got = 0;
    private reading = false;
    /** Bytes may wait in the modem. */
    private dataWaits = false;
    private closedByPeer = false;
    private readFirst = false;
    private answerAwaited = false;
    private sleepWanted = false;
    /** The bearer went away with the socket. */
    private bearerLost = false;
    /** The modem may have a socket of an earlier connection still. */
    private stale = false;
    private keyTried = false;
    /** The connection has brought a byte. */
    private heard = false;

    /** Throws if an option breaks its rule, or a text would end a command early. */
    constructor(options: ModemOptions) {
        const dialect = options.dialect;
        const lineSize = options.lineSize ?? 192;
        const sendSize = options.sendSize ?? 512;
        const readSize = options.readSize ?? 256;
        if (!(sendSize > 15 && sendSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'sendSize is at least 16 bytes' : 'sendSize', sendSize);
        if (!(readSize > 0 && readSize <= dialect.readMaximum && readSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'readSize is 1 to what the dialect reads at most' : 'readSize', readSize);
        if (options.tls && !dialect.tls) misuse(MOTEMQ_TEXTS ? 'tls: this dialect has no sockets with TLS' : 'tls', dialect.name);
        this.options = options;
        this.plan = new Plan(options);
        this.platform = options.platform;
        this.steps = this.plan.probe;
        this.outgoing = new Uint8Array(sendSize);
        this.incoming = new Uint8Array(readSize);
        this.identified = new Uint8Array(32);
        this.engine = new AtEngine(this, options.serial, options.platform, lineSize, this.plan.prompt, dialect.promptDelay ?? 0);
    }

    /** What the modem calls itself; empty before it has answered. */
    get model(): string {
        let text = '';
        for (let index = 0; index < this.identifiedEnd; index++) text += String.fromCharCode(this.identified[index]);
        return text;
    }

    /** Commands given, all in all. */
    get exchanges(): number {
        return this.engine.exchanges;
    }

    /** Bytes to the modem, all in all. */
    get bytesOut(): number {
        return this.engine.bytesOut;
    }

    /** Bytes from the modem, all in all. */
    get bytesIn(): number {
        return this.engine.bytesIn;
    }

    open(owner: TransportOwner): void {
        this.owner = owner;
        this.sleepWanted = false;
        if (this.stage === AT_REST) this.bringUp();
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const outgoing = this.outgoing;
        let at = start;
        let filled = this.filled;
        while (at < end && filled < outgoing.length) outgoing[filled++] = bytes[at++];
        this.filled = filled;
        if (at < end) this.starved = true;
        return at - start;
    }

    flush(): void {
        this.flushed = this.filled;
        return this.serve();
    }

    close(): void {
        if (!this.owner) return;
        if (this.linked && !this.heard) this.strikeMute();
        this.owner = null;
        this.linked = false;
        // What was taken is still sent, then the socket is closed. While there is no connection yet, the step under way
        // goes on to its end: it would not be done sooner if it were given up.
        this.flushed = this.filled;
        this.serve();
    }

    /** Turns the modem off, or leaves it to power saving mode if that was asked for, as soon as the connection is closed. `open` brings it up again. */
    powerDown(): void {
        this.sleepWanted = true;
        if (this.stage === AT_REST) this.rest();
    }

    // What the engine tells.

    onEnd(outcome: number): void {
        const stage = this.stage;
        const good = outcome === DONE || outcome === FAILED && stage !== ONLINE && this.steps[this.step].tolerated;
        if (stage === ONLINE) return this.endExchange(outcome);
        else if (stage === PROBING) return this.endProbe(outcome);
        else if (good) return this.endStep();
        else if (outcome === FAILED && this.repeats < this.steps[this.step].repeats && this.owner) {
            this.repeats++;
            return this.engine.rest(REPEAT_PAUSE);
        }
        else if (stage === UNLOCKING && outcome === FAILED) return this.endUnlock();
        else return this.fail(outcome === FAILED ? this.reasonOf(stage) : TRANSPORT_FAULT, outcome === FAILED);
    }

    onData(bytes: Uint8Array, start: number, end: number): void {
        for (let at = start; at < end; at++) this.incoming[this.got++] = bytes[at];
    }

    onLine(line: Uint8Array, end: number): boolean {
        const plan = this.plan;
        const numbers = this.engine.numbers;
        for (let index = 0; index < plan.events.length; index++) {
            if (numbers.match(plan.events[index], line, end)) {
                this.onEvent(plan.meanings[index]);
                return true;
            }
        }
        const stage = this.stage;
        if (stage === PREPARING && this.step === plan.identification) this.identify(line, end);
        else if (stage === UNLOCKING && numbers.match(plan.pinReady, line, end)) this.answer = PIN_READY;
        else if (stage === UNLOCKING && numbers.match(plan.pinWanted, line, end)) this.answer = PIN_WANTED;
        else if (stage === REGISTERING && (numbers.match(plan.registration, line, end) || numbers.match(plan.longRegistration, line, end))) this.answer = numbers.count;
        else if (stage === REGISTERING && numbers.match(plan.signal, line, end)) this.signal = numbers.count;
        else {
            this.unknownLines++;
            return false;
        }
        return true;
    }

    onEcho(): void {
        // It was turned off: the modem has started anew.
        if (this.stage > PREPARING && this.stage < CURING) this.onEvent(REBOOTED);
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
                this.dataWaits = true;
                this.answerAwaited = false;
                this.serve();
                break;
            case CURING:
                this.keyPressed();
                break;
            default:
                this.bringUp();
        }
    }

    onGone(): void {
        this.portOpen = false;
        this.reached = PROBING;
        this.stage = AT_REST;
        this.tell(TRANSPORT_FAULT);
    }

    // Bringing up.

    /** Goes on from where the modem is, with a remedy first if the last attempts failed. */
    private bringUp(): void {
        this.stage = AT_REST;
        if (!this.owner) {
            return this.rest();
        }
        if (!this.portOpen) {
            this.portOpen = true;
            this.reached = PROBING;
            this.engine.open(this.plan.speeds[0]);
            // It may be gone by now.
            if (!this.portOpen) return;
        }
        if (!this.cured) {
            this.cured = true;
            if (this.strikes > 1) {
                return this.enter(CURING);
            }
        }
        if (this.reached === PROBING) {
            this.stage = PROBING;
            this.tries = this.speed = 0;
            this.engine.pad(this.engine.owed);
            this.engine.owed = 0;
            this.engine.awaitQuiet(QUIET, LONGEST_QUIET);
        } else {
            this.enter(this.reached);
        }
    }

    private enter(stage: number): void {
        const plan = this.plan;
        this.stage = stage;
        this.step = this.repeats = 0;
        this.answer = NO_ANSWER;
        switch (stage) {
            case PROBING:
                this.steps = plan.probe;
                break;
            case PREPARING:
                this.steps = plan.prepare;
                this.recognised = false;
                break;
            case UNLOCKING:
                this.steps = plan.unlock;
                break;
            case REGISTERING:
                this.steps = plan.register;
                break;
            case ATTACHING:
                this.steps = plan.attach;
                break;
            case DIALING:
                if (this.stale) {
                    return this.enter(CLOSING);
                }
                this.steps = plan.dial;
                break;
            case CLOSING:
                this.stale = false;
                this.steps = plan.hangUp;
                break;
            case SLEEPING:
                this.steps = plan.powerDown;
                break;
            default:
                // Bearer down and up, reset, power key: each attempt a stronger one.
                this.steps = this.strikes > 3 ? plan.none : this.strikes > 2 ? plan.reset : plan.detach;
        }
        if (this.steps.length) return this.next();
        else return this.endStage();
    }

    private next(): void {
        this.engine.numbers.length = 0;
        return this.engine.begin(this.steps[this.step], this.outgoing, 0);
    }

    private endStep(): void {
        if (this.stage === PREPARING && this.step === this.plan.identification && !this.recognised) {
            return this.fail(WRONG_MODEM, true);
        }
        this.repeats = 0;
        this.step++;
        if (this.step < this.steps.length) return this.next();
        else return this.endStage();
    }

    /** All steps of the stage are done. */
    private endStage(): void {
        const stage = this.stage;
        const ready = this.answer;
        switch (stage) {
            case UNLOCKING:
                if (this.steps === this.plan.enterPin && this.steps.length) {
                    this.pinProven = true;
                    return this.pauseOr(UNLOCK_PAUSE);
                }
                if (this.steps.length && ready !== PIN_READY) {
                    return this.endUnlock();
                }
                this.deadline = this.platform.now() + (this.options.registrationTimeout ?? 180000);
                break;
            case REGISTERING:
                if (this.steps.length && ready !== HOME && (ready !== ROAMING || this.options.roaming === false)) {
                    if (ready === DENIED) return this.fail(REGISTRATION_DENIED, true);
                    if (((this.platform.now() - this.deadline) | 0) >= 0) return this.fail(NO_COVERAGE, true);
                    return this.pauseOr(REGISTRATION_PAUSE);
                }
                break;
            case DIALING:
                return this.beginConnection();
            case CLOSING:
                return this.bringUp();
            case SLEEPING:
                this.reached = PROBING;
                this.stage = AT_REST;
                return;
            case CURING:
                if (this.strikes > 2) this.reached = PROBING;
                else if (this.reached > ATTACHING) this.reached = ATTACHING;
                return this.strikes > 3 ? this.pressKey() : this.strikes > 2 ? this.startAnew() : this.bringUp();
            default:
        }
        this.tries = 0;
        this.reached = stage + 1;
        // Nobody may want a connection any more: what is done stays done.
        if (this.owner) return this.enter(this.reached);
        else return this.rest();
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
            this.speed++;
            if (this.speed < this.plan.speeds.length) this.engine.open(this.plan.speeds[this.speed]);
            else if (this.options.powerKey && !this.keyTried) {
                this.keyTried = true;
                return this.pressKey();
            } else {
                return this.fail(MODEM_SILENT, false);
            }
        }
        return this.pauseOr(PROBE_PAUSE);
    }

    private identify(line: Uint8Array, end: number): void {
        const models = this.plan.models;
        for (let index = 0; index < models.length && !this.recognised; index++) {
            for (let at = 0; at + models[index].length <= end && !this.recognised; at++) {
                let same = 0;
                while (same < models[index].length && models[index][same] === line[at + same]) same++;
                this.recognised = same === models[index].length;
                if (this.recognised) this.identifiedEnd = 0;
            }
        }
        if (this.identifiedEnd && this.recognised) return;
        this.identifiedEnd = end < this.identified.length ? end : this.identified.length;
        for (let index = 0; index < this.identifiedEnd; index++) this.identified[index] = line[index];
    }

    /** The SIM is not ready: the modem said so, or refused to say. */
    private endUnlock(): void {
        const result = this.engine.numbers.result;
        if (this.steps === this.plan.enterPin) {
            // A second wrong one might lock the card.
            if (result === WRONG_PIN || !this.pinProven) {
                this.pinProven = false;
                this.fail(SIM_LOCKED, true);
            } else this.pauseOr(UNLOCK_PAUSE);
        } else if (this.answer === PIN_WANTED || result === SIM_PIN_REQUIRED || result === SIM_PUK_REQUIRED) {
            if (this.pinTried && !this.pinProven || !this.plan.enterPin.length || result === SIM_PUK_REQUIRED) {
                return this.fail(SIM_LOCKED, true);
            }
            this.pinTried = true;
            this.steps = this.plan.enterPin;
            this.step = 0;
            return this.next();
        } else if (result === SIM_NOT_INSERTED || ++this.tries > UNLOCK_TRIES) return this.fail(SIM_MISSING, true);
        else return this.pauseOr(UNLOCK_PAUSE);
    }

    /** Waits, unless nobody wants a connection any more. */
    private pauseOr(ms: number): void {
        if (this.owner) return this.engine.rest(ms);
        else return this.rest();
    }

    /** Nothing is under way from now on, or going to sleep is. */
    private rest(): void {
        this.stage = AT_REST;
        if (this.sleepWanted && this.portOpen) {
            this.sleepWanted = false;
            this.enter(SLEEPING);
        }
    }

    private pressKey(): void {
        if (!this.options.powerKey) {
            return this.startAnew();
        }
        this.stage = CURING;
        this.key(true);
        this.engine.rest(POWER_KEY);
    }

    private keyPressed(): void {
        this.key(false);
        return this.startAnew();
    }

    private key(pressed: boolean): void {
        try {
            if (this.options.powerKey) this.options.powerKey(pressed);
        } catch (error) {
            this.platform.caught(error);
        }
    }

    /** The modem is starting: leaves it the time for that. */
    private startAnew(): void {
        this.reached = PROBING;
        this.stage = AT_REST;
        this.engine.rest(STARTING);
    }

    // The connection.

    private beginConnection(): void {
        this.stage = ONLINE;
        this.heard = false;
        this.keyTried = false;
        this.sending = this.flushed = this.filled = 0;
        this.starved = this.dataWaits = this.closedByPeer = this.bearerLost = this.readFirst = this.answerAwaited = false;
        this.linked = this.owner !== null;
        if (this.owner) this.owner.onOpen();
        this.serve();
    }

    /** Does what is to be done next on the connection, unless something is under way. */
    private serve(): void {
        if (this.stage !== ONLINE || this.sending || this.reading) return;
        const numbers = this.engine.numbers;
        const maximum = this.options.dialect.sendMaximum;
        const maySend = this.flushed > 0 && !this.closedByPeer;
        if (this.linked && this.dataWaits && (this.readFirst || !maySend)) {
            this.reading = true;
            this.dataWaits = this.readFirst = false;
            this.got = 0;
            numbers.left = -1;
            numbers.length = this.incoming.length;
            return this.engine.begin(this.plan.read, this.incoming, 0);
        } else if (maySend) {
            this.sending = numbers.length = this.flushed < maximum ? this.flushed : maximum;
            return this.engine.begin(this.plan.send, this.outgoing, 0);
        } else if (this.closedByPeer) return this.fail(CONNECTION_LOST, true);
        else if (this.linked) return this.engine.rest(this.answerAwaited ? POLL_AFTER_SEND : POLL_IDLE);
        else return this.enter(CLOSING);
    }

    /** A send or a read has ended. */
    private endExchange(outcome: number): void {
        if (this.reading) {
            if (outcome === DONE || outcome === FAILED && this.plan.readFailsWhenEmpty) {
                // Only what a read brings that ends well: a line that loses bytes must not give the owner wrong ones.
                if (this.got && this.engine.numbers.left) this.dataWaits = true;
                // OK alone: the peer has closed it, and nothing is left.
                if (outcome === DONE && !this.engine.headed) this.closedByPeer = true;
                if (this.got) {
                    this.heard = true;
                    this.strikes = 0;
                }
                if (this.linked && this.got) this.owner!.onBytes(this.incoming, 0, this.got);
                this.reading = false;
                return this.serve();
            }
            this.reading = false;
        } else if (outcome === DONE) {
            const outgoing = this.outgoing;
            const sent = this.sending;
            for (let at = sent; at < this.filled; at++) outgoing[at - sent] = outgoing[at];
            this.filled -= sent;
            this.flushed -= sent;
            this.sending = 0;
            this.readFirst = this.answerAwaited = true;
            if (this.starved && this.linked) {
                this.starved = false;
                this.owner!.onWritable();
            }
            return this.serve();
        } else if (outcome === FAILED) {
            // Nothing more goes out, but the peer's last words may wait still, a refusal for instance.
            this.sending = this.flushed = this.filled = 0;
            this.closedByPeer = this.dataWaits = true;
            return this.serve();
        }
        return this.fail(outcome === FAILED ? CONNECTION_LOST : TRANSPORT_FAULT, outcome === FAILED);
    }

    private onEvent(event: number): void {
        const stage = this.stage;
        switch (event) {
            case DATA:
                this.dataWaits = true;
                if (stage === ONLINE) this.serve();
                break;
            case CLOSED:
            case BEARER_LOST:
                if (event === BEARER_LOST) {
                    this.bearerLost = true;
                    if (this.reached > ATTACHING) this.reached = ATTACHING;
                }
                if (stage !== ONLINE) return;
                this.closedByPeer = true;
                // What came before the end can still be read.
                this.dataWaits = event === CLOSED;
                this.serve();
                break;
            case POWERED_DOWN:
            case REBOOTED:
                if (stage === PROBING || stage === CURING || stage === SLEEPING) return;
                this.reached = PROBING;
                this.reading = false;
                if (stage === AT_REST) return;
                this.strikes = event === POWERED_DOWN ? 3 : 0;
                this.cured = false;
                this.engine.owed = 0;
                this.startAnew();
                if (stage !== ONLINE || this.linked) this.tell(MODEM_RESTARTED);
                break;
            default:
        }
    }

    /**
     * A connection ends that has brought nothing. The modem may have lost a setting, so that it does not hand out what it gets: bearer and
     * modem are started anew in turn. Not the power key's turn: the broker may be the one that is mute.
     */
    private strikeMute(): void {
        this.strikes = this.strikes < 3 ? this.strikes + 1 : 0;
        this.cured = false;
    }

    /** The stage under way has failed for `reason`; does the modem answer still? */
    private fail(reason: number, answers: boolean): void {
        const stage = this.stage;
        if (stage === ONLINE && this.heard) this.strikes = answers ? 0 : 1;
        else if (stage === ONLINE) this.strikeMute();
        else if (reason !== SIM_LOCKED && reason !== WRONG_MODEM) this.strikes++;
        // No remedy makes a wrong PIN right, or the modem another one.
        this.cured = reason === SIM_LOCKED || reason === WRONG_MODEM;
        if (stage === ONLINE || stage === DIALING) this.stale = true;
        if (!answers) this.reached = PROBING;
        else if (this.bearerLost) this.reached = ATTACHING;
        this.sending = this.flushed = this.filled = 0;
        this.stage = CLOSING;
        // The end of a connection that was given up is no news to who waits for the next one.
        if (stage !== ONLINE || this.linked) this.tell(reason);
        if (answers && this.stale) return this.enter(CLOSING);
        else return this.bringUp();
    }

    /** The owner's connection, or his attempt to get one, has ended. */
    private tell(reason: number): void {
        const owner = this.owner;
        this.owner = null;
        this.linked = false;
        if (owner) return owner.onClose(reason);
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
