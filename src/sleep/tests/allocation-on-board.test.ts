// On the real XS engine: what repeats in a node that sleeps allocates nothing. The rounds are in on-board.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../../../hardware-tests/boards/xs/build.ts';
import { measureOnBoard } from '../../../scripts/bench/on-board.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);
const boardTest = engine.available ? test : test.skip;
const figures = engine.available ? await measureOnBoard(engine.path, 'src/sleep/tests/on-board.ts') : undefined!;

/** Slots of stack above an empty round; the round's own frame and the board's are in it. */
const DEEPEST = 135;

for (const name of ['queued and acknowledged', 'a wake that sends', 'a wake that waits for its batch and writes its image']) {
    boardTest(`nothing is allocated: ${name}`, () => {
        const { rounds, slots, chunkBytes, collections, bytecodes, stack } = figures.rows.get(name)!;
        console.log(`${name}: ${Math.round(bytecodes / rounds)} bytecodes, ${stack - figures.rows.get('empty')!.stack} slots of stack`);
        assert.ok(rounds >= 100);
        assert.ok(stack - figures.rows.get('empty')!.stack <= DEEPEST, 'an ESP8266 has 256 slots of stack in all, and its machine takes 37');
        assert.equal([slots, chunkBytes, collections], [0, 0, 0]);
    });
}

boardTest('the rounds did what they are named for', () => {
    // The rounds that count, 5 rehearsals, one in which copies are counted and one that shows the stack.
    const times = figures.rows.get('empty')!.rounds + 7;
    assert.equal(figures.done, { acknowledged: times, held: 0, wakes: times, cycles: times, delivered: times, batched: times + 1, undelivered: 1, used: 0 });
});

test.run();
