// `embedded:io/socket/tcp` of the virtual board over real TCP: the semantics of Moddable's class on lwIP.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, createServer, type AddressInfo } from 'node:net';
import { until } from '../../../host/until.ts';
import { boardTest, boot, listen, said } from './on-board.ts';

/** Runs `body` on a board against a server that does `serve`; returns what the board said and what the server received. */
async function talk(body: string, serve: Parameters<typeof listen>[0] = () => {}, options: Parameters<typeof boot>[1] = {}): Promise<{ lines: readonly string[]; received: Buffer }> {
    const received: Buffer[] = [];
    let open = 0;
    const peer = await listen(socket => {
        open++;
        socket.on('data', data => received.push(data));
        socket.on('close', () => open--);
        serve(socket);
    });
    try {
        const lines = await said(`const to = { address: '127.0.0.1', port: config.port };${body}`, { ...options, config: { port: peer.port, ...options.config } });
        await until('the peer has seen the end', () => open === 0);
        return { lines, received: Buffer.concat(received) };
    } finally {
        await peer.close();
    }
}

boardTest('the first onWritable means connected and tells the room; callbacks run with the socket as this', async () => {
    const { lines } = await talk(`
        const socket = new TCP({ ...to, target: 'mine', onWritable(count) {
            say(count + ' ' + (this === socket) + ' ' + this.target + ' ' + this.format);
            Board.exit(0);
        } });
        say('made');`);
    assert.equal(lines, ['made', '8192 true mine buffer']);
});

boardTest('the address must be an IP address, the port a port', async () => {
    assert.equal(await said(`
        say(attempt(() => new TCP({ address: 'localhost', port: 1 })));
        say(attempt(() => new TCP({ port: 1 })));
        say(attempt(() => new TCP({ address: '127.0.0.1', port: 65536 })));
        say(attempt(() => new TCP({ address: '127.0.0.1', port: 1, format: 'string' })));
        say(attempt(() => new TCP({ address: '127.0.0.1', port: 1, onError: 1 })));
        Board.exit(0);`), ['Error: invalid address', 'Error: invalid address', 'RangeError: invalid port', 'RangeError: unimplemented', 'TypeError: onError is no function']);
});

boardTest('write takes ArrayBuffer, typed array, part of one, DataView and nothing, and returns the room that is left', async () => {
    const { lines, received } = await talk(`
        const bytes = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        new TCP({ ...to, onWritable() {
            if (this.target) return;
            this.target = 1;
            say(this.write(bytes));
            say(this.write(bytes.buffer));
            say(this.write(bytes.subarray(2, 5)));
            say(this.write(new DataView(bytes.buffer, 8, 2)));
            say(this.write(new Uint8Array(0)));
            say(attempt(() => this.write('text')));
            say(attempt(() => this.write(5)));
            say(attempt(() => this.write()));
            this.close();
            Timer.set(() => Board.exit(0), 1);
        } });`);
    assert.equal(lines, ['8182', '8172', '8169', '8167', '8167', 'TypeError: this is no buffer', 'TypeError: this is no buffer', 'TypeError: no data']);
    assert.equal([...received], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 8, 9]);
});

boardTest('write before the connection throws "not ready"; more than there is room for throws "would block" and takes nothing', async () => {
    const { lines, received } = await talk(`
        const socket = new TCP({ ...to, onWritable(count) {
            if (this.target) return;
            this.target = 1;
            say(attempt(() => this.write(new Uint8Array(101))));
            say(this.write(new Uint8Array(100)));
            say(attempt(() => this.write(new Uint8Array(1))));
            say(this.write(new Uint8Array(0)));
            this.close();
            Timer.set(() => Board.exit(0), 1);
        } });
        say(attempt(() => socket.write(new Uint8Array(1))));`, undefined, { sendWindow: 100 });
    assert.equal(lines, ['Error: not ready', 'Error: would block', '0', 'Error: would block', '0']);
    assert.is(received.length, 100);
});

