// Ceilings: how a figure is judged, and that one which is not met has a reason.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ceilings, judgeAgainst, type Ceiling } from '../ceilings.ts';

const verdict = (ceiling: Ceiling, figure: number) => {
    const { met, held, text } = judgeAgainst(ceiling, figure);
    return [met, held, text];
};

test('a ceiling is met up to and at its figure', () => {
    assert.equal(verdict({ design: 1000 }, 999), [true, true, '999 ≤ 1,000']);
    assert.equal(verdict({ design: 1000 }, 1000), [true, true, '1,000 ≤ 1,000']);
    assert.equal(verdict({ design: 1000 }, 1001), [false, false, '1,001 > 1,000']);
    assert.equal(verdict({ design: 0 }, 0.5), [false, false, '0.5 > 0']);
});

test('where more is better, from its figure on', () => {
    assert.equal(verdict({ design: 6, isLeast: true }, 6), [true, true, '6 ≥ 6']);
    assert.equal(verdict({ design: 6, isLeast: true }, 5.9), [false, false, '5.9 < 6']);
    assert.equal(verdict({ design: 6, isLeast: true, reached: { figure: 5, why: '' } }, 4), [false, false, '4 < 6']);
});

test('a figure that was reached is held: one beyond it is not, one below the design\'s needs it no more', () => {
    const ceiling = { design: 100, reached: { figure: 130, why: 'because' } };
    assert.equal(verdict(ceiling, 130), [false, true, '130 > 100']);
    assert.equal(verdict(ceiling, 131), [false, false, '131 > 100']);
    assert.equal(verdict(ceiling, 100), [true, true, '100 ≤ 100']);
});

test('what was reached is worse than the design, else it need not be said, and it says why', () => {
    for (const [name, { design, isLeast, reached }] of Object.entries<Ceiling>(ceilings)) {
        if (!reached) continue;
        assert.ok(isLeast ? reached.figure < design : reached.figure > design, name);
        assert.ok(reached.why.length > 20, name);
    }
});

test.run();
