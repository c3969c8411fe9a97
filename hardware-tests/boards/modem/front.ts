// The modem's ear and mouth (V.250): takes bytes, echoes them, finds commands, has them performed one after the other, and collects counted
// bytes when a command asks for them. Knows nothing of any manufacturer.
import type { Faults } from './faults.ts';
import { Call } from './call.ts';
import type { Kind } from './call.ts';
import type { Clock } from './world.ts';

/** Where a line that nobody asked for may get in. */
export type Gap = 'before the echo' | 'before the reply' | 'inside the reply' | 'before the prompt' | 'after the prompt';

export interface FrontOwner {
    /** Performs a command: answers it with one of the call's methods, now or later. */
    perform(call: Call): void;
    /** A digit behind `typed` is one of how many bytes a command is about to send. */
    isLength(typed: string): boolean;
    /** There is a gap between two lines. */
    onGap(gap: Gap): void;
    /** Bytes for the line. */
    onOutput(bytes: Uint8Array): void;
}

const CR = 13;
const LF = 10;
/** The longest command line, and the bytes that wait while a command is performed; what is beyond is lost. */
const LONGEST_LINE = 4096;
const numericResults: Readonly<Record<string, number>> = { 'OK': 0, 'CONNECT': 1, 'NO CARRIER': 3, 'ERROR': 4 };

export class Front {
    echo = true;
    verbose = true;
    /** CMEE: 0, 1 or 2. */
    errorForm = 0;
    /** Ms that a command takes. */
    latency: (name: string) => number = () => 5;
    private readonly clock: Clock;
    private readonly faults: Faults;
    private readonly owner: FrontOwner;
    /** True: a command ends with CR LF, as ESP-AT wants it; a second one is answered with `busy p...`. */
    private readonly strict: boolean;
    private typed: number[] = [];
    private waiting: number[] = [];
    /** What is left of a command line. */
    private rest: Call[] = [];
    private running: Call | null = null;
    /** Bytes still wanted; -1: none. */
    private wanted = -1;
    private data: number[] = [];
    private job: (bytes: Uint8Array) => void = () => {};
    private deafUntil = 0;
    /** Counts restarts: what was to happen before one does not. */
    private life = 0;

    constructor(clock: Clock, faults: Faults, owner: FrontOwner, strict: boolean) {
        this.clock = clock;
        this.faults = faults;
        this.owner = owner;
        this.strict = strict;
    }

    /** The modem starts anew: settings, commands and collected bytes are gone. */
    restart(): void {
        this.life++;
        this.echo = this.verbose = true;
        this.errorForm = 0;
        this.typed = [];
        this.waiting = [];
        this.rest = [];
        this.running = null;
        this.wanted = -1;
    }

    after(ms: number, job: () => void): void {
        const life = this.life;
        this.clock.after(ms, () => {
            if (life === this.life) job();
        });
    }

    /** A command is being performed, or data is collected. */
    get busy(): boolean {
        return this.running !== null || this.wanted >= 0;
    }

    /** True while counted bytes are collected. */
    get collecting(): boolean {
        return this.wanted >= 0;
    }

    /** The command as far as it is typed. */
    get command(): string {
        return Buffer.from(this.typed).toString('latin1');
    }

    hear(bytes: Uint8Array): void {
        for (const byte of bytes) this.hearByte(byte);
    }

    say(text: string): void {
        this.sayBytes(Buffer.from(text, 'latin1'));
    }

    sayBytes(bytes: Uint8Array): void {
        this.owner.onOutput(bytes);
    }

    gap(gap: Gap): void {
        this.owner.onGap(gap);
    }

    /** A line that belongs to no command. */
    announce(text: string): void {
        this.say(this.verbose ? `\r\n${text}\r\n` : `${text}\r\n`);
    }

    /** `length` bytes are collected from now on. */
    collect(length: number, job: (bytes: Uint8Array) => void, deaf: number): void {
        this.wanted = length;
        this.data = [];
        this.job = job;
        this.deafUntil = this.clock.now() + deaf;
    }

    /** `call` is over. A result other than OK ends the command line. */
    done(call: Call, result: string): void {
        if (this.running !== call) return;
        this.running = null;
        if (result === 'OK' && this.rest.length > 0) return this.next();
        this.rest = [];
        if (result) {
            const code = numericResults[result];
            this.say(this.verbose ? `\r\n${result}\r\n` : code === undefined ? `${result}\r\n` : `${code}\r`);
        }
        this.goOn();
    }

