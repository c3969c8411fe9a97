// What evaluates the code that the console takes: the model of Espruino in a thread of its own, which is started anew for reset() and load().
// Its Storage is a file and stays. What is interrupted loses its memory, which Espruino's own interpreter keeps.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { INTERRUPTED } from './front.ts';
import type { Evaluator, Outcome, Restart } from './front.ts';

/** Begins a line by which the thread tells the engine something. */
const TOLD = '\x02';

/** What the model does not have: it is made for programs, this for people at a console. */
const prelude = (version: string, board: string, checksums: boolean): string => `
process={version:${JSON.stringify(version)},env:{BOARD:${JSON.stringify(board)}}};
btoa=function(s){var r="",a="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";for(var i=0;i<s.length;i+=3){var n=s.charCodeAt(i)<<16|(s.charCodeAt(i+1)||0)<<8|(s.charCodeAt(i+2)||0);r+=a[n>>18]+a[n>>12&63]+(i+1<s.length?a[n>>6&63]:"=")+(i+2<s.length?a[n&63]:"=");}return r;};
load=function(){print("${TOLD}load");};
reset=function(){print("${TOLD}reset");};
${checksums ? '' : 'delete E.CRC32;'}
motemqRun=function(number,code){var good=1,value;try{value=(0,eval)(code);value=value===undefined?"undefined":JSON.stringify(value);}catch(error){good=0;value=""+error;}print("${TOLD}"+number+" "+good+" "+JSON.stringify(value));};
`.replaceAll('\n', '');

export interface EngineOwner {
    /** A line that the program prints. */
    onPrint(text: string): void;
    /** It wants a restart, but not by what is being evaluated. */
    onRestart(restart: Restart): void;
}

export class Engine implements Evaluator {
    private readonly program: string;
    private readonly flash: string;
    private readonly owner: EngineOwner;
    private readonly firstLine: string;
    private thread: Worker | null = null;
    private asked = 0;
    private pending: { readonly number: number; settle(outcome: Outcome): void } | null = null;
    private restart: Restart | null = null;

    /** `program`: the model's; `folder`: of its Storage; `checksums`: it has E.CRC32, as firmware from 2v06 on. */
    constructor(program: string, folder: string, { version, board, checksums }: { version: string; board: string; checksums: boolean }, owner: EngineOwner) {
        this.program = program;
        this.flash = join(folder, 'espruino.flash');
        this.owner = owner;
        this.firstLine = prelude(version, board, checksums);
    }

    start(): void {
        this.stop();
        const thread = this.thread = new Worker(this.program, { stdin: true, stdout: true, argv: [], env: { ...process.env, ESPRUINO_FLASH: this.flash } });
        createInterface({ input: thread.stdout }).on('line', (line) => {
            if (thread === this.thread) this.hear(line);
        });
        thread.stdin!.write(`${this.firstLine}\n`);
    }

    /** Whatever runs, a loop without end, too. */
    stop(): void {
        void this.thread?.terminate();
        this.thread = null;
    }

    evaluate(code: string): Promise<Outcome> {
        const number = ++this.asked;
        return new Promise((settle) => {
            this.pending = { number, settle };
            this.thread?.stdin!.write(`motemqRun(${number},${JSON.stringify(code)})\n`);
        });
    }

    interrupt(): void {
        if (!this.pending) return;
        this.start();
        this.settle({ thrown: INTERRUPTED, restart: null });
    }

    private hear(line: string): void {
        if (!line.startsWith(TOLD)) return this.owner.onPrint(line);
        const told = line.slice(1);
        if (told === 'reset' || told === 'load') {
            if (this.pending) this.restart = told;
            else this.owner.onRestart(told);
            return;
        }
        const [, number, good, value] = /^(\d+) ([01]) (.*)$/.exec(told)!;
        if (this.pending?.number !== Number(number)) return;
        const text = JSON.parse(value) as string;
        this.settle({ [good === '1' ? 'value' : 'thrown']: text, restart: this.restart });
    }

    private settle(outcome: Outcome): void {
        const { pending } = this;
        this.pending = this.restart = null;
        pending?.settle(outcome);
    }
}
