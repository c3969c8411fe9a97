// A dialect and the options of one transport, compiled: every command and line that will be needed, in one book (book.ts), and where in it
// each sequence of steps begins. Made once.
import { misuse } from '../../src/misuse.ts';
import { BookWriter, SENDS } from './book.ts';
import { BEARER_LOST, REBOOTED } from './dialect.ts';
import type { Dialect, SocketCommands, Step } from './dialect.ts';
import type { ModemOptions } from './options.ts';
import { powerSavingText, slowPagingText } from './power-saving.ts';

// Sequences of steps. What is done in a stage (stages.ts) has its number; these are the others.
/** Asks how many tries the PIN has left. */
export const ASK_TRIES = 12;
export const ENTER_PIN = 13;
export const DETACH = 14;
export const RESET = 15;
export const SEND = 16;
export const READ = 17;
/** Asks how many bytes have been sent; empty where the answer to a send says so, or nothing does. */
export const COUNT = 18;
// Behind them patterns, and lists of them.
/** What is said of the SIM card, each line with one of CARD_READY to CARD_TRIES_OF_3 behind it. */
export const CARD = 19;
export const SIGNAL = 20;
export const REGISTRATIONS = 21;
/** Lines that answer nothing, each with what it means behind it. */
export const EVENTS = 22;
export const MODELS = 23;
const PLACES = 24;

export const CARD_READY = 1;
/** It wants its PIN. */
export const CARD_ASKS = 2;
/** It wants its PUK, or the modem what unties it from another card or network. */
export const CARD_LOCKED = 3;
/** So many tries are left, and so many there are at first. */
export const CARD_TRIES = 4;
/** The same where that number is not told. */
export const CARD_TRIES_OF_3 = 5;

/** Lines of every maker's modems: that they have started anew, and that the network lets go of them. */
const EVERYWHERE: Dialect['events'] = [
    ['RDY', REBOOTED], ['APP RDY', REBOOTED], ['ready', REBOOTED], ['Ready', REBOOTED], ['SMS Ready', REBOOTED], ['+CGEV: NW DETACH%*', BEARER_LOST],
];

const NONE: readonly Step[] = [];
const PROBE: readonly Step[] = [{ command: 'AT', seconds: 0.3 }];
const HIDE: readonly Step[] = [{ command: 'ATE0' }, { command: 'AT+CMEE=1', tolerated: true }];
/** A firmware that lacks them does without. */
const POWER_SAVING: readonly Step[] = [{ command: 'AT+CPSMS=1,,,%T', tolerated: true }, { command: 'AT+CEDRXS=2,%E', tolerated: true }];
const UNLOCK: readonly Step[] = [{ command: 'AT+CPIN?', seconds: 10 }];
/** 27.007 §8.65. Nordic's modems know it with the name of the code only. */
const TRIES: Step = { command: 'AT+CPINR="SIM PIN"', tolerated: true };
/** What is said of the card (27.007 §8.3). SIM800 writes PH_SIM; Nordic's modems put codes between quotes. */
const CARD_LINES = ['+CPIN: READY', '+CPIN: SIM PIN', '+CPIN: "SIM PIN"', '+CPIN: SIM %*', '+CPIN: PH%*', '+CPIN: "%*'];
const TRIES_LINES = ['+CPINR: SIM PIN,%r,%n', '+CPINR: SIM PIN,%r', '+CPINR: "SIM PIN",%r'];
/** Of CARD_LINES, of TRIES_LINES, and of the dialect's own answer. */
const CARD_MEANINGS = [
    CARD_READY, CARD_ASKS, CARD_ASKS, CARD_LOCKED, CARD_LOCKED, CARD_LOCKED, CARD_TRIES, CARD_TRIES_OF_3, CARD_TRIES_OF_3, CARD_TRIES_OF_3,
];
/** With LTE, and with what was before: a modem that knows both networks is registered with one of them. */
const REGISTER: readonly Step[] = [{ command: 'AT+CSQ', tolerated: true }, { command: 'AT+CEREG?', tolerated: true }, { command: 'AT+CGREG?', tolerated: true }];
const STATES = ['+CEREG: %n,%n%*', '+CGREG: %n,%n%*'];

/** `text` as it stands between quotes in a command: it may not end it, nor end the string. `escapes`: a backslash stands before what would. */
function quotable(name: string, text: string, escapes: boolean): string {
    let quoted = '';
    for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        const letter = text.charAt(index);
        const ends = escapes ? '",\\'.indexOf(letter) >= 0 : letter === '"'; // dialect-ok: a short text, at set-up
        if (code < 32 || code > 126 || ends && !escapes) misuse(MOTEMQ_TEXTS ? name + ' has printable ASCII characters, of a cellular modem without "' : name, index);
        quoted += ends ? '\\' + letter : letter;
    }
    return quoted;
}

/** The SIM's PIN in digits, or empty. */
function checkedPin(pin: string): string {
    for (let index = 0; index < pin.length; index++) {
        const code = pin.charCodeAt(index);
        if (code < 48 || code > 57 || pin.length < 4 || pin.length > 8) misuse(MOTEMQ_TEXTS ? 'pin has 4 to 8 digits' : 'pin', index);
    }
    return pin;
}

