// Preloaded scripts lie in flash: they take no heap, and nothing that they have made can be changed.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootBoard, type Board } from '../board.ts';
import { boardTest, engine } from './on-board.ts';

function bootPreloaded(preload: string, script: string): Board {
    return bootBoard(engine.available ? engine.path : '', { preload: [`"use strict"; globalThis.preloaded = (() => {${preload}})();`], script: `"use strict"; (() => {${script}})();` });
}

boardTest('what a preloaded script leaves takes no heap', async () => {
    const board = bootPreloaded('const list = []; for (let i = 0; i < 300; i++) list.push({ i }); return { list };',
        'trace(preloaded.list[299].i + " " + Meter.slots() + " " + Meter.chunkBytes() + "\\n"); Board.exit(0);');
    assert.equal(await board.end, { code: 0, errors: '' });
    const [value, slots, chunkBytes] = board.lines[0].split(' ').map(Number);
    assert.is(value, 299);
    // Its own few functions and the text that it traces.
    assert.ok(slots < 30 && chunkBytes < 100, board.lines[0]);
});

for (const [what, preload, write] of [
    ['a static member', 'class Counter { static n = 0; } return { write() { Counter.n++; } };', 'preloaded.write()'],
    ['a variable', 'let n = 0; return { write() { n++; } };', 'preloaded.write()'],
    ['an object', 'const state = { n: 0 }; return { write() { state.n++; } };', 'preloaded.write()'],
    ['an array', 'const list = [0]; return { write() { list.push(1); } };', 'preloaded.write()'],
    ['a typed array', 'const bytes = new Uint8Array(4); return { write() { bytes[0] = 1; } };', 'preloaded.write()'],
    ['a Map', 'const map = new Map(); return { write() { map.set(1, 1); } };', 'preloaded.write()'],
    ['a prototype', 'class A {} return { A };', 'preloaded.A.prototype.b = 1'],
    ['a prototype of the language', 'return {};', 'Array.prototype.b = 1'],
    ['the exports', 'return { a: 1 };', 'preloaded.a = 2'],
] as const) {
    boardTest(`writing to ${what} of a preloaded script throws a TypeError`, async () => {
        const board = bootPreloaded(preload, `try { ${write}; trace("written\\n"); } catch (error) { trace(error.name + "\\n"); } Board.exit(0);`);
        assert.equal(await board.end, { code: 0, errors: '' });
        assert.equal(board.lines, ['TypeError']);
    });
}

boardTest('instances of preloaded classes, and new globals, are as ever', async () => {
    const board = bootPreloaded('class A { n = 0; add() { this.n++; } } return { A };', 'globalThis.a = new preloaded.A(); a.add(); trace(a.n + "\\n"); Board.exit(0);');
    assert.equal(await board.end, { code: 0, errors: '' });
    assert.equal(board.lines, ['1']);
});

boardTest('a preloaded script that makes a timer is refused', async () => {
    const { code, errors } = await bootPreloaded('Timer.set(() => {}, 1); return {};', '').end;
    assert.is(code, 64);
    assert.match(errors, 'preloaded script has made a socket or a timer');
});

test.run();
