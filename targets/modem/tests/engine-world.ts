// A world for tests of the AT engine: a line whose every answer the test decides, and a record of what the engine told.
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import { AtEngine } from '../at-engine.ts';
import type { AtOwner } from '../at-engine.ts';
import { BookWriter, SENDS } from '../book.ts';
import { Exchange } from '../exchange.ts';
import { ALONE, Numbers } from '../pattern.ts';
import type { Plan } from '../plan.ts';

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, character => character.charCodeAt(0));
export const textOf = (bytes: Uint8Array, start = 0, end = bytes.length): string => String.fromCharCode(...bytes.subarray(start, end));

export class Line implements SerialPort {
    owner: SerialOwner | null = null;
    written = '';
    opened: number[] = [];
    /** Bytes that it takes from now on. */
    room = Infinity;

    open(owner: SerialOwner, baud: number): void {
        this.owner = owner;
        this.opened.push(baud);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const count = Math.min(end - start, this.room);
        this.written += textOf(bytes, start, start + count);
        this.room -= count;
        return count;
    }

    close(): void {
        this.owner = null;
    }
}

/** Of the pieces in which what the modem says may arrive, in bytes. */
export const sizes = [1, 2, 3, 7, 1000];

/** Steps of all tests of this process lie in one book. */
const book = new Uint8Array(16384);
const writer = new BookWriter([], '\r', 192);

interface StepParts {
    readonly expect: string[];
    readonly fail: string[];
    /** In ms. */
    readonly timeout: number;
    readonly header: string;
    readonly trailer: string;
    readonly sends: boolean;
    readonly empty: string;
    readonly emptyLine: boolean;
}

/** The place of a step as the engine takes it: OK ends it unless `parts` says otherwise. */
export function step(command: string, parts: Partial<StepParts> = {}): number {
    const { place } = writer;
    const { header, trailer, empty, emptyLine, expect, fail, timeout = 1000, sends } = parts;
    const given = { command, expect, fail, seconds: timeout / 1000 };
    writer.step(given, sends ? SENDS : 0, header ? { ...given, header, trailer, empty, emptyLine } : null);
    book.set(writer.finish());
    return place;
}

/** Whether the whole of `line` matches `pattern`, with `numbers` made for it. */
export function match(pattern: string, line: string, prepare?: (numbers: Numbers) => void): Numbers | null {
    const patterns = new BookWriter([], '', 192);
    const { place } = patterns;
    patterns.pattern(pattern);
    const numbers = new Numbers(patterns.finish());
    prepare?.(numbers);
    return numbers.find(place, ALONE, bytesOf(line), line.length) >= 0 ? numbers : null;
}

/** Commands of a plan's sequences as they go out, about `length` bytes, without the ends of their lines; of one that spells bytes what stands before these. */
export function commandsOf(plan: Plan, sequences: readonly number[], length = 0): { command: string; place: number }[] {
    const exchange = new Exchange(plan.book);
    const into = new Uint8Array(300);
    const found = [];
    for (const sequence of sequences) {
        for (let place = plan.at(sequence); place < plan.at(sequence + 1); place = exchange.nextAt) {
            exchange.begin(place);
            exchange.numbers.length = length;
            found.push({ command: textOf(into, 0, exchange.numbers.write(exchange.commandAt, exchange.nextAt, into)).trimEnd(), place });
        }
    }
    return found;
}

export class EngineWorld implements AtOwner {
    readonly line = new Line();
    readonly platform = new VirtualPlatform();
    readonly engine: AtEngine;
    /** What was told: `end 0`, `line +X`, `data abc`, `echo`, `pause`, `gone`. Data of neighbouring pieces is put together. */
    readonly told: string[] = [];
    /** What the owner answers to a line: whether it means something. */
    knows = true;

    constructor(options: { lineSize?: number; prompt?: string; promptDelay?: number } = {}) {
        const { lineSize = 64, prompt = '>', promptDelay = 0 } = options;
        this.engine = new AtEngine(this, this.line, this.platform, book, lineSize, prompt.charCodeAt(0), promptDelay);
        this.engine.open(115200);
    }

    /** The modem says `text`, in pieces of `size`. */
    says(text: string, size = text.length || 1): void {
        const bytes = bytesOf(text);
        for (let at = 0; at < bytes.length; at += size) this.line.owner!.onBytes(bytes, at, Math.min(at + size, bytes.length));
    }

    /** Begins the exchange of the step at `place` about `length` bytes; those of `data` are sent. */
    begin(place: number, length = 0, data = ''): void {
        this.engine.numbers.length = data.length || length;
        this.engine.begin(place, bytesOf(data), 0);
    }

    onEnd(outcome: number): void {
        this.told.push(`end ${outcome}`);
    }

    onData(bytes: Uint8Array, start: number, end: number): void {
        const text = textOf(bytes, start, end);
        const last = this.told.length - 1;
        if (last >= 0 && this.told[last].startsWith('data ')) this.told[last] += text;
        else this.told.push('data ' + text);
    }

    onLine(bytes: Uint8Array, end: number): boolean {
        this.told.push('line ' + textOf(bytes, 0, end));
        return this.knows;
    }

    onEcho(): void {
        this.told.push('echo');
    }

    onPause(): void {
        this.told.push('pause');
    }

    onGone(): void {
        this.told.push('gone');
    }
}
