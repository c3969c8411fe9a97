// What evaluates the code that the console takes: the model of Espruino in a process of its own, which is started anew for reset() and load().
// Its Storage is a file of its working folder and stays. What is interrupted loses its memory, which Espruino's own interpreter keeps.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Evaluator } from './front.ts';

/** Begins a line by which the process tells the engine something. */
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
    /** It has started: by power, by reset(), by load(), or after an interruption. */
    onStart(why: 'power' | 'reset' | 'load' | 'interrupt'): void;
}

export class Engine implements Evaluator {
    private readonly command: readonly string[];
    private readonly folder: string;
    private readonly owner: EngineOwner;
    private readonly firstLine: string;
    private child: ChildProcessByStdio<Writable, Readable, null> | null = null;
    private asked = 0;
    private pending: { number: number; resolve(value: string): void; reject(error: Error): void } | null = null;
    private next: 'reset' | 'load' | null = null;

    /** `checksums`: it has E.CRC32, as firmware from 2v06 on. */
    constructor(command: readonly string[], folder: string, { version, board, checksums }: { version: string; board: string; checksums: boolean }, owner: EngineOwner) {
        this.command = command;
        this.folder = folder;
        this.owner = owner;
        this.firstLine = prelude(version, board, checksums);
    }

    start(why: 'power' | 'reset' | 'load' | 'interrupt'): void {
        this.stop();
        const child = this.child = spawn(this.command[0], this.command.slice(1), { cwd: this.folder, stdio: ['pipe', 'pipe', 'inherit'] });
        child.stdin.on('error', () => {});
        createInterface({ input: child.stdout }).on('line', (line) => {
            if (child === this.child) this.hear(line);
        });
        child.stdin.write(`${this.firstLine}\n`);
        this.owner.onStart(why);
    }

    stop(): void {
        this.child?.kill('SIGKILL');
        this.child = null;
    }

    evaluate(code: string): Promise<string> {
        const number = ++this.asked;
        return new Promise((resolve, reject) => {
            this.pending = { number, resolve, reject };
            this.child?.stdin.write(`motemqRun(${number},${JSON.stringify(code)})\n`);
        });
    }

    interrupt(): void {
        const { pending } = this;
        this.pending = null;
        if (!pending) return;
        this.start('interrupt');
        pending.reject(new Error('Execution Interrupted'));
    }

    private hear(line: string): void {
        if (!line.startsWith(TOLD)) return this.owner.onPrint(line);
        const told = line.slice(1);
        if (told === 'reset' || told === 'load') {
            this.next = told;
            return;
        }
        const [, number, good, value] = /^(\d+) ([01]) (.*)$/.exec(told)!;
        const { pending, next } = this;
        if (pending?.number !== Number(number)) return;
        this.pending = this.next = null;
        const text = JSON.parse(value) as string;
        if (good === '1') pending.resolve(text);
        else pending.reject(new Error(text));
        // After the answer, as Espruino does it when it is idle.
        if (next) setImmediate(() => this.start(next));
    }
}