    /** The command that is being performed never ends, and the next one is heard. */
    abandon(): void {
        this.running = null;
        this.rest = [];
        this.wanted = -1;
        this.goOn();
    }

    private goOn(): void {
        const waiting = this.waiting;
        this.waiting = [];
        for (const byte of waiting) this.hearByte(byte);
    }

    private hearByte(byte: number): void {
        if (this.wanted >= 0) {
            if (this.clock.now() < this.deafUntil) return;
            this.data.push(byte);
            if (this.data.length < this.wanted) return;
            this.wanted = -1;
            this.job(Uint8Array.from(this.data));
        } else if (this.running && !this.strict) {
            if (this.waiting.length < LONGEST_LINE) this.waiting.push(byte);
        } else {
            const heard = this.mishear(byte);
            if (heard >= 0) this.type(heard);
        }
    }

    /** What is heard of `byte` of a command; -1: nothing. */
    private mishear(byte: number): number {
        if (byte < 0x30 || byte > 0x39 || !this.owner.isLength(this.command)) return byte;
        if (this.faults.happens('digit lost in a send command')) return -1;
        return this.faults.happens('digit changed in a send command') ? 0x30 + (byte - 0x30 + 1 + this.faults.below(9)) % 10 : byte;
    }

    private type(byte: number): void {
        // Ctrl-Z and LF behind the last command are what some drivers add.
        if (this.typed.length === 0 && (byte === 0x1a || byte === LF)) return;
        if (this.typed.length === 0) this.gap('before the echo');
        if (this.echo) this.sayBytes(Uint8Array.of(byte));
        if (byte === 8) return void this.typed.pop();
        if (byte !== (this.strict ? LF : CR)) {
            if (this.typed.length < LONGEST_LINE) this.typed.push(byte);
            return;
        }
        const line = this.command.replace(/\r$/, '');
        this.typed = [];
        this.read(line);
    }

    /** A line is whole. What stands before AT is the junk of a line that has just been plugged in. */
    private read(line: string): void {
        const start = line.search(/at/i);
        if (start < 0) return;
        if (this.running) return this.say('\r\nbusy p...\r\n');
        this.rest = commandsOf(line.slice(start + 2), this.strict).map(command => parse(this, command, this.strict));
        this.next();
    }

    private next(): void {
        const call = this.rest.shift() ?? new Call(this, '', 'run', []);
        this.running = call;
        this.after(this.latency(call.name), () => {
            this.gap('before the reply');
            if (this.faults.happens('hangs')) return this.after(this.faults.between(1000, 40000), () => this.abandon());
            this.owner.perform(call);
        });
    }
}

/** The commands of a line: letters with a number one behind the other, extended ones up to a semicolon (V.250 §5.3, §5.4). ESP-AT (`strict`) takes one. */
export function commandsOf(line: string, strict = false): string[] {
    const found = strict ? [line] : line.match(/[A-Z]\d*|&[A-Z]\d*|[^A-Z;\s"]?(?:"[^"]*"|[^;"])+/gi);
    return (found ?? []).map(each => each.trim()).filter(each => each !== '');
}

function parse(front: Front, command: string, strict: boolean): Call {
    const basic = /^(&?[A-Z])(\d*)$/i.exec(command);
    if (basic) return new Call(front, basic[1].toUpperCase(), 'set', [basic[2] || '0']);
    const [, name, mark, text] = /^([^=?]*)(=\?|\?|=)?(.*)$/s.exec(command)!;
    const kind: Kind = mark === '=?' ? 'test' : mark === '?' ? 'ask' : mark === '=' ? 'set' : 'run';
    return new Call(front, name.trim().toUpperCase(), kind, kind === 'set' ? (strict ? escapedValuesOf : valuesOf)(text) : []);
}

/** What stands between commas, quotes removed. */
function valuesOf(text: string): string[] {
    return (text.match(/(?:"[^"]*"|[^,"])+|(?<=^|,)(?=,|$)/g) ?? []).map(each => each.trim().replace(/^"(.*)"$/s, '$1'));
}

/** ESP-AT's: a comma separates, also between quotes, unless a backslash stands before it, as before a quote or a backslash that is meant. */
function escapedValuesOf(text: string): string[] {
    return text.split(/(?<=^(?:\\.|[^\\])*?),/s).map(each => each.trim().replace(/^"(.*)"$/s, '$1').replace(/\\(.)/gs, '$1'));
}
