// Reads a trace: the lines that src/trace/connection-trace.ts describes, wherever they stand in a text. Lost, damaged and torn lines are
// counted, never guessed at. User names and passwords stay out of what it returns unless they are asked for.
import { ConnectSecrets } from '../../../src/trace/connect-secrets.ts';
import { MARK, sumOf } from '../../../src/trace/connection-trace.ts';
import type { Direction } from '../fault-proxy.ts';

/** Bytes that were handed over together. */
export interface Chunk {
    readonly kind: Direction;
    /** In ms since the trace's beginning. */
    readonly time: number;
    /** Of the first byte, in the bytes of this direction. */
    readonly offset: number;
    readonly bytes: Buffer;
    /** Bytes, of a user name or a password, that are left out: `*` stands for each. */
    readonly hidden: number;
}

/** What else happens to a connection: the events of a trace's lines. */
export interface Change {
    readonly kind: 'open' | 'ready' | 'flush' | 'close' | 'reset' | 'end';
    readonly time: number;
    /** With `end`: one of src/reasons.ts. */
    readonly reason?: number;
}

export type Happening = Chunk | Change;

export interface Connection {
    readonly name: string;
    readonly happenings: readonly Happening[];
}

export interface Recording {
    /** In the order in which they began. */
    readonly connections: readonly Connection[];
    /** Time 0 in ms since 1970; null if the trace does not say. */
    readonly epoch: number | null;
    /** Lines of a trace that cannot be read. */
    readonly damaged: number;
    /** The last line has no end: whoever wrote the trace was stopped. */
    readonly torn: boolean;
}

// Numbers have no more digits than count: what is longer is no trace.
const LINE = /^(\S+) (-?\d{1,15}(?:\.\d+)?) (\S+(?: \S+)*)$/;
const BYTES = /^([<>]) (\d{1,15})(\+?) ((?:[0-9a-f]{2}|\*\*)+)$/;
const EPOCH = /^at (\d{1,14})$/;
const CHANGE = /^(?:(open|ready|flush|close|reset)|(end) (\d{1,5}))$/;
const STAR = 0x2a;
const WRAP = 2 ** 32;

export function isChunk(happening: Happening): happening is Chunk {
    return happening.kind === 'up' || happening.kind === 'down';
}

class ConnectionReading implements Connection {
    readonly happenings: Happening[] = [];
    readonly name: string;
    /** Null: everything may be shown. */
    private readonly secrets: ConnectSecrets | null;
    private sent = 0;
    /** A hole in CONNECT: where its secrets lie is unknown from there on. */
    private unsure = false;

    constructor(name: string, showSecrets: boolean) {
        this.name = name;
        this.secrets = showSecrets ? null : new ConnectSecrets();
    }

    add(kind: Direction, time: number, offset: number, continues: boolean, text: string): void {
        const hidden = kind === 'up' ? this.hide(text, offset) : text;
        const bytes = Buffer.from(hidden.replaceAll('**', '2a'), 'hex');
        const stars = hidden.length / 2 - hidden.replaceAll('**', '').length / 2;
        const last = this.happenings.at(-1);
        if (continues && last?.kind === kind && isChunk(last) && last.offset + last.bytes.length === offset) {
            this.happenings[this.happenings.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, bytes]), hidden: last.hidden + stars };
        } else {
            this.happenings.push({ kind, time, offset, bytes, hidden: stars });
        }
    }

    /** `text` with `**` for each byte of a secret. */
    private hide(text: string, offset: number): string {
        const { secrets } = this;
        if (secrets === null) return text;
        if (offset !== this.sent && !secrets.passed) this.unsure = true;
        this.sent = offset + text.length / 2;
        if (secrets.passed && !this.unsure) return text;
        return text.replace(/../g, pair => (secrets.hides(pair === '**' ? STAR : Number.parseInt(pair, 16)) || this.unsure ? '**' : pair));
    }
}

class Reading {
    readonly connections: ConnectionReading[] = [];
    epoch: number | null = null;
    private readonly current = new Map<string, ConnectionReading>();
    /** Of the clock, in ms: what time 0 is, and the line before. */
    private zero: number | null = null;
    private latest = 0;

    constructor(private readonly showSecrets: boolean) {}

    /** `text`: of one line, behind the mark. False: it cannot be read. */
    line(text: string): boolean {
        const body = text.slice(0, -5);
        const parts = text.at(-5) === ' ' && sumOf(body) === text.slice(-4) ? LINE.exec(body) : null;
        return parts !== null && this.event(parts[1], Number(parts[2]), parts[3]);
    }

    /** False: there is no such event. */
    private event(name: string, clock: number, event: string): boolean {
        if (name === '-') {
            const at = EPOCH.exec(event);
            if (at) this.setClock(clock, Number(at[1]));
            return at !== null;
        }
        const bytes = BYTES.exec(event);
        const [, plain, end, reason] = CHANGE.exec(event) ?? [];
        const word = plain ?? end;
        if (!bytes && word === undefined) return false;
        const time = this.timeOf(clock);
        if (bytes) {
            this.connection(name).add(bytes[1] === '>' ? 'up' : 'down', time, Number(bytes[2]), bytes[3] !== '', bytes[4]);
            return true;
        }
        if (word === 'open') this.current.delete(name);
        this.connection(name).happenings.push({ kind: word as Change['kind'], time, ...(reason !== undefined && { reason: Number(reason) }) });
        return true;
    }

    private connection(name: string): ConnectionReading {
        let connection = this.current.get(name);
        if (!connection) {
            connection = new ConnectionReading(name, this.showSecrets);
            this.current.set(name, connection);
            this.connections.push(connection);
        }
        return connection;
    }

    /** A recorder has begun, perhaps a second one to the same file: its clock has a beginning of its own. */
    private setClock(clock: number, epoch: number): void {
        this.epoch ??= epoch - this.latest;
        this.zero = clock - (epoch - this.epoch);
        this.latest = Math.max(this.latest, epoch - this.epoch);
    }

    private timeOf(clock: number): number {
        this.zero ??= clock;
        // A clock of 32 bits has gone round; or, if it went back otherwise, the board has started anew, whenever that was.
        if (clock - this.zero < this.latest - WRAP / 2) this.zero -= WRAP;
        if (clock - this.zero < this.latest) this.zero = clock - this.latest;
        this.latest = Math.round((clock - this.zero) * 1000) / 1000;
        return this.latest;
    }
}

/** Reads a text that holds the lines of a trace. `showSecrets`: user names and passwords, too, where they were recorded. */
export function readRecording(text: string, showSecrets = false): Recording {
    const reading = new Reading(showSecrets);
    const lines = text.split('\n');
    let damaged = 0;
    let torn = false;
    lines.forEach((line, index) => {
        // What stands before a mark is of others, or a line that was torn before the next one was written behind it.
        const [, ...marked] = line.trimEnd().split(MARK);
        if (marked.length === 0) return;
        damaged += marked.length - 1;
        if (reading.line(marked[marked.length - 1])) return;
        if (index === lines.length - 1) torn = true;
        else damaged++;
    });
    return { connections: reading.connections, epoch: reading.epoch, damaged, torn };
}
