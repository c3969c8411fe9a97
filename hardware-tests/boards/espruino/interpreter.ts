// A process of this machine that runs Espruino's JavaScript, driven through its console as a board is over its serial port:
// files go into its flash in lines of code, results come back in lines of text. It is Espruino's own interpreter, which is not
// part of this project (ESPRUINO_BIN names it), or the model of it (./model).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from 'esbuild';
import { root } from '../../../scripts/root.ts';
import { until } from '../../host/until.ts';

export interface EspruinoBoard {
    /** All lines that its program has printed so far. */
    readonly lines: readonly string[];
    /** Puts a file into Storage. */
    save(name: string, text: string): Promise<void>;
    /** The value of an expression as the board prints it. */
    evaluate(expression: string): Promise<string>;
    /** What its flash holds now, for another board's `flash`. */
    flash(): Buffer;
    /** Ends it at once; safe at any moment, twice too. */
    stop(): Promise<void>;
}

export interface BootOptions {
    /** Is told each line that it prints. */
    readonly onLine?: (line: string) => void;
    /** What its flash holds; nothing if left out. */
    readonly flash?: Buffer;
}

export type BootEspruino = (options?: BootOptions) => Promise<EspruinoBoard>;

/** Path of the interpreter, or why there is none: a sentence for people. */
export function findEspruino(): { readonly path: string } | { readonly because: string } {
    const path = process.env.ESPRUINO_BIN;
    if (!path) return { because: 'ESPRUINO_BIN does not name an interpreter (the Linux build of github.com/espruino/Espruino)' };
    return existsSync(path) ? { path } : { because: `ESPRUINO_BIN names ${path}, which does not exist` };
}

/** Do not echo this line. */
const QUIET = '\x10';
/** Bytes of a line of code: the interpreter's input queue holds 1,024. */
const LINE = 480;

/** A line without prompts and whatever redraws them. */
function plain(line: string): string {
    return stripVTControlCharacters(line).split('').filter((character) => character >= ' ').join('').replace(/^>+/, '');
}

class Interpreter implements EspruinoBoard {
    readonly lines: string[] = [];
    private readonly folder = mkdtempSync(join(tmpdir(), 'espruino-'));
    /** In the working folder of its process. */
    private readonly flashFile = join(this.folder, 'espruino.flash');
    private readonly child;
    private readonly closed: Promise<void>;
    private ended = false;
    private asked = 0;
    private readonly answers = new Map<number, string>();
    private readonly kill = (): void => void this.child.kill('SIGKILL');

    constructor(command: readonly string[], { onLine, flash }: BootOptions) {
        if (flash) writeFileSync(this.flashFile, flash);
        // It takes SIGTERM for nothing.
        this.child = spawn(command[0], command.slice(1), { cwd: this.folder, stdio: ['pipe', 'pipe', command.length > 1 ? 'inherit' : 'ignore'] });
        process.on('exit', this.kill);
        this.child.stdin.on('error', () => {});
        let rest = '';
        this.child.stdout.setEncoding('latin1').on('data', (text: string) => {
            const parts = (rest + text).split('\n');
            rest = parts.pop() as string;
            for (const part of parts) {
                const line = plain(part);
                // An answer to `evaluate` is no line of the program's.
                const answer = /^=(\d+):(.*)/.exec(line);
                if (answer) this.answers.set(Number(answer[1]), answer[2]);
                else {
                    this.lines.push(line);
                    onLine?.(line);
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

    async save(name: string, text: string): Promise<void> {
        const bytes = Buffer.from(text);
        // Base64, so that no byte of it means something to the console.
        for (let at = 0; at < bytes.length; at += LINE / 2) {
            const part = bytes.subarray(at, at + LINE / 2).toString('base64');
            const written = await this.evaluate(`require("Storage").write(${JSON.stringify(name)},atob("${part}"),${at},${bytes.length})`);
            if (written !== 'true') throw new Error(`Storage did not take ${name}: ${written}`);
        }
    }

    async evaluate(expression: string): Promise<string> {
        const number = this.asked++;
        this.child.stdin.write(`${QUIET}print("=${number}:"+(${expression}))\n`);
        const before = this.lines.length;
        const failed = (): boolean => this.lines.slice(before).some((line) => line.startsWith('Uncaught'));
        await until(`the board answers ${expression.slice(0, 60)}`, () => this.answers.has(number) || this.ended || failed(), 20);
        const answer = this.answers.get(number);
        if (answer === undefined) throw new Error(`the board ${this.ended ? 'ended' : 'failed'} with ${expression}:\n${this.lines.slice(before).join('\n')}`);
        this.answers.delete(number);
        return answer;
    }

    flash(): Buffer {
        return readFileSync(this.flashFile);
    }

    async stop(): Promise<void> {
        this.kill();
        await this.closed;
    }
}

async function boot(command: readonly string[], options: BootOptions): Promise<EspruinoBoard> {
    const board = new Interpreter(command, options);
    // Waits until it answers.
    await board.evaluate('1');
    return board;
}

/** Boots the interpreter at `path`. */
export function bootInterpreter(path: string): BootEspruino {
    return (options = {}) => boot([path], options);
}

/** Boots the model, which Node runs. */
export function bootModel(): BootEspruino {
    const folder = join(root, '.cache', 'espruino');
    const built = build({
        entryPoints: ['main', 'sockets'].map((name) => join(root, 'hardware-tests', 'boards', 'espruino', 'model', `${name}.ts`)),
        outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
    });
    return async (options = {}) => {
        await built;
        return boot([process.execPath, join(folder, 'main.mjs')], options);
    };
}

/** Boots boards whose Storage holds `files`, by name. They are uploaded once. */
export async function withFiles(bootEmpty: BootEspruino, files: Readonly<Record<string, string>>): Promise<BootEspruino> {
    const board = await bootEmpty();
    for (const [name, text] of Object.entries(files)) await board.save(name, text);
    const flash = board.flash();
    await board.stop();
    return (options) => bootEmpty({ flash, ...options });
}
