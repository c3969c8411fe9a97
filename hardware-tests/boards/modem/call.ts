// One command that the host has given, and all the ways to answer it. V.250: an information text is CR LF text CR LF, and so is a result
// code; with V0 the texts lose their first CR LF and the codes become a digit and CR.
import type { Front } from './front.ts';

export type Kind = 'run' | 'set' | 'ask' | 'test';

/** What CMEE=2 says in place of the number (27.007 §9.2). */
const errorTexts: Readonly<Record<number, string>> = {
    3: 'operation not allowed', 4: 'operation not supported', 10: 'SIM not inserted', 11: 'SIM PIN required', 12: 'SIM PUK required', 13: 'SIM failure', 14: 'SIM busy',
    16: 'incorrect password', 30: 'no network service', 50: 'Incorrect parameters', 100: 'unknown', 148: 'unspecified GPRS error',
};

export class Call {
    /** `+QIOPEN`, `I`, `E`: in capitals. */
    readonly name: string;
    readonly kind: Kind;
    /** Without quotes. */
    readonly values: readonly string[];
    private readonly front: Front;

    constructor(front: Front, name: string, kind: Kind, values: readonly string[]) {
        this.front = front;
        this.name = name;
        this.kind = kind;
        this.values = values;
    }

    /** Value `index` as a number; -1 if there is none or it is no whole number. */
    number(index: number): number {
        const text = this.values[index] ?? '';
        return /^\d+$/.test(text) ? Number(text) : -1;
    }

    /** A line of information. */
    line(text: string): void {
        this.front.gap('inside the reply');
        this.front.say(this.front.verbose ? `\r\n${text}\r\n` : `${text}\r\n`);
    }

    /** A line of information that has nothing before it: ESP-AT. */
    bareLine(text: string): void {
        this.front.say(`${text}\r\n`);
    }

    /** A header, counted bytes and what closes them. */
    block(header: string, data: Uint8Array, trailer: string): void {
        this.front.gap('inside the reply');
        this.front.say(header);
        this.front.sayBytes(data);
        this.front.say(trailer);
    }

    /** The command has done its work. */
    ok(): void {
        this.front.done(this, 'OK');
    }

    /** It has not. */
    error(): void {
        this.front.done(this, 'ERROR');
    }

    /** It has not, for the reason `code` of 27.007 §9.2. */
    cme(code: number): void {
        if (this.front.errorForm === 0) return this.error();
        this.front.done(this, `+CME ERROR: ${this.front.errorForm === 1 ? code : errorTexts[code] ?? 'unknown'}`);
    }

    /** The manufacturer's own result; empty: the command ends without any. */
    end(result: string): void {
        this.front.done(this, result);
    }

    /** Calls `job` in `ms` ms, unless the modem starts anew before. */
    later(ms: number, job: () => void): void {
        this.front.after(ms, job);
    }

    /** Asks for `length` bytes with `prompt`, and hands them to `job`. Bytes that come within `deaf` ms are lost. */
    data(prompt: string, length: number, job: (bytes: Uint8Array) => void, deaf = 0): void {
        this.front.gap('before the prompt');
        this.front.collect(length, job, deaf);
        if (prompt) this.front.say(prompt);
        this.front.gap('after the prompt');
    }
}
