// The contract of src/serial.ts on the XS engine: over the virtual board's UART, whose wires are a TCP connection, and over a
// scripted one.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { bundleForBoard } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, bootScript, engine, listen } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { root } from '../../../scripts/root.ts';

const expected = [
    'options 9600 2 17 16 buffer true',
    'nothing fits before the line says so 0 0',
    'room is told 1',
    'a part is taken, in writes of 16 40 3 true',
    'less room than it said 0 0',
    'all 10 0',
    'who got all is not told 0',
    'pieces 32 32 32 4',
    'another speed 2 1 115200',
    'the old one says nothing 100 0',
    'closed inside onBytes 132 1',
    'closed twice 1 0',
    'an exception does not leave undefined',
    'no UART 1 0',
    'sizes RangeError: motemq: writeSize is at least 1: 0 RangeError: motemq: readSize is at least 1: 1.5',
    'allocated 0 0',
];

if (engine.available) {
    const script = await bundleForBoard(join(root, 'targets', 'moddable', 'tests', 'serial-board.ts'));
    const heard: Buffer[] = [];
    const peer = await listen(socket => socket.on('data', (bytes) => {
        heard.push(bytes);
        socket.write(bytes);
    }));
    const board = bootScript(script, { serialPort: peer.port });
    const end = await board.end;
    await peer.close();

    for (const line of expected) boardTest(`the line: ${line}`, () => assert.ok(board.lines.includes(line), board.lines.join('\n')));

    boardTest('1,000 bytes go out over a UART that holds 128, and come back', () => {
        assert.equal(Buffer.concat(heard), Buffer.from(Uint8Array.from({ length: 1000 }, (_, index) => index * 7)));
        assert.ok(board.lines.includes('heard 1000 0'));
        assert.equal(end, { code: 0, errors: '' });
    });
} else boardTest('the line', () => {});

test.run();
