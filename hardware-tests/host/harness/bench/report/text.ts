// TAP and JUnit of a run, for other programs. TAP is written by Node's own reporter, JUnit by a package.
import { Readable } from 'node:stream';
import { tap } from 'node:test/reporters';
import junit from 'junit-report-builder';
import { countOf } from '../results.ts';
import type { BoardResult, RunResult, TestResult } from '../results.ts';

/** What names a test: its round, too, where there are several. */
export function titleOf({ name, round }: TestResult, rounds: number): string {
    return rounds > 1 ? `${name} (round ${round})` : name;
}

export function roundsOf(board: BoardResult): number {
    return Math.max(1, ...board.tests.map(({ round }) => round));
}

/** Figures of a test for people. */
export function figuresOf({ memory, bytesUp, bytesDown, messages, attempts }: TestResult): string[] {
    const figures = [`bytes up ${bytesUp}, down ${bytesDown}`];
    if (messages > 0) figures.push(`bytes per message ${((bytesUp + bytesDown) / messages).toFixed(1)}`);
    if (memory) figures.push(`memory ${memory[0]} before, ${memory[1]} after`);
    if (attempts > 1) figures.push(`attempt ${attempts}`);
    return figures;
}

/** An error as the reporter prints one. */
function failure(reason: string): Error {
    const error = new Error(reason);
    error.stack = reason;
    return error;
}

/** TAP 13 with a subtest for each board. A board whose bench failed is `not ok`, as its tests that were not run are. */
export async function tapOf({ boards }: RunResult): Promise<string> {
    const events = boards.flatMap((board, index) => {
        const inside = board.tests.flatMap((test, at) => {
            const name = titleOf(test, roundsOf(board));
            const bad = test.status === 'failed' || test.status === 'unreached';
            const details = { duration_ms: test.ms, ...bad && { error: failure(test.reason) } };
            return [
                { type: 'test:start', data: { name, nesting: 1 } },
                { type: bad ? 'test:fail' : 'test:pass', data: { name, nesting: 1, testNumber: at + 1, details, ...test.status === 'skipped' && { skip: test.reason } } },
                ...figuresOf(test).map(message => ({ type: 'test:diagnostic', data: { nesting: 1, message } })),
            ];
        });
        const { failed, unreached } = countOf([board]);
        const bad = board.broken || failed + unreached > 0;
        const why = board.broken ? `the bench failed: ${board.faults.at(-1)?.message}` : `${failed} failed, ${unreached} not run`;
        return [
            { type: 'test:start', data: { name: board.name, nesting: 0 } },
            ...inside,
            { type: 'test:plan', data: { nesting: 1, count: board.tests.length } },
            { type: bad ? 'test:fail' : 'test:pass', data: { name: board.name, nesting: 0, testNumber: index + 1, details: { duration_ms: board.ms, type: 'suite', ...bad && { error: failure(why) } } } },
        ];
    });
    let text = '';
    for await (const chunk of tap(Readable.from([...events, { type: 'test:plan', data: { nesting: 0, count: boards.length } }]) as never)) text += chunk;
    return text;
}

/** What XML 1.0 cannot hold, whatever a board has printed. */
// oxlint-disable-next-line no-control-regex
const notXml = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A suite for each board; what the bench did wrong is an `error`, what a test did wrong a `failure`. */
export function junitOf(result: RunResult): string {
    const clean = (text: string): string => text.replace(notXml, '\ufffd');
    const builder = junit.newBuilder();
    for (const board of result.boards) {
        const suite = builder.testSuite().name(clean(board.name)).timestamp(new Date(result.begun)).time(board.ms / 1000);
        for (const [name, value] of Object.entries({ run: result.run, port: board.port, chip: board.chip, engine: board.engine, image: board.image })) suite.property(name, clean(value));
        for (const test of board.tests) {
            const one = suite.testCase().className(clean(board.name)).name(clean(titleOf(test, roundsOf(board)))).time(test.ms / 1000);
            const [first] = test.reason.split('\n');
            if (test.status === 'failed') one.failure(clean(first)).stacktrace(clean(test.reason));
            if (test.status === 'skipped') one.skipped();
            if (test.status === 'unreached') one.error(clean(board.broken ? board.faults.at(-1)?.message ?? first : first), 'bench');
            one.standardOutput(clean([...figuresOf(test), ...test.notes].join('\n')));
        }
    }
    return builder.build();
}
