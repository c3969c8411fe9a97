// What the AT engine waits for: answers until their deadline, quiet, pauses. Whole dialogues: transcripts.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineWorld, step } from './engine-world.ts';

const plain = step('AT+X');

test('an exchange without an end is unanswered at its deadline, and then only', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.says('+URC\r\n');
    world.platform.pass(999);
    assert.equal(world.told, ['line +URC']);
    world.platform.pass(1);
    assert.equal(world.told, ['line +URC', 'end 2']);
    world.says('OK\r\n');
    assert.is(world.told.at(-1), 'line OK', 'what comes too late ends nothing');
});

test('quiet comes when nothing has come for so long, and after a longest time at any rate', () => {
    const world = new EngineWorld();
    world.engine.awaitQuiet(100, 1000);
    world.platform.pass(60);
    world.says('OK\r\n');
    world.platform.pass(99);
    assert.equal(world.told, [], 'lines are thrown away');
    world.platform.pass(1);
    assert.equal(world.told, ['pause']);
    const noisy = new EngineWorld();
    noisy.engine.awaitQuiet(100, 1000);
    for (let round = 0; round < 30; round++) {
        noisy.says('\xff');
        noisy.platform.pass(50);
    }
    assert.equal(noisy.told.filter(each => each === 'pause'), ['pause']);
});

test('a pause that begins, is begun anew or ends within a line loses nothing of it; what was thrown away for quiet is no part of the next', () => {
    for (let at = 0; at <= 6; at++) {
        const world = new EngineWorld();
        world.says('+URC: 1\r\n'.slice(0, at));
        world.engine.rest(100);
        world.platform.pass(50);
        world.engine.rest(100);
        world.says('+URC: 1\r\n'.slice(at));
        world.says('+URC: 2\r\n'.slice(0, at));
        world.platform.pass(100);
        world.says('+URC: 2\r\n'.slice(at));
        assert.equal(world.told, ['line +URC: 1', 'pause', 'line +URC: 2'], `${at}`);
        world.says('half');
        world.engine.awaitQuiet(100, 1000);
        world.says('junk');
        world.platform.pass(100);
        world.says('+URC: 3\r\n');
        assert.equal(world.told.slice(3), ['pause', 'line +URC: 3'], `${at}`);
    }
});

test('a pause is told once, and lines in it as well', () => {
    const world = new EngineWorld();
    world.engine.rest(500);
    world.says('+URC\r\n');
    world.platform.pass(500);
    world.platform.pass(5000);
    assert.equal(world.told, ['line +URC', 'pause']);
});

test('padding goes out as the port takes it, and quiet is awaited from its end', () => {
    const world = new EngineWorld({ lineSize: 64 });
    world.line.room = 100;
    world.engine.awaitQuiet(100, 5000);
    world.engine.sender.pad(1460);
    assert.is(world.line.written.length, 100);
    world.platform.pass(60);
    world.line.room = 5000;
    world.line.owner!.onWritable();
    assert.is(world.line.written, '\0'.repeat(1460));
    world.platform.pass(99);
    assert.equal(world.told, []);
    world.platform.pass(1);
    assert.equal(world.told, ['pause']);
});

test.run();