boardTest('format "number" writes and reads single bytes', async () => {
    const { lines, received } = await talk(`
        new TCP({ ...to, format: 'number',
            onWritable() { if (!this.target) { this.target = 1; say(this.write(200)); say(this.write(256 + 7)); } },
            onReadable(count) {
                if (count < 2) return;
                say(this.format);
                say(this.read() + ' ' + this.read() + ' ' + this.read());
                this.format = 'buffer';
                say(this.format + ' ' + attempt(() => { this.format = 'object'; }));
                this.close();
                Timer.set(() => Board.exit(0), 1);
            } });`, socket => socket.on('data', data => socket.write(data)));
    assert.equal([...received], [200, 7]);
    assert.equal(lines, ['8191', '8190', 'number', '200 7 undefined', 'buffer RangeError: unimplemented']);
});

boardTest('read takes all, so many, or fills a view; more than there is throws and takes nothing', async () => {
    const { lines } = await talk(`
        const show = buffer => new Uint8Array(buffer).join();
        const into = new Uint8Array(8);
        const socket = new TCP({ ...to, onReadable(count) {
            if (count < 8) return;
            say(attempt(() => this.read(count + 1)));
            say(attempt(() => this.read(0)));
            say(attempt(() => this.read(-1)));
            say(attempt(() => this.read(new Uint8Array(9))));
            say(attempt(() => this.read(new Uint8Array(0))));
            say(show(this.read(2)));
            say(this.read(into.subarray(3, 6)) + ' ' + show(into.buffer));
            say(this.read(new DataView(into.buffer, 7, 1)) + ' ' + into[7]);
            const rest = this.read();
            say((rest instanceof ArrayBuffer) + ' ' + show(rest));
            say(this.read() + ' ' + this.read(1) + ' ' + this.read(into));
            Board.exit(0);
        } });
        say(socket.read());`, socket => socket.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
    assert.equal(lines, ['undefined', 'Error: invalid', 'Error: invalid', 'Error: invalid', 'Error: invalid', 'Error: invalid',
        '1,2', '3 0,0,0,3,4,5,0,0', '1 6', 'true 7,8', 'undefined undefined undefined']);
});

boardTest('onReadable tells all that is unread and comes again only for new bytes', async () => {
    const { lines } = await talk(`
        let calls = 0;
        new TCP({ ...to,
            onWritable() { if (!this.target) { this.target = 1; this.write(new Uint8Array(1)); } },
            onReadable(count) {
                calls++;
                say(count);
                if (count === 3) Timer.set(() => { say('calls ' + calls); this.write(new Uint8Array(1)); }, 30);
                if (count === 6) Board.exit(0);
            } });`, socket => socket.on('data', () => socket.write('abc')));
    assert.equal(lines, ['3', 'calls 1', '6']);
});

boardTest('a clean close by the peer is onError without an argument, after all unread bytes are read', async () => {
    const { lines } = await talk(`
        new TCP({ ...to,
            onReadable(count) {
                say('readable ' + count);
                Timer.set(() => { say('reads'); this.read(2); Timer.set(() => { say('reads the rest'); this.read(); }, 10); }, 30);
            },
            onError() {
                say('error ' + arguments.length + ' ' + this.read());
                say(attempt(() => this.write(new Uint8Array(1))));
                Timer.set(() => Board.exit(0), 10);
            } });`, socket => socket.end('abcd'));
    assert.equal(lines, ['readable 4', 'reads', 'reads the rest', 'error 0 undefined', 'Error: not ready']);
});

boardTest('a refused connection is onError, never an exception, and not during the constructor', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    assert.equal(await said(`
        new TCP({ address: '127.0.0.1', port: config.port, onWritable() { say('writable'); },
            onError() { say('error ' + attempt(() => this.write(new Uint8Array(1)))); this.close(); Board.exit(0); } });
        say('made');`, { config: { port } }), ['made', 'error Error: not ready']);
});

boardTest('a reset by the peer is one onError', async () => {
    const { lines } = await talk(`
        new TCP({ ...to, onWritable() { if (!this.target) { this.target = 1; this.write(new Uint8Array(1)); } },
            onError() { say('error'); Timer.set(() => Board.exit(0), 20); } });`, socket => socket.on('data', () => socket.resetAndDestroy()));
    assert.equal(lines, ['error']);
});

