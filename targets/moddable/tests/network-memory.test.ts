// What a board remembers of its network: it comes back after a sleep, is used once until it has proved right, and is forgotten when it has not.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryStore } from '../../../src/outbox/index.ts';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { Store } from '../../../src/store.ts';
import { ACCESS_POINT, BROKER, LEASE, NetworkMemory } from '../network-memory.ts';
import type { NetworkMemoryOptions } from '../network-memory.ts';

const name = 'field broker.example';

function wake(bytes: Uint8Array, options: Partial<NetworkMemoryOptions> = {}): NetworkMemory {
    return new NetworkMemory({ platform: new VirtualPlatform(), store: new MemoryStore(bytes), name, ...options });
}

/** The network is used, and it is known whether that went well. */
function settle(memory: NetworkMemory, worked: boolean): void {
    memory.take(ACCESS_POINT);
    memory.settle(worked);
}

/** Memory of a board that has been on a network. */
function lived(): Uint8Array {
    const bytes = new Uint8Array(400);
    const memory = wake(bytes);
    memory.channel = 11;
    memory.address = '192.168.1.7';
    memory.broker = '192.0.2.9';
    settle(memory, true);
    return bytes;
}

const fields = ({ channel, address, broker }: NetworkMemory) => [channel, address, broker];
const offers = (memory: NetworkMemory): boolean[] => [ACCESS_POINT, LEASE, BROKER].map(what => memory.offers(what));
const NOTHING = [0, '', ''];

test('a board that has been nowhere knows nothing', () => {
    const memory = wake(new Uint8Array(400));
    assert.equal(fields(memory), NOTHING);
    assert.equal(offers(memory), [false, false, false]);
});

test('all of it comes back after a sleep, each to be taken once', () => {
    const memory = wake(lived());
    assert.equal(fields(memory), [11, '192.168.1.7', '192.0.2.9']);
    assert.equal(offers(memory), [true, true, true]);
    assert.is(memory.take(BROKER), true);
    assert.is(memory.take(BROKER), false);
    assert.equal(offers(memory), [true, true, false]);
    memory.take(ACCESS_POINT);
    memory.take(LEASE);
    assert.equal(offers(memory), [false, false, false]);
    settle(memory, true);
    assert.equal(offers(memory), [true, true, true]);
});

test('what was not found is not offered', () => {
    const bytes = new Uint8Array(400);
    const memory = wake(bytes);
    memory.channel = 3;
    settle(memory, true);
    assert.equal(offers(memory), [true, false, false]);
    assert.equal(offers(wake(bytes)), [true, false, false]);
});

test('what did not work is forgotten, for the next wake too', () => {
    const bytes = lived();
    const memory = wake(bytes);
    settle(memory, false);
    assert.equal(fields(memory), NOTHING);
    assert.equal(offers(memory), [false, false, false]);
    assert.equal(fields(wake(bytes)), NOTHING);
    settle(memory, false);
    assert.is(new MemoryStore(bytes).count, 0);
});

test('a wake that ends before it is known whether it worked leaves what there was', () => {
    const bytes = lived();
    const memory = wake(bytes);
    memory.take(BROKER);
    memory.broker = '192.0.2.66';
    assert.is(wake(bytes).broker, '192.0.2.9');
});

test('a wake in which the network was not used says nothing of it', () => {
    const bytes = lived();
    const memory = wake(bytes);
    memory.settle(false);
    assert.is(memory.offers(BROKER), true);
    assert.is(new MemoryStore(bytes).count, 1);
    memory.take(BROKER);
    memory.settle(false);
    memory.settle(true);
    assert.is(new MemoryStore(bytes).count, 0);
});

test('the store is written when something has changed, and has one record', () => {
    const bytes = lived();
    let appended = 0;
    const inner = new MemoryStore(bytes);
    const store: Store = {
        get count() { return inner.count; }, recordSize: inner.recordSize,
        append: (from, start, end) => (appended++, inner.append(from, start, end)), read: (index, into, start) => inner.read(index, into, start), drop: count => inner.drop(count),
    };
    const memory = wake(bytes, { store });
    settle(memory, true);
    settle(memory, true);
    assert.is(appended, 0);
    memory.broker = '192.0.2.10';
    settle(memory, true);
    assert.equal([appended, store.count], [1, 1]);
    assert.is(wake(bytes).broker, '192.0.2.10');
});

test('a store that refuses is asked again', () => {
    let refuses = true;
    const inner = new MemoryStore(new Uint8Array(400));
    const store: Store = { count: 0, recordSize: 400, append: (from, start, end) => !refuses && inner.append(from, start, end), read: () => 0, drop() {} };
    const memory = wake(new Uint8Array(9), { store });
    memory.channel = 1;
    settle(memory, true);
    refuses = false;
    settle(memory, true);
    assert.is(inner.count, 1);
});

test('what another network or broker has left is not used; names may have any letters', () => {
    assert.equal(fields(wake(lived(), { name: 'town broker.example' })), NOTHING);
    const bytes = new Uint8Array(400);
    const memory = wake(bytes, { name: 'Café 木' });
    memory.channel = 4;
    settle(memory, true);
    assert.is(wake(bytes, { name: 'Café 木' }).channel, 4);
    assert.is(wake(bytes, { name: 'Cafe 木' }).channel, 0);
});

test('addresses are looked for anew at one of `refresh` starts and connections, by chance; the channel is not', () => {
    const bytes = lived();
    const offered = (random: number, refresh?: number): boolean[] => {
        const platform = new VirtualPlatform();
        platform.randoms.push(random);
        return offers(wake(bytes, { platform, refresh }));
    };
    for (const random of [1, 31, 33, -1]) assert.equal(offered(random), [true, true, true], String(random));
    for (const random of [0, 32, -32]) assert.equal(offered(random), [true, false, false], String(random));
    assert.equal(offered(5, 1), [true, false, false]);
    const platform = new VirtualPlatform();
    const memory = wake(bytes, { platform });
    for (const [random, addresses] of [[64, false], [65, true]] as const) {
        platform.randoms.push(random);
        settle(memory, true);
        assert.equal(offers(memory), [true, addresses, addresses]);
    }
    assert.throws(() => wake(bytes, { refresh: 0 }), /refresh/);
});

test('whatever lies in the store, it is read without an exception, and a whole start has no more than what is there', () => {
    const record = new Uint8Array(100);
    const size = new MemoryStore(lived()).read(0, record, 0);
    for (let at = 0; at < size; at++) {
        for (const value of [0, 10, 48, 255]) {
            const damaged = record.slice(0, size);
            const bytes = new Uint8Array(400);
            damaged[at] = value;
            new MemoryStore(bytes).append(damaged, 0, size);
            const memory = wake(bytes);
            assert.type(memory.channel, 'number');
            settle(memory, true);
            assert.equal(fields(wake(bytes)), fields(memory), `byte ${at} is ${value}`);
        }
    }
});

test.run();
