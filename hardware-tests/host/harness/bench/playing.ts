// One test on a board, from the order to its result, or to whatever comes in place of one: a crash, a restart, silence, a supply that gives way.
import type { ConsoleLine } from '../console.ts';
import { BenchError } from '../errors.ts';
import type { BoardSession } from './board-session.ts';
import { UNABLE } from './stagehand.ts';
import { readMemory, unquote } from './protocol.ts';
import type { BoardLine } from './protocol.ts';

/** Ms until an order is heard of, and for what follows a result. */
const times = { heard: 2000, details: 1000 };
/** What a board asks for that has it start anew. */
const RESTARTING: readonly string[] = ['sleep', 'power'];
/** Ms that a result may be later than the board's own deadline. */
export const LATE_AT_MOST = 4000;

/** What the board itself says about a test. */
export interface Ending {
    readonly kind: 'ended';
    readonly passed: boolean;
    /** Why it was not made; empty if it was. */
    readonly skip: string;
    readonly message: string;
    /** NaN: it did not say. */
    readonly ms: number;
    readonly memory: readonly [number, number] | null;
}

/** How a test ended on the board. */
export type Verdict =
    | Ending
    /** It crashed, restarted or fell silent: the fault of what ran. */
    | { readonly kind: 'lost'; readonly reason: string }
    /** Supply, port or loader: the fault of the bench. */
    | { readonly kind: 'bench'; readonly error: BenchError };

/** What a test needs to know. */
export interface Order {
    readonly test: number;
    readonly name: string;
    /** Ms. */
    readonly deadline: number;
    readonly [parameter: string]: string | number;
}

/** What the one who has the test played does meanwhile. */
export interface Audience {
    note(text: string): void;
    /** Does what the board asks for. Resolves with the answer. */
    perform(command: string): Promise<string>;
}

export class Playing {
    readonly verdict: Promise<Verdict>;
    private readonly session: BoardSession;
    private readonly order: Order;
    private readonly audience: Audience;
    private readonly timers = new Set<NodeJS.Timeout>();
    private resolve!: (verdict: Verdict) => void;
    private heard = false;
    /** How often the board has started anew as it asked for, and that it is about to. */
    private wake = 0;
    private asleep = false;
    private over = false;
    private ending: { -readonly [Key in keyof Ending]: Ending[Key] } | null = null;

    constructor(session: BoardSession, order: Order, audience: Audience) {
        this.session = session;
        this.order = order;
        this.audience = audience;
        this.verdict = new Promise((resolve) => {
            this.resolve = resolve;
        });
        const { gone } = session.port;
        gone.addEventListener('abort', this.onGone);
        this.begin();
        const { deadline } = order;
        this.after(deadline + LATE_AT_MOST, () => this.lost(`the board hangs: no result, ${LATE_AT_MOST / 1000} s after its own deadline of ${deadline / 1000} s`));
        if (gone.aborted) this.onGone();
    }

    private readonly onGone = (): void => this.fail(this.session.port.gone.reason as BenchError);

    private begin(): void {
        const send = (): void => this.session.tell({ ...this.order, ...this.wake > 0 && { wake: this.wake } });
        this.heard = false;
        this.session.onLine = (line, console) => this.take(line, console);
        send();
        // A line to a board may be torn, too; an order that it hears twice it takes once.
        this.after(times.heard, () => {
            if (!this.heard && !this.asleep) send();
        });
    }

    private take(line: BoardLine, console: ConsoleLine): void {
        const trouble = this.troubleOf(line, console);
        if (trouble) return trouble();
        if ('test' in line && line.test !== this.order.test) return;
        switch (line.kind) {
            case 'ready': return this.wakeUp();
            case 'begins': this.heard = true; break;
            case 'note': this.audience.note(line.text); break;
            case 'command': this.obey(line.command); break;
            case 'result':
                this.ending = { kind: 'ended', passed: line.passed, skip: line.skip, message: '', ms: NaN, memory: null };
                // What follows may be torn.
                this.after(times.details, () => this.end(this.ending!));
                break;
            case 'detail': this.add(line.name, line.value); break;
            case 'end of details':
                if (this.ending) this.end(this.ending);
                break;
            default: break;
        }
    }

    /** What a line means that no test should bring; null: it may. */
    private troubleOf(line: BoardLine, { text, marker }: ConsoleLine): (() => void) | null {
        const { name, ownDefect } = this.session.board;
        if (ownDefect?.test(text)) return () => this.fail(new BenchError(`${name} has broken by itself: ${text}`, 'try again', true));
        switch (marker) {
            case 'brownout': return () => this.fail(new BenchError(`the supply voltage of ${name} fell: ${text}`, 'take a stronger supply, or a shorter cable', true));
            case 'loader': return () => this.fail(new BenchError(`${name} waits in its loader in the middle of a test`, 'take away what holds GPIO0 at ground', true));
            case 'panic': return () => this.lost(`the board crashed: ${text}`);
            case 'exception': return () => this.lost(`an exception reached the console: ${text}`);
            // Expected, if it sleeps or has lost its power.
            case 'reboot':
            case 'wake': return this.asleep ? null : () => this.lost(`the board restarted: ${text}`);
            default: break;
        }
        if (line.kind === 'ready' && !this.asleep) return () => this.lost('the board restarted');
        // What the targets print when they have caught something.
        return text.startsWith('motemq: ') ? () => this.lost(`a callback threw: ${text}`) : null;
    }

    private wakeUp(): void {
        this.wake++;
        this.session.greet(1).then(() => {
            if (this.over) return;
            this.asleep = false;
            this.begin();
        }, (error: BenchError) => this.fail(error));
    }

    private obey(command: string): void {
        this.asleep = RESTARTING.includes(command);
        this.audience.perform(command).then((answer) => {
            // It stays as it is.
            if (answer === UNABLE) this.asleep = false;
            this.session.tell({ answer });
        }, (error: Error) => error instanceof BenchError ? this.fail(error) : this.lost(`the host could not do '${command}': ${error.message}`));
    }

    private add(name: string, value: string): void {
        if (!this.ending) return;
        if (name === 'message') this.ending.message = unquote(value);
        if (name === 'ms') this.ending.ms = Number(value);
        if (name === 'memory') this.ending.memory = readMemory(value);
    }

    private lost(what: string): void {
        this.end({ kind: 'lost', reason: `${what.replace(/\.$/, '')}${this.session.shown()}` });
    }

    private fail(error: BenchError): void {
        this.end({ kind: 'bench', error });
    }

    private after(ms: number, act: () => void): void {
        this.timers.add(setTimeout(act, ms));
    }

    private end(verdict: Verdict): void {
        if (this.over) return;
        this.over = true;
        for (const timer of this.timers) clearTimeout(timer);
        this.session.port.gone.removeEventListener('abort', this.onGone);
        this.session.onLine = () => {};
        this.resolve(verdict);
    }
}
