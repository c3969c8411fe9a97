// `motemq test`: the suites on boards, and reports of how they went.
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../../../scripts/table.ts';
import type { Arguments } from '../cli.ts';
import { exitCodeOf, runBench } from './bench.ts';
import type { BoardPlan } from './bench.ts';
import type { BenchBoard } from './bench-board.ts';
import { planOf, summaries } from './plan.ts';
import type { TestPlan } from './plan.ts';
import { countOf } from './results.ts';
import type { BoardResult, RunResult, TestResult } from './results.ts';
import type { Progress } from './run-board.ts';
import { writeReports } from './report/write.ts';
import { hiderOf, networkOf } from './secrets.ts';
import { selectBoards } from './select.ts';
import { endings } from '../commands/interrupt.ts';
import { INTERRUPTED, PASSED, UsageError } from '../errors.ts';

/** Below the working folder. */
const REPORT = 'motemq-report';

/** Returns the exit code. `print`: where lines for people go. */
export async function test({ values, positionals }: Arguments, print: (text: string) => void = console.log): Promise<number> {
    if (positionals.length) throw new UsageError(`'${positionals[0]}' means nothing here; tests are chosen with --filter`);
    const text = (name: string): string => String(values[name] ?? '');
    const timeout = values['timeout'] === undefined ? null : whole(values, 'timeout', 1, 3600);
    const plan = planOf(text('filter'), timeout);
    if (values['list']) {
        print(table([['test', 'deadline', 'what it shows'], ...plan.map(({ name, deadline }) => [name, `${deadline / 1000} s`, summaries[name]])], [2]));
        return PASSED;
    }
    const broker = text('broker') || 'aedes';
    if (broker !== 'aedes' && broker !== 'mosquitto') throw new UsageError('--broker is aedes or mosquitto');
    const rounds = whole(values, 'repeat', 1, 10_000);
    const retries = whole(values, 'retries', 0, 10, 2);
    const folder = text('report') || REPORT;
    const named = [values['board'] as unknown as string[] | undefined ?? []].flat().map(String).flatMap(name => name.split(',').map(part => part.trim()));
    const boards = await selectBoards({ names: named, map: text('map'), tag: text('tag'), address: text('address') });
    const plans = values['rerun-failed'] ? failedBefore(boards, plan, folder) : boards.map(board => ({ board, tests: plan }));
    if (plans.length === 0) {
        print(`nothing failed in the last run (${folder})`);
        return PASSED;
    }
    demandFolder(folder);
    const network = networkOf(process.env);
    const stop = new AbortController();
    // Ctrl-C and its kin: tests that run end, reports are written, and boards are left running their program. A second one ends it at once.
    const interrupted = (): void => {
        console.error('stopping after the tests that run now');
        stop.abort();
    };
    for (const signal of endings) process.once(signal, interrupted);
    const hide = hiderOf(network);
    try {
        const result = await runBench(plans, {
            broker, folder, network, hide, rounds, retries, bail: values['bail'] === true, stopped: stop.signal,
        }, progressOf(boards, print));
        const page = await writeReports(folder, result);
        print(summaryOf(result, folder));
        print(`report: ${page}`);
        return stop.signal.aborted && result.boards.every(({ tests }) => tests.every(({ status }) => status !== 'failed')) ? INTERRUPTED : exitCodeOf(result);
    } finally {
        for (const signal of endings) process.off(signal, interrupted);
    }
}

function whole(values: Arguments['values'], name: string, least: number, most: number, otherwise = least): number {
    const number = Number(values[name] ?? otherwise);
    if (!Number.isInteger(number) || number < least || number > most) throw new UsageError(`--${name} is a whole number, ${least} to ${most}`);
    return number;
}

/** Of each board, the tests that did not pass the last time. */
function failedBefore(boards: readonly BenchBoard[], plan: readonly TestPlan[], folder: string): BoardPlan[] {
    const path = join(folder, 'results.json');
    if (!existsSync(path)) throw new UsageError(`there is no earlier run in ${folder}`);
    const before = readResult(path);
    return boards.map((board) => {
        const earlier = before.boards.find(({ name }) => name === board.name)?.tests ?? [];
        return { board, tests: plan.filter(({ name }) => earlier.some(test => test.name === name && (test.status === 'failed' || test.status === 'unreached'))) };
    }).filter(({ tests }) => tests.length > 0);
}

function readResult(path: string): RunResult {
    try {
        const result = JSON.parse(readFileSync(path, 'utf8')) as RunResult;
        if (Array.isArray(result.boards)) return result;
    } catch {
        // Whatever it is instead.
    }
    throw new UsageError(`${path} is not what motemq test has written: name the folder of an earlier run with --report`);
}

/** Refuses, before anything is begun, what no reports can be written into. */
function demandFolder(folder: string): void {
    try {
        mkdirSync(folder, { recursive: true });
        accessSync(folder, constants.W_OK);
    } catch (error) {
        throw new UsageError(`reports cannot be written into ${folder} (${(error as Error).message}): name another folder with --report`);
    }
}

function progressOf(boards: readonly BenchBoard[], print: (text: string) => void): Progress {
    const width = Math.max(...boards.map(({ name }) => name.length));
    const say = ({ name }: BenchBoard, text: string): void => print(`${name.padEnd(width)}  ${text.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`);
    return {
        step: say,
        result: (board, result) => say(board, lineOf(result)),
        fault: (board, { message, advice }, broken) => say(board, `BENCH   ${message}\n        ${broken ? advice : 'trying again'}`),
    };
}

const words = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped', unreached: 'not run' } as const;

function lineOf({ name, status, ms, reason, attempts }: TestResult): string {
    return `${words[status]} ${name.padEnd(18)} ${String(ms).padStart(6)} ms${attempts > 1 ? `  (attempt ${attempts})` : ''}${reason ? `\n        ${reason}` : ''}`;
}

function summaryOf(result: RunResult, folder: string): string {
    const row = (board: BoardResult): string[] => {
        const { passed, failed, skipped, unreached } = countOf([board]);
        return [board.name, board.chip, board.engine || '-', String(passed), String(failed), String(skipped), String(unreached), `${(board.ms / 1000).toFixed(1)} s`, board.broken ? 'the bench failed' : ''];
    };
    const { passed, failed, skipped, unreached } = countOf(result.boards);
    const logs = result.boards.filter(board => board.broken || board.tests.some(({ status }) => status === 'failed')).map(({ name, log }) => `all that ${name} said: ${join(folder, log)}`);
    return ['', table([['board', 'chip', 'engine', 'passed', 'failed', 'skipped', 'not run', 'time', ''], ...result.boards.map(row)], [1, 2, 8]), '',
        ...logs, `${passed} passed, ${failed} failed, ${skipped} skipped, ${unreached} not run`].join('\n');
}
