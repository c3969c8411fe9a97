// Every suite of `motemq test` on Espruino's interpreter: uploaded over a pseudo-terminal, started, driven and judged as a board is.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { test as runSuites } from '../../../host/harness/bench/command.ts';
import type { RunResult } from '../../../host/harness/bench/results.ts';
import { noPseudoTerminals } from '../../../host/serial-device.ts';
import { names } from '../../../suites/every.ts';
import { interpreterFor } from './engines.ts';

/** The suites take 2,135 variables at most, of 14 bytes. */
const NEEDED = 2500;

const engine = await interpreterFor('the suites of boards', NEEDED);
if (noPseudoTerminals) console.log(`SKIPPED: the suites of boards on Espruino's interpreter, because ${noPseudoTerminals}`);

(engine && !noPseudoTerminals ? test : test.skip)('every suite but those that need a real board', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const lines: string[] = [];
    try {
        // Its port for Linux breaks by itself now and then.
        await runSuites({ values: { board: 'espruino', report: folder, retries: '10' }, positionals: [] }, line => lines.push(line));
        const { boards: [board] } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResult;
        const skipped = ['deep sleep', 'power cut'];
        assert.is(board.tests.map(({ name, status }) => `${status} ${name}`).join(', '), names.map(name => `${skipped.includes(name) ? 'skipped' : 'passed'} ${name}`).join(', '), lines.join('\n'));
        assert.match(board.engine, /^espruino 2v/);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
});

test.run();
