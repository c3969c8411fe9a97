// `npm test`: every *.test.ts, each in a process of its own, the checks and the size ceilings. Ends with the line `N passed, N failed`.
import { availableParallelism } from 'node:os';
import { anyText, commandLine, numberAbove0, wholeNumber } from './command-line.ts';
import { filesBelow } from './files.ts';
import { killAll, runProcess, type Ended } from './run-process.ts';
import { verdictOf, type Verdict } from './uvu-report.ts';

interface Job {
    readonly name: string;
    run(): Promise<Ended>;
    judge(ended: Ended): Verdict;
}

const { values, words } = commandLine({
    name: 'npm test',
    purpose: `Every *.test.ts, each in a process of its own, the checks and the size ceilings.
Its last line is for machines: N passed, N failed.`,
    words: { placeholder: 'WORD', kind: anyText('a part of a path'), help: 'only the test files that have one of them in their paths' },
    options: {
        deadline: { placeholder: 'S', kind: numberAbove0(1e6), otherwise: 180, help: 'seconds after which a file that still runs has failed' },
        jobs: { placeholder: 'N', kind: wholeNumber(1, 1000), otherwise: Math.min(2, availableParallelism()), help: 'files at a time' },
    },
    codes: { 0: 'all passed', 1: 'something failed' },
});
const deadline = values.deadline * 1000;

/** How `node scripts/run.mjs FILE` would run it: a test does the same here as in the hands of who writes it. */
const run = (path: string) => runProcess(process.execPath, ['scripts/run.mjs', path], deadline);

/** A test file. One that does not compile fails alone. */
function testFile(path: string): Job {
    return { name: path, run: () => run(path), judge: verdictOf };
}

/** A tool of the project that passes or fails as a whole. */
function tool(name: string): Job {
    return {
        name: `npm run ${name}`,
        run: () => run(`scripts/${name}.ts`),
        judge: ended => ({ passed: ended.code === 0 ? 1 : 0, failed: ended.code === 0 ? 0 : 1, skipped: 0, remarks: ended.late ? ['killed at its deadline'] : [] }),
    };
}

const jobs = filesBelow(['src', 'targets', 'hardware-tests', 'scripts', 'tests', 'examples'], name => name.endsWith('.test.ts'))
    .filter(path => words.length === 0 || words.some(word => path.includes(word)))
    .map(testFile);
if (words.length === 0) {
    jobs.push(tool('check'), tool('size'));
}

const sum = { passed: 0, failed: 0, skipped: 0 };

function report(job: Job, ended: Ended): void {
    const verdict = job.judge(ended);
    sum.passed += verdict.passed;
    sum.failed += verdict.failed;
    sum.skipped += verdict.skipped;
    const counts = [`${verdict.passed} passed`];
    if (verdict.failed > 0) {
        counts.push(`${verdict.failed} failed`);
    }
    if (verdict.skipped > 0) {
        counts.push(`${verdict.skipped} skipped`);
    }
    const seconds = (ended.milliseconds / 1000).toFixed(1);
    console.log(`${verdict.failed > 0 ? 'FAIL' : ' ok '} ${job.name}: ${counts.join(', ')} (${seconds} s)`);
    if (verdict.failed > 0) {
        console.log(ended.output.replace(/^/gm, '     | '));
    }
    for (const remark of verdict.remarks) {
        console.log(`     ${remark}`);
    }
}

async function work(): Promise<void> {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        report(job, await job.run());
    }
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.on(signal, () => process.exit(code));
}
process.on('exit', killAll);
if (jobs.length === 0) {
    console.log(`no test file has ${words.join(' or ')} in its path`);
    sum.failed = 1;
}
await Promise.all(Array.from({ length: values.jobs }, work));
if (sum.skipped > 0) console.log(`${sum.skipped} skipped, for the reasons above`);
// The last line is for machines: these two counts and nothing else.
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
