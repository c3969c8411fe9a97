// The talk with a board whose program runs: who it is, one test at a time, and whatever comes in place of a result. Nothing that it says is believed
// before it has repeated the number of this run.
import { Console } from '../console.ts';
import type { ConsoleLine } from '../console.ts';
import { BenchError } from '../errors.ts';
import type { Port } from '../port.ts';
import type { BenchBoard } from './bench-board.ts';
import { readBoardLine, unquote } from './protocol.ts';
import type { BoardLine } from './protocol.ts';
import type { RawLog } from './raw-log.ts';
import type { Network } from './secrets.ts';

/** Ms: until a board has started and answered; until it has joined a network too; between two greetings; until an order is heard of; for what follows a result. */
const times = { start: 8000, join: 40_000, greeting: 500, heard: 2000, details: 1000 };
/** Ms that a result may be later than the board's own deadline. */
export const LATE_AT_MOST = 4000;
/** Restarts without an answer after which a board is given up. */
const RESTARTS = 4;
/** Lines that are shown when a board does something else than it should. */
const LAST = 6;
/** Characters of each of them. */
const WIDEST = 160;

/** How a test ended on the board. */
export type Verdict =
    | { readonly kind: 'ended'; readonly passed: boolean; readonly skip: string; readonly message: string; readonly ms: number; readonly memory: readonly [number, number] | null }
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

export class BoardSession {
    /** As the board calls it. */
    engine = '';
    private readonly board: BenchBoard;
    private readonly port: Port;
    private readonly image: string;
    private readonly run: string;
    private readonly network: Network | null;
    private readonly log: RawLog;
    private readonly hide: (text: string) => string;
    private readonly console: Console;
    private readonly last: string[] = [];
    private onLine: (line: BoardLine, console: ConsoleLine) => void = () => {};

    constructor(board: BenchBoard, port: Port, image: string, run: string, network: Network | null, log: RawLog, hide: (text: string) => string) {
        this.board = board;
        this.port = port;
        this.image = image;
        this.run = run;
        this.network = network;
        this.log = log;
        this.hide = hide;
        this.console = new Console(port, line => this.hear(line));
    }

    /** Resets the board and finds out who it is. Rejects with a BenchError if it is not the program of this run. `tests`: how many follow. */
    async restart(tests: number): Promise<void> {
        this.log.write('=', 'restarting the board');
        await this.port.setBaud(this.board.baud);
        this.console.listen();
        this.last.length = 0;
        await this.board.restart(this.port);
        // Not before: the program that ran until now would answer, too.
        await this.greet(tests);
    }

    /** Has the board play a test. */
    async play(order: Order, audience: Audience): Promise<Verdict> {
        return new Promise<Verdict>((resolve) => {
            let wake = 0;
            let asleep = false;
            let ending: { passed: boolean; skip: string; message: string; ms: number; memory: readonly [number, number] | null } | null = null;
            const timers = new Set<NodeJS.Timeout>();
            const after = (ms: number, act: () => void): void => void timers.add(setTimeout(act, ms));
            const gone = (): void => end({ kind: 'bench', error: this.port.gone.reason as BenchError });
            const end = (verdict: Verdict): void => {
                for (const timer of timers) clearTimeout(timer);
                this.port.gone.removeEventListener('abort', gone);
                this.onLine = () => {};
                resolve(verdict);
            };
            const lost = (what: string): void => end({ kind: 'lost', reason: `${what.replace(/\.$/, '')}${this.shown()}` });
            const send = (): void => this.tell({ ...order, ...wake > 0 && { wake } });
            let heard = false;
            const wakeUp = (): void => {
                asleep = false;
                wake++;
                heard = false;
                this.greet(1).then(() => {
                    this.onLine = hear;
                    send();
                }, (error: Error) => end({ kind: 'bench', error: error as BenchError }));
            };
            const hear = (line: BoardLine, { text, marker }: ConsoleLine): void => {
                if (marker === 'brownout') return end({ kind: 'bench', error: new BenchError(`the supply voltage of ${this.board.name} fell: ${text}`, 'take a stronger supply, or a shorter cable', true) });
                if (marker === 'loader') return end({ kind: 'bench', error: new BenchError(`${this.board.name} waits in its loader in the middle of a test`, 'take away what holds GPIO0 at ground', true) });
                if (marker === 'panic') return lost(`the board crashed: ${text}`);
                if (marker === 'exception') return lost(`an exception reached the console: ${text}`);
                if (line.kind === 'ready') return asleep ? wakeUp() : lost('the board restarted');
                if (asleep || (marker !== 'reboot' && marker !== 'wake' && text.startsWith('motemq: '))) return asleep ? undefined : lost(`a callback threw: ${text}`);
                if (marker === 'reboot' || marker === 'wake') return lost(`the board restarted: ${text}`);
                if ('test' in line && line.test !== order.test) return;
                switch (line.kind) {
                    case 'begins': heard = true; break;
                    case 'note': audience.note(line.text); break;
                    case 'command':
                        if (line.command === 'sleep') asleep = true;
                        audience.perform(line.command).then(answer => this.tell({ answer }), (error: Error) => lost(`the host could not ${line.command}: ${error.message}`));
                        break;
                    case 'result':
                        ending = { passed: line.passed, skip: line.skip, message: '', ms: NaN, memory: null };
                        // The details were torn, perhaps.
                        after(times.details, () => end({ kind: 'ended', ...ending! }));
                        break;
                    case 'detail':
                        if (!ending) break;
                        if (line.name === 'message') ending.message = unquote(line.value);
                        if (line.name === 'ms') ending.ms = Number(line.value);
                        if (line.name === 'memory') ending.memory = readMemory(line.value);
                        break;
                    case 'end of details':
                        if (ending) end({ kind: 'ended', ...ending });
                        break;
                    default: break;
                }
            };
            this.onLine = hear;
            this.port.gone.addEventListener('abort', gone);
            if (this.port.gone.aborted) return gone();
            send();
            // A line to a board may be torn, too; one that it has heard twice it takes once.
            after(times.heard, () => {
                if (!heard && !ending && wake === 0) send();
            });
            after(order.deadline + LATE_AT_MOST, () => lost(`the board hangs: no result, ${LATE_AT_MOST / 1000} s after its own deadline of ${order.deadline / 1000} s`));
        });
    }

