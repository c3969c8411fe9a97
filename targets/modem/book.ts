// All that a transport says to its modem and expects of it, as bytes in one array, the book: a board has a few hundred bytes of it in
// place of some hundred objects. Here is how steps lie in it, and who writes it, once, at set-up. Knows the form of dialects, none of them.
//
// A pattern: its length, its codes (pattern.ts). A list: patterns, and a 0. A step, from its beginning on:
//   0  its length, two bytes          4  longest time in 100 ms, two bytes
//   2  flags, below                   6  what stands behind counted bytes; 0: nothing
//   3  how often to try again         7  header, empty (of a read; patterns without codes: none), list of what must come,
//                                        list of what ends it as failed, rest of the command behind its bytes (a pattern), command
import { misuse } from '../../src/misuse.ts';
import type { ReadStep, Step } from './dialect.ts';
import { NUMBERS } from './pattern.ts';

/** Flags of a step: what dialect.ts says of a step or of reading, by the same names. */
export const ASKS = 1;
export const TOLERATED = 2;
/** Bytes go out behind a prompt. */
export const SENDS = 4;
export const ENDS_BARE = 8;
export const EMPTY_LINE = 16;
export const IDENTIFIES = 32;
export const FLAGS_AT = 2;
export const REPEATS_AT = 3;
export const TIMEOUT_AT = 4;
export const TRAILER_AT = 6;
export const HEADER_AT = 7;

/** The list of what ends any exchange as failed stands at the beginning. */
export const FAILURES = 0;
const failures = ['ERROR', '+CME ERROR: %z', '+CME ERROR: %*', '+CMS ERROR: %*'];
const okAlone = ['OK'];

/** Letters of commands that stand for a text, and the first of those without which a step is left out. */
const TEXTS = 'auwhpscCKUTE';
const FIRST_OPTIONAL = 6;
/** The bytes to send, in a command: what stands behind them follows them. */
const BYTES = '%x';
/** Room for the digits that come in place of a command's letters: two numbers of five digits. */
const DIGITS = 8;
const PERCENT = 0x25;
/** By so many bytes the book grows while it is written. */
const PAGE = 512;
/** Bytes that stand between two texts, at most. */
const AROUND = 8;

export class BookWriter {
    private bytes = new Uint8Array(PAGE);
    private end = 0;
    private readonly texts: readonly string[];
    private readonly lineEnd: string;
    private readonly lineSize: number;

    /** `texts`: one for each of TEXTS. `lineEnd` stands behind each command, which with it and its digits has `lineSize` bytes at most. */
    constructor(texts: readonly string[], lineEnd: string, lineSize: number) {
        this.texts = texts;
        this.lineEnd = lineEnd;
        this.lineSize = lineSize;
        this.list(failures);
    }

    /** Where the next thing will stand. */
    get place(): number {
        return this.end;
    }

    /** What was written so far. */
    finish(): Uint8Array {
        const book = new Uint8Array(this.end);
        book.set(new Uint8Array(this.bytes.buffer, 0, this.end));
        return book;
    }

    /** A pattern of at most 255 codes. */
    pattern(text: string): void {
        const start = this.end++;
        this.write(text, 0, text.length, false);
        this.close(start);
    }

    /** Patterns, each with its byte of `extra` behind it if there is such. */
    list(texts: readonly string[], extra?: readonly number[]): void {
        for (let index = 0; index < texts.length; index++) {
            const start = this.end++;
            this.write(texts[index], 0, texts[index].length, false);
            this.close(start);
            if (extra) this.bytes[this.end++] = extra[index];
        }
        this.bytes[this.end++] = 0;
    }

    /** Steps, those left out for which a text is missing. */
    steps(steps: readonly Step[]): void {
        for (let index = 0; index < steps.length; index++) {
            if (!this.lacksText(steps[index].command)) this.step(steps[index], 0, null);
        }
    }

    /** A step, with flags besides its own; of a read with what it says about that. Throws if its command is too long. */
    step(step: Step, flags: number, read: ReadStep | null): void {
        const start = this.end;
        const command = step.command;
        const tenths = Math.ceil((step.seconds ?? 5) * 10);
        const spelled = command.indexOf(BYTES); // dialect-ok: a short text, at set-up
        this.reserve(HEADER_AT);
        this.end += HEADER_AT;
        this.pattern(read ? read.header : '');
        this.pattern(read ? read.empty ?? '' : '');
        this.list(step.expect ?? okAlone);
        this.list(step.fail ?? []);
        const tail = this.end++;
        if (spelled >= 0) this.write(command + this.lineEnd, spelled + BYTES.length, command.length + this.lineEnd.length, true);
        this.close(tail);
        const written = this.end;
        this.write(spelled < 0 ? command + this.lineEnd : command, 0, spelled < 0 ? command.length + this.lineEnd.length : spelled, true);
        if (this.end - written + DIGITS > this.lineSize) misuse(MOTEMQ_TEXTS ? 'lineSize holds the longest command, with ' + DIGITS + ' bytes to spare' : 'lineSize', this.end - written);
        const bytes = this.bytes;
        bytes[start] = (this.end - start) >> 8;
        bytes[start + 1] = this.end - start;
        bytes[start + FLAGS_AT] = (spelled < 0 ? flags : 0) | (step.asks ? ASKS : 0) | (step.tolerated ? TOLERATED : 0) | (step.identifies ? IDENTIFIES : 0)
            | (read && read.endsBare ? ENDS_BARE : 0) | (read && read.emptyLine ? EMPTY_LINE : 0);
        bytes[start + REPEATS_AT] = step.repeats ?? 0;
        bytes[start + TIMEOUT_AT] = tenths >> 8;
        bytes[start + TIMEOUT_AT + 1] = tenths;
        bytes[start + TRAILER_AT] = read && read.trailer ? read.trailer.charCodeAt(0) : 0;
    }

    /** There is room for `count` bytes, and for some lengths and ends around them. */
    private reserve(count: number): void {
        if (this.end + count + AROUND <= this.bytes.length) return;
        const longer = new Uint8Array(this.end + count + PAGE);
        longer.set(this.bytes);
        this.bytes = longer;
    }

    /** The length of what begins at `start` is known now. */
    private close(start: number): void {
        this.bytes[start] = this.end - start - 1;
    }

    /** Writes the codes of text[start..end): with `filled` also what its letters of TEXTS stand for. */
    private write(text: string, start: number, end: number, filled: boolean): void {
        this.reserve(end - start);
        for (let index = start; index < end; index++) {
            const code = text.charCodeAt(index);
            const letter = code === PERCENT && index + 1 < end ? text.charAt(index + 1) : '';
            const number = letter ? NUMBERS.indexOf(letter) + 1 : 0; // dialect-ok: a short text, at set-up
            const which = letter && filled && !number ? TEXTS.indexOf(letter) : -1; // dialect-ok: a short text, at set-up
            if (number || which >= 0) index++;
            if (which < 0) this.bytes[this.end++] = number || code;
            else {
                const filling = this.texts[which];
                this.reserve(filling.length + end - index);
                for (let at = 0; at < filling.length; at++) this.bytes[this.end++] = filling.charCodeAt(at);
            }
        }
    }

    private lacksText(command: string): boolean {
        for (let index = 0; index + 1 < command.length; index++) {
            const which = command.charCodeAt(index) === PERCENT ? TEXTS.indexOf(command.charAt(index + 1)) : -1; // dialect-ok: a short text, at set-up
            if (which >= FIRST_OPTIONAL && !this.texts[which]) return true;
        }
        return false;
    }
}
