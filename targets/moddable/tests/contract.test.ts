// The transport contract (src/transport.ts), statement by statement, on the virtual board over real TCP.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Board } from '../../../hardware-tests/boards/xs/board.ts';
import { bundleForBoard } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, bootScript, engine, listen } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';
import { CONNECTION_LOST, CONNECT_FAILED, TRANSPORT_FAULT } from '../../../src/reasons.ts';

const script = engine.available ? await bundleForBoard(join(root, 'targets', 'moddable', 'tests', 'contract-board.ts')) : '';

function pattern(length: number): Buffer {
    return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7) & 0xff));
}

interface Scene {
    readonly board: Board;
    /** The board's connections, as the peer has them. */
    readonly sockets: readonly Socket[];
    /** What the peer received, by connection. */
    readonly received: Buffer[];
    /** Does `lines` on the board, one after the other. */
    tell(...lines: string[]): Promise<void>;
    /** What the owner was told, and results, so far. */
    events(): string[];
    /** Waits until the board has said a line that starts so. */
    hears(start: string): Promise<void>;
    /** Opens and waits until both ends know. */
    connect(): Promise<Socket>;
}

/** Boots a board and a peer, lets `play` go on, and ends both: the board must end in order. */
async function stage(config: object, play: (scene: Scene) => Promise<void>): Promise<void> {
    const received: Buffer[] = [];
    const peer = await listen(socket => {
        const number = received.push(Buffer.alloc(0)) - 1;
        socket.on('data', data => {
            received[number] = Buffer.concat([received[number], data]);
        });
    });
    const board = bootScript(script, { port: peer.port, ...config });
    let said = 0;
    const tell = async (...lines: string[]): Promise<void> => {
        for (const line of lines) {
            const before = board.lines.length;
            board.send(line);
            await until(`the board has done '${line}'`, () => board.lines.slice(before).includes(`done ${line}`));
        }
    };
    const connect = async (): Promise<Socket> => {
        const before = peer.sockets.length;
        const opens = board.lines.filter(line => line === 'open').length;
        await tell('open');
        await until('both ends are open', () => peer.sockets.length > before && board.lines.filter(line => line === 'open').length > opens);
        return peer.sockets[before];
    };
    try {
        await board.line('ready');
        said = board.lines.length;
        const events = (): string[] => board.lines.slice(said).filter(line => !line.startsWith('done '));
        const hears = (start: string): Promise<void> => until(`the board says '${start}'`, () => events().some(line => line.startsWith(start)));
        await play({ board, sockets: peer.sockets, received, tell, connect, events, hears });
        board.send('exit');
        assert.equal(await board.end, { code: 0, errors: '' });
    } finally {
        await board.stop();
        await peer.close();
    }
}

boardTest('bytes are held until flush and leave in one write, and only start..end', () => stage({}, async ({ tell, connect, events, received }) => {
    await connect();
    await tell('write 5', 'write 6', 'writes', 'flush', 'flush', 'writes');
    await until('bytes arrive', () => received[0].length === 11);
    assert.equal(received[0], pattern(11));
    assert.equal(events(), ['open', 'took 5', 'took 6', 'writes 0', 'writes 1']);
}));

for (const config of [{}, { foreignBuffer: true }, { writeSize: 7 }, { writeSize: 1000, foreignBuffer: true }]) {
    boardTest(`200 kB go out unchanged, in parts, with onWritable after each refusal: ${JSON.stringify(config)}`, () => stage(config, async ({ tell, connect, events, received }) => {
        await connect();
        await tell('send 200000');
        await until('all bytes arrive', () => received[0].length >= 200000);
        assert.ok(received[0].equals(pattern(200000)));
        assert.ok(events().filter(event => event === 'writable').length > 10);
    }));
}

for (const config of [{}, { readSize: 1 }, { readSize: 1000 }]) {
    boardTest(`what was received comes whole and in order, in views of the right length: ${JSON.stringify(config)}`, () => stage(config, async ({ tell, connect, board }) => {
        const socket = await connect();
        socket.write(pattern(20000));
        let counts = '';
        await until('all has come', () => {
            board.send('counts');
            counts = board.lines.filter(line => line.startsWith('sent ')).at(-1) ?? '';
            return counts.includes('received 20000');
        });
        assert.is(counts, 'sent 0 received 20000 wrong 0');
        await tell('close');
    }));
}

