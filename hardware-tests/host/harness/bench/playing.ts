// One test on a board, from the order to its result, or to whatever comes in place of one: a crash, a restart, silence, a supply that gives way.
import type { ConsoleLine } from '../console.ts';
import { BenchError } from '../errors.ts';
import type { BoardSession } from './board-session.ts';
import { UNABLE } from './stagehand.ts';
import { readMemory, unquote } from './protocol.ts';
import type { BoardLine } from './protocol.ts';

/** Ms between two times that something is said which may not have been heard, and for what follows a result. */
const times = { again: 2000, details: 1000 };
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

/** Of an emulator. */
export class OwnDefect extends BenchError {}

export class Playing {
    readonly verdict: Promise<Verdict>;
    private readonly session: BoardSession;
    private readonly order: Order;
    private readonly audience: Audience;
    private readonly timers = new Set<NodeJS.Timeout>();
    private resolve!: (verdict: Verdict) => void;
    /** What the board was told last, until it shows that it has heard it. */
    private unheard: object | null = null;
    /** How often the board has started anew as it asked for, and that it is about to: by itself, or because its power is taken away. */
    private wake = 0;
    private restarting: '' | 'sleep' | 'power' = '';
    private readonly over = new AbortController();
    private afterwards: Exclude<Verdict, Ending> | null = null;
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
        this.after(deadline + LATE_AT_MOST, () => this.end(this.lost(`the board hangs: no result, ${LATE_AT_MOST / 1000} s after its own deadline of ${deadline / 1000} s`)));
        if (gone.aborted) this.onGone();
    }

    /** What the board has done wrong since it has reported its result, while it had nothing to do: a crash at the end of a connection may come after the result. */
    get trouble(): Exclude<Verdict, Ending> | null {
        return this.afterwards;
    }

    private readonly onGone = (): void => this.end({ kind: 'bench', error: this.session.port.gone.reason as BenchError });

    private begin(): void {
        this.session.onLine = (line, console) => this.take(line, console);
        this.tell({ ...this.order, ...this.wake > 0 && { wake: this.wake } });
        this.sayAgain();
    }

    /** Says `order` until it has been heard: a line to a board may be torn. What a board hears twice it takes once. */
    private tell(order: object): void {
        this.unheard = order;
        this.session.tell(order);
    }

    private sayAgain(): void {
        const wake = this.wake;
        this.after(times.again, () => {
            if (this.wake !== wake) return;
            if (this.unheard) this.session.tell(this.unheard);
            this.sayAgain();
        });
    }

    private take(line: BoardLine, console: ConsoleLine): void {
        const trouble = this.troubleOf(line, console);
        if (trouble) return this.end(trouble);
        if ('test' in line && line.test !== this.order.test) return;
        switch (line.kind) {
            case 'ready':
                // One that has lost its power may be there before its port is.
                if (this.restarting === 'sleep') this.wakeUp();
                break;
            case 'begins': this.unheard = null; break;
            case 'note': this.audience.note(line.text); break;
            case 'command': this.obey(line.command); break;
            case 'result':
                this.unheard = null;
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
    private troubleOf(line: BoardLine, { text, marker }: ConsoleLine): Exclude<Verdict, Ending> | null {
        const { name, ownDefect } = this.session.board;
        const bench = (message: string, advice: string): Verdict & { kind: 'bench' } => ({ kind: 'bench', error: new BenchError(message, advice, true) });
        if (ownDefect?.test(text)) return { kind: 'bench', error: new OwnDefect(`${name} has broken by itself: ${text}`, 'try again', true) };
        switch (marker) {
            // It goes down before it is gone.
            case 'brownout': return this.restarting === 'power' ? null : bench(`the supply voltage of ${name} fell: ${text}`, 'take a stronger supply, or a shorter cable');
            case 'loader': return bench(`${name} waits in its loader in the middle of a test`, 'take away what holds GPIO0 at ground');
            case 'panic': return this.lost(`the board crashed: ${text}`);
            case 'exception': return this.lost(`an exception reached the console: ${text}`);
            case 'reboot':
            case 'wake': return this.restarting ? null : this.lost(`the board restarted: ${text}`);
            default: break;
        }
        if (line.kind === 'ready' && !this.restarting) return this.lost('the board restarted');
        // What the targets print when they have caught something.
        return text.startsWith('motemq: ') ? this.lost(`a callback threw: ${text}`) : null;
    }

    private wakeUp(): void {
        this.wake++;
        this.unheard = null;
        this.session.greet(1, this.over.signal).then(() => {
            this.restarting = '';
            this.begin();
        }, (error: BenchError) => this.end({ kind: 'bench', error }));
    }

    private obey(command: string): void {
        this.unheard = null;
        this.restarting = command === 'sleep' || command === 'power' ? command : '';
        this.audience.perform(command).then((answer) => {
            if (this.over.signal.aborted) return;
            // It stays as it is.
            if (answer === UNABLE) this.restarting = '';
            if (this.restarting === 'power') this.wakeUp();
            else this.tell({ answer, to: command });
        }, (error: Error) => this.end(error instanceof BenchError ? { kind: 'bench', error } : this.lost(`the host could not do '${command}': ${error.message}`)));
    }

    private add(name: string, value: string): void {
        if (!this.ending) return;
        if (name === 'message') this.ending.message = unquote(value);
        // The board's clock began with it.
        if (name === 'ms' && this.wake === 0) this.ending.ms = Number(value);
        if (name === 'memory') this.ending.memory = readMemory(value);
    }

    private lost(what: string): Verdict & { kind: 'lost' } {
        return { kind: 'lost', reason: `${what.replace(/\.$/, '')}${this.session.shown()}` };
    }

    private after(ms: number, act: () => void): void {
        this.timers.add(setTimeout(act, ms));
    }

    private end(verdict: Verdict): void {
        if (this.over.signal.aborted) return;
        this.over.abort();
        for (const timer of this.timers) clearTimeout(timer);
        this.session.port.gone.removeEventListener('abort', this.onGone);
        this.restarting = '';
        this.session.onLine = (line, console) => {
            if (verdict.kind === 'ended') this.afterwards ??= this.troubleOf(line, console);
        };
        this.resolve(verdict);
    }
}
