// The first words with a board: it is greeted until it has repeated the number of this run and the name of the program that was put on it. Nothing
// else that it says is believed.
import type { ConsoleLine } from '../console.ts';
import { BenchError } from '../errors.ts';
import type { BoardSession } from './board-session.ts';
import type { BoardLine } from './protocol.ts';

/** Ms for joining a network, in which a board starts, too; between two greetings. */
const times = { join: 40_000, greeting: 500 };
/** Restarts without an answer after which a board is given up. */
const RESTARTS = 4;

/** Returns what the board calls its engine, within `patience` ms. Rejects with a BenchError, or with the reason of `over`. `tests`: how many follow. */
export async function greet(session: BoardSession, tests: number, patience: number, over: AbortSignal): Promise<string> {
    const { board, options: { network, run } } = session;
    const joins = network !== null && board.needsNetwork;
    const hello = (): void => session.tell({ hello: run, tests, ...joins && { ssid: network.ssid, wifiPassword: network.password } });
    const milliseconds = joins ? Math.max(times.join, patience) : patience;
    let end = (): void => {};
    try {
        return await new Promise<string>((resolve, reject) => {
            const heard = new Heard(session, resolve, reject);
            const hear = session.onLine = (line, console) => {
                if (line.kind === 'ready') hello();
                heard.take(line, console);
            };
            const abort = (): void => reject(over.reason as Error);
            over.addEventListener('abort', abort);
            const deadline = setTimeout(() => heard.giveUp(milliseconds), milliseconds);
            // The line that says that the program is ready may have passed.
            const every = setInterval(hello, times.greeting);
            end = () => {
                over.removeEventListener('abort', abort);
                clearTimeout(deadline);
                clearInterval(every);
                if (session.onLine === hear) session.onLine = () => {};
            };
            if (over.aborted) abort();
            else hello();
        });
    } finally {
        end();
    }
}

/** What has been heard so far, and what it means. */
class Heard {
    private readonly session: BoardSession;
    private readonly resolve: (engine: string) => void;
    private readonly reject: (error: BenchError) => void;
    private lines = 0;
    private garbage = 0;
    private restarts = 0;
    /** What it complained about first. */
    private complaint = '';

    constructor(session: BoardSession, resolve: (engine: string) => void, reject: (error: BenchError) => void) {
        this.session = session;
        this.resolve = resolve;
        this.reject = reject;
    }

    take(line: BoardLine, { text, marker }: ConsoleLine): void {
        const { board: { name }, options: { image, run } } = this.session;
        if (text) this.lines++;
        if (marker === 'garbage') this.garbage++;
        if (marker === 'exception') this.complaint ||= text;
        if (/\brst:0x|rst cause:/.test(text) && ++this.restarts === RESTARTS) this.refuse(`${name} restarts again and again and never starts its program${this.session.shown()}`, 'is its flash sound? motemq flash --erase, then again');
        if (marker === 'loader') this.refuse(`${name} waits in its loader instead of running its program`, 'take away what holds GPIO0 at ground, and press RESET');
        if (marker === 'panic') this.refuse(`${name} crashes before the first test: ${text}`, 'motemq monitor shows all that it prints');
        if (line.kind === 'no network') this.refuse(`${name} cannot join the network: ${line.why}`, 'look at MOTEMQ_WIFI_SSID and MOTEMQ_WIFI_PASSWORD, and at the distance to the access point');
        if (line.kind !== 'ready' && line.kind !== 'greeting') return;
        if (line.image !== image) this.refuse(`${name} runs ${line.image}, and not ${image}, which was put on it`, 'does it start from another partition, or have a second board on its line? motemq flash --erase', false);
        else if (line.kind === 'greeting' && line.run === run) this.resolve(line.engine);
    }

    /** No answer within `milliseconds`. */
    giveUp(milliseconds: number): void {
        // A line that never ends is told, too.
        this.session.close();
        const { board: { name, baud } } = this.session;
        const what = this.complaint ? `does not start its program (${this.complaint}): no answer` : this.lines === 0 ? 'says nothing' : this.garbage > 0 ? 'prints what nobody can read' : 'does not answer';
        const advice = this.lines === 0 ? 'is it the right port, has the board power, and is its baud right?'
            : this.garbage > 0 ? `is ${baud} baud right? Set baud in the board map` : 'motemq monitor shows what it prints';
        this.refuse(`${name} ${what} within ${milliseconds / 1000} s${this.session.shown()}`, advice);
    }

    private refuse(message: string, advice: string, transient = true): void {
        this.reject(new BenchError(message, advice, transient));
    }
}
