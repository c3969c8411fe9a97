// The last judge of a mutant of the session: random lives of the client in the simulator. What no test sees may break a promise there.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate } from '../../hardware-tests/host/simulator/simulate.ts';

// Several tests, so that the first that finds something is the last that runs.
for (let first = 1; first < 200; first += 20) {
    test(`the client keeps every promise from seed ${first} to ${first + 19}`, () => {
        for (let seed = first; seed < first + 20; seed++) assert.is(simulate(seed).violation, '');
    });
}

test.run();
