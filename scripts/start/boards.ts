// The node of a run as the host has it: a virtual board, Espruino's interpreter or a process of Node's, all told their settings in one
// line and all telling of their progress in lines.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ASK, PROGRESS } from '../../examples/telemetry-node/progress.ts';
import type { Progress } from '../../examples/telemetry-node/progress.ts';
import { bootEspruino } from '../../hardware-tests/boards/espruino/board.ts';
import { publishedFiles } from '../../hardware-tests/boards/espruino/bundle.ts';
import type { Engine as Espruino } from '../../hardware-tests/boards/espruino/machine.ts';
import { upload } from '../../hardware-tests/boards/espruino/upload.ts';
import { bootBoard } from '../../hardware-tests/boards/xs/board.ts';
import type { Engine } from '../../hardware-tests/boards/xs/build.ts';
import { bundlePreloaded } from '../../hardware-tests/boards/xs/bundle.ts';
import { root } from '../root.ts';

export interface RunningBoard {
    /** Settles with the exit code. */
    readonly end: Promise<number>;
    /** What it said besides its progress, and what went wrong. */
    remarks(): string;
    stop(): void;
}

const example = (name: string): string => join(root, 'examples', 'telemetry-node', name);

/** What runs the node: Node, if it is neither of the others. */
export interface Engines {
    readonly xs?: Engine;
    readonly espruino?: Espruino;
}

/** What Espruino's node says last. */
const END = 'end';

async function startOnEspruino(engine: Espruino, settings: object, onLine: (line: string) => void): Promise<Omit<RunningBoard, 'remarks'>> {
    const { 'motemq-pub': motemq } = await publishedFiles();
    const flash = await upload(engine, { 'motemq-pub': motemq, 'node': readFileSync(example('espruino.js'), 'utf8') });
    let ended: (code: number) => void = () => {};
    const end = new Promise<number>((resolve) => {
        ended = resolve;
    });
    const board = await bootEspruino(engine, flash, (line) => {
        if (line === END) ended(0);
        else onLine(line);
    });
    await board.evaluate(`require("node").run(${JSON.stringify(settings)})`);
    return { end, stop: () => void board.stop() };
}

/** Starts a node; with `serialPort` a modem is at this TCP port, and the board's serial port leads to it. `settings` never appear in a command line, because a password may be among them. */
export async function startBoard({ xs: engine, espruino }: Engines, settings: object, onProgress: (progress: Progress) => void, serialPort?: number): Promise<RunningBoard> {
    const remarks: string[] = [];
    let answer: (line: string) => void = () => {};
    const onLine = (line: string): void => {
        if (line === ASK) answer(JSON.stringify(settings));
        else if (line.startsWith(PROGRESS)) onProgress(JSON.parse(line.slice(PROGRESS.length)) as Progress);
        else remarks.push(line);
    };
    if (espruino) return { ...await startOnEspruino(espruino, settings, onLine), remarks: () => remarks.join('\n').trim() };
    if (engine?.available) {
        // motemq lies in flash, as the manifest of a Moddable application has it.
        const entry = example(serialPort === undefined ? 'board.ts' : 'board-modem.ts');
        const board = bootBoard(engine.path, { ...await bundlePreloaded(entry), config: { serialPort }, onLine });
        answer = line => board.send(line);
        const end = board.end.then(({ code, errors }) => {
            remarks.push(errors);
            return code;
        });
        return { end, remarks: () => remarks.join('\n').trim(), stop: () => void board.stop() };
    }
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), example('laptop.ts')], { stdio: ['pipe', 'pipe', 'pipe'] });
    answer = line => child.stdin.write(line + '\n');
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', onLine);
    child.stderr.setEncoding('utf8').on('data', (text: string) => remarks.push(text));
    const end = new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', code => resolve(code ?? -1));
    });
    return { end, remarks: () => remarks.join('\n').trim(), stop: () => void child.kill('SIGKILL') };
}
