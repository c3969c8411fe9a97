// On the real XS engine: a line, a send, a receive, a poll and a reconnect through client, modem transport and AT engine allocate
// nothing, no slot and no byte of a chunk.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../../../hardware-tests/boards/xs/build.ts';
import { measureOnBoard } from '../../../scripts/bench/on-board.ts';
import type { BoardFigures } from '../../../scripts/bench/on-board.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);
const boardTest = engine.available ? test : test.skip;

/**
 * Kinds of rounds, and the deepest stack that each may need: slots above those of an empty round. An ESP8266 has 256 in all, of
 * which a turn of the machine takes about 30. What the client takes below the transport's callbacks, 90, is in it.
 */
const ceilings: Readonly<Record<string, number>> = {
    'a line that means nothing': 121, 'publish QoS 0': 122, 'publish QoS 1 + PUBACK': 162, 'received QoS 0': 157, 'idle poll': 120, 'reconnect': 172,
};
const kinds = Object.keys(ceilings);

let figures: BoardFigures;

const above = (name: string, what: 'stack' | 'bytecodes'): number => figures.rows.get(name)![what] - figures.rows.get('empty')![what];

if (engine.available) {
    figures = await measureOnBoard(engine.path, 'targets/modem/tests/allocation-board.ts', { readSize: 256 });
    for (const { name, slots, chunkBytes } of figures.live) console.log(`${name}: ${slots} slots and ${chunkBytes} bytes of chunks stay`);
    for (const name of kinds) console.log(`${name}: ${Math.round(above(name, 'bytecodes') / figures.rows.get(name)!.rounds)} bytecodes, ${above(name, 'stack')} slots of stack`);
}

boardTest('the meter sees one object a round', () => {
    const { rounds, slots, chunkBytes, collections } = figures.rows.get('control')!;
    assert.equal([slots / rounds, chunkBytes, collections], [1, 0, 0]);
});

for (const name of kinds) {
    boardTest(`nothing is allocated: ${name}`, () => {
        const { rounds, slots, chunkBytes, collections } = figures.rows.get(name)!;
        assert.ok(rounds >= 100);
        assert.equal([slots, chunkBytes, collections], [0, 0, 0]);
    });
    boardTest(`the stack is within what it is held to: ${name}`, () => {
        assert.ok(above(name, 'stack') <= ceilings[name], `${above(name, 'stack')} slots`);
    });
}

boardTest('a transport leaves no more on the heap than it is held to', () => {
    const { slots, chunkBytes } = figures.live.find(({ name }) => name === 'modem transport')!;
    assert.ok(slots <= 168 && chunkBytes <= 2230, `${slots} slots and ${chunkBytes} bytes of chunks`);
});

boardTest('the rounds did what they are named for', () => {
    const { connected, messages, sent, acknowledged, connections, unknownLines, sends } = figures.done;
    // Of each kind: the rounds that count, 5 rehearsals, one in which copies are counted and one that shows the stack.
    const times = figures.rows.get('idle poll')!.rounds + 7;
    assert.equal({ connected, messages, sent, acknowledged, connections, unknownLines, sends }, {
        connected: true, messages: times, sent: 2 * times, acknowledged: times, connections: times + 1, unknownLines: figures.done.unknownLines,
        // A message each, and CONNECT each.
        sends: 3 * times + 1,
    });
    assert.ok((unknownLines as number) >= times);
});

test.run();
