// On the real XS engine: the paths that repeat allocate nothing, no slot and no byte of a chunk, and what they execute stays
// within what the project holds itself to. The rounds are those of the benchmark (scripts/bench/session-on-board.ts).
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../../../hardware-tests/boards/xs/build.ts';
import { costOf, liveBytes, measureOnBoard } from '../../../scripts/bench/on-board.ts';
import { limitsStack, rounds } from '../../../scripts/bench/xs.ts';
import { judge, type CeilingName } from '../../../scripts/ceilings.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);
const boardTest = engine.available ? test : test.skip;
const figures = engine.available ? await measureOnBoard(engine.path) : undefined!;

boardTest('the meter sees one object a round', () => {
    const { rounds, slots, chunkBytes, collections } = figures.rows.get('control')!;
    assert.equal([slots / rounds, chunkBytes, collections], [1, 0, 0]);
});

for (const name of Object.keys(rounds)) {
    boardTest(`nothing is allocated: ${name}`, () => {
        const { rounds, slots, chunkBytes, collections } = figures.rows.get(name)!;
        assert.ok(rounds >= 100);
        assert.equal([slots, chunkBytes, collections], [0, 0, 0]);
    });
}

boardTest('the rounds did what they are named for', () => {
    const { connected, safeToSleep, granted, refused, json, cbor, sent, acknowledged, received, messages, resent, skipped, connections } = figures.done;
    assert.equal({ connected, safeToSleep, granted, refused, json, cbor }, { connected: true, safeToSleep: true, granted: 0, refused: 0, json: 56, cbor: 42 });
    // Of each kind: the rounds that count, 5 rehearsals, one in which copies are counted and one that shows the stack.
    const times = figures.rows.get('ping')!.rounds + 7;
    assert.equal({ sent, acknowledged, received, messages }, { sent: 23 * times, acknowledged: 12 * times, received: 24 * times, messages: 24 * times });
    assert.equal({ resent, skipped, connections }, { resent: times, skipped: times, connections: 1 + 2 * times });
});

/** Figures that a ceiling is on, with the rounds they belong to. */
function held(): [what: string, ceiling: CeilingName, figure: number][] {
    return Object.entries(rounds).flatMap(([name, ceiling]) => {
        const { bytecodes, stack } = costOf(figures, name);
        const found: [string, CeilingName, number][] = [];
        if (ceiling) found.push([`bytecodes, ${name}`, ceiling, bytecodes]);
        if (limitsStack(name)) found.push([`stack, ${name}`, 'stackSlots', stack]);
        return found;
    });
}

boardTest('bytecodes, stack and live heap are within what the project holds itself to', () => {
    const passed = [...held(), ['live heap of a connected client', 'liveBytes', liveBytes(figures)] as const]
        .filter(([, ceiling, figure]) => !judge(ceiling, figure).held)
        .map(([what, ceiling, figure]) => `${what}: ${judge(ceiling, figure).text}`);
    assert.equal(passed, []);
});

test.run();
