// What goes to the Store of the SDK's TLS session and comes back. The module of the SDK is played; with the real one see README.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryStore } from '../../../src/outbox/index.ts';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { Store } from '../../../src/store.ts';
import { TlsMemory } from '../tls-memory.ts';
import type { SslCache, TlsMemoryOptions } from '../tls-memory.ts';

/** The cache of the SDK: one entry. */
class Cache implements SslCache {
    host?: string;
    id?: ArrayBuffer;
    secret?: ArrayBuffer;

    saveSession(host: string, id: ArrayBuffer, secret: ArrayBuffer): void {
        this.host = host;
        this.id = id;
        this.secret = secret;
    }

    deleteSessionID(): void {
        delete this.host;
        delete this.id;
        delete this.secret;
    }

    get shown(): unknown[] {
        return [this.host, this.id && [...new Uint8Array(this.id)], this.secret && [...new Uint8Array(this.secret)]];
    }
}

const run = (length: number, first: number): ArrayBuffer => Uint8Array.from({ length }, (_, index) => first + index).buffer;
const NOTHING = [undefined, undefined, undefined];

/** A run of the program: the SDK's RAM is new. */
function wake(bytes: Uint8Array, options: Partial<TlsMemoryOptions> = {}) {
    const cache = new Cache();
    return { cache, memory: new TlsMemory({ platform: new VirtualPlatform(), cache, store: new MemoryStore(bytes), serverName: 'broker.example', ...options }) };
}

/** Memory of a board that has made a session. */
function lived(options: Partial<TlsMemoryOptions> = {}): Uint8Array {
    const bytes = new Uint8Array(300);
    const { cache, memory } = wake(bytes, options);
    cache.saveSession('broker.example', run(32, 1), run(48, 100));
    memory.settle(true);
    return bytes;
}

const SESSION = ['broker.example', [...new Uint8Array(run(32, 1))], [...new Uint8Array(run(48, 100))]];

test('a session comes back after a sleep', () => {
    assert.equal(wake(new Uint8Array(300)).cache.shown, NOTHING);
    assert.equal(wake(lived()).cache.shown, SESSION);
});

test('what did not work is forgotten, in RAM and for the next wake', () => {
    const bytes = lived();
    const { cache, memory } = wake(bytes);
    memory.settle(false);
    assert.equal(cache.shown, NOTHING);
    assert.equal(wake(bytes).cache.shown, NOTHING);
    memory.settle(false);
    memory.settle(true);
    assert.is(new MemoryStore(bytes).count, 0);
});

test('a session that the server did not take back is given up: the SDK has then none at all, and makes one at the next handshake', () => {
    const bytes = lived();
    const { cache, memory } = wake(bytes);
    cache.deleteSessionID();
    memory.settle(true);
    assert.is(new MemoryStore(bytes).count, 0);
    const next = wake(bytes);
    assert.equal(next.cache.shown, NOTHING);
    next.cache.saveSession('broker.example', run(32, 5), run(48, 6));
    next.memory.settle(true);
    assert.equal(wake(bytes).cache.shown, next.cache.shown);
});

test('flash is written for a new session only', () => {
    const bytes = lived();
    const inner = new MemoryStore(bytes);
    let appended = 0;
    let refuses = true;
    const store: Store = {
        get count() { return inner.count; }, recordSize: inner.recordSize,
        append: (from, start, end) => (appended++, !refuses && inner.append(from, start, end)), read: (index, into, start) => inner.read(index, into, start), drop: count => inner.drop(count),
    };
    const { cache, memory } = wake(bytes, { store });
    memory.settle(true);
    assert.is(appended, 0);
    cache.saveSession('broker.example', run(32, 7), run(48, 9));
    memory.settle(true);
    refuses = false;
    memory.settle(true);
    memory.settle(true);
    assert.equal([appended, inner.count], [3, 1], 'refused twice, which gave up the former; then taken');
    assert.equal(wake(bytes).cache.shown, cache.shown);
});

test('a session of another server, or made with another authority, is not used', () => {
    const bytes = lived({ certificate: run(9, 1) });
    assert.equal(wake(bytes, { certificate: new Uint8Array(run(9, 1)) }).cache.shown, SESSION);
    assert.equal(wake(bytes, { certificate: run(9, 2) }).cache.shown, NOTHING);
    assert.equal(wake(bytes, { certificate: run(9, 1), serverName: 'other.example' }).cache.shown, NOTHING);
    const { cache, memory } = wake(bytes, { certificate: run(9, 1) });
    cache.saveSession('other.example', run(32, 7), run(48, 9));
    memory.settle(true);
    assert.equal(wake(bytes, { certificate: run(9, 1) }).cache.shown, SESSION);
});

test('what is no session, too long or damaged is not handed on', () => {
    for (const [id, secret] of [[0, 48], [32, 0], [33, 48], [32, 60]]) {
        const bytes = new Uint8Array(300);
        const { cache, memory } = wake(bytes);
        cache.saveSession('broker.example', run(id, 1), run(secret, 1));
        memory.settle(true);
        assert.is(new MemoryStore(bytes).count, 0, `${id} and ${secret}`);
    }
    const record = new Uint8Array(100);
    const size = new MemoryStore(lived()).read(0, record, 0);
    // Behind the checksum the length of the ID, which now takes all there is.
    const greedy = record.slice(0, size);
    greedy[4] = 80;
    for (const damaged of [Uint8Array.of(1), new Uint8Array(5), new Uint8Array(200).fill(1), record.slice(0, 36), greedy]) {
        const bytes = new Uint8Array(300);
        new MemoryStore(bytes).append(damaged, 0, damaged.length);
        assert.equal(wake(bytes).cache.shown, NOTHING, damaged.join());
    }
});

test.run();
