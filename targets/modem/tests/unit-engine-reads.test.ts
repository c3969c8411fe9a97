// Counted bytes that the AT engine reads, whatever they look like: their headers, and how it sees that some are lost. Whole dialogues: transcripts.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineWorld, sizes, step } from './engine-world.ts';

const plain = step('AT+X');
const read = step('AT+READ=%n', { header: '+READ: %n' });

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
