// The record store on the real engine, preloaded (the flash that it keeps its records in is in RAM here). record-store.test.ts has the power cuts.
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
    assert.equal(board.lines, [
        opened, 'records 1 59 120 200',
        'motemq: a record was not stored: Error: the power is cut', 'motemq: a record was not deleted: Error: the power is cut', 'kept false',
        opened, 'records 59 120 200',
        opened, 'motemq: a record was not stored: Error: write failed', 'room for 17 more',
        opened, opened, 'records ',
    ]);
});

test.run();
