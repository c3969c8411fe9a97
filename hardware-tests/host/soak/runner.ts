// The host's hold on a device's program: says lines to it and hears its answers.
import { BURST, FAULT, PAUSE, REPEAT, REPORT, REPORTED, RESTART, RESUME, STOP } from './device-lines.ts';
import type { ProgramReport } from './device-lines.ts';
import type { Launch, Launched } from './launch.ts';
import type { ProgramSettings } from './program.ts';

/** A board's socket that has met its end before the transport was told: the transport traces it and gives the connection up. */
const HARMLESS = 'motemq: a socket refused bytes: Error: not ready';
/** How long a program may take to say goodbye and end, in ms. */
const GOODBYE = 10_000;

export interface RunnerOwner {
    /** The device got `number` of `from` twice, without a new connection between. */
    onRepeat(from: string, number: number): void;
    onFault(text: string): void;
}

export class Runner {
    private readonly program: Launched;
    private readonly owner: RunnerOwner;
    // Whoever waits for a report; kept here and not hung on `program.end`, which would hold them all until it settles.
    private answer: (report: ProgramReport) => void = () => {};
    private giveUp: (error: Error) => void = () => {};
    /** How the program ended; null: it runs. */
    private gone: Error | null = null;
    /** The end of the program is no fault. */
    private expected = false;

    constructor(launch: Launch, settings: ProgramSettings, owner: RunnerOwner) {
        this.owner = owner;
        this.program = launch(settings, (line) => this.onLine(line));
        void this.program.end.then(({ code, errors }) => {
            this.gone = new Error(`${settings.name} ended with ${code}: ${errors}`);
            this.giveUp(this.gone);
            if (!this.expected) owner.onFault(`ended with ${code}: ${errors}`);
        });
    }

    pause(): void {
        this.program.send(PAUSE);
    }

    resume(): void {
        this.program.send(RESUME);
    }

    /** Publishes `count` messages at once. */
    burst(count: number): void {
        this.program.send(BURST + count);
    }

    /** Says goodbye to the broker and comes back. */
    restart(): void {
        this.program.send(RESTART);
    }

    report(): Promise<ProgramReport> {
        return new Promise((resolve, reject) => {
            this.answer = resolve;
            this.giveUp = reject;
            if (this.gone) reject(this.gone);
            else this.program.send(REPORT);
        });
    }

    /** Says goodbye to the broker; resolves when the program has ended by itself. */
    async stop(): Promise<void> {
        this.expected = true;
        this.program.send(STOP);
        const timer = setTimeout(() => this.kill(), GOODBYE);
        const { code, errors } = await this.program.end;
        clearTimeout(timer);
        if (code !== 0) throw new Error(`ended with ${code}: ${errors}`);
    }

    /** Ends the program at once. */
    kill(): void {
        this.expected = true;
        this.program.stop();
    }

    private onLine(line: string): void {
        const [word, ...rest] = line.split(' ');
        if (word === REPORTED) this.answer(JSON.parse(rest.join(' ')) as ProgramReport);
        else if (word === REPEAT) this.owner.onRepeat(rest[0], Number(rest[1]));
        else if (line !== HARMLESS) this.owner.onFault(word === FAULT ? rest.join(' ') : `says '${line}'`);
    }
}
