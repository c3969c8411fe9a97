// On the real XS engine, for every dialect: a line, a send, a receive, a poll and a reconnect through client, modem transport and AT engine
// allocate nothing, no slot and no byte of a chunk.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../../../hardware-tests/boards/xs/build.ts';
import { measureOnBoard } from '../../../scripts/bench/on-board.ts';
import type { BoardFigures } from '../../../scripts/bench/on-board.ts';
import * as dialects from '../dialects/index.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);

/**
 * Kinds of rounds, and the deepest stack that each may need with any dialect: slots above those of an empty round. An ESP8266 has 256 in
 * all, of which a turn of the machine takes about 30. What the client takes below the transport's callbacks, 90, is in it.
 */
const ceilings: Readonly<Record<string, number>> = {
    'a line that means nothing': 118, 'publish QoS 0': 120, 'publish QoS 1 + PUBACK': 154, 'received QoS 0': 148, 'idle poll': 118, 'reconnect': 162,
};
const kinds = Object.keys(ceilings);
/** Slots and bytes of chunks that stay on the heap for a transport. */
const LIVE_SLOTS = 169;
const LIVE_CHUNKS = 2472;

const path = engine.available ? engine.path : '';

for (const name of path ? Object.keys(dialects) : []) {
    const figures: BoardFigures = await measureOnBoard(path, 'targets/modem/tests/allocation-board.ts', { readSize: 256, dialect: name });
    const above = (kind: string, what: 'stack' | 'bytecodes'): number => figures.rows.get(kind)![what] - figures.rows.get('empty')![what];
    const live = figures.live.find(each => each.name === 'modem transport')!;
    console.log(`${name}: ${live.slots} slots and ${live.chunkBytes} bytes of chunks stay; stack ${kinds.map(kind => above(kind, 'stack')).join(' ')}`);

    test(`${name}: the meter sees one object a round`, () => {
        const { rounds, slots, chunkBytes, collections } = figures.rows.get('control')!;
        assert.equal([slots / rounds, chunkBytes, collections], [1, 0, 0]);
    });

    for (const kind of kinds) {
        test(`${name}: nothing is allocated, and the stack is within what it is held to: ${kind}`, () => {
            const { rounds, slots, chunkBytes, collections } = figures.rows.get(kind)!;
            assert.ok(rounds >= 100);
            assert.equal([slots, chunkBytes, collections], [0, 0, 0]);
            assert.ok(above(kind, 'stack') <= ceilings[kind], `${above(kind, 'stack')} slots`);
        });
    }

    test(`${name}: a transport leaves no more on the heap than it is held to`, () => {
        assert.ok(live.slots <= LIVE_SLOTS && live.chunkBytes <= LIVE_CHUNKS, `${live.slots} slots and ${live.chunkBytes} bytes of chunks`);
    });

    test(`${name}: the rounds did what they are named for`, () => {
        const { connected, messages, sent, acknowledged, connections, unknownLines, sends } = figures.done;
        // Of each kind: the rounds that count, 5 rehearsals, one in which copies are counted and one that shows the stack.
        const times = figures.rows.get('idle poll')!.rounds + 7;
        assert.equal({ connected, messages, sent, acknowledged, connections, sends }, {
            connected: true, messages: times, sent: 2 * times, acknowledged: times, connections: times + 1,
            // A message each, and CONNECT each.
            sends: 3 * times + 1,
        });
        assert.ok((unknownLines as number) >= times);
    });
}

test.run();
