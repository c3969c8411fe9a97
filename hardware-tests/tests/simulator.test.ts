// The simulator finds nothing in the client, finds bugs that are put in, and replays and shortens what it did.
import { availableParallelism } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { playSeeds } from '../host/simulator/crew.ts';
import { knownBugs } from '../host/simulator/known-bugs.ts';
import { shrink } from '../host/simulator/shrink.ts';
import { simulate } from '../host/simulator/simulation.ts';
import type { Outcome } from '../host/simulator/simulation.ts';

const workers = Math.min(2, availableParallelism());

test('the client keeps every promise under 400 seeds, which bring at least 30 kinds of fault', async () => {
    const { runs, failures, faults } = await playSeeds(1, 401, workers);
    assert.equal(failures, []);
    assert.is(runs, 400);
    assert.ok(faults.size >= 30, `only ${[...faults.keys()].join()}`);
});

for (const name of ['acknowledgement before the packet has left', 'resend within a connection', 'subscriptions not renewed after a lost session']) {
    test(`the simulator finds a known bug: ${name}`, async () => {
        const bug = knownBugs.find(each => each.name === name)!;
        const { failures } = await playSeeds(1, 401, workers, bug, true);
        assert.ok(failures.length > 0);
    });
}

test('a known bug whose text is not in the source exactly once is an error', async () => {
    try {
        await playSeeds(1, 2, 1, { name: 'nowhere', file: 'src/session/link.ts', from: 'no such text', to: '' });
    } catch (error) {
        return assert.match((error as Error).message, 'nowhere: its text is 0 times in src/session/link.ts');
    }
    assert.unreachable('it was played');
});

function traceOf(seed: number, given: Outcome['steps'] | null): { lines: string[]; outcome: Outcome } {
    const lines: string[] = [];
    const outcome = simulate(seed, given, line => lines.push(line));
    return { lines, outcome };
}

test('a seed does the same every time, and so does its script alone', () => {
    for (const seed of [3, 17, 99]) {
        const { lines, outcome } = traceOf(seed, null);
        assert.ok(lines.length > 100);
        assert.equal(traceOf(seed, null).lines, lines);
        assert.equal(traceOf(0, outcome.steps).lines, lines);
    }
});

test('a script is shortened to what its outcome needs', () => {
    const refused = (outcome: Outcome): boolean => outcome.faults.has('CONNECT refused');
    let seed = 1;
    while (!refused(simulate(seed))) seed++;
    const { steps } = simulate(seed);
    const short = shrink(steps, refused);
    assert.ok(refused(simulate(0, short)));
    // Settings, wake, link opens, bytes go up; no step can be left out.
    assert.ok(short.length <= 5, JSON.stringify(short));
    for (let at = 1; at < short.length; at++) assert.not(refused(simulate(0, short.filter((_, place) => place !== at))));
});

test.run();
