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
    /** Of the test that was begun last, in the run that was said last. */
    private number = 0;
    private run = '';
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
            const order = this.order as Orders;
            this.end(order, 'not done within ' + order.deadline + ' ms', '');
            if (running) running.stop();
        };
        bench.print('# motemq ready ' + image);
    }

    /** Called with each line of the host's, taken apart. */
    hear(order: Orders): void {
        const bench = this.bench;
        if (order.hello) {
            // Another run counts its tests anew, and may find a board that nobody has restarted.
            if (order.hello !== this.run) {
                this.giveUp();
                this.run = order.hello;
                this.number = 0;
            }
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

    /** A line about the test that was begun with `order`. What one says that has ended, or was given up, is left out. */
    note(order: Orders, text: string): void {
        if (order === this.order) this.bench.print('#' + order.test + ' ' + text);
    }

    /** It asks the host for something: `cut rst`. */
    ask(order: Orders, command: string, onAnswer: (answer: string) => void): void {
        if (order !== this.order) return;
        this.onAnswer = onAnswer;
        this.asked = command;
        this.note(order, '? ' + command);
    }

    /** It has ended: well if `failure` is empty. `skip`: why it was not made, or empty. */
    end(order: Orders, failure: string, skip: string): void {
        if (order !== this.order) return;
        const bench = this.bench;
        this.clear();
        bench.print((failure ? 'not ok ' : 'ok ') + this.number + ' - ' + order.name + (skip ? ' # SKIP ' + skip : ''));
        bench.print('  ---');
        if (failure) bench.print('  message: ' + JSON.stringify(failure));
        bench.print('  ms: ' + (bench.now() - this.begun));
        bench.print('  memory: [' + this.before + ', ' + bench.memory() + ']');
        bench.print('  ...');
    }

    /** The host has given up a test that has not ended: nothing that it still says is of interest. */
    private giveUp(): void {
        const running = this.running;
        this.clear();
        if (running) running.stop();
    }

    private clear(): void {
        this.order = this.running = this.onAnswer = null;
        this.bench.cancel(this.timer);
    }

    private start(order: Orders): void {
        const bench = this.bench;
        this.giveUp();
        this.number = order.test as number;
        this.order = order;
        this.before = bench.memory();
        this.begun = bench.now();
        this.note(order, 'begins');
        this.timer = bench.after(order.deadline as number, this.onDeadline);
        try {
            const running = this.begin(order);
            // It may have ended already.
            if (this.order === order) this.running = running;
        } catch (error) {
            this.end(order, 'threw ' + error, '');
        }
    }
}