    close(): void {
        this.console.close();
    }

    /** Greets until the board answers as it should. */
    private async greet(tests: number): Promise<void> {
        const { ssid, password } = this.network ?? { ssid: '', password: '' };
        const joins = ssid && this.board.needsNetwork;
        const hello = (): void => this.tell({ hello: this.run, tests, ...joins && { ssid, wifiPassword: password } });
        const patience = joins ? times.join : times.start;
        const { gone } = this.port;
        let every: NodeJS.Timeout | undefined;
        let deadline: NodeJS.Timeout | undefined;
        let lost = (): void => {};
        let garbage = 0;
        let restarts = 0;
        try {
            await new Promise<void>((resolve, reject) => {
                const refuse = (message: string, advice: string, transient = true): void => reject(new BenchError(message, advice, transient));
                this.onLine = (line, { text, marker }) => {
                    if (marker === 'garbage') garbage++;
                    if (/\brst:0x|rst cause:/.test(text) && ++restarts === RESTARTS) refuse(`${this.board.name} restarts again and again and never starts its program${this.shown()}`, 'is its flash sound? motemq flash --erase, then again');
                    if (marker === 'loader') refuse(`${this.board.name} waits in its loader instead of running its program`, 'take away what holds GPIO0 at ground, and press RESET');
                    if (line.kind === 'no network') refuse(`${this.board.name} cannot join the network: ${line.why}`, 'look at MOTEMQ_WIFI_SSID and MOTEMQ_WIFI_PASSWORD, and at the distance to the access point');
                    if (line.kind === 'ready') hello();
                    if (line.kind === 'ready' || line.kind === 'greeting') {
                        if (line.image !== this.image) refuse(`${this.board.name} runs ${line.image}, and not ${this.image}, which was put on it`, 'does it start from another partition, or have a second board on its line? motemq flash --erase', false);
                    }
                    if (line.kind === 'greeting' && line.run === this.run) {
                        this.engine = line.engine;
                        resolve();
                    }
                    if (marker === 'panic') refuse(`${this.board.name} crashes before the first test: ${text}`, 'motemq monitor shows all that it prints');
                };
                lost = () => reject(gone.reason as BenchError);
                gone.addEventListener('abort', lost);
                if (gone.aborted) lost();
                deadline = setTimeout(() => {
                    // A line that never ends is shown, too.
                    this.console.close();
                    const what = this.last.length === 0 ? 'says nothing' : garbage > 0 ? 'prints what nobody can read' : 'does not answer';
                    const advice = this.last.length === 0 ? 'is it the right port, has the board power, and is its baud right?' : garbage > 0 ? `is ${this.board.baud} baud right? Set baud in the board map` : 'motemq monitor shows what it prints';
                    refuse(`${this.board.name} ${what} within ${patience / 1000} s${this.shown()}`, advice);
                }, patience);
                // The line that says that the program is ready may have passed.
                every = setInterval(hello, times.greeting);
                hello();
            });
        } finally {
            clearInterval(every);
            clearTimeout(deadline);
            gone.removeEventListener('abort', lost);
            this.onLine = () => {};
        }
    }

    private tell(order: object): void {
        const line = this.board.line(JSON.stringify(order));
        this.log.write('>', line);
        // A port that has gone says so by its signal.
        this.port.write(Buffer.from(`${line}\n`)).catch(() => {});
    }

    private hear(line: ConsoleLine): void {
        const { text, at } = line;
        this.log.write('<', text, at);
        const hidden = { ...line, text: this.hide(text) };
        if (text) this.last.push(hidden.text.length > WIDEST ? `${hidden.text.slice(0, WIDEST)}…` : hidden.text);
        if (this.last.length > LAST) this.last.shift();
        this.onLine(readBoardLine(hidden.text), hidden);
    }

    /** The last lines, for people. */
    private shown(): string {
        return this.last.length ? `. Its last lines:\n${this.last.map(text => `    ${text}`).join('\n')}` : '';
    }
}

function readMemory(text: string): readonly [number, number] | null {
    const [before, after] = (text.match(/-?\d+/g) ?? []).map(Number);
    return before >= 0 && after >= 0 ? [before, after] : null;
}