boardTest('a write before the connection is open takes nothing and is called back after onOpen', () => stage({}, async ({ tell, events, hears }) => {
    await tell('early');
    await hears('writable');
    assert.equal(events(), ['took 0', 'open', 'writable']);
    await tell('close', 'write 5');
    assert.is(events().at(-1), 'took 0');
}));

boardTest('a refused connection is CONNECT_FAILED, once, and the transport opens again afterwards', async () => {
    const closed = await listen(() => {});
    await closed.close();
    await stage({ port: closed.port }, async ({ tell, events, hears }) => {
        await tell('open');
        await hears('close ');
        await tell('onClose open', 'open');
        await until('both further attempts have failed', () => events().length === 3);
        assert.equal(events(), Array(3).fill(`close ${CONNECT_FAILED}`));
    });
});

boardTest('the peer\'s FIN is CONNECTION_LOST, after all that it sent', () => stage({ readSize: 3 }, async ({ connect, events, hears }) => {
    (await connect()).end(pattern(5));
    await hears('close ');
    assert.equal(events(), ['open', 'bytes 3', 'bytes 2', `close ${CONNECTION_LOST}`]);
}));

boardTest('a reset is CONNECTION_LOST, and the next connection is as new', () => stage({}, async ({ connect, tell, events, received, hears }) => {
    (await connect()).resetAndDestroy();
    await hears('close ');
    await connect();
    await tell('write 4', 'flush');
    await until('bytes arrive', () => received[1].length === 4);
    assert.equal(events(), ['open', `close ${CONNECTION_LOST}`, 'open', 'took 4']);
}));

boardTest('bytes taken before a close are still sent, and no callback follows it', () => stage({}, async ({ connect, tell, events, sockets, received }) => {
    const socket = await connect();
    let ended = false;
    socket.on('end', () => {
        ended = true;
    });
    await tell('write 900', 'close', 'close');
    await until('the peer sees the end', () => ended && sockets[0].destroyed);
    assert.equal(received[0], pattern(900));
    assert.equal(events(), ['open', 'took 900']);
}));

boardTest('close inside each callback is the last that the owner hears of a connection', () => stage({ readSize: 2 }, async ({ connect, tell, events, sockets, hears }) => {
    await tell('onOpen close');
    await connect();
    await until('it is gone', () => sockets[0].destroyed);
    await tell('onBytes close');
    (await connect()).write(pattern(9));
    await until('it is gone', () => sockets[1].destroyed);
    await tell('onClose close');
    (await connect()).end();
    await hears('close ');
    assert.equal(events(), ['open', 'open', 'bytes 2', 'open', `close ${CONNECTION_LOST}`]);
}));

boardTest('close while connecting leaves nothing behind', () => stage({}, async ({ tell, connect, events }) => {
    await tell('regret', 'regret');
    await connect();
    assert.equal(events(), ['open']);
}));

for (const callback of ['onOpen', 'onBytes', 'onWritable']) {
    boardTest(`an exception out of ${callback} ends the connection as a TRANSPORT_FAULT and not the machine`, () => stage({}, async ({ tell, connect, events, hears }) => {
        await tell(`${callback} throw`);
        if (callback === 'onBytes') (await connect()).write('a');
        else await tell('early');
        await hears('close ');
        assert.is(events().at(-1), `close ${TRANSPORT_FAULT}`);
        assert.ok(events().includes('motemq: a connection failed: Error: thrown'));
        await connect();
    }));
}

boardTest('an exception out of onClose stays inside', () => stage({}, async ({ tell, connect, events, hears }) => {
    await tell('onClose throw');
    (await connect()).end();
    await hears('motemq:');
    await connect();
    assert.equal(events(), ['open', `close ${CONNECTION_LOST}`, 'motemq: the end of a connection: Error: thrown', 'open']);
}));

test.run();
