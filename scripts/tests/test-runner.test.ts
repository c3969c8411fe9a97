// The test runner itself: what it counts, and that nothing outlives its deadline.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../hardware-tests/host/until.ts';
import { runProcess, type Ended } from '../run-process.ts';
import { verdictOf } from '../uvu-report.ts';

const uvu = (total: number, passed: number, skipped: number) => `• • \n\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;
const ended = (output: string, code = 0, late = false): Ended => ({ output, code, late, milliseconds: 1 });
const node = (script: string, deadline: number) => runProcess(process.execPath, ['-e', script], deadline);

test('passed and failed tests are uvu\'s', () => {
    assert.equal(verdictOf(ended(uvu(5, 3, 0), 1)), { passed: 3, failed: 2, skipped: 0, remarks: [] });
});

test('the counts of several queues in one file are added', () => {
    const { passed, failed } = verdictOf(ended(uvu(2, 2, 0) + uvu(3, 2, 0), 1));
    assert.equal([passed, failed], [4, 1]);
});

test('a file that crashes after its tests passed has failed', () => {
    assert.is(verdictOf(ended(uvu(2, 2, 0), 70)).failed, 1);
});

test('a file that crashes before it could count has failed', () => {
    assert.is(verdictOf(ended('TypeError: x', 1)).failed, 1);
});

test('a file that runs no test has failed', () => {
    assert.is(verdictOf(ended('')).failed, 1);
    assert.is(verdictOf(ended(uvu(0, 0, 0))).failed, 1);
});

test('a file that was killed at its deadline has failed', () => {
    assert.is(verdictOf(ended(uvu(2, 2, 0), -1, true)).failed, 1);
});

test('a skip with a reason is counted and its reason kept', () => {
    assert.equal(verdictOf(ended('SKIPPED: no C compiler\n' + uvu(2, 2, 3))), { passed: 2, failed: 0, skipped: 3, remarks: ['SKIPPED: no C compiler'] });
});

test('a file that prints a reason and runs nothing is skipped', () => {
    assert.equal(verdictOf(ended('SKIPPED: no C compiler\n')), { passed: 0, failed: 0, skipped: 1, remarks: ['SKIPPED: no C compiler'] });
});

test('a skip without a reason has failed', () => {
    assert.is(verdictOf(ended(uvu(2, 2, 1))).failed, 1);
});

test('a program\'s output and exit code are kept', async () => {
    const result = await node('console.log("out"); console.error("err"); process.exit(3)', 60_000);
    assert.is(result.code, 3);
    assert.match(result.output, 'out\n');
    assert.match(result.output, 'err\n');
    assert.not(result.late);
});

test('a program that is not there ends with a message', async () => {
    const result = await runProcess('/nonexistent/program', [], 60_000);
    assert.is(result.code, -1);
    assert.match(result.output, 'ENOENT');
});

test('at its deadline a program is killed together with what it started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motemq-'));
    const file = join(folder, 'pid');
    try {
        // The child inherits the pipe: if it lived on, the run would not end.
        const script = `const { spawn } = require('node:child_process');
            const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
            require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
            setInterval(() => {}, 1000);`;
        const result = await node(script, 1500);
        assert.ok(result.late);
        const child = Number(readFileSync(file, 'utf8'));
        // A busy machine takes a moment to end what it was told to kill.
        await until('the child is gone', () => !isRunning(child));
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
});

/** A killed process may stay as a zombie until its new parent has read its end. */
function isRunning(pid: number): boolean {
    try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
        return false;
    }
}

test.run();
