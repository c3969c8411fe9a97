// One board's part of a run: program onto it, one test after the other, each on a stage of its own, and a board that is reset whenever a test has
// left it in doubt. What the bench does wrong is tried again, what a test does wrong never.
import { basename } from 'node:path';
import type { TraceOptions } from '../../../../src/trace/index.ts';
import { directors } from '../../bench-directors.ts';
import { Stage } from '../../stage.ts';
import { BenchError } from '../errors.ts';
import { Locks } from '../locks.ts';
import type { Port } from '../port.ts';
import type { BenchBoard } from './bench-board.ts';
import { BoardSession } from './board-session.ts';
import { LATE_AT_MOST, OwnDefect } from './playing.ts';
import type { Playing, Verdict } from './playing.ts';
import { TestRecording } from './packets-seen.ts';
import type { Seen } from './packets-seen.ts';
import type { RawLog } from './raw-log.ts';
import type { BenchFault, BoardResult, TestResult } from './results.ts';
import type { Network } from './secrets.ts';
import { perform } from './stagehand.ts';
import type { TestPlan } from './plan.ts';

/** How much more often than the bench an emulator may break by itself. */
const DEFECTS = 8;

export interface RunOptions {
    /** Number of this run. */
    readonly run: string;
    /** Of the broker, on 127.0.0.1. */
    readonly brokerPort: number;
    readonly network: Network | null;
    readonly hide: (text: string) => string;
    /** How often the bench may fail in one place before the board is given up. */
    readonly retries: number;
    /** How often all tests are played. */
    readonly rounds: number;
    /** Aborts when nothing more is to be begun: an earlier failure, Ctrl-C. */
    readonly stopped: AbortSignal;
}

export interface Progress {
    step(board: BenchBoard, text: string): void;
    result(board: BenchBoard, result: TestResult): void;
    fault(board: BenchBoard, fault: BenchFault, broken: boolean): void;
}

/** How a test ended; what is left out is not known, since it was not begun. */
interface Played {
    readonly verdict: Verdict;
    readonly objection?: string;
    readonly seen?: Seen;
    readonly notes?: readonly string[];
}

export class BoardRun {
    private readonly board: BenchBoard;
    private readonly plan: readonly TestPlan[];
    private readonly options: RunOptions;
    private readonly log: RawLog;
    private readonly trace: TraceOptions;
    private readonly progress: Progress;
    private readonly faults: BenchFault[] = [];
    private readonly tests: TestResult[] = [];
    private port: Port | null = null;
    private session: BoardSession | null = null;
    private engine = '';
    private image = '';
    private loaded = '';
    private broken = false;
    /** The last test, while the board may still do something wrong because of it. */
    private playing: Playing | null = null;
    /** What the last test has left behind is not known. */
    private doubtful = false;
    /** Of the test that was begun last: no two of a run have the same. */
    private number = 0;

    /** `trace`: where what passes the proxy is recorded. */
    constructor(board: BenchBoard, plan: readonly TestPlan[], options: RunOptions, log: RawLog, trace: TraceOptions, progress: Progress) {
        this.board = board;
        this.plan = plan;
        this.options = options;
        this.log = log;
        this.trace = trace;
        this.progress = progress;
    }

    /** Never rejects for what a board or a test does. */
    async run(): Promise<BoardResult> {
        const begun = performance.now();
        const { name, port, chip } = this.board;
        const locks = new Locks();
        let unlock = (): void => {};
        try {
            if (this.board.isShared) unlock = locks.take(name);
            await this.runTests();
        } catch (error) {
            // It has been noted where it was caught last, unless it is the lock.
            if (!this.broken) this.noteFault(error instanceof BenchError ? error : unexpected(error), true);
        } finally {
            await this.disconnect();
            this.board.end();
            unlock();
        }
        for (let round = 1; round <= this.options.rounds; round++) {
            for (const test of this.plan) {
                if (!this.tests.some(result => result.name === test.name && result.round === round)) this.tests.push({ ...blank(test.name, round), reason: this.broken ? 'the bench failed' : 'stopped before' });
            }
        }
        return {
            name, port, chip, engine: this.engine, image: this.image, loaded: this.loaded, faults: this.faults, broken: this.broken,
            ms: Math.round(performance.now() - begun), tests: this.tests, log: basename(this.log.path),
        };
    }

    private async runTests(): Promise<void> {
        await this.patiently(() => this.connect());
        for (let round = 1; round <= this.options.rounds; round++) {
            for (const test of this.plan) {
                if (this.options.stopped.aborted) return;
                let attempts = 0;
                const result = await this.patiently(() => this.play(test, round, ++attempts));
                this.tests.push(result);
                this.progress.result(this.board, result);
            }
        }
    }

    /** `work`, again while the bench may fail in it. */
    private async patiently<T>(work: () => Promise<T>): Promise<T> {
        for (let failures = 0, defects = 0; ; failures++) {
            try {
                return await work();
            } catch (thrown) {
                const error = thrown instanceof BenchError ? thrown : unexpected(thrown);
                const again = error.transient || this.board.comesBack || this.board.powerCycle !== null;
                // After its own defect an emulator is gone, and so is its port.
                if (this.board.ownDefect && (error instanceof OwnDefect || this.port?.gone.aborted)) defects++;
                const last = !again || failures - Math.min(defects, DEFECTS) >= this.options.retries || this.options.stopped.aborted;
                this.noteFault(error, last);
                await this.disconnect();
                if (last) throw error;
                await this.board.powerCycle?.(null);
            }
        }
    }

