// The console of Espruino as its interpreter has it: characters in, characters out; lines, echo, prompt, ENQ, Ctrl-C, packets, a queue that
// asks for pauses and overflows. What it evaluates is another's: engine.ts. tests/console.test.ts holds it against the interpreter.

const ENQ = 5;
const ACK = '\x06';
const NAK = '\x15';
const DLE = 16;
const SOH = 1;
const CTRL_C = 3;
const ESC = 27;
const LF = 10;
const CR = 13;
const XON = '\x11';
const XOFF = '\x13';
const EVAL = 0x2000;
/** Thrown by what is interrupted. */
export const INTERRUPTED = 'Execution Interrupted';
/** Ms that a packet may take. */
const PACKET = 5000;

/** How the interpreter starts anew: reset() does with a banner and without a program, load() the other way round. */
export type Restart = 'reset' | 'load';

/** How an evaluation ended: its value as JavaScript text, or what it threw, and what it has asked for. */
export interface Outcome {
    readonly value?: string;
    readonly thrown?: string;
    readonly restart: Restart | null;
}

/** What evaluates code. Each evaluation ends before the next one begins. */
export interface Evaluator {
    /** Begins with an empty memory. */
    start(): void;
    evaluate(code: string): Promise<Outcome>;
    /** Ends what runs. */
    interrupt(): void;
}

/** What runs when the interpreter starts. */
const BOOT = '(function(c){if(c)(0,eval)(c)})(require("Storage").read(".bootcde"))';

export interface FrontOptions {
    /** What it says that it is. */
    readonly version: string;
    readonly board: string;
    /** Takes packets: 2v25 and newer. */
    readonly packets: boolean;
    /** Answers ENQ. */
    readonly enquiry: boolean;
    /** Bytes that its queue holds. */
    readonly queue: number;
    /** Bytes that it takes from its queue each ms; Infinity: all at once. */
    readonly pace: number;
    /** Sends XOFF above 6/8 of its queue, XON below 3/8. Espruino's build for Linux does not. */
    readonly flowControl: boolean;
}

export class Front {
    private readonly options: FrontOptions;
    private readonly evaluator: Evaluator;
    private readonly output: (text: string) => void;
    private queue: number[] = [];
    private line = '';
    private quiet = false;
    /** The last character was DLE. */
    private escape = false;
    /** A terminal's code that has begun, from its ESC. */
    private code = '';
    /** A packet that has begun: what of it is there. */
    private packet: number[] | null = null;
    private packetTimer: NodeJS.Timeout | undefined;
    private timer: NodeJS.Timeout | undefined;
    private busy = false;
    private paused = false;
    private prompt = false;
    private overflowed = false;
    private readonly echo = true;

    /** `output` takes characters of one byte each. */
    constructor(options: FrontOptions, evaluator: Evaluator, output: (text: string) => void) {
        this.options = options;
        this.evaluator = evaluator;
        this.output = output;
    }

    receive(bytes: Uint8Array): void {
        for (const byte of bytes) {
            // As an interrupt has it: before the queue. In a packet that is coming in it is a byte like others.
            if (byte === CTRL_C && (this.busy || !this.packet)) this.interrupt();
            if (this.queue.length >= this.options.queue) this.overflowed = true;
            else this.queue.push(byte);
        }
        this.control();
        this.drain();
    }

    /** What the program prints: whole lines. The prompt gives way to them. */
    print(text: string): void {
        this.removePrompt();
        this.output(text);
        this.returnPrompt();
    }

    /** The board gets its power. */
    powerOn(): void {
        this.busy = true;
        this.printBanner();
        void this.restart('load').then(() => this.finish());
    }

    /** The program has asked for it, by a timer or an event. */
    demand(restart: Restart): void {
        if (this.busy) return;
        this.busy = true;
        void this.restart(restart).then(() => this.finish());
    }

    stop(): void {
        clearTimeout(this.timer);
        clearTimeout(this.packetTimer);
    }

    private control(): void {
        const { flowControl, queue } = this.options;
        if (!flowControl) return;
        if (!this.paused && this.queue.length > queue * 6 / 8) {
            this.paused = true;
            this.output(XOFF);
        } else if (this.paused && this.queue.length < queue * 3 / 8) {
            this.paused = false;
            this.output(XON);
        }
    }

    private drain(): void {
        if (this.timer || this.busy) return;
        const { pace } = this.options;
        for (let left = pace; left > 0 && this.queue.length && !this.busy; left--) this.take(this.queue.shift()!);
        this.control();
        if (this.overflowed && this.queue.length === 0) {
            this.overflowed = false;
            this.print('New interpreter error: FIFO_FULL\r\n');
        }
        if (!this.queue.length || this.busy) return;
        this.timer = setTimeout(() => {
            this.timer = undefined;
            this.drain();
        }, 1);
    }

