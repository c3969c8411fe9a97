// What is kept of earlier runs beside the report: enough to draw how figures change. One line of JSON a run, appended; a line that is torn is left out.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { BoardResult, RunResult, Status, TestResult } from '../results.ts';

/** Runs that are shown. */
const SHOWN = 30;

export interface TestFigures {
    readonly status: Status;
    readonly ms: number;
    /** In use at the end; null: not known. */
    readonly memory: number | null;
    /** Null: no message passed. */
    readonly bytesPerMessage: number | null;
    /** Messages a second, where the test measures them: with QoS 0 and with QoS 1. */
    readonly rates?: readonly number[];
}

export interface RunFigures {
    readonly run: string;
    readonly begun: string;
    /** By board and test. */
    readonly boards: Readonly<Record<string, Readonly<Record<string, TestFigures>>>>;
}

export function figuresOfTest({ status, ms, memory, messages, bytesUp, bytesDown, notes }: TestResult): TestFigures {
    const rates = notes.flatMap((note) => {
        const found = /^rate qos [01] (\d+) a second$/.exec(note);
        return found ? [Number(found[1])] : [];
    });
    return { status, ms, memory: memory && memory[1], bytesPerMessage: messages > 0 ? (bytesUp + bytesDown) / messages : null, ...rates.length > 0 && { rates } };
}

function figuresOfBoard({ tests }: BoardResult): Record<string, TestFigures> {
    // Of several rounds, the last.
    return Object.fromEntries(tests.filter(({ status }) => status !== 'unreached').map(test => [test.name, figuresOfTest(test)]));
}

function figuresOfRun({ run, begun, boards }: RunResult): RunFigures {
    return { run, begun, boards: Object.fromEntries(boards.map(board => [board.name, figuresOfBoard(board)])) };
}

/** Adds a run to the file at `path`. */
export function appendHistory(path: string, result: RunResult): void {
    appendFileSync(path, `${JSON.stringify(figuresOfRun(result))}\n`);
}

/** The last runs in the file at `path`, oldest first. */
export function readHistory(path: string): RunFigures[] {
    if (!existsSync(path)) return [];
    const runs = readFileSync(path, 'utf8').split('\n').flatMap((line) => {
        try {
            const run = JSON.parse(line) as RunFigures;
            return typeof run.boards === 'object' ? [run] : [];
        } catch {
            return [];
        }
    });
    return runs.slice(-SHOWN);
}
