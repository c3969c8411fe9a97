// The talk with a board whose program runs: lines both ways, and the last of them for people. What is said is greeting.ts and playing.ts.
import { Console } from '../console.ts';
import type { ConsoleLine } from '../console.ts';
import type { Port } from '../port.ts';
import type { BenchBoard, Tell } from './bench-board.ts';
import { greet } from './greeting.ts';
import { Playing } from './playing.ts';
import type { Audience, Order } from './playing.ts';
import { readBoardLine } from './protocol.ts';
import type { BoardLine } from './protocol.ts';
import type { RawLog } from './raw-log.ts';
import type { Network } from './secrets.ts';

/** Lines that are shown when a board does something else than it should, and characters of each. */
const LAST = 6;
const WIDEST = 160;
/** Ms until a board has started and answered: at the host's wish, or by itself, when the host does not know from when on it hears. */
const times = { start: 8000, wake: 16_000 };

export interface SessionOptions {
    /** Name of the program that was put on the board. */
    readonly image: string;
    /** Number of this run. */
    readonly run: string;
    /** Which the board is to join. */
    readonly network: Network | null;
    readonly hide: (text: string) => string;
}

export class BoardSession {
    /** As the board calls it. */
    engine = '';
    readonly board: BenchBoard;
    readonly port: Port;
    readonly options: SessionOptions;
    /** Gets each line of the board. */
    onLine: (line: BoardLine, console: ConsoleLine) => void = () => {};
    private readonly log: RawLog;
    private readonly console: Console;
    private readonly last: string[] = [];
    private send: Tell = async () => {};

    constructor(board: BenchBoard, port: Port, options: SessionOptions, log: RawLog) {
        this.board = board;
        this.port = port;
        this.options = options;
        this.log = log;
        this.console = new Console(port, line => this.hear(line));
    }

    /** Starts the program anew and finds out who it is. Rejects with a BenchError if it is not that of this run. `tests`: how many follow. */
    async restart(tests: number): Promise<void> {
        this.log.write('=', 'restarting the board');
        await this.port.setBaud(this.board.baud);
        this.last.length = 0;
        this.send = await this.board.start(this.port, bytes => this.console.push(bytes));
        // Not before: the program that ran until now would answer, too.
        this.engine = await greet(this, tests, times.start, this.port.gone);
    }

    /** Finds out whether it is the same program that has started anew, until `over`. */
    async greet(tests: number, over: AbortSignal): Promise<void> {
        this.engine = await greet(this, tests, times.wake, AbortSignal.any([this.port.gone, over]));
    }

    /** Has the board play a test. */
    play(order: Order, audience: Audience): Playing {
        return new Playing(this, order, audience);
    }

    tell(order: object): void {
        const text = JSON.stringify(order);
        this.log.write('>', text);
        // A port that has gone says so by its signal, a board that does not hear by what it does not say.
        this.send(text).catch(() => {});
    }

    /** The last lines, for people. */
    shown(): string {
        return this.last.length ? `. Its last lines:\n${this.last.map(text => `    ${text}`).join('\n')}` : '';
    }

    close(): void {
        this.console.close();
    }

    private hear(line: ConsoleLine): void {
        this.log.write('<', line.text, line.at);
        const shown = this.options.hide(line.text);
        // Espruino's prompt comes with each line, and says nothing.
        if (!/^>*$/.test(shown)) this.last.push(shown.length > WIDEST ? `${shown.slice(0, WIDEST)}…` : shown);
        if (this.last.length > LAST) this.last.shift();
        // As it is: a network may be called `motemq`, or `state`. Who keeps or shows any of it hides the credentials.
        this.onLine(readBoardLine(line.text), line);
    }
}
