// The last judge of a mutant of the session: random lives of the client in the simulator. What no test sees may break a promise there.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate } from '../../hardware-tests/host/simulator/simulation.ts';

const SEEDS = 100;

test(`the client keeps every promise under ${SEEDS} seeds`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) assert.is(simulate(seed).violation, '');
});

test.run();
