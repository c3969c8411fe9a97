// A dialect and the options of one transport, compiled: every command and line that will be needed, as bytes. Made once.
import { misuse } from '../../src/misuse.ts';
import type { Exchange } from './at-engine.ts';
import { BEARER_LOST, REBOOTED } from './dialect.ts';
import type { ReadStep, Step } from './dialect.ts';
import type { ModemOptions } from './options.ts';
import { PatternMaker } from './pattern.ts';
import { powerSavingText, slowPagingText } from './power-saving.ts';

const FAILURES = ['ERROR', '+CME ERROR: %z', '+CME ERROR: %*', '+CMS ERROR: %*'];
/** Lines of a modem that has started anew, of every maker. */
const STARTS = ['RDY', 'APP RDY', 'ready', 'Ready', 'SMS Ready'];

/** A firmware that lacks them does without. */
const POWER_SAVING: readonly Step[] = [{ command: 'AT+CPSMS=1,,,%T', tolerated: true }, { command: 'AT+CEDRXS=2,%E', tolerated: true }];

/** `text` in a command: it may not end it, nor end a quoted string. */
function quotable(name: string, text: string): string {
    for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        // Printable ASCII; not the quote, nor the percent sign, which stands for numbers here.
        if (code < 32 || code > 126 || code === 34 || code === 37) misuse(MOTEMQ_TEXTS ? name + ' has printable ASCII characters, without " and %' : name, index);
    }
    return text;
}

