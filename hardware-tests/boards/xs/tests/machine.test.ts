// The machine of the virtual board: meters, memory limits, and what ends it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../../host/until.ts';
import { ABORTED } from '../board.ts';
import { boardTest, boot, bootScript, engine, said, slotBytes } from './on-board.ts';

const heap = (slots: number, bytes: number): string => `${slots}/${bytes}`;

boardTest('a script sees its configuration frozen and ends with the code that it gives', async () => {
    const board = boot(`say(config.host + Object.isFrozen(config)); Board.exit(7);`, { config: { host: 'here ' } });
    assert.equal(await board.end, { code: 7, errors: '' });
    assert.equal(board.lines, ['here true']);
});

boardTest('several scripts run in their order in one machine', async () => {
    const board = bootScript(['var first = 1;', 'trace(first + 1 + "\\n");', 'Board.exit(0);']);
    assert.is((await board.end).code, 0);
    assert.equal(board.lines, ['2']);
});

boardTest('a line that is sent reaches Board.onLine', async () => {
    const board = boot(`Board.onLine = line => { say('<' + line + '>'); if (line === 'end') Board.exit(0); }; say('ready');`);
    await board.line('ready');
    board.send('größer');
    board.send('end');
    assert.is((await board.end).code, 0);
    assert.equal(board.lines, ['ready', '<größer>', '<end>']);
});

boardTest('meters show what XS on a microcontroller allocates, and nothing for reading them', async () => {
    const lines = await said(`
        const fixed = new Uint8Array(8), text = 'a text', array = [0, 0], call = (a, b, c) => a + c;
        say(allocated(() => {}));
        say(allocated(() => { Meter.slots(); Meter.chunkBytes(); Meter.collections(); Meter.bytecodes(); Meter.deepestStack(); Meter.resetStack();
            Meter.bytesIn(); Meter.bytesOut(); Meter.writes(); Meter.sends(); Meter.slotBytes; }));
        say(allocated(() => { const literal = 'a literal of some length'; fixed[0] = 1; call(1, 2, 3); array[1] = 1.5; }));
        say(allocated(() => ({})));
        say(allocated(() => ({ a: 1, b: 2 })));
        say(allocated(() => text.length));
        say(Meter.slotBytes + ' ' + Meter.collections());
        Meter.collect();
        say(Meter.collections());
        Board.exit(0);`);
    assert.equal(lines, [heap(0, 0), heap(0, 0), heap(0, 0), heap(1, 0), heap(3, 0), heap(2, 0), `${slotBytes} 0`, '1']);
});

boardTest('bytecodes of the same work are the same number', async () => {
    const lines = await said(`
        const work = n => { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum; };
        const cost = n => { const start = Meter.bytecodes(); work(n); return Meter.bytecodes() - start; };
        const empty = cost(0), one = cost(1) - empty, thousand = cost(1000) - empty;
        say(thousand === 1000 * one && one > 5 && one < 20);
        Board.exit(0);`);
    assert.equal(lines, ['true']);
});

boardTest('the deepest stack is exact: a machine with one slot less overflows', async () => {
    const script = `
        const deep = n => n === 0 ? 0 : 1 + deep(n - 1);
        deep(config.depth);
        say(Meter.deepestStack());
        Board.exit(0);`;
    for (const depth of [5, 17]) {
        const deepest = Number((await said(script, { config: { depth } }))[0]);
        assert.is(Number((await said(script, { config: { depth }, memory: { stack: deepest } }))[0]), deepest);
        const end = await boot(script, { config: { depth }, memory: { stack: deepest - 1 } }).end;
        assert.equal(end, { code: ABORTED, errors: 'XS abort: JavaScript stack overflow\n' });
    }
});

boardTest('the deepest stack starts anew with resetStack, and formatting numbers does not disturb it', async () => {
    const lines = await said(`
        const deep = n => n === 0 ? 0 : 1 + deep(n - 1);
        const least = (Meter.resetStack(), Meter.deepestStack());
        deep(10);
        const more = Meter.deepestStack();
        Meter.resetStack();
        const text = String(0.1 + 1e-300);
        const again = Meter.deepestStack();
        say(more > least + 50);
        say(again < more);
        Board.exit(0);`);
    assert.equal(lines, ['true', 'true']);
});

boardTest('slots end exactly where the manifest says', async () => {
    const board = boot(`
        let list = null;
        for (;;) { list = { list }; if (Meter.slots() > config.from) say(Meter.slots()); }`, { config: { from: 4900 } });
    assert.equal(await board.end, { code: ABORTED, errors: 'XS abort: memory full\n' });
    const last = Number(board.lines[board.lines.length - 1]);
    // 4,928 slots: one is the block's head, an object with one property takes two.
    assert.ok(last === 4926 || last === 4927, `${last}`);
});