boardTest('no callback follows close, closing twice is fine, other calls throw', async () => {
    const { lines } = await talk(`
        let closed = false;
        const socket = new TCP({ ...to, onReadable(count) {
            // It throws if the end has come with the bytes.
            attempt(() => this.write(new Uint8Array(1)));
            this.close();
            this.close();
            closed = true;
            say(attempt(() => this.read()).split(':')[0] + ' ' + attempt(() => this.write(new Uint8Array(1))).split(':')[0] + ' ' + attempt(() => this.format).split(':')[0]);
            Timer.set(() => Board.exit(0), 30);
        }, onError() { say('error'); }, onWritable() { if (closed) say('writable after close'); if (!this.target) { this.target = 1; this.write(new Uint8Array(1)); } } });`,
    socket => {
        socket.once('data', () => {
            socket.write('abc');
            socket.end();
        });
    });
    assert.equal(lines, ['SyntaxError SyntaxError SyntaxError']);
});

boardTest('a socket that is closed while it connects says nothing', async () => {
    const { lines } = await talk(`
        const socket = new TCP({ ...to, onWritable() { say('writable'); }, onError() { say('error'); } });
        socket.close();
        Timer.set(() => Board.exit(0), 30);`);
    assert.equal(lines, []);
});

boardTest('bytes written before close and before Board.exit still arrive', async () => {
    const { received } = await talk(`
        new TCP({ ...to, onWritable() { this.write(new Uint8Array(8000).fill(1)); this.close(); new TCP({ ...to, onWritable() { this.write(new Uint8Array(8000).fill(2)); Board.exit(0); } }); } });`);
    assert.is(received.filter(byte => byte === 1).length, 8000);
    assert.is(received.filter(byte => byte === 2).length, 8000);
});

boardTest('writes of one turn leave in one system call, and the socket is writable again afterwards', async () => {
    const { lines, received } = await talk(`
        let sends, writes;
        new TCP({ ...to, onWritable(count) {
            if (this.target) { say(count + ' ' + (Meter.writes() - writes) + ' ' + (Meter.sends() - sends) + ' ' + Meter.bytesOut() + ' ' + Meter.bytesIn()); Board.exit(0); }
            this.target = 1;
            sends = Meter.sends();
            writes = Meter.writes();
            for (let i = 0; i < 5; i++) this.write(new Uint8Array(10));
        } });`);
    assert.equal(lines, ['8192 5 1 50 0']);
    assert.is(received.length, 50);
});

boardTest('reading, writing and every callback allocate nothing', async () => {
    const { lines } = await talk(`
        const bytes = new Uint8Array(32), part = bytes.subarray(8, 24), into = new Uint8Array(16);
        let slots = 0, heap = 0, rounds = 0;
        new TCP({ ...to,
            onWritable(count) { if (rounds === 0) { rounds = 1; this.write(part); } },
            onReadable(count) {
                if (count < 16) return;
                if (rounds === 3) { slots = Meter.slots(); heap = Meter.chunkBytes(); }
                if (rounds === 103) { say(heapSince(slots, heap) + ' ' + Meter.collections()); Board.exit(0); }
                rounds++;
                this.read(into);
                this.format = 'number';
                this.read();
                this.format = 'buffer';
                this.write(part);
            } });`, socket => socket.on('data', data => socket.write(data)));
    assert.equal(lines, ['0/0 0']);
});

for (const window of [8192, 1536, 100]) {
    boardTest(`300 kB come back unchanged through windows of ${window} bytes`, async () => {
        const { lines, received } = await talk(`
            const chunk = new Uint8Array(1000), into = new Uint8Array(64), total = 300000;
            let written = 0, read = 0, wrong = 0;
            new TCP({ ...to, nodelay: true,
                onWritable(count) {
                    while (count > 0 && written < total) {
                        const n = Math.min(count, chunk.length, total - written);
                        for (let i = 0; i < n; i++) chunk[i] = (written + i) * 7 >> 3;
                        count = this.write(n === chunk.length ? chunk : chunk.subarray(0, n));
                        written += n;
                    }
                },
                onReadable(count) {
                    while (count > 0) {
                        const n = Math.min(count, into.length), view = n === into.length ? into : into.subarray(0, n);
                        count -= this.read(view);
                        for (let i = 0; i < n; i++, read++) if (view[i] !== (read * 7 >> 3 & 255)) wrong++;
                    }
                    if (read === total) { say(read + ' ' + wrong); Board.exit(0); }
                } });`, socket => socket.pipe(socket), { sendWindow: window, receiveWindow: window });
        assert.equal(lines, ['300000 0']);
        assert.is(received.length, 300000);
    });
}

