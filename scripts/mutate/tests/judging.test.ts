// What decides whether a mutant was noticed: counted loops, tests loaded afresh, and the list of survivors.
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MutantResult } from '@stryker-mutator/api/core';
import { root } from '../../root.ts';
import { tellLoops } from '../loops.ts';
import { TestFile } from '../suite.ts';
import type { Survivor } from '../survivors.ts';
import { verdictOf } from '../verdict.ts';

test('every turn of every kind of loop is told, and the code does what it did', () => {
    const code = `
        let sum = 0;
        for (let i = 0; i < 3; i++) for (const j of [1, 2]) sum += j;
        for (const key in { a: 1, b: 2 }) { sum++; }
        while (sum < 20) sum++;
        do sum++; while (sum < 22);
        sum`;
    let turns = 0;
    assert.is(runInNewContext(tellLoops(code), { onLoop: () => turns++ }), 22);
    assert.is(turns, 3 + 6 + 2 + 9 + 2);
    assert.is(tellLoops(code).split('\n').length, code.split('\n').length);
});

test('a loop without end and without a body ends when its turns are counted', () => {
    const code = tellLoops('for (;;);');
    let turns = 0;
    assert.throws(() => runInNewContext(code, { onLoop: () => { if (++turns === 1000) throw new Error('enough'); } }), 'enough');
});

test('a test file is loaded from scratch each time, and its tests run only when asked to', async () => {
    const file = new TestFile('some.test.ts', `
        const { test } = require('uvu');
        let state = 0;
        test('one', () => ++state);
        test('two', async () => ++state);
        test.run();`, undefined);
    for (let load = 0; load < 2; load++) {
        const tests = file.load();
        assert.equal(tests.map(({ id }) => id), ['some.test.ts: one', 'some.test.ts: two']);
        assert.is(tests[0].run(), 1);
        assert.is(await tests[1].run(), 2);
    }
});

const FILE = 'src/codec/text.ts';
const SOURCES = new Map([[FILE, 'if (lead > 0x2b && lead < 0x80) continue;\n    return a\n        + b;']]);

function mutant(status: MutantResult['status'], line: number, from: number, to: number, replacement: string): MutantResult {
    return { id: '1', fileName: join(root, FILE), mutatorName: 'M', status, replacement, location: { start: { line, column: from }, end: { line, column: to } } };
}

const LIST: readonly Survivor[] = [{ file: FILE, line: 'if (lead > 0x2b && lead < 0x80) continue;', original: 'lead > 0x2b && lead < 0x80', replacement: 'false', why: 'a short cut' }];
/** The mutant that LIST explains. */
const explained = (status: MutantResult['status']): MutantResult => mutant(status, 1, 5, 31, 'false');

test('a survivor that is listed is explained, one that is not is not, and the score counts both', () => {
    const { survived, outdated, score, killed, endless } = verdictOf([
        explained('Survived'), mutant('NoCoverage', 2, 12, 13, 'b'), mutant('Killed', 2, 12, 13, 'c'), mutant('Timeout', 2, 12, 13, 'd'), mutant('Ignored', 1, 1, 2, 'e'),
    ], SOURCES, LIST);
    assert.equal([survived.length, outdated.length, score, killed, endless], [2, 0, 50, 1, 1]);
    assert.is(survived[0].why, 'a short cut');
    assert.is(survived[0].covered, true);
    assert.equal(survived[1], { file: FILE, line: 'return a', original: 'a', replacement: 'b', at: `${FILE}:2:12`, covered: false, why: undefined });
});

test('a listed mutant that is killed, or is not in the code any more, is told', () => {
    for (const mutants of [[explained('Killed')], []]) {
        const { survived, outdated } = verdictOf(mutants, SOURCES, LIST);
        assert.equal(survived, []);
        assert.equal(outdated, LIST);
    }
    assert.equal(verdictOf([], new Map(), LIST).outdated, [], 'what a run is not about is not missed');
});

test('a mutant that could not be judged is told', () => {
    assert.equal(verdictOf([{ ...mutant('RuntimeError', 2, 12, 13, 'b'), statusReason: 'it crashed' }], SOURCES, []).failed, [`${FILE}:2:12 it crashed`]);
});

test.run();
