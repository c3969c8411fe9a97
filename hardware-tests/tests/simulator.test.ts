// The simulator finds nothing in the client, finds bugs that are put in, and replays and shortens what it did.
import { availableParallelism } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/root.ts';
import { publishedFiles } from '../boards/espruino/bundle.ts';
import { endsWithin } from '../host/simulator/bounded.ts';
import { playSeeds } from '../host/simulator/crew.ts';
import { beyondEspruino, edgeBugs } from '../host/simulator/espruino-bugs.ts';
import { valuesHeld } from '../host/simulator/held.ts';
import type { EspruinoFile } from '../host/simulator/espruino.ts';
import { invariants } from '../host/simulator/invariants.ts';
import type { Invariant } from '../host/simulator/invariants.ts';
import { knownBugs } from '../host/simulator/known-bugs.ts';
import { shrink } from '../host/simulator/shrink.ts';
import { simulate } from '../host/simulator/simulate.ts';
import type { Outcome } from '../host/simulator/simulate.ts';

const workers = Math.min(2, availableParallelism());

test('the client keeps every promise under 300 seeds, which bring at least 40 kinds of fault', async () => {
    const { runs, failures, coverage: { faults } } = await playSeeds(1, 301, workers);
    assert.equal(failures, []);
    assert.is(runs, 300);
    assert.ok(faults.size >= 40, `only ${[...faults.keys()].join()}`);
});

for (const name of ['acknowledgements skipped while the transport is blocked', 'subscriptions not renewed after a lost session', 'session from before a power cut refused', 'half a record taken for a whole one on Espruino', 'packet identifiers begin anew']) {
    test(`the simulator finds a known bug, and by what it breaks: ${name}`, async () => {
        const bug = knownBugs.find(each => each.name === name)!;
        const { failures } = await playSeeds(1, 151, workers, bug, bug.breaks);
        assert.ok(failures.length > 0);
    });
}

test('the client made for Espruino keeps every promise under 60 seeds, and a bug at its edges is found by what it breaks', async () => {
    const code = (await publishedFiles()).motemq;
    assert.equal((await playSeeds(1, 61, workers, null, null, { code })).failures, []);
    for (const name of ['no DUP on a resend', 'message from before a power cut taken for a duplicate', 'identifiers from 1 to 3']) {
        const { breaks } = edgeBugs.find(each => each.name === name)!;
        assert.ok((await playSeeds(1, 61, workers, null, breaks, { code, bug: name })).failures.length > 0, name);
    }
});

test('every bug at the edges of the client for Espruino has a name of its own, and every invariant that it can break has one', () => {
    assert.is(new Set(edgeBugs.map(({ name }) => name)).size, edgeBugs.length);
    const broken = [...edgeBugs.map(({ breaks }) => breaks), ...beyondEspruino];
    assert.equal(Object.keys(invariants).filter(each => !broken.includes(each as Invariant)), []);
});

test('a known bug whose text is not in the source exactly once is an error', async () => {
    try {
        await playSeeds(1, 2, 1, { name: 'nowhere', file: 'src/session/link.ts', from: 'no such text', to: '' });
    } catch (error) {
        return assert.match((error as Error).message, 'nowhere: its text is 0 times in src/session/link.ts');
    }
    assert.unreachable('it was played');
});

test('every known bug changes a text that is there once, and every invariant has a bug that breaks it', () => {
    for (const { name, file, from } of knownBugs) assert.is(readFileSync(join(root, file), 'utf8').split(from).length, 2, `${name}: in ${file}`);
    assert.equal(Object.keys(invariants).filter(each => !knownBugs.some(({ breaks }) => breaks === each)), []);
});

test('what does not end is ended', () => {
    assert.is(endsWithin(10000, () => {}), true);
    assert.is(endsWithin(10, () => {
        for (;;);
    }), false);
    assert.throws(() => endsWithin(10000, () => {
        throw new Error('on purpose');
    }), 'on purpose');
});

test('what an object holds is counted, but for what belongs to others', () => {
    const lent = { long: 'text' };
    const holder: Record<string, unknown> = { bytes: new Uint8Array(10), text: 'four', lent };
    const before = valuesHeld(holder, value => value === lent);
    holder.list = [1, 2, { three: 3 }];
    assert.is(valuesHeld(holder, value => value === lent), before + 1 + 3 + 1);
});

function traceOf(seed: number, given: Outcome['steps'] | null, file: EspruinoFile | null = null): { lines: string[]; outcome: Outcome } {
    const lines: string[] = [];
    const outcome = simulate(seed, given, line => lines.push(line), undefined, file);
    return { lines, outcome };
}

const stepsOf = (line: string): Outcome['steps'] => (JSON.parse(line) as number[][]).map(([action, ...choices]) => ({ action, choices }));

test('packet identifiers go round in the client made for Espruino', async () => {
    // A request is under way when they do.
    const steps = stepsOf('[[-1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,97],[0],[10],[31],[30]]');
    const { lines, outcome } = traceOf(0, steps, { code: (await publishedFiles()).motemq });
    assert.is(outcome.violation, '');
    assert.ok(lines.some(line => /publish QoS 1, .*: 655\d\d$/.test(line)), lines.join('\n'));
});

test('a seed does the same every time, and so does its script alone', () => {
    for (const seed of [3, 17, 99]) {
        const { lines, outcome } = traceOf(seed, null);
        assert.ok(lines.length > 100);
        assert.equal(traceOf(seed, null).lines, lines);
        assert.equal(traceOf(0, outcome.steps).lines, lines);
    }
});

test('a script is shortened to what its outcome needs', () => {
    const refused = (outcome: Outcome): boolean => outcome.coverage.faults.has('CONNECT refused');
    let seed = 1;
    while (!refused(simulate(seed))) seed++;
    const { steps } = simulate(seed);
    const short = shrink(steps, refused);
    assert.ok(refused(simulate(0, short)));
    // Settings, wake, link opens, bytes go up; no step can be left out.
    assert.ok(short.length <= 5, JSON.stringify(short));
    for (let at = 1; at < short.length; at++) assert.not(refused(simulate(0, short.filter((_, place) => place !== at))));
});

test('a message whose pieces come while filters change is no loss because the broker sends another copy of it', () => {
    const line = '[[-1,0,0,0,0,3,73,0,0,0,0,0,0,0,0,0,0,0,0,2,0,0,10],[0],[1,1918887983],[6,3],[5,5],[0],[1],[10,91],[14,54],[21,0,3650799695],[1],[1,1326422976],[32,1,1,6],[1],[10],[12],'
        + '[13,0,1180133282,94],[3,2,14931],[12],[14],[1,1958361865],[25,0,18,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,1,0,0,0,0,0,1,0,0,1,0,0,0,0,0,2,0,0,2,0,0,2,0,0,3],'
        + '[1],[10],[12],[13,6],[13,6],[31]]';
    const { lines, outcome } = traceOf(0, stepsOf(line));
    assert.is(outcome.violation, '');
    const happens = ['change of mind', 'sends PUBLISH identifier 10 QoS 1 RETAIN topic b message 1,', '5 > PUBACK identifier 1', '5 > PUBACK identifier 10'];
    const places = happens.map(text => lines.findIndex(line => line.endsWith(text) || line.includes(text + ' ')));
    assert.ok(places[0] >= 0 && places.every((place, index) => index === 0 || place > places[index - 1]), places.join());
});

test.run();