boardTest('unread bytes hold the peer back', async () => {
    const peer = await listen(() => {});
    const board = boot(`
        const socket = new TCP({ address: '127.0.0.1', port: config.port, onReadable(count) { say('readable ' + count); } });
        Board.onLine = () => { let bytes = 0; for (;;) { const data = socket.read(); if (!data) break; bytes += data.byteLength; } say('read ' + bytes); };`,
    { config: { port: peer.port }, receiveWindow: 2000 });
    try {
        await until('the board is connected', () => peer.sockets.length === 1);
        const [socket] = peer.sockets;
        socket.write(Buffer.alloc(20_000_000));
        await board.line('readable 2000');
        await new Promise(resolve => setTimeout(resolve, 100));
        assert.ok(socket.writableLength > 10_000_000, `${socket.writableLength} bytes still wait at the peer`);
        assert.is(board.lines[board.lines.length - 1], 'readable 2000');
        board.send('read');
        assert.is(await board.line('read '), 'read 2000');
        await until('more has come', () => board.lines.filter(line => line.startsWith('readable')).length > 1);
    } finally {
        await board.stop();
        await peer.close();
    }
});

boardTest('a peer that does not read leaves no room, and reading gives it back', async () => {
    const peer = await listen(socket => socket.pause());
    const board = boot(`
        const bytes = new Uint8Array(4096);
        let sum = 0, blocked = false;
        new TCP({ address: '127.0.0.1', port: config.port,
            onWritable(count) { while (count >= bytes.length) { count = this.write(bytes); sum += bytes.length; } if (blocked) { blocked = false; say('again'); Board.exit(0); } } });
        let last = -1;
        Timer.repeat(() => { if (sum === last && !blocked) { blocked = true; say('blocked'); } last = sum; }, 100);`,
    { config: { port: peer.port } });
    try {
        await board.line('blocked');
        peer.sockets[0].resume();
        assert.is(await board.line('again'), 'again');
    } finally {
        await board.stop();
        await peer.close();
    }
});

boardTest('sockets survive collections of garbage, and several run at once', async () => {
    const { lines } = await talk(`
        let open = 0, done = 0;
        for (let i = 0; i < 10; i++) new TCP({ ...to,
            onWritable() { if (this.target) return; this.target = 1; Meter.collect(); this.write(new Uint8Array([i])); },
            onReadable() { Meter.collect(); if (new Uint8Array(this.read())[0] !== i) say('wrong'); this.close(); if (++done === 10) { say('all'); Board.exit(0); } } });
        Meter.collect();`, socket => socket.on('data', data => socket.write(data)));
    assert.equal(lines, ['all']);
});

boardTest('a subclass of TCP is a socket', async () => {
    const { lines } = await talk(`
        class Mine extends TCP { hello() { say('hello ' + (this instanceof TCP)); } }
        new Mine({ ...to, onWritable() { this.hello(); Board.exit(0); } });
        say(attempt(() => TCP({ ...to })));`);
    assert.equal(lines, ['TypeError: call: TCP', 'hello true']);
});

boardTest('IPv6 works where the machine has it', async () => {
    const server = createServer(socket => socket.on('error', () => {}));
    const has = await new Promise<boolean>(resolve => server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true)));
    if (!has) {
        return;
    }
    const { port } = server.address() as AddressInfo;
    try {
        assert.equal(await said(`new TCP({ address: '::1', port: config.port, onWritable() { say('connected'); Board.exit(0); } });`, { config: { port } }), ['connected']);
    } finally {
        server.close();
        connect(port, '::1').on('error', () => {}).destroy();
    }
});

test.run();
