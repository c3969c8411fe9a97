// When the radio is used, and for how long the board sleeps: batches, ages, pauses after wakes in vain, and alarms, which wait for none of them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualPlatform, publishHex } from '../../session/tests/world.ts';
import { DROP_OLDEST } from '../index.ts';
import { CONNACK, CONNECT, INTERVAL, boot, lasting, puback } from './node.ts';

test('with nothing to send the radio stays off, and the interval counts from the beginning of the wake', () => {
    const { cycle, transport, log, platform } = boot(lasting());
    cycle.wake(false);
    platform.sleep(30);
    platform.turn();
    assert.is(transport.opens, 0);
    assert.equal(log, [`sleep ${INTERVAL - 30}`]);
});

/** How many wakes pass between the connections that a node tries, `failures` times in vain. */
function pauses(failures: number, random: number, options = {}): number[] {
    const platform = new VirtualPlatform();
    const { transport, add, cycle } = boot(lasting(), { attempts: 1, ...options }, {}, platform);
    platform.random = () => random;
    add('a');
    const waits: number[] = [];
    for (let wakes = 1; waits.length < failures; wakes++) {
        cycle.wake(false);
        platform.turn();
        if (transport.owner) {
            transport.breaks();
            waits.push(wakes);
            wakes = 0;
        }
        platform.pass(INTERVAL);
    }
    return waits.slice(1);
}

test('after wakes in vain the radio rests for a random time that grows, while the wakes go on', () => {
    assert.equal(pauses(5, 0), [1, 1, 1, 1], 'full jitter begins at 0');
    assert.equal(pauses(4, 2 * INTERVAL), [1, 2, 2]);
    // At most the maximum, 2^32 - 1 modulo that plus one ms.
    for (const [maximum, most] of [[3 * INTERVAL, 3], [16 * INTERVAL, 16]] as const) {
        assert.ok(pauses(9, 0xffffffff, { maximumPause: maximum }).every(wakes => wakes <= most));
    }
});

test('a batch waits until there are so many', () => {
    const { transport, log, add, wake } = boot(lasting(), { batchCount: 3 });
    for (const opens of [0, 0, 1]) {
        add('x');
        wake();
        assert.is(transport.opens, opens);
    }
    assert.is(log.length, 2);
    assert.is(transport.take(), CONNECT + publishHex('x', 1) + publishHex('x', 2) + publishHex('x', 3));
});

test('a batch waits until the oldest is so old, across deep sleeps', () => {
    const memory = lasting();
    const first = boot(memory);
    first.wake();
    let wakes = 0;
    for (; ; wakes++) {
        const { transport, add, wake } = boot(memory, { batchCount: 100, maximumAge: 4 * INTERVAL });
        if (wakes === 0) add('x');
        wake();
        if (transport.opens) break;
        assert.ok(wakes < 10);
    }
    assert.is(wakes, 4);
});

test('what another run has left is of unknown age, and does not wait for its batch', () => {
    const memory = lasting();
    boot(memory).add('x');
    const { transport, wake } = boot({ ...memory, image: new Uint8Array(100) }, { batchCount: 100, maximumAge: 4 * INTERVAL });
    wake();
    assert.is(transport.opens, 1);
});

test('a batch that the store has no room for does not wait', () => {
    const { transport, add, wake } = boot({ ...lasting(), messages: new Uint8Array(30) }, { batchCount: 100, policy: DROP_OLDEST });
    add('0123456789');
    wake();
    assert.is(transport.opens, 0);
    add('0123456789');
    add('0123456789');
    wake();
    assert.is(transport.opens, 1);
});