    private take(byte: number): void {
        if (this.packet) return this.takePacket(byte);
        if (this.code || byte === ESC) return this.takeCode(byte);
        const escape = this.escape;
        this.escape = false;
        if (byte === SOH && escape && this.options.packets) return this.beginPacket();
        switch (byte) {
            case 0: case CTRL_C: case SOH: break;
            case ENQ:
                if (!this.line && this.options.enquiry) {
                    this.output(`Espruino ${this.options.version} ${this.options.board}\r\n`);
                }
                break;
            case DLE:
                if (!this.line) this.quiet = true;
                this.escape = true;
                break;
            case CR: case LF: this.endLine(); break;
            default:
                this.line += String.fromCharCode(byte);
                if (this.echo && !this.quiet) this.output(String.fromCharCode(byte));
        }
    }

    private takeCode(byte: number): void {
        this.code += String.fromCharCode(byte);
        if (!/[A-Za-z~]$/.test(this.code)) return;
        if (this.code.endsWith('[2H')) this.eraseLine();
        this.code = '';
    }

    private eraseLine(): void {
        if (!this.line) return;
        this.line = '';
        this.removePrompt();
        this.returnPrompt();
    }

    private endLine(): void {
        const { line, quiet } = this;
        this.line = '';
        this.quiet = false;
        if (!line.trim()) return;
        if (this.echo && !quiet) this.output('\r\n');
        this.prompt = this.prompt && quiet;
        this.run(line, ({ value, thrown }) => {
            if (thrown !== undefined) this.print(uncaught(thrown));
            else if (!quiet) this.print(`=${value}\r\n`);
        });
    }

    private beginPacket(): void {
        this.packet = [];
        this.quiet = false;
        this.packetTimer = setTimeout(() => {
            this.packet = null;
            this.output(NAK);
        }, PACKET);
    }

    private takePacket(byte: number): void {
        const packet = this.packet!;
        packet.push(byte);
        const head = packet[0] << 8 | packet[1];
        if (packet.length < 2 || packet.length < 2 + (head & 0x1fff)) return;
        clearTimeout(this.packetTimer);
        if ((head & 0xe000) !== EVAL) {
            this.packet = null;
            return this.output(NAK);
        }
        const code = Buffer.from(packet.slice(2)).toString('latin1');
        this.run(code, ({ value = '', thrown }) => {
            this.packet = null;
            if (thrown === undefined) return this.output(`${ACK}\x10\x01${String.fromCharCode(value.length >> 8, value.length & 0xff)}${value}`);
            this.removePrompt();
            this.output(`${NAK}${uncaught(thrown)}`);
        });
    }

    /** Evaluates `code`, tells how it ended, and does then what that has asked for. */
    private run(code: string, tell: (outcome: Outcome) => void): void {
        this.busy = true;
        void this.evaluator.evaluate(code).then(async (outcome) => {
            tell(outcome);
            if (outcome.restart) await this.restart(outcome.restart);
            this.finish();
        });
    }

    private async restart(how: Restart): Promise<void> {
        this.line = '';
        this.removePrompt();
        this.evaluator.start();
        if (how === 'reset') return this.printBanner();
        const { thrown } = await this.evaluator.evaluate(BOOT);
        if (thrown !== undefined) this.print(uncaught(thrown));
    }

    private printBanner(): void {
        this.output(`\r\n ____                 _ \r\n|  __|___ ___ ___ _ _|_|___ ___ \r\n|  __|_ -| . |  _| | | |   | . |\r\n|____|___|  _|_| |___|_|_|_|___|\r\n         |_| espruino.com\r\n ${this.options.version} (c) 2026 G.Williams\r\n\r\n`);
    }

    private finish(): void {
        this.busy = false;
        this.returnPrompt();
        this.drain();
    }

    private interrupt(): void {
        if (this.busy) this.evaluator.interrupt();
        this.eraseLine();
    }

    private removePrompt(): void {
        if (this.prompt) this.output('\r\x1b[J');
        this.prompt = false;
    }

    private returnPrompt(): void {
        if (this.prompt || this.busy) return;
        this.prompt = true;
        this.output(`>${this.quiet ? '' : this.line}`);
    }
}

function uncaught(thrown: string): string {
    return `${thrown === INTERRUPTED ? '' : 'Uncaught '}${thrown}\r\n`;
}