    private noteFault({ message, advice }: BenchError, broken: boolean): void {
        this.broken = broken;
        const fault = { message: this.options.hide(message), advice };
        this.faults.push(fault);
        this.log.write('=', `the bench failed: ${fault.message}`);
        this.progress.fault(this.board, fault, broken);
    }

    private async connect(): Promise<BoardSession> {
        const { board, options } = this;
        const image = await board.program();
        this.image = image.name;
        const port = this.port = await board.open();
        const say = (step: string): void => {
            this.log.write('=', step);
            this.progress.step(board, step);
        };
        this.loaded = await board.load(port, image, say).catch((error: unknown) => {
            // Whatever it was, but a cable that was pulled: a second attempt costs little.
            throw error instanceof BenchError && !port.gone.aborted ? new BenchError(error.message, error.advice, true) : error;
        });
        say(this.loaded);
        const session = new BoardSession(board, port, { ...options, image: image.name }, this.log);
        this.session = session;
        await session.restart(this.plan.length * this.options.rounds);
        this.engine = options.hide(session.engine);
        say(`answers: ${this.engine}`);
        return session;
    }

    /** A board that is known to run the program of this run, and does nothing. */
    private async ready(): Promise<BoardSession> {
        const session = this.session;
        if (!session) return this.connect();
        if (this.doubtful) {
            this.playing = null;
            await session.restart(this.plan.length * this.options.rounds);
        }
        this.doubtful = false;
        return session;
    }

    private async disconnect(): Promise<void> {
        this.session?.close();
        this.session = null;
        this.playing = null;
        this.doubtful = false;
        const port = this.port;
        this.port = null;
        await port?.close().catch(() => {});
    }

    private async play(test: TestPlan, round: number, attempts: number): Promise<TestResult> {
        const session = await this.ready();
        const begun = performance.now();
        this.log.write('=', `test ${this.number + 1}: ${test.name}`);
        const { verdict, objection = '', seen, notes = [] } = this.leftOver() ?? await this.playOnStage(session, test);
        if (verdict.kind === 'bench') throw verdict.error;
        const { status, reason } = statusOf(verdict, objection);
        const result: TestResult = {
            ...blank(test.name, round), ...seen, attempts, notes,
            ms: verdict.kind === 'ended' && !Number.isNaN(verdict.ms) ? verdict.ms : Math.round(performance.now() - begun),
            memory: verdict.kind === 'ended' ? verdict.memory : null,
            status, reason: this.options.hide(reason),
        };
        // A board that crashed, hangs or is late may do something yet: the next test shall not suffer from it.
        this.doubtful = verdict.kind === 'lost' || !verdict.passed;
        return result;
    }

    /** What the board has done wrong since the last test was judged. It has not been reset since then: that is told now, in place of this test. */
    private leftOver(): Played | null {
        const trouble = this.playing?.trouble;
        this.playing = null;
        if (trouble?.kind !== 'lost') return trouble ? { verdict: trouble } : null;
        return { verdict: { kind: 'lost', reason: `after the end of the test before this one ${trouble.reason}` } };
    }

    private async playOnStage(session: BoardSession, test: TestPlan): Promise<Played> {
        const { board, options } = this;
        const order = { test: ++this.number, name: test.name, deadline: test.deadline, address: board.address };
        let beginning!: Promise<Playing>;
        const patience = (test.deadline + LATE_AT_MOST) / 1000;
        const notes: string[] = [];
        const recording = new TestRecording(this.trace, test.name);
        const stage: Stage = await Stage.open(test.name, (parameters, port, onLine) => {
            const note = (text: string): void => {
                notes.push(options.hide(text));
                onLine(text);
            };
            // After this call, which the stage is made by.
            beginning = Promise.resolve().then(() => session.play({ ...order, ...parameters as unknown as Record<string, string>, port }, {
                note, perform: command => perform(stage, command, board.powerCycle && (() => board.powerCycle!(session.port))),
            }));
            return async () => {};
        }, options.brokerPort, { address: board.address, patience, record: recording.hooks });
        try {
            // Judged while the board still runs: it waits for what the director does.
            const objecting = directors[test.name](stage).then(() => '', (error: Error) => error.message);
            const playing = this.playing = await beginning;
            const ended = await playing.verdict;
            const played = ended.kind === 'ended' && ended.passed && !ended.skip;
            // Nobody will report anything any more.
            if (!played) stage.lines.push('the board ended');
            const objection = played ? await objecting : '';
            return { verdict: playing.trouble ?? ended, objection, seen: recording.read(stage.prefix), notes };
        } finally {
            await stage.close();
        }
    }
}

/** Of the host's own, for instance what a system call says of a port that is just going. */
function unexpected(error: unknown): BenchError {
    return new BenchError(`something unexpected went wrong: ${error instanceof Error ? error.stack : String(error)}`, 'if it comes again, it is a defect of motemq', true);
}

/** What board and host have to say, together. */
function statusOf(verdict: Exclude<Verdict, { kind: 'bench' }>, objection: string): Pick<TestResult, 'status' | 'reason'> {
    if (verdict.kind === 'lost') return { status: 'failed', reason: verdict.reason };
    if (!verdict.passed) return { status: 'failed', reason: verdict.message || 'the board says so' };
    if (verdict.skip) return { status: 'skipped', reason: verdict.skip };
    if (objection) return { status: 'failed', reason: `the board is content, but the host saw otherwise: ${objection}` };
    return { status: 'passed', reason: '' };
}

function blank(name: string, round: number): TestResult {
    return { name, round, status: 'unreached', reason: '', ms: 0, attempts: 1, memory: null, bytesUp: 0, bytesDown: 0, messages: 0, notes: [], packets: [], packetsLeftOut: 0 };
}

