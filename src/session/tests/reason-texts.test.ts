// The optional table of texts: every number that a user can meet has one of its own.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as reasons from '../../reasons.ts';
import { reasonText, refusalText, stateText } from '../reason-texts.ts';
import * as refusals from '../refusals.ts';
import * as states from '../states.ts';

for (const [what, numbers, text] of [['reason', reasons, reasonText], ['refusal', refusals, refusalText], ['state', states, stateText]] as const) {
    test(`every ${what} has a text of its own, and a number that is none says so`, () => {
        const texts = Object.values(numbers).map(number => text(number));
        assert.is(new Set(texts).size, texts.length);
        for (const one of texts) {
            assert.match(one, /^[a-zA-Z][\w .:,-]{6,}$/);
            assert.not.match(one, /^(reason|refusal|state) /);
        }
        assert.is(text(-99), `${what} -99`);
    });
}

test('before the first end of a connection closeReason is 0, which has a text too', () => {
    assert.is(reasonText(0), 'no connection has ended yet');
});

test.run();
