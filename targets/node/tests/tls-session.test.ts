// TLS sessions that outlast the process: where they lie, whom they are good for, and that a wrong one costs nothing but a longer handshake.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions as ServerOptions } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../../hardware-tests/host/until.ts';
import { MemoryStore } from '../../../src/outbox/index.ts';
import type { Store } from '../../../src/store.ts';
import { FileStore } from '../index.ts';
import type { TlsOptions } from '../index.ts';
import { assertRefused, authority, connected, cycle, make } from './tls.ts';
import { Peer, certificate, freePort } from './witness.ts';

const memory = (size = 9000): Uint8Array => new Uint8Array(size);

const peers: Peer[] = [];

/** As `Peer.tls`; it ends with its test, however that ends. */
async function listen(...options: Parameters<typeof Peer.tls>): Promise<Peer> {
    const peer = await Peer.tls(...options);
    peers.push(peer);
    return peer;
}

test.after.each(async () => {
    for (const peer of peers.splice(0)) await peer.stop();
});

/** What the next process has of `bytes`. */
const again = (bytes: Uint8Array): Store => new MemoryStore(bytes);

/** A connection of a process of its own, which has nothing but what lies in `bytes`. True: the session was resumed. */
function connectAnew(peer: Peer, bytes: Uint8Array, options: Partial<TlsOptions> = {}): Promise<boolean> {
    return cycle(make({ port: peer.port, sessionStore: again(bytes), ...options }), peer);
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`${maxVersion}: each process resumes the session of the one before, from a file`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'tls-session-'));
        const peer = await listen(undefined, { maxVersion });
        const seen: boolean[] = [];
        try {
            for (let count = 0; count < 4; count++) {
                const store = new FileStore({ path: join(folder, 'session'), capacity: 20000 });
                const transport = make({ port: peer.port, sessionStore: store });
                seen.push(await cycle(transport, peer));
                assert.is(transport.protocolVersion, maxVersion);
                await until('it lies in the store', () => store.count === 1);
                store.close();
            }
            assert.equal(seen, [false, true, true, true]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    test(`${maxVersion}: a session that the server has forgotten falls back to a whole handshake, and the new one is kept`, async () => {
        const port = await freePort();
        const bytes = memory();
        const seen: boolean[] = [];
        for (let start = 0; start < 2; start++) {
            const peer = await listen(undefined, { maxVersion }, port);
            seen.push(await connectAnew(peer, bytes), await connectAnew(peer, bytes));
            await peer.stop();
        }
        assert.equal(seen, [false, true, false, true]);
    });
}

test('a session is good for the same server, trust and identity only', async () => {
    const ticketKeys = randomBytes(48);
    const peer = await listen(undefined, { ticketKeys });
    const bytes = memory();
    assert.is(await connectAnew(peer, bytes, { servername: 'localhost' }), false);
    const identity = { cert: certificate('client.pem'), key: certificate('client.key'), passphrase: 'motemq' };
    for (const other of [{ servername: 'broker.example' }, { ca: [authority, authority] }, { insecureAcceptAnyServer: true }, identity, { host: 'localhost' }, { minVersion: 'TLSv1.3' as const }]) {
        assert.is(await connectAnew(peer, bytes.slice(), { servername: 'localhost', ...other }), false, Object.keys(other).join());
    }
    assert.is(await connectAnew(peer, bytes, { servername: 'localhost' }), true);
});

test('a session made without looking who the server is opens no door to one that looks', async () => {
    const stranger: ServerOptions = { cert: certificate('alone.pem'), key: certificate('alone.key') };
    const peer = await listen(undefined, stranger);
    const bytes = memory();
    assert.is(await connectAnew(peer, bytes, { insecureAcceptAnyServer: true }), false);
    assert.is(again(bytes).count, 1);
    await assertRefused(make({ port: peer.port, sessionStore: again(bytes) }), peer);
});

test('what is damaged, or no session, is not offered', async () => {
    const peer = await listen();
    const bytes = memory();
    await connectAnew(peer, bytes);
    const record = new Uint8Array(4000);
    const size = again(bytes).read(0, record, 0);
    const holding = (damaged: Uint8Array): Uint8Array => {
        const other = memory();
        assert.ok(again(other).append(damaged, 0, damaged.length));
        return other;
    };
    // The format, the digest, the session; then what a cut has left.
    for (const at of [0, 1, 20, 40, 500]) {
        const damaged = record.slice(0, size);
        damaged[at] ^= 1;
        assert.is(await connectAnew(peer, holding(damaged)), false, `byte ${at}`);
    }
    for (const length of [1, 33, 300]) assert.is(await connectAnew(peer, holding(record.slice(0, length))), false, `${length} bytes`);
    assert.is(await connectAnew(peer, bytes), true);
});

test('a ticket is spent when a handshake begins, for the next process too', async () => {
    const bytes = memory();
    const ticketKeys = randomBytes(48);
    const port = await freePort();
    let peer = await listen(undefined, { ticketKeys }, port);
    await connectAnew(peer, bytes);
    await peer.stop();
    const breaker = await Peer.tcp((visit) => visit.socket.on('data', () => visit.socket.end('not TLS')), {}, port);
    await assertRefused(make({ port, sessionStore: again(bytes) }), breaker, /./);
    assert.is(again(bytes).count, 0);
    await breaker.stop();
    peer = await listen(undefined, { ticketKeys }, port);
    assert.is(await connectAnew(peer, bytes), false);
    assert.is(await connectAnew(peer, bytes), true);
});

test('a store that is too small, or takes nothing, does no harm', async () => {
    const peer = await listen();
    const full: Store = { count: 0, recordSize: 9000, append: () => false, read: () => 0, drop() {} };
    for (const sessionStore of [again(memory(100)), full]) {
        const transport = make({ port: peer.port, sessionStore });
        assert.is(await cycle(transport, peer), false);
        assert.is(await cycle(transport, peer), true, 'in memory it is kept');
        const { visit } = await connected(transport, peer);
        transport.close();
        await until('it has ended', () => visit.ended);
    }
});

test.run();
