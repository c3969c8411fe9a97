// TypeScript for a board, bundled as one classic script with the board's modules in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../../../scripts/root.ts';
import { bundleForBoard } from '../bundle.ts';
import { boardTest, bootScript, listen } from './on-board.ts';

const entry = join(root, 'hardware-tests', 'boards', 'xs', 'tests', 'bundled-node.ts');

boardTest('a bundled entry runs with timer, time, sockets and configuration', async () => {
    const peer = await listen(socket => socket.on('data', data => socket.end(data)));
    try {
        for (const minify of [false, true]) {
            const board = bootScript(await bundleForBoard(entry, { minify }), { port: peer.port });
            assert.equal(await board.end, { code: 0, errors: '' });
            assert.equal(board.lines, ['hi true true']);
        }
    } finally {
        await peer.close();
    }
});

test('a bundle is one script: no import is left in it', async () => {
    const text = await bundleForBoard(entry);
    assert.not.match(text, /\b(import|export|require)\b/);
});

test('a module that no board has cannot be bundled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motemq-bundle-'));
    try {
        const file = join(folder, 'entry.ts');
        writeFileSync(file, `import 'node:fs';`);
        const outcome = await bundleForBoard(file).then(() => 'bundled', error => String(error));
        assert.match(outcome, /Could not resolve "node:fs"/);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test.run();
