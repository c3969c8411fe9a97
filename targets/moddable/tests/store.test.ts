// The record store on the real engine, preloaded (the flash that it keeps its records in is in RAM here), with the power cut at every byte.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { bootBoard } from '../../../hardware-tests/boards/xs/board.ts';
import { bundlePreloaded } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, engine } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { root } from '../../../scripts/root.ts';

boardTest('records are kept, torn ones are not, a full memory refuses', async () => {
    const bundle = await bundlePreloaded(join(root, 'targets', 'moddable', 'tests', 'store-board.ts'));
    const board = bootBoard(engine.available ? engine.path : '', bundle);
    assert.equal(await board.end, { code: 0, errors: '' });
    const opened = 'open motemq buffer';
    const first = board.lines.findIndex(line => line.startsWith('cut '));
    const cuts = board.lines.slice(first).filter(line => line.startsWith('cut '));
    // 150 bytes in 3 values with a header of 2 each, a checksum of 4, and 3 values deleted; and with no power at all, and with some to spare.
    assert.is(cuts.length, 150 + 3 * 2 + 4 + 3 + 2);
    const states = ['cut 1 100 20', 'cut 1 100 20 150', 'cut 100 20 150', 'cut 20 150'];
    let state = 0;
    for (const cut of cuts) {
        while (cut !== states[state]) assert.ok(++state < states.length, `${cut} after ${states[state - 1]}`);
    }
    assert.is(state, 3);
    assert.equal(board.lines.slice(0, board.lines.slice(0, first).lastIndexOf('records ') + 1), [
        opened, 'records 1 59 120 200',
        'motemq: a record was not stored: Error: the power is cut', 'motemq: a record was not deleted: Error: the power is cut', 'kept false',
        opened, 'records 59 120 200',
        opened, 'motemq: a record was not stored: Error: write failed', 'room for 17 more',
        opened, opened, 'records ',
    ]);
});

test.run();
