// The fuzzer finds nothing in the code as it is, finds bugs that are put in, and does the same for the same seed.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownInputs } from '../host/fuzz/corpus.ts';
import { Fuzzer } from '../host/fuzz/fuzzer.ts';
import { heapKeptPerRun } from '../host/fuzz/heap.ts';
import { loadTargets, sourceOf } from '../host/fuzz/instrument.ts';
import { findBug, knownBugs } from '../host/fuzz/known-bugs.ts';
import { fromHex, toHex } from '../host/fuzz/target.ts';

/** New inputs a target. */
const RUNS = 2000;

const bundle = await loadTargets();

for (const target of bundle.targets) {
    test(`the saved inputs of ${target.name} and ${RUNS} new ones break no rule, and nothing is kept from one to the next`, () => {
        const fuzzer = new Fuzzer(target, bundle, 1);
        const known = knownInputs(target);
        for (const entry of known) fuzzer.load(entry);
        assert.ok(fuzzer.corpus.length > target.seeds.length, 'the saved inputs show more than the seeds');
        for (let left = RUNS; left > 0; left--) fuzzer.step();
        assert.equal(fuzzer.violations.map(({ message, input }) => `${message} ${toHex(input)}`), []);
        assert.ok(heapKeptPerRun(target, bundle, known, 1000) < 8);
    });

    test(`the same seed makes the same runs of ${target.name}`, () => {
        const [one, other] = [5, 5].map(seed => {
            const fuzzer = new Fuzzer(target, bundle, seed);
            for (const { hex, why } of target.seeds) fuzzer.load({ bytes: fromHex(hex), why });
            for (let left = 500; left > 0; left--) fuzzer.step();
            return fuzzer.corpus.map(({ bytes, why }) => `${toHex(bytes)} ${why}`);
        });
        assert.ok(one.length > 2 * target.seeds.length, 'it finds new ways');
        assert.equal(one, other);
    });

    test(`${target.name} explains every input, and any bytes are one`, () => {
        for (const bytes of ['', '00', 'ff', '00000000', 'ffffffffffffffffffff', '0001020304050607']) {
            const input = fromHex(bytes);
            target.run(input);
            assert.ok(target.explain(input).length > 0);
        }
    });
}

for (const name of ['a remaining length of five bytes', 'a body that consumes nothing', 'a packet one byte too large for the buffer', 'a connection goes on that has left messages unacknowledged']) {
    test(`the fuzzer finds a known bug: ${name}`, async () => {
        const violation = await findBug(knownBugs.find(bug => bug.name === name)!, 1, 10000);
        assert.ok(violation);
        assert.ok(violation.input.length <= 90, `a short input: ${toHex(violation.input)}`);
    });
}

test('every known bug has its text in the source once', () => {
    for (const bug of knownBugs) assert.is.not(sourceOf(bug.file, bug), sourceOf(bug.file, null));
});

test.run();
