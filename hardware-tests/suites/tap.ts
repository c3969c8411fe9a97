// TAP 14 on a board: reports tests over its console as they end, each with a deadline of its own, and hears what the host orders. One line is one
// order or one report. Board dialect; knows neither MQTT nor what a test does.

/** What a board has for it. */
export interface Bench {
    /** Where it runs, for people: `xs`, `espruino 2v29 ESP32`. */
    readonly engine: string;
    /** One line, without its end. */
    print(line: string): void;
    /** Milliseconds, monotonic. */
    now(): number;
    /** Calls `callback` once, in `ms` milliseconds. Returns what `cancel` takes. */
    after(ms: number, callback: () => void): unknown;
    cancel(timer: unknown): void;
    /** In use once garbage is collected, in bytes, or whatever else the engine counts; -1: it does not know. */
    memory(): number;
}

/** What the host says: one of `hello`, `test` and `answer`. */
export interface Order {
    /** Number of the run, which the board repeats: what is left over from another run has another one. */
    readonly hello?: string;
    /** With `hello`: how many tests the host has in mind. */
    readonly tests?: number;
    /** Number of a test, from 1. */
    readonly test?: number;
    readonly name?: string;
    /** With `test`: ms. */
    readonly deadline?: number;
    /** What a command has come to, and which one. */
    readonly answer?: string;
    readonly to?: string;
}

export interface RunningTest {
    /** The deadline has passed. */
    stop(): void;
}

export class Tap<Orders extends Order> {
    private readonly bench: Bench;
    private readonly image: string;
    private readonly begin: (order: Orders) => RunningTest;
    private order: Orders | null = null;
    /** Of the test that was begun last. */
    private number = 0;
    private running: RunningTest | null = null;
    private timer: unknown = null;
    private begun = 0;
    private before = 0;
    private onAnswer: ((answer: string) => void) | null = null;
    /** Of which command. */
    private asked = '';
    private readonly onDeadline: () => void;

    /** `image` tells this program from every other that the board may have. `begin` starts a test, which ends with `end`. */
    constructor(bench: Bench, image: string, begin: (order: Orders) => RunningTest) {
        this.bench = bench;
        this.image = image;
        this.begin = begin;
        this.onDeadline = () => {
            const running = this.running;
            this.end(this.number, 'not done within ' + (this.order as Orders).deadline + ' ms', '');
            if (running) running.stop();
        };
        bench.print('# motemq ready ' + image);
    }

    /** Called with each line of the host's, taken apart. */
    hear(order: Orders): void {
        const bench = this.bench;
        if (order.hello) {
            bench.print('TAP version 14');
            bench.print('# motemq run ' + order.hello + ' image ' + this.image + ' memory ' + bench.memory() + ' engine ' + bench.engine);
            bench.print('1..' + order.tests);
        }
        const onAnswer = this.onAnswer;
        // One that comes twice is no answer to the next command.
        if (onAnswer && order.to === this.asked) {
            this.onAnswer = null;
            onAnswer(order.answer as string);
        }
        // An order that comes twice was not heard of in time.
        if (order.test && order.test !== this.number) this.start(order);
    }

    /** A line about test number `test`, even if that has ended. */
    note(test: number, text: string): void {
        this.bench.print('#' + test + ' ' + text);
    }

    /** Test number `test`, if it is the one that runs, asks the host for something: `cut rst`. */
    ask(test: number, command: string, onAnswer: (answer: string) => void): void {
        if (!this.order || test !== this.number) return;
        this.onAnswer = onAnswer;
        this.asked = command;
        this.note(test, '? ' + command);
    }

    /** Test number `test` has ended, if it is the one that runs: well if `failure` is empty. `skip`: why it was not made, or empty. */
    end(test: number, failure: string, skip: string): void {
        const order = this.order;
        if (!order || test !== this.number) return;
        const bench = this.bench;
        this.order = this.running = this.onAnswer = null;
        bench.cancel(this.timer);
        bench.print((failure ? 'not ok ' : 'ok ') + this.number + ' - ' + order.name + (skip ? ' # SKIP ' + skip : ''));
        bench.print('  ---');
        if (failure) bench.print('  message: ' + JSON.stringify(failure));
        bench.print('  ms: ' + (bench.now() - this.begun));
        bench.print('  memory: [' + this.before + ', ' + bench.memory() + ']');
        bench.print('  ...');
    }

    private start(order: Orders): void {
        const bench = this.bench;
        // One that has not ended has been given up by the host.
        if (this.running) this.running.stop();
        bench.cancel(this.timer);
        this.onAnswer = null;
        this.number = order.test as number;
        this.order = order;
        this.before = bench.memory();
        this.begun = bench.now();
        this.note(this.number, 'begins');
        this.timer = bench.after(order.deadline as number, this.onDeadline);
        try {
            const running = this.begin(order);
            // It may have ended already.
            if (this.order === order) this.running = running;
        } catch (error) {
            this.end(this.number, 'threw ' + error, '');
        }
    }
}