const LETTERS = 'auwhpscCKUTE';
/** Of these those whose text may be missing, and the step with it: they stand last. */
const FIRST_OPTIONAL = 6;
/** Room for the digits that come in place of a command's letters: two numbers of five digits. */
const DIGITS = 8;

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export class Plan {
    readonly prompt: number;
    readonly speeds: readonly number[];
    readonly models: readonly Uint8Array[];
    readonly events: readonly Uint8Array[];
    readonly meanings: readonly number[];
    readonly none: readonly Exchange[];
    readonly probe: readonly Exchange[];
    readonly prepare: readonly Exchange[];
    /** Which step of `prepare` asks the modem what it is. */
    readonly identification = 2;
    readonly unlock: readonly Exchange[];
    readonly enterPin: readonly Exchange[];
    readonly register: readonly Exchange[];
    readonly attach: readonly Exchange[];
    readonly detach: readonly Exchange[];
    readonly reset: readonly Exchange[];
    readonly powerDown: readonly Exchange[];
    readonly dial: readonly Exchange[];
    readonly hangUp: readonly Exchange[];
    readonly send: Exchange;
    readonly read: Exchange;
    readonly readFailsWhenEmpty: boolean;
    readonly pinReady: Uint8Array;
    readonly pinWanted: Uint8Array;
    readonly registration: Uint8Array;
    readonly longRegistration: Uint8Array;
    readonly signal: Uint8Array;
    /** What the letters of LETTERS stand for. */
    private readonly texts: readonly string[];
    private readonly lineEnd: string;
    private readonly ok: readonly Uint8Array[];
    private readonly failures: readonly Uint8Array[];
    /** What steps inherit. Not one for all transports: it would be frozen where modules are, and nothing that it has could be set. */
    private readonly plainest: Exchange;
    private readonly maker: PatternMaker;
    /** Longest command, in bytes. */
    private readonly lineSize: number;

    constructor(options: ModemOptions) {
        const dialect = options.dialect;
        this.maker = new PatternMaker();
        const tcp = options.tls && dialect.tls ? dialect.tls : dialect.tcp;
        const port = options.port ?? (options.tls ? 8883 : 1883);
        const pin = options.pin ?? '';
        if (!(port > 0 && port < 65536 && port % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'port is 1 to 65535' : 'port', port);
        if (!options.host) misuse(MOTEMQ_TEXTS ? 'host is a name or an address' : 'host', options.host);
        const tls = options.tls;
        const ca = tls ? tls.ca ?? '' : '';
        const certificate = tls ? tls.certificate ?? '' : '';
        const levels = tcp.levels ?? [0, 1, 2];
        if (tls && !ca && !tls.acceptAnyCertificate) misuse(MOTEMQ_TEXTS ? 'tls has a ca, or acceptAnyCertificate' : 'tls', ca);
        this.texts = [
            quotable('apn', options.apn ?? ''), quotable('user', options.user ?? ''), quotable('password', options.password ?? ''), quotable('host', options.host), '' + port,
            '' + levels[ca ? certificate ? 2 : 1 : 0], quotable('ca', ca), quotable('certificate', certificate), quotable('key', tls ? tls.key ?? '' : ''),
            options.user ?? '', options.powerSaving ? powerSavingText(options.powerSaving) : '', options.slowPaging ? slowPagingText(options.slowPaging) : '',
        ];
        this.lineSize = options.lineSize ?? 192;
        for (let index = 0; index < pin.length; index++) {
            const code = pin.charCodeAt(index);
            if (code < 48 || code > 57 || pin.length < 4 || pin.length > 8) misuse(MOTEMQ_TEXTS ? 'pin has 4 to 8 digits' : 'pin', index);
        }
        this.lineEnd = dialect.lineEnd ?? '\r';
        const prompt = dialect.prompt ?? '>';
        this.prompt = prompt.length === 1 ? prompt.charCodeAt(0) : 0;
        const speeds = [options.baud ?? 115200];
        const others = options.otherBauds ?? [];
        for (let index = 0; index < others.length; index++) speeds.push(others[index]);
        this.speeds = speeds;
        // What most steps have in common is there once.
        this.ok = this.compileAll(['OK']);
        this.failures = this.compileAll(FAILURES);
        this.plainest = {
            command: this.ok[0], expect: this.ok, fail: this.failures, timeout: 5000, asks: false, repeats: 0, tolerated: false, sends: false, header: null, empty: null,
            endsBare: false, lineEnds: 1, trailer: 0,
        };
        this.models = this.compileAll(dialect.models);
        const events: Uint8Array[] = [];
        const meanings: number[] = [];
        const lists = [tcp.events, dialect.events];
        for (let list = 0; list < 2; list++) {
            for (let index = 0; index < lists[list].length; index++) {
                events.push(this.maker.compile(lists[list][index][0]));
                meanings.push(lists[list][index][1]);
            }
        }
        for (let index = 0; index < STARTS.length; index++) {
            events.push(this.maker.compile(STARTS[index]));
            meanings.push(REBOOTED);
        }
        events.push(this.maker.compile('+CGEV: NW DETACH%*'));
        meanings.push(BEARER_LOST);
        this.events = events;
        this.meanings = meanings;
        this.none = [];
        this.probe = [this.exchange({ command: 'AT', seconds: 0.3 }, false, null)];
        const isCellular = !dialect.isWifi;
        this.prepare = this.all([
            { command: 'ATE0' }, { command: 'AT+CMEE=1', tolerated: true }, { command: dialect.identification ?? 'AT+CGMM' },
        ]).concat(this.all(dialect.init), isCellular ? this.all(POWER_SAVING) : []);
        this.unlock = isCellular ? this.all([{ command: 'AT+CPIN?', seconds: 10 }]) : this.none;
        this.enterPin = pin ? this.all([{ command: 'AT+CPIN="' + pin + '"', seconds: 20 }]) : this.none;
        const registration = dialect.registration ?? 'CEREG';
        this.register = isCellular ? this.all([{ command: 'AT+CSQ', tolerated: true }, { command: 'AT+' + registration + '?' }]) : this.none;
        this.attach = this.all(dialect.bearer);
        this.detach = this.all(dialect.bearerDown);
        this.reset = this.all(dialect.reset);
        // Where the network lets it sleep it goes to sleep by itself.
        this.powerDown = options.powerSaving ? this.none : this.all(dialect.powerDown);
        this.dial = this.all(tcp.open);
        this.hangUp = this.all(tcp.close);
        this.send = this.exchange(tcp.send, true, null);
        this.readFailsWhenEmpty = tcp.read.failsWhenEmpty ?? false;
        this.read = this.exchange(tcp.read, false, tcp.read);
        this.pinReady = this.maker.compile('+CPIN: READY');
        this.pinWanted = this.maker.compile('+CPIN: SIM %*');
        this.registration = this.maker.compile('+' + registration + ': %n,%n');
        this.longRegistration = this.maker.compile('+' + registration + ': %n,%n,%*');
        this.signal = this.maker.compile('+CSQ: %n,%*');
    }

    private all(steps: readonly Step[]): Exchange[] {
        const exchanges: Exchange[] = [];
        for (let index = 0; index < steps.length; index++) {
            if (!this.lacksText(steps[index].command)) exchanges.push(this.exchange(steps[index], false, null));
        }
        return exchanges;
    }

    private exchange(step: Step, sends: boolean, read: ReadStep | null): Exchange {
        const command = this.maker.compile(this.fill(step.command) + this.lineEnd);
        if (command.length + DIGITS > this.lineSize) misuse(MOTEMQ_TEXTS ? 'lineSize holds the longest command, with ' + DIGITS + ' bytes to spare' : 'lineSize', command.length);
        // Each property of its own is a slot, and most would be the same in all steps.
        const exchange: Writable<Exchange> = Object.create(this.plainest);
        exchange.command = command;
        if (step.expect) exchange.expect = this.compileAll(step.expect);
        if (step.fail) exchange.fail = this.failures.concat(this.compileAll(step.fail));
        if (step.seconds) exchange.timeout = step.seconds * 1000;
        if (step.asks) exchange.asks = true;
        if (step.repeats) exchange.repeats = step.repeats;
        if (step.tolerated) exchange.tolerated = true;
        if (sends) exchange.sends = true;
        if (!read) return exchange;
        exchange.header = this.maker.compile(read.header);
        if (read.empty) exchange.empty = this.maker.compile(read.empty);
        if (read.endsBare) exchange.endsBare = true;
        if (read.emptyLine) exchange.lineEnds = 2;
        if (read.trailer) exchange.trailer = read.trailer.charCodeAt(0);
        return exchange;
    }

    private compileAll(texts: readonly string[]): Uint8Array[] {
        const patterns: Uint8Array[] = [];
        for (let index = 0; index < texts.length; index++) patterns.push(this.maker.compile(texts[index]));
        return patterns;
    }

    /** Which of `texts` stands at command[index], by its percent sign and its letter; -1: none. */
    private which(command: string, index: number): number {
        return command.charAt(index) === '%' && index + 1 < command.length ? LETTERS.indexOf(command.charAt(index + 1)) : -1; // dialect-ok: a short text, at set-up
    }

    private lacksText(command: string): boolean {
        for (let index = 0; index < command.length; index++) {
            const which = this.which(command, index);
            if (which >= FIRST_OPTIONAL && !this.texts[which]) return true;
        }
        return false;
    }

    /** Puts the texts in the places of their letters. */
    private fill(command: string): string {
        let filled = '';
        for (let index = 0; index < command.length; index++) {
            const which = this.which(command, index);
            if (which < 0) filled += command.charAt(index);
            else {
                filled += this.texts[which];
                index++;
            }
        }
        return filled;
    }
}
