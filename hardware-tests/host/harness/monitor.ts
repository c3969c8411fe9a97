// The console of a board for people: each line with its time and what it means, for as long as they watch, through unplugging and plugging in.
import { setTimeout as sleep } from 'node:timers/promises';
import { Console } from './console.ts';
import type { ConsoleLine, Marker } from './console.ts';
import { BenchError } from './errors.ts';
import type { Port } from './port.ts';
import { intoApplication, playSequence } from './reset.ts';

/** Ms without a byte after which a line is shown that has no end: a question, a row of dots. */
const QUIET = 500;
/** Ms between two attempts to find a port again that has gone. */
const LOOK = 300;
/** Unreadable lines, and no other among them, until the speed is taken for wrong. */
const UNREADABLE = 3;

/** What the user can do about it. */
const hints: Partial<Record<Marker, string>> = {
    brownout: 'the supply gives way: use another USB port or cable, or a supply of its own',
    loader: 'the board waits in its loader: let go of BOOT and press RESET, or start the monitor with --reset',
};

export interface MonitorOptions {
    /** Opens the port, also again. */
    open(): Promise<Port>;
    /** Restart the board when its port has been opened for the first time. */
    readonly reset: boolean;
    /** A line for the screen. `marker`: what it is to be marked as; `hint`: our own words. */
    show(text: string, marker: Marker | 'hint' | null): void;
    /** A line for the log file, time and marker included. */
    log(text: string): void;
}

/** Time of day of the host's clock, to ms. */
function timeOfDay(at: number): string {
    const date = new Date(at);
    const two = (value: number): string => String(value).padStart(2, '0');
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

export class Monitor {
    private readonly options: MonitorOptions;
    private console: Console | null = null;
    private readonly hinted = new Set<string>();
    private unreadable = 0;
    private started = (): void => {};
    /** The port is open for the first time: what was typed before waits for that. */
    private readonly start = new Promise<void>(resolve => this.started = resolve);

    constructor(options: MonitorOptions) {
        this.options = options;
    }

    private async restart(port: Port): Promise<void> {
        if (port.hasLines) await playSequence(port, intoApplication);
        else this.hint('this port has no reset line: press RESET on the board');
    }

    /** Shows what the board says until `stop` aborts. Rejects with a BenchError if the port cannot be opened at first. The port is closed, the board runs on. */
    async run(stop: AbortSignal): Promise<void> {
        let port = await this.options.open();
        let { reset } = this.options;
        while (!stop.aborted) {
            // Who listens only after the restart misses what the board says first.
            await Promise.all([this.listen(port, stop), reset ? this.restart(port) : undefined]);
            reset = false;
            if (stop.aborted) return;
            this.note(`${(port.gone.reason as Error).message}; waiting for it`);
            const found = await this.find(stop);
            if (!found) return;
            port = found;
            this.note(`${port.name} is back`);
        }
    }

    /** Types `line` and the end of one. A board that is not there does not hear it. */
    async type(line: string): Promise<void> {
        await this.start;
        this.options.log(`${new Date().toISOString()} > ${line}`);
        if (!this.console) return this.note('not sent: the board is not there');
        await this.console.send(`${line}\n`).catch((error: Error) => this.note(`not sent: ${error.message}`));
    }

    private async listen(port: Port, stop: AbortSignal): Promise<void> {
        const console = this.console = new Console(port, line => this.tell(line));
        const hear = port.onBytes;
        let timer: NodeJS.Timeout | undefined;
        port.onBytes = (bytes) => {
            hear(bytes);
            clearTimeout(timer);
            timer = setTimeout(() => console.flush(), QUIET);
        };
        this.started();
        await new Promise<void>((resolve) => {
            const either = AbortSignal.any([stop, port.gone]);
            if (either.aborted) resolve();
            else either.addEventListener('abort', () => resolve(), { once: true });
        });
        clearTimeout(timer);
        console.close();
        this.console = null;
        await port.close();
    }

    private async find(stop: AbortSignal): Promise<Port | null> {
        while (!stop.aborted) {
            await sleep(LOOK, undefined, { signal: stop }).catch(() => {});
            if (stop.aborted) break;
            try {
                return await this.options.open();
            } catch (error) {
                if (!(error instanceof BenchError)) throw error;
            }
        }
        return null;
    }

    private tell({ at, text, marker }: ConsoleLine): void {
        if (marker === 'prompt') return;
        this.options.show(`${timeOfDay(at)} ${text}`, marker);
        this.options.log(`${new Date(at).toISOString()} ${marker ? `[${marker}] ` : ''}${text}`);
        this.unreadable = marker === 'garbage' ? this.unreadable + 1 : 0;
        if (this.unreadable === UNREADABLE) this.hint('this cannot be read: set --baud to the speed of the board (115200 mostly; 460800 or 921600 for debug builds of Moddable; 74880 for the ROM of an ESP8266)');
        if (marker && hints[marker]) this.hint(hints[marker]);
    }

    private note(text: string): void {
        this.options.show(`${timeOfDay(Date.now())} ${text}`, 'hint');
        this.options.log(`${new Date().toISOString()} -- ${text}`);
    }

    /** Each once. */
    private hint(text: string): void {
        if (this.hinted.has(text)) return;
        this.hinted.add(text);
        this.note(text);
    }
}
