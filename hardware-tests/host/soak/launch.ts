// Starts programs of devices (program.ts): each a process of its own, of Node or of the virtual board.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { constants } from '../../../scripts/constants.mjs';
import { root } from '../../../scripts/root.ts';
import { certificate } from '../../../targets/node/tests/witness.ts';
import { bootBoard } from '../../boards/xs/board.ts';
import { bundleForBoard } from '../../boards/xs/bundle.ts';
import type { NodeSettings } from './node.ts';
import type { ProgramSettings } from './program.ts';

/** A program that runs. */
export interface Launched {
    /** Hands it a line. */
    send(line: string): void;
    /** Settles when it has ended and all its lines are read. Code 0: in good order. */
    readonly end: Promise<{ readonly code: number; readonly errors: string }>;
    /** Ends it at once. */
    stop(): unknown;
}

/** What it says goes to `onLine`. */
export type Launch = (settings: ProgramSettings, onLine: (line: string) => void) => Launched;

export interface Launchers {
    readonly node: Launch;
    readonly tls: Launch;
    /** Null: there is no engine. */
    readonly xs: Launch | null;
    /** Removes what they were started from. */
    dispose(): void;
}

/**
 * V8 as an engine that has all its code from the beginning: it compiles every function at once and keeps it, learns where it would from the first
 * call on, optimises nothing, and does nothing beside the program; and no stack of an error makes it look up where a script's lines end, a
 * table of 20 kB for each script. Then what is left in its heap is what the program holds, to some hundred bytes.
 */
const FLAGS = ['--no-lazy', '--no-flush-bytecode', '--no-lazy-feedback-allocation', '--no-opt', '--no-sparkplug', '--single-threaded', '--stack-trace-limit=0'];

const source = (name: string): string => join(root, 'hardware-tests', 'host', 'soak', name);

/** `engine`: path of the virtual board's program; null: none. */
export async function makeLaunchers(engine: string | null): Promise<Launchers> {
    const folder = join(root, '.cache', 'soak');
    mkdirSync(folder, { recursive: true });
    const program = join(folder, `node.${process.pid}.mjs`);
    await build({
        entryPoints: [source('node.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external',
        define: constants(true), logLevel: 'error',
    });
    const onNode = (authority: string | null): Launch => (settings, onLine) => runNode(program, { ...settings, authority }, onLine);
    const script = engine === null ? '' : await bundleForBoard(source('board.ts'));
    return {
        node: onNode(null),
        tls: onNode(certificate('authority.pem')),
        xs: engine === null ? null : (config, onLine) => bootBoard(engine, { script, config, onLine, keepLines: false }),
        dispose: () => rmSync(program, { force: true }),
    };
}

function runNode(program: string, settings: NodeSettings, onLine: (line: string) => void): Launched {
    const child = spawn(process.execPath, [...FLAGS, program, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: child.stdout }).on('line', onLine);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
    });
    // A line for a program that has just ended is lost.
    child.stdin.on('error', () => {});
    return {
        send: (line) => void child.stdin.write(`${line}\n`),
        end: new Promise((resolve, reject) => {
            child.on('error', reject);
            child.on('close', (code) => resolve({ code: code ?? -1, errors }));
        }),
        stop: () => child.kill('SIGKILL'),
    };
}