/** What the letters of commands stand for, in book.ts's order. */
function textsOf(options: ModemOptions, sockets: SocketCommands): readonly string[] {
    const port = options.port ?? (options.tls ? 8883 : 1883);
    if (!(port > 0 && port < 65536 && port % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'port is 1 to 65535' : 'port', port);
    if (!options.host) misuse(MOTEMQ_TEXTS ? 'host is a name or an address' : 'host', options.host);
    const tls = options.tls;
    const ca = tls ? tls.ca ?? '' : '';
    const certificate = tls ? tls.certificate ?? '' : '';
    const levels = sockets.levels ?? [0, 1, 2];
    const escapes = options.dialect.isWifi === true;
    if (tls && !tls.certificate !== !tls.key) misuse(MOTEMQ_TEXTS ? 'tls.certificate and tls.key are given together' : 'tls', certificate);
    if (tls && !ca && (!tls.acceptAnyCertificate || sockets.needsCa)) misuse(MOTEMQ_TEXTS ? 'tls has a ca, or acceptAnyCertificate where the modem can' : 'tls', ca);
    return [
        quotable('apn', options.apn ?? '', escapes), quotable('user', options.user ?? '', escapes), quotable('password', options.password ?? '', escapes),
        quotable('host', options.host, escapes), '' + port,
        '' + levels[ca ? certificate ? 2 : 1 : 0], quotable('ca', ca, escapes), quotable('certificate', certificate, escapes), quotable('key', tls ? tls.key ?? '' : '', escapes),
        options.user ?? '', options.powerSaving ? powerSavingText(options.powerSaving) : '', options.slowPaging ? slowPagingText(options.slowPaging) : '',
    ];
}

const lineOf = (event: Dialect['events'][0]): string => event[0];
const meaningOf = (event: Dialect['events'][0]): number => event[1];

/** Those up to SEND, in the order of their numbers: stages first. */
function sequencesOf(options: ModemOptions, sockets: SocketCommands): readonly (readonly Step[])[] {
    const dialect = options.dialect;
    const pin = checkedPin(options.pin ?? '');
    const isCellular = !dialect.isWifi;
    const identify: Step = { command: dialect.identification ?? 'AT+CGMM', identifies: true };
    return [
        NONE, PROBE, HIDE.concat([identify], dialect.init, isCellular ? POWER_SAVING : NONE), isCellular ? UNLOCK : NONE,
        isCellular ? REGISTER : NONE, dialect.bearer, sockets.open, NONE,
        // Where the network lets the modem sleep it goes to sleep by itself.
        sockets.close, NONE, options.powerSaving ? NONE : dialect.powerDown, NONE,
        !pin ? NONE : dialect.pinTries ? [{ command: dialect.pinTries[0], tolerated: true }, TRIES] : [TRIES],
        pin ? [{ command: 'AT+CPIN="' + pin + '"', seconds: 20 }] : NONE, dialect.bearerDown, dialect.reset,
    ];
}

export class Plan {
    readonly book: Uint8Array;
    /** The character that asks for bytes. */
    readonly prompt: number;
    /** Bits a second, in the order in which they are tried. */
    readonly speeds: readonly number[];
    private readonly places = new Uint16Array(PLACES);

    /** Throws if an option breaks its rule, or a text would end a command early. */
    constructor(options: ModemOptions) {
        const dialect = options.dialect;
        const sockets = options.tls && dialect.tls ? dialect.tls : dialect.tcp;
        const writer = new BookWriter(textsOf(options, sockets), dialect.lineEnd ?? '\r', options.lineSize ?? 192);
        this.prompt = (dialect.prompt ?? '>').charCodeAt(0);
        this.speeds = [options.baud ?? 115200].concat(options.otherBauds ?? []);
        const patience = options.registrationTimeout ?? 1;
        if (!(patience > 0 && patience <= 0x3fffffff)) misuse(MOTEMQ_TEXTS ? 'registrationTimeout is 1 to 1073741823 ms' : 'registrationTimeout', patience);
        this.laySteps(writer, sequencesOf(options, sockets), sockets, options.countSent !== false);
        this.layPatterns(writer, sockets, dialect);
        this.book = writer.finish();
    }

    /** Where the sequence of steps or the pattern `which` begins. A sequence ends where the next one begins. */
    at(which: number): number {
        return this.places[which];
    }

    /** There is a step in the sequence `which`. */
    has(which: number): boolean {
        return this.places[which] < this.places[which + 1];
    }

    private laySteps(writer: BookWriter, sequences: readonly (readonly Step[])[], sockets: SocketCommands, countSent: boolean): void {
        for (let index = 0; index < SEND; index++) {
            this.places[index] = writer.place;
            writer.steps(sequences[index]);
        }
        this.places[SEND] = writer.place;
        writer.step(sockets.send, SENDS, null);
        this.places[READ] = writer.place;
        writer.step(sockets.read, 0, sockets.read);
        this.places[COUNT] = writer.place;
        if (sockets.count && countSent) writer.step(sockets.count, 0, null);
    }

    private layPatterns(writer: BookWriter, sockets: SocketCommands, dialect: Dialect): void {
        this.places[CARD] = writer.place;
        const own = dialect.pinTries;
        writer.list(this.has(ENTER_PIN) ? CARD_LINES.concat(TRIES_LINES, own ? own[1] : []) : CARD_LINES, CARD_MEANINGS);
        this.places[SIGNAL] = writer.place;
        writer.pattern('+CSQ: %n,%*');
        this.places[REGISTRATIONS] = writer.place;
        writer.list(STATES);
        const events = sockets.events.concat(dialect.events, EVERYWHERE);
        this.places[EVENTS] = writer.place;
        writer.list(events.map(lineOf), events.map(meaningOf));
        this.places[MODELS] = writer.place;
        writer.list(dialect.models);
    }
}