boardTest('chunks end where the manifest says', async () => {
    const board = boot(`
        const keep = new Array(200);
        for (let i = 0; ; i++) { keep[i] = new ArrayBuffer(1000); say(i + 1); }`);
    assert.equal(await board.end, { code: ABORTED, errors: 'XS abort: memory full\n' });
    const last = Number(board.lines[board.lines.length - 1]);
    assert.ok(last >= 72 && last <= 76, `${last} KB of 77`);
});

boardTest('an ESP8266 grows slots and chunks until both and the stack fill 32 KB', async () => {
    const board = boot(`
        const keep = new Array(200);
        for (let i = 0; ; i++) { keep[i] = new ArrayBuffer(1000); say(i + 1); }`, { preset: 'esp8266' });
    assert.equal(await board.end, { code: ABORTED, errors: 'XS abort: memory full\n' });
    const last = Number(board.lines[board.lines.length - 1]);
    // 32,768 - 256 slots of stack - 512 slots = 20,480 bytes, of which the array takes some.
    assert.ok(last >= 15 && last <= 19, `${last} KB`);
});

boardTest('garbage is collected before memory is full', async () => {
    const lines = await said(`for (let i = 0; i < 20000; i++) ({ i }); say(Meter.collections() > 2); Board.exit(0);`, { preset: 'esp8266' });
    assert.equal(lines, ['true']);
});

const fatal: Record<string, readonly [string, string]> = {
    'an exception of the script': [`throw new Error('boom');`, 'unhandled exception: Error: boom'],
    'an exception out of a timer': [`Timer.set(() => { throw new RangeError('late'); });`, 'unhandled exception: RangeError: late'],
    'an exception out of onLine': [`Board.onLine = () => { null.x; }; say('ready');`, 'unhandled exception: TypeError: cannot coerce null to object'],
    'an exception without a text': [`throw { toString() { throw 1; } };`, 'unhandled exception: (no text: unhandled exception)'],
    'a rejection nobody handles': [`(async () => { await 1; throw new Error('async'); })();`, 'unhandled rejection: Error: async'],
    'endless recursion, which cannot be caught': [`const f = () => 1 + f(); try { f(); } catch { say('caught'); }`, 'JavaScript stack overflow'],
    'a syntax error': [`let = ;`, 'unhandled exception: SyntaxError: '],
};
for (const [name, [body, reason]] of Object.entries(fatal)) {
    boardTest(`${name} ends the machine`, async () => {
        const board = boot(body);
        board.send('a line');
        const end = await board.end;
        assert.is(end.code, ABORTED);
        assert.ok(end.errors.startsWith(`XS abort: ${reason}`), end.errors);
        assert.not(board.lines.includes('caught'));
    });
}

boardTest('a rejection that is handled in the same turn ends nothing', async () => {
    assert.equal(await said(`Promise.reject(1).catch(() => { say('handled'); Timer.set(() => Board.exit(0)); });`), ['handled']);
});

boardTest('wrong settings are named', async () => {
    assert.equal(await boot('', { memory: { stack: 0 } }).end, { code: 64, errors: 'xs board: stack must be 1..4096\n' });
    const few = await boot('', { memory: { slotsInitial: 10 } }).end;
    assert.is(few.code, 64);
    assert.match(few.errors, /^xs board: 10 slots are too few for this machine, at least \d+\n$/);
});

boardTest('stop ends a board whose script never returns', async () => {
    const board = boot(`say('spinning'); for (;;);`);
    await board.line('spinning');
    assert.is((await board.stop()).code, -1);
    assert.is((await board.stop()).code, -1);
});

boardTest('waiting for a line fails when the board ends without it', async () => {
    const board = boot(`say('only this'); Board.exit(0);`);
    assert.is(await board.line('only'), 'only this');
    assert.is(await board.line('another').then(() => '', error => (error as Error).message.slice(0, 18)), 'the board ended wi');
});

boardTest('no board outlives the process that started it, even if its script never returns', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motemq-board-'));
    try {
        for (const [index, body] of ['trace("up\\n");', 'trace("up\\n"); for (;;);'].entries()) {
            const file = join(folder, `${index}.js`);
            writeFileSync(file, body);
            const starts = `
                const board = require('node:child_process').spawn(${JSON.stringify(engine.available && engine.path)}, [${JSON.stringify(`script=${file}`)}]);
                board.stdout.on('data', () => console.log(board.pid));`;
            const parent = spawn(process.execPath, ['-e', starts], { stdio: ['ignore', 'pipe', 'inherit'] });
            const pid = Number(await new Promise<Buffer>(resolve => parent.stdout.once('data', resolve)));
            assert.ok(isAlive(pid));
            parent.kill('SIGKILL');
            await until('the orphan has ended', () => !isAlive(pid));
        }
    } finally {
        rmSync(folder, { recursive: true });
    }
});

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

test.run();
