// The last judge of a mutant of outbox or sleep: random lives of nodes that sleep, in the simulator. What no test sees may break a promise there.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate } from '../../hardware-tests/host/simulator/simulate.ts';

// Every fourth seed is one. Several tests, so that the first that finds something is the last that runs.
for (let first = 4; first < 160; first += 16) {
    test(`a node that sleeps keeps every promise from seed ${first} to ${first + 15}`, () => {
        for (let seed = first; seed < first + 16; seed += 4) assert.is(simulate(seed).violation, '');
    });
}

test.run();