test('an alarm waits for no batch and no pause, and comes again soon if it was in vain', () => {
    const { cycle, transport, log, add, wake, platform } = boot(lasting(), { batchCount: 100, attempts: 1, timeLimit: 10000 });
    add('x');
    wake();
    assert.is(transport.opens, 0);
    add('fire');
    cycle.wake(true);
    platform.turn();
    transport.breaks();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL}`+ ' undelivered', 'sleep 500 undelivered']);
    platform.pass(500);
    wake();
    transport.sends(...CONNACK, ...puback(1), ...puback(2));
    platform.turn();
    assert.is(log.at(-1), `sleep ${INTERVAL}`);
    add('x');
    wake();
    assert.is(transport.opens, 2, 'what comes after it waits for its batch again');
});

test('an alarm is remembered across a deep sleep', () => {
    const memory = lasting();
    const before = boot(memory, { batchCount: 100, attempts: 1 });
    before.add('fire');
    before.cycle.wake(true);
    before.platform.turn();
    before.transport.breaks();
    before.platform.turn();
    const after = boot(memory, { batchCount: 100 });
    after.wake();
    assert.is(after.transport.opens, 1);
});

test('the longest pause is the longest time if 16 intervals are longer', () => {
    const interval = 100000000;
    const { transport, add, cycle, platform } = boot(lasting(), { interval, attempts: 1 });
    add('a');
    for (let failures = 0; failures < 5; failures++) {
        // The first pauses are none, the last is the longest: 2^31 - 1 modulo 2^30 ms.
        platform.random = () => failures < 4 ? 0 : 0x7fffffff;
        cycle.wake(false);
        platform.turn();
        transport.breaks();
        platform.pass(interval);
    }
    let wakes = 0;
    for (; transport.opens < 6 && wakes < 20; wakes++) {
        cycle.wake(false);
        platform.pass(interval);
    }
    assert.is(wakes, Math.ceil(0x3fffffff / interval));
});

test('what is urgent comes again with the next wake if that is sooner than its pause', () => {
    const { cycle, transport, log, add, platform } = boot(lasting(), { interval: 400, attempts: 1 }, { waitForConnack: true });
    add('fire');
    cycle.wake(true);
    platform.turn();
    transport.breaks();
    platform.turn();
    assert.equal(log, ['sleep 400 undelivered']);
});

test('a wake longer than the interval is followed by the shortest sleep', () => {
    const { log, add, wake, platform } = boot(lasting(), { interval: 5000, timeLimit: 10000 });
    add('a');
    wake();
    platform.pass(10000);
    assert.equal(log, ['sleep 1 undelivered']);
});

test('the time since the beginning of the wake counts in the age of a batch', () => {
    for (const [late, opens] of [[29, 0], [30, 1]]) {
        const { cycle, transport, add, wake, platform } = boot(lasting(), { batchCount: 100, maximumAge: INTERVAL + 30 });
        wake();
        add('x');
        wake();
        cycle.wake(false);
        platform.sleep(late);
        platform.turn();
        assert.is(transport.opens, opens);
    }
});

test('a batch that overflowed is tried again without waiting, until all of it is delivered', () => {
    const { cycle, transport, add, wake, fails, platform } = boot({ ...lasting(), messages: new Uint8Array(30) }, { batchCount: 100, attempts: 1, policy: DROP_OLDEST }, { waitForConnack: true });
    platform.random = () => 0;
    for (let texts = 0; texts < 3; texts++) add('0123456789');
    for (let wakes = 1; wakes <= 2; wakes++) {
        wake();
        assert.is(transport.opens, wakes);
        fails();
    }
    wake();
    transport.sends(...CONNACK);
    transport.sends(...puback(1));
    platform.turn();
    assert.is(cycle.outbox.count, 0);
    add('0123456789');
    wake();
    assert.is(transport.opens, 3, 'the next batch has not overflowed');
});

test('what is held when the application ends a wake is as old as it was', () => {
    const { transport, client, add, wake, platform } = boot(lasting(), { batchCount: 2, maximumAge: 2 * INTERVAL });
    wake();
    add('x');
    wake();
    add('x');
    wake();
    assert.is(transport.opens, 1);
    transport.sends(...CONNACK, ...puback(1));
    client.stop();
    platform.turn();
    wake();
    assert.is(transport.opens, 2, 'the one that is left does not wait for another');
});

test('a batch has no age while there is none', () => {
    const { transport, add, wake, log } = boot(lasting(), { batchCount: 100, maximumAge: 2 * INTERVAL });
    for (let wakes = 0; wakes < 5; wakes++) wake();
    add('x');
    wake();
    wake();
    assert.is(transport.opens, 0);
    wake();
    assert.is(transport.opens, 1);
    assert.is(log.length, 7);
});

test('messages of unknown age are so after a wake in vain and a deep sleep, too', () => {
    const memory = lasting();
    boot(memory).add('x');
    const options = { batchCount: 100, attempts: 1, maximumAge: 4 * INTERVAL };
    for (let sleeps = 0; sleeps < 3; sleeps++) {
        const { transport, wake, fails, platform } = boot(memory, options, { waitForConnack: true });
        platform.random = () => 0;
        wake();
        assert.is(transport.opens, 1);
        fails();
    }
});

test('the policy chooses among all that gathers while the node sleeps: none of it waits in the client', () => {
    const { cycle, client, transport, add, wake, platform } = boot({ ...lasting(), messages: new Uint8Array(30) }, { policy: DROP_OLDEST });
    add('first');
    wake();
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.not(cycle.awake);
    for (const text of ['0123456789', 'abcdefghij']) add(text);
    assert.ok(client.safeToSleep);
    wake();
    assert.is(transport.take(), CONNECT + publishHex('abcdefghij', 2));
});

test.run();
