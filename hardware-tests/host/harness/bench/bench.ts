// A whole run: all boards at once, each with a broker and a log of its own.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { traceFile } from '../../../../targets/node/trace-file.ts';
import { Broker } from '../../broker.ts';
import { Mosquitto } from '../../mosquitto.ts';
import { user } from '../../stage.ts';
import { BENCH_FAILED, BenchError, PASSED, TEST_FAILED } from '../errors.ts';
import type { BenchBoard } from './bench-board.ts';
import type { TestPlan } from './plan.ts';
import { RawLog } from './raw-log.ts';
import { countOf } from './results.ts';
import type { RunResult } from './results.ts';
import { BoardRun } from './run-board.ts';
import type { Progress, RunOptions } from './run-board.ts';

export interface BenchOptions extends Pick<RunOptions, 'network' | 'hide' | 'retries' | 'rounds' | 'stopped'> {
    readonly broker: 'aedes' | 'mosquitto';
    /** Folder of the logs. */
    readonly folder: string;
    /** Nothing more is begun after the first failure. */
    readonly bail: boolean;
}

interface RunningBroker {
    readonly port: number;
    stop(): Promise<void>;
}

export interface BoardPlan {
    readonly board: BenchBoard;
    readonly tests: readonly TestPlan[];
}

/** Plays each board's tests. Never rejects for what boards and tests do; rejects before any begins if there is no broker, or no room for the logs. */
export async function runBench(boards: readonly BoardPlan[], options: BenchOptions, progress: Progress): Promise<RunResult> {
    const begun = new Date();
    const run = randomBytes(4).toString('hex');
    const halt = new AbortController();
    options.stopped.addEventListener('abort', () => halt.abort());
    if (options.stopped.aborted) halt.abort();
    const watched: Progress = {
        ...progress,
        result(board, result) {
            if (options.bail && result.status === 'failed') halt.abort();
            progress.result(board, result);
        },
        fault(board, fault, broken) {
            if (options.bail && broken) halt.abort();
            progress.fault(board, fault, broken);
        },
    };
    const brokers: RunningBroker[] = [];
    try {
        const runs: BoardRun[] = [];
        for (const { board, tests } of boards) {
            const path = join(options.folder, board.name.replace(/[^\w.-]/g, '_'));
            const log = new RawLog(`${path}.log`, options.hide);
            rmSync(`${path}.trace`, { force: true });
            // A broker of its own: a subscription to # shall not hear other boards.
            const broker = await startBroker(options.broker);
            brokers.push(broker);
            runs.push(new BoardRun(board, tests, { ...options, run, brokerPort: broker.port, stopped: halt.signal }, log, traceFile(`${path}.trace`), watched));
        }
        const results = await Promise.all(runs.map(one => one.run()));
        return { run, begun: begun.toISOString(), ms: Date.now() - begun.getTime(), broker: options.broker, boards: results };
    } finally {
        await Promise.all(brokers.map(broker => broker.stop()));
    }
}

/** A failed test is certain, whatever else the bench did wrong. */
export function exitCodeOf({ boards }: RunResult): number {
    const counts = countOf(boards);
    if (counts.failed > 0) return TEST_FAILED;
    return boards.some(({ broken }) => broken) || counts.unreached > 0 ? BENCH_FAILED : PASSED;
}

async function startBroker(kind: 'aedes' | 'mosquitto'): Promise<RunningBroker> {
    if (kind === 'aedes') return Broker.start({ user });
    const mosquitto = await Mosquitto.start({ user });
    if ('unavailable' in mosquitto) throw new BenchError(`there is no Mosquitto: ${mosquitto.unavailable}`, 'install mosquitto, or leave --broker out');
    return mosquitto;
}
