// What the AT engine sends: bytes behind a prompt or spelled within the command, over a port that takes little, and what is owed after a send that failed. Whole dialogues: transcripts.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineWorld, sizes, step } from './engine-world.ts';

const plain = step('AT+X');
const send = step('AT+SEND=%n', { expect: ['SEND OK'], fail: ['ERROR', 'SEND FAIL'], sends: true });

test('bytes go out behind the prompt, with or without a space, and not before', () => {
    for (const size of sizes) {
        for (const prompt of ['\r\n> ', '\r\n>', '> ', '>', '\r\n+URC\r\n>']) {
            const world = new EngineWorld();
            world.begin(send, 0, '>abc');
            assert.is(world.line.written, 'AT+SEND=4\r');
            world.says(prompt, size);
            assert.is(world.line.written, 'AT+SEND=4\r>abc');
            world.says('\r\n+URC\r\n\r\nSEND OK\r\n', size);
            assert.is(world.told.at(-1), 'end 0', JSON.stringify(prompt));
            assert.is(world.told.filter(each => each.startsWith('line')).every(each => each === 'line +URC'), true);
        }
    }
});

test('the end of a send before its bytes are out is not its end', () => {
    const world = new EngineWorld();
    world.begin(send, 0, 'abc');
    world.says('SEND OK\r\n');
    assert.equal(world.told, ['line SEND OK']);
});

test('a refusal in place of the prompt ends it, and nothing is owed', () => {
    const world = new EngineWorld();
    world.begin(send, 0, 'abc');
    world.says('\r\nERROR\r\n');
    assert.equal([world.told, world.engine.owes, world.line.written], [['end 1'], false, 'AT+SEND=3\r']);
});

test('a prompt is looked for in a send only, once', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.says('> \r\n');
    assert.equal(world.told, ['line > ']);
    world.says('OK\r\n');
    world.begin(send, 0, 'ab');
    world.says('>>\r\n');
    assert.is(world.line.written, 'AT+X\rAT+SEND=2\rab');
});

test('bytes wait as long as the modem wants behind the prompt', () => {
    const world = new EngineWorld({ prompt: '@', promptDelay: 50 });
    world.begin(send, 0, 'abc');
    world.says('\r\n@');
    world.platform.pass(49);
    assert.is(world.line.written, 'AT+SEND=3\r');
    world.platform.pass(1);
    assert.is(world.line.written, 'AT+SEND=3\rabc');
    world.says('\r\nSEND OK\r\n');
    assert.equal(world.told, ['end 0']);
});

test('bytes may be spelled within the command, over a line that takes little, and their count is held against the answer', () => {
    const spelled = step('AT+SEND=%i,"%x",1', { expect: ['+SEND: %l', 'OK'], sends: true });
    const bytes = String.fromCharCode(...Array.from({ length: 150 }, (_, index) => index * 7 & 255));
    const written = `AT+SEND=0,"${Buffer.from(bytes, 'latin1').toString('hex').toUpperCase()}",1\r`;
    for (const room of [1, 7, 64, 1000]) {
        for (const [count, end] of [[150, 'end 0'], [149, 'end 1']] as const) {
            const world = new EngineWorld();
            world.line.room = room;
            world.begin(spelled, 0, bytes);
            while (world.line.written.length < written.length) {
                assert.equal(world.told, []);
                world.line.room = room;
                world.line.owner!.onWritable();
            }
            assert.is(world.line.written, written);
            world.says(`\r\n+SEND: ${count}\r\n\r\nOK\r\n`);
            assert.equal(world.told, [end]);
        }
    }
});

test('what answers a command before all of it is out is not its end, but a failure is', () => {
    const spelled = step('AT+SEND="%x"', { sends: true });
    const world = new EngineWorld();
    world.line.room = 12;
    world.begin(spelled, 0, 'abcdef');
    world.says('OK\r\n');
    assert.equal(world.told, ['line OK']);
    world.says('ERROR\r\n');
    assert.equal(world.told, ['line OK', 'end 1']);
    world.line.room = 100;
    world.line.owner!.onWritable();
    assert.is(world.line.written, 'AT+SEND="616', 'the rest does not go out');
    assert.not(world.engine.owes);
});

test('a line that takes little gets all in the end, command and bytes', () => {
    const world = new EngineWorld();
    world.line.room = 3;
    world.begin(send, 0, 'abcdef');
    assert.is(world.line.written, 'AT+');
    for (let round = 0; round < 4; round++) {
        world.line.room = 3;
        world.line.owner!.onWritable();
    }
    assert.is(world.line.written, 'AT+SEND=6\r');
    world.line.room = 2;
    world.says('>');
    assert.is(world.line.written, 'AT+SEND=6\rab');
    world.line.room = 100;
    world.line.owner!.onWritable();
    assert.is(world.line.written, 'AT+SEND=6\rabcdef');
    world.says('\r\nSEND OK\r\n');
    assert.equal(world.told, ['end 0']);
});

test('what a command that was given up has left over does not go out later', () => {
    for (const giveUp of [(world: EngineWorld) => world.platform.pass(1000), (world: EngineWorld) => world.engine.awaitQuiet(100, 1000)]) {
        const world = new EngineWorld();
        world.line.room = 3;
        world.begin(plain);
        giveUp(world);
        world.line.room = 100;
        world.line.owner!.onWritable();
        assert.is(world.line.written, 'AT+');
    }
});

test('a send that gets no answer owes bytes, and padding pays them', () => {
    const world = new EngineWorld({ lineSize: 64 });
    world.begin(send, 0, 'x'.repeat(100));
    world.says('>');
    world.platform.pass(1000);
    assert.equal([world.told, world.engine.owes], [['end 2'], true]);
    world.line.written = '';
    world.engine.sender.pad(100);
    assert.is(world.line.written, '\0'.repeat(100));
});

test('a send without its prompt owes nothing', () => {
    const world = new EngineWorld();
    world.begin(send, 0, 'abc');
    world.platform.pass(1000);
    assert.equal([world.told, world.engine.owes], [['end 2'], false]);
});

test.run();
