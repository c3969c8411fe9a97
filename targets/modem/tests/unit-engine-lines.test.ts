// The AT engine between command and end: echo, lines of any ending and length, expected ones and errors, a port that goes. Whole dialogues: transcripts.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineWorld, sizes, step } from './engine-world.ts';

const plain = step('AT+X');

test('a command is written once, and its end is a line of its own', () => {
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(plain);
        assert.is(world.line.written, 'AT+X\r');
        world.says('\r\nNOT OK\r\nOK!\r\n\r\nOK\r\n', size);
        assert.equal(world.told, ['line NOT OK', 'line OK!', 'end 0'], `in pieces of ${size}`);
    }
});

test('the command sent back is echo, a line before it is not', () => {
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(plain);
        world.says('+URC\r\nAT+X\r\r\nOK\r\n', size);
        assert.equal(world.told, ['line +URC', 'echo', 'end 0'], `in pieces of ${size}`);
    }
});

test('lines may end with CR LF, LF, CR CR LF, and may be empty', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.says('\n\r\n+A\n+B\r\r\nOK\n');
    assert.equal(world.told, ['line +A', 'line +B', 'end 0']);
});

test('a line that is too long is dropped and counted, and the next one is heard', () => {
    for (const size of sizes) {
        const world = new EngineWorld({ lineSize: 16 });
        world.begin(plain);
        world.says('x'.repeat(17) + '\r\n' + 'y'.repeat(16) + '\r\nOK\r\n', size);
        assert.equal(world.told, ['line ' + 'y'.repeat(16), 'end 0']);
        assert.is(world.engine.overlong, 1);
    }
});

test('an error ends it, with its number if it has one', () => {
    for (const [line, result] of [['ERROR', 0], ['+CME ERROR: 10', 10]] as const) {
        const world = new EngineWorld();
        world.begin(plain);
        world.says(`\r\n${line}\r\n`);
        assert.equal(world.told, ['end 1']);
        assert.is(world.engine.numbers.result, result);
    }
});

test('all the lines that are expected must come, in any order; a result that is not 0 makes it a failure', () => {
    const open = step('AT+OPEN', { expect: ['OK', '+OPEN: %z'] });
    for (const [lines, told] of [[['OK', '+OPEN: 0'], ['end 0']], [['+OPEN: 0', 'OK'], ['end 0']], [['+OPEN: 4', 'OK'], ['end 1']], [['OK', 'OK'], ['line OK']]] as const) {
        const world = new EngineWorld();
        world.begin(open);
        for (const line of lines) world.says(line + '\r\n');
        assert.equal(world.told, told, lines.join());
    }
});

test('without an exchange every line is told, and none ends anything', () => {
    const world = new EngineWorld();
    world.says('OK\r\nERROR\r\n> \r\n');
    assert.equal(world.told, ['line OK', 'line ERROR', 'line > ']);
});

test('a port that goes ends everything', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.line.owner!.onGone();
    world.platform.pass(5000);
    assert.equal(world.told, ['gone']);
});

test('closed, it is silent', () => {
    const world = new EngineWorld();
    world.begin(plain);
    const { owner } = world.line;
    world.engine.close();
    world.platform.pass(5000);
    assert.equal([world.told, world.line.owner, owner === null], [[], null, false]);
});

test.run();
