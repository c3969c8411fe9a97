// A world for tests of the AT engine: a line whose every answer the test decides, and a record of what the engine told.
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import { AtEngine } from '../at-engine.ts';
import type { AtOwner, Exchange } from '../at-engine.ts';
import { compile } from '../pattern.ts';

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

/** One step as the engine takes it: OK ends it unless `parts` says otherwise. */
export function step(command: string, parts: Partial<{ expect: string[]; fail: string[]; timeout: number; header: string; trailer: string; sends: boolean; empty: string; lineEnds: number }> = {}): Exchange {
    const { expect = ['OK'], fail = ['ERROR', '+CME ERROR: %z'], timeout = 1000, header, trailer, sends = false, empty, lineEnds = 1 } = parts;
    return {
        command: compile(command + '\r'), expect: expect.map(compile), fail: fail.map(compile), timeout, tolerated: false, asks: false, repeats: 0, sends, header: header ? compile(header) : null,
        empty: empty ? compile(empty) : null, endsBare: false, trailer: trailer?.charCodeAt(0) ?? 0, lineEnds,
    };
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
        this.engine = new AtEngine(this, this.line, this.platform, lineSize, prompt.length === 1 ? prompt.charCodeAt(0) : 0, promptDelay);
        this.engine.open(115200);
    }

    /** The modem says `text`, in pieces of `size`. */
    says(text: string, size = text.length || 1): void {
        const bytes = bytesOf(text);
        for (let at = 0; at < bytes.length; at += size) this.line.owner!.onBytes(bytes, at, Math.min(at + size, bytes.length));
    }

    /** Begins `exchange` about `length` bytes; those of `data` are sent. */
    begin(exchange: Exchange, length = 0, data = ''): void {
        this.engine.numbers.length = data.length || length;
        this.engine.begin(exchange, bytesOf(data), 0);
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
