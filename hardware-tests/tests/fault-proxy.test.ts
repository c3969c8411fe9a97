// The fault proxy between real sockets: what passes, what does not, and when it ends.
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Visit } from '../../targets/node/tests/witness.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import type { Faults, ProxyOptions } from '../host/fault-proxy.ts';
import { settle, until } from '../host/until.ts';

/** A server behind a proxy, and clients in front of it. */
class Line {
    readonly server: Server;
    readonly visits: Visit[] = [];
    proxy!: FaultProxy;

    constructor() {
        this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.visits.push(new Visit(socket)));
    }

    static async start(options: Partial<ProxyOptions> = {}): Promise<Line> {
        const line = new Line();
        await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
        line.proxy = await FaultProxy.start({ target: (line.server.address() as AddressInfo).port, ...options });
        return line;
    }

    /** A client, and what it saw. */
    connect(): Visit {
        return new Visit(connect({ port: this.proxy.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }) as Socket);
    }

    /** A client and the server's end of its connection. */
    async both(faults: Faults = {}): Promise<[client: Visit, server: Visit]> {
        const earlier = this.visits.length;
        this.proxy.plan(faults);
        const client = this.connect();
        await until('the server has the connection', () => this.visits.length > earlier);
        return [client, this.visits[earlier]];
    }

    async stop(): Promise<void> {
        this.proxy.stop();
        for (const { socket } of this.visits) socket.destroy();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

test('without faults bytes and both half-closes pass, and are counted each way', async () => {
    const heard: string[] = [];
    const line = await Line.start({
        onConnection: ({ number }) => heard.push(`connection ${number}`),
        onBytes: (_connection, direction, bytes) => heard.push(`${direction} ${bytes.toString()}`),
        onEnd: ({ number }) => heard.push(`end ${number}`),
    });
    const [client, server] = await line.both();
    client.socket.end('question');
    await until('the question and FIN arrive', () => server.ended);
    server.socket.write('ans');
    await until('a part of the answer arrives', () => client.bytes.length === 3);
    server.socket.end('wer');
    await until('the answer and FIN arrive', () => client.ended);
    assert.is(server.bytes.toString(), 'question');
    assert.is(client.bytes.toString(), 'answer');
    await until('the proxy is told of the end', () => line.proxy.current!.ended);
    const { up, down } = line.proxy.current!;
    assert.equal([up.received, up.chunks, up.forwarded], [8, 1, 8]);
    assert.equal([down.received, down.chunks, down.forwarded], [6, 2, 6]);
    assert.equal(heard, ['connection 0', 'up question', 'down ans', 'down wer', 'end 0']);
    await line.stop();
});

test('a cut on command ends both sides, by FIN or by RST', async () => {
    const line = await Line.start();
    for (const how of ['fin', 'rst'] as const) {
        const [client, server] = await line.both();
        line.proxy.current!.cut(how);
        if (how === 'fin') {
            await until('both see FIN', () => client.ended && server.ended);
        } else {
            await until('both see RST', () => client.errorCode === 'ECONNRESET' && server.errorCode === 'ECONNRESET');
        }
        client.socket.destroy();
    }
    await line.stop();
});

for (const how of ['fin', 'rst'] as const) {
    for (const direction of ['up', 'down'] as const) {
        test(`cut by ${how} after exactly N bytes ${direction}, wherever writes begin and end`, async () => {
            const line = await Line.start();
            for (const bytes of [0, 1, 4, 5, 9]) {
                const [client, server] = await line.both({ [direction]: { cutAfter: { bytes, how } } });
                const [from, to] = direction === 'up' ? [client, server] : [server, client];
                if (bytes > 0) {
                    from.socket.write('abcde');
                    from.socket.write('fghij');
                }
                await until('both ends are cut', () => [from, to].every((end) => end.ended || end.errorCode !== ''));
                assert.is(to.bytes.toString(), 'abcdefghij'.slice(0, bytes));
                assert.is(to.errorCode, how === 'rst' ? 'ECONNRESET' : '');
                assert.is(line.proxy.current![direction].forwarded, bytes);
                client.socket.destroy();
            }
            await line.stop();
        });
    }
}

test('a stalled direction holds bytes and ends until it is let go; the other goes on', async () => {
    const line = await Line.start();
    const [client, server] = await line.both({ up: { stalled: true } });
    client.socket.end('held');
    server.socket.write('passes');
    await until('the other direction passes', () => client.bytes.length === 6);
    await settle();
    assert.is(server.bytes.length, 0);
    assert.is(server.ended, false);
    line.proxy.current!.set({ up: { stalled: false } });
    await until('the end arrives', () => server.ended);
    assert.is(server.bytes.toString(), 'held');
    client.socket.destroy();
    await line.stop();
});

test('pieces: the reader gets exactly the sizes that were asked for, over and over', async () => {
    const line = await Line.start();
    const [client, server] = await line.both({ up: { pieces: [1, 3] } });
    client.socket.write('abcdefghij');
    await until('all arrives', () => server.bytes.length === 10);
    assert.equal(server.chunks.map(String), ['a', 'bcd', 'e', 'fgh', 'i', 'j']);
    client.socket.destroy();
    await line.stop();
});

test('delay is per direction, keeps the order and holds the end too', async () => {
    const line = await Line.start();
    const [client, server] = await line.both({ up: { delay: 40 } });
    const sent = performance.now();
    client.socket.write('one ');
    await settle(2);
    client.socket.end('two');
    server.socket.write('at once');
    await until('the direction without delay passes', () => client.bytes.length === 7);
    await until('the end arrives', () => server.ended);
    assert.ok(performance.now() - sent >= 40);
    assert.is(server.bytes.toString(), 'one two');
    client.socket.destroy();
    await line.stop();
});

test('a black hole accepts, counts and never answers; the server hears nothing', async () => {
    const line = await Line.start();
    line.proxy.plan({ blackHole: true });
    const client = line.connect();
    client.socket.end('anybody?');
    await until('the proxy has the bytes', () => line.proxy.current?.up.received === 8);
    await settle();
    assert.is(line.visits.length, 0);
    assert.is(client.ended || client.errorCode !== '', false);
    client.socket.destroy();
    await line.stop();
});

test('what is dropped on a living connection vanishes in silence', async () => {
    const line = await Line.start();
    const [client, server] = await line.both();
    client.socket.write('1');
    await until('it arrives', () => server.bytes.length === 1);
    line.proxy.current!.set({ up: { dropped: true } });
    client.socket.write('2');
    await until('the proxy has it', () => line.proxy.current!.up.received === 2);
    line.proxy.current!.set({ up: { dropped: false } });
    client.socket.write('3');
    await until('it arrives', () => server.bytes.length === 2);
    assert.is(server.bytes.toString(), '13');
    client.socket.destroy();
    await line.stop();
});

test('while refusing, new connections are refused and old ones live; accept opens the same port', async () => {
    const line = await Line.start();
    const [client, server] = await line.both();
    const { port } = line.proxy;
    line.proxy.refuse();
    const refused = line.connect();
    await until('it is refused', () => refused.errorCode === 'ECONNREFUSED');
    client.socket.write('still here');
    await until('it passes', () => server.bytes.length === 10);
    await line.proxy.accept();
    assert.is(line.proxy.port, port);
    const [again] = await line.both();
    again.socket.destroy();
    client.socket.destroy();
    await line.stop();
});

test('plans are for one connection each; the others get the faults of the options', async () => {
    const line = await Line.start({ faults: { down: { cutAfter: { bytes: 1, how: 'fin' } } } });
    const [planned, first] = await line.both({});
    first.socket.write('abc');
    await until('all passes', () => planned.bytes.length === 3);
    const common = line.connect();
    await until('the server has it', () => line.visits.length === 2);
    line.visits[1].socket.write('abc');
    await until('it is cut', () => common.ended);
    assert.is(common.bytes.toString(), 'a');
    for (const { socket } of [planned, common]) socket.destroy();
    await line.stop();
});

test('RST passes from either end to the other', async () => {
    const line = await Line.start();
    for (const resetter of [0, 1]) {
        const ends = await line.both();
        ends[resetter].socket.resetAndDestroy();
        await until('the other end is reset', () => ends[1 - resetter].errorCode === 'ECONNRESET');
    }
    await line.stop();
});

test('a broker that is not there resets the client', async () => {
    const line = await Line.start();
    await new Promise((resolve) => line.server.close(resolve));
    const client = line.connect();
    await until('the client is reset', () => client.errorCode === 'ECONNRESET');
    line.proxy.stop();
});

test('a reader that stops reading stops the writer through the proxy', async () => {
    const line = await Line.start();
    const [client, server] = await line.both();
    server.socket.pause();
    const total = 64 * 1024 * 1024;
    client.socket.end(Buffer.alloc(total));
    let before = -1;
    while (before !== line.proxy.current!.up.received) {
        before = line.proxy.current!.up.received;
        await settle(50);
    }
    assert.ok(before < total);
    server.socket.resume();
    await until('all passes', () => server.ended);
    assert.is(line.proxy.current!.up.forwarded, total);
    client.socket.destroy();
    await line.stop();
});

test('a rate lets all bytes pass, in order, and no piece before the one ahead of it has had its time', async () => {
    const line = await Line.start();
    const [client, server] = await line.both({ up: { pieces: [10], rate: 1000 } });
    const begun = performance.now();
    client.socket.write(Buffer.from(Array.from({ length: 50 }, (_, index) => index)));
    await until('all is there', () => server.bytes.length === 50);
    assert.equal([...server.bytes], Array.from({ length: 50 }, (_, index) => index));
    // Four waits of 10 ms; a timer of Node's may be 1 ms early.
    assert.ok(performance.now() - begun >= 36);
    await line.stop();
});

test('forgotten connections are reset, the latest goes on, and numbers are not given twice', async () => {
    const line = await Line.start();
    const [first] = await line.both({ up: { dropped: true }, down: { dropped: true } });
    const [second, server] = await line.both();
    line.proxy.forget();
    assert.equal(line.proxy.connections.map(({ number }) => number), [1]);
    await until('the first has ended', () => first.errorCode === 'ECONNRESET' || first.ended);
    second.socket.write('still there');
    await until('the second passes on', () => server.bytes.length === 11);
    await line.both();
    assert.is(line.proxy.current?.number, 2);
    assert.is(line.proxy.accepted, 3);
    await line.stop();
});

test.run();
