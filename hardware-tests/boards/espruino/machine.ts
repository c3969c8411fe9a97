// A process of this machine that runs Espruino's JavaScript: Espruino's own interpreter, which is not part of this project
// (ESPRUINO_BIN names it), or the model of it (./model). Its flash is a file of its working folder.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from 'esbuild';
import { root } from '../../../scripts/root.ts';
import { until } from '../../host/until.ts';

/** How an engine is started. */
export interface Engine {
    readonly name: string;
    command(): Promise<readonly string[]>;
}

/** Path of the interpreter, or why there is none: a sentence for people. */
export function findEspruino(): { readonly path: string } | { readonly because: string } {
    const path = process.env.ESPRUINO_BIN;
    if (!path) return { because: 'ESPRUINO_BIN does not name an interpreter (the Linux build of github.com/espruino/Espruino)' };
    return existsSync(path) ? { path } : { because: `ESPRUINO_BIN names ${path}, which does not exist` };
}

/** Espruino's interpreter at `path`. */
export function interpreterAt(path: string): Engine {
    return { name: 'Espruino', command: async () => [path] };
}

let builtModel: Promise<unknown> | undefined;

/** The model, which Node runs. */
export const model: Engine = {
    name: 'model of Espruino',
    async command() {
        const folder = join(root, '.cache', 'espruino', String(process.pid));
        builtModel ??= build({
            entryPoints: ['main', 'sockets'].map((name) => join(root, 'hardware-tests', 'boards', 'espruino', 'model', `${name}.ts`)),
            outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
        }).then(() => process.on('exit', () => rmSync(folder, { recursive: true, force: true })));
        await builtModel;
        return [process.execPath, join(folder, 'main.mjs')];
    },
};

/** A line without prompts and whatever redraws them. */
function plain(line: string): string {
    return stripVTControlCharacters(line).split('').filter((character) => character >= ' ').join('').replace(/^>+/, '');
}

export class Machine {
    /** All lines that it has printed so far, answers left out. */
    readonly lines: string[] = [];
    ended = false;
    private readonly folder = mkdtempSync(join(tmpdir(), 'espruino-'));
    private readonly flashFile = join(this.folder, 'espruino.flash');
    private readonly child;
    private readonly closed: Promise<void>;
    private asked = 0;
    private readonly answers = new Map<number, string>();
    private readonly kill = (): void => void this.child.kill('SIGKILL');

    /** Starts one that holds `flash` and runs `program`. `onLine` is told each line. */
    constructor(command: readonly string[], flash: Buffer | undefined, program: string, onLine: (line: string) => void) {
        if (flash) writeFileSync(this.flashFile, flash);
        writeFileSync(join(this.folder, 'main.js'), program);
        this.child = spawn(command[0], [...command.slice(1), 'main.js'], { cwd: this.folder, stdio: ['pipe', 'pipe', command.length > 1 ? 'inherit' : 'ignore'] });
        // It takes SIGTERM for nothing.
        process.on('exit', this.kill);
        this.child.stdin.on('error', () => {});
        let rest = '';
        this.child.stdout.setEncoding('latin1').on('data', (text: string) => {
            const parts = (rest + text).split('\n');
            rest = parts.pop() as string;
            for (const line of parts.map(plain)) {
                const answer = /^=(\d+):(.*)/.exec(line);
                if (answer) this.answers.set(Number(answer[1]), answer[2]);
                else {
                    this.lines.push(line);
                    onLine(line);
                }
            }
        });
        this.closed = new Promise((resolve) => this.child.on('close', () => {
            this.ended = true;
            process.off('exit', this.kill);
            rmSync(this.folder, { recursive: true, force: true });
            resolve();
        }));
    }

    /** Hands over a line of code that prints the value of `expression`, and waits for that. `tell` is how a line reaches it. */
    async evaluate(expression: string, tell: (line: string) => void): Promise<string> {
        const number = this.asked++;
        const before = this.lines.length;
        const failed = (): boolean => this.lines.slice(before).some((line) => line.startsWith('Uncaught'));
        tell(`print("=${number}:"+(${expression}))\n`);
        await until(`the board answers ${expression.slice(0, 60)}`, () => this.answers.has(number) || this.ended || failed(), 20);
        const answer = this.answers.get(number);
        if (answer === undefined) throw new Error(`the board ${this.ended ? 'ended' : 'failed'} with ${expression}:\n${this.lines.slice(before, before + 20).join('\n')}`);
        this.answers.delete(number);
        return answer;
    }

    flash(): Buffer {
        return readFileSync(this.flashFile);
    }

    /** Ends it at once; safe at any moment, twice too. */
    async stop(): Promise<void> {
        this.kill();
        await this.closed;
    }
}
