// The AT engine's modes, one by one: echo, lines, prompts, counted bytes, deadlines, quiet. Whole dialogues: transcripts.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineWorld, step } from './engine-world.ts';

const sizes = [1, 2, 3, 7, 1000];
const plain = step('AT+X');
const send = step('AT+SEND=%n', { expect: ['SEND OK'], fail: ['ERROR', 'SEND FAIL'], sends: true });
const read = step('AT+READ=%n', { header: '+READ: %n' });

test('a command is written once, and its end is a line of its own', () => {
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(plain);
        assert.is(world.line.written, 'AT+X\r');
        world.says('\r\nNOT OK\r\nOK!\r\n\r\nOK\r\n', size);
        assert.equal(world.told, ['line NOT OK', 'line OK!', 'end 0'], `in pieces of ${size}`);
    }
});

test('lines may end with CR LF, LF, CR CR LF, and may be empty', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.says('\n\r\n+A\n+B\r\r\nOK\n');
    assert.equal(world.told, ['line +A', 'line +B', 'end 0']);
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

test('the command sent back is echo, a line before it is not', () => {
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(plain);
        world.says('+URC\r\nAT+X\r\r\nOK\r\n', size);
        assert.equal(world.told, ['line +URC', 'echo', 'end 0'], `in pieces of ${size}`);
    }
});

test('without an exchange every line is told, and none ends anything', () => {
    const world = new EngineWorld();
    world.says('OK\r\nERROR\r\n> \r\n');
    assert.equal(world.told, ['line OK', 'line ERROR', 'line > ']);
});

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

test('counted bytes are counted, whatever they look like', () => {
    const bytes = '\r\nOK\r\n+READ: 4\r\n>\0\x1a';
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(read, 100);
        world.says(`\r\n+READ: ${bytes.length}\r\n${bytes}\r\n\r\nOK\r\n`, size);
        assert.equal(world.told, ['data ' + bytes, 'end 0'], `in pieces of ${size}`);
    }
});

test('a header may stand on the line of its bytes, and a quote behind them', () => {
    const quoted = step('AT+READ=%n', { header: '+READ: %n,"', trailer: '"' });
    for (const size of sizes) {
        const world = new EngineWorld();
        world.begin(quoted, 100);
        world.says('\r\n+READ: 5,""\r\nab"\r\n\r\nOK\r\n', size);
        assert.equal(world.told, ['data "\r\nab', 'end 0'], `in pieces of ${size}`);
    }
});

test('a header is one in a read only', () => {
    const world = new EngineWorld();
    world.begin(plain);
    world.says('+READ: 4\r\nOK\r\n');
    assert.equal(world.told, ['line +READ: 4', 'end 0']);
});

for (const [what, answer] of [
    ['they come twice', '+READ: 4\r\nabcd\r\n+READ: 4\r\nabcd\r\nOK\r\n'], ['the end of their line was lost', '+READ: 4\r\nabcd+READ: 4\r\nabcd\r\nOK\r\n'],
    ['a byte was lost among them', '+READ: 4\r\nabc\r\nOK\r\n'], ['one was added', '+READ: 4\r\nabcde\r\nOK\r\n'], ['more than was asked for', '+READ: 101\r\n'],
    ['a length with a digit too many', '+READ: 41\r\nabcd\r\n' + 'OK\r\n'.repeat(10)],
] as const) {
    test(`counted bytes are garbled: ${what}`, () => {
        for (const size of sizes) {
            const world = new EngineWorld();
            world.begin(read, 100);
            world.says(answer, size);
            assert.is(world.told.filter(each => each.startsWith('end')).join(), 'end 3', `in pieces of ${size}`);
        }
    });
}

test('a line that is too long is dropped and counted, and the next one is heard', () => {
    for (const size of sizes) {
        const world = new EngineWorld({ lineSize: 16 });
        world.begin(plain);
        world.says('x'.repeat(17) + '\r\n' + 'y'.repeat(16) + '\r\nOK\r\n', size);
        assert.equal(world.told, ['line ' + 'y'.repeat(16), 'end 0']);
        assert.is(world.engine.overlong, 1);
    }
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

test('a send without its prompt owes nothing', () => {
    const world = new EngineWorld();
    world.begin(send, 0, 'abc');
    world.platform.pass(1000);
    assert.equal([world.told, world.engine.owes], [['end 2'], false]);
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

test('a pause is told once, and lines in it as well', () => {
    const world = new EngineWorld();
    world.engine.rest(500);
    world.says('+URC\r\n');
    world.platform.pass(500);
    world.platform.pass(5000);
    assert.equal(world.told, ['line +URC', 'pause']);
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

test('the line that says that nothing is there may be the end itself, and that of a read that brought bytes', () => {
    const secure = step('AT+CCHRECV=%i,%n', { header: '+CCHRECV: DATA,%i,%n', expect: ['OK', '+CCHRECV: %i,%z'], empty: '+CCHRECV: %i,0' });
    const world = new EngineWorld();
    world.begin(secure, 64);
    world.says('\r\nOK\r\n\r\n+CCHRECV: 0,0\r\n');
    assert.equal(world.told, ['end 0']);
    world.begin(secure, 64);
    world.says('\r\nOK\r\n\r\n+CCHRECV: DATA,0,4\r\nabcd\r\n+CCHRECV: 0,0\r\n');
    assert.equal(world.told.slice(1), ['data abcd', 'end 0']);
    world.knows = false;
    world.begin(secure, 64);
    world.says('\r\nOK\r\n\r\ncd\r\n+CCHRECV: 0,0\r\n');
    assert.is(world.told.at(-1), 'end 3', 'what is left of bytes whose header was lost is no empty read');
});

test.run();
