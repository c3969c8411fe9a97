// A wake cycle at its edges: options left out or extreme, wakes that come early or late, and a client that is used past the cycle.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytes, publishHex } from '../../session/tests/world.ts';
import type { WakeCycleOptions } from '../index.ts';
import { INTERVAL, boot, lasting } from './node.ts';

const CONNECT = '100d00044d5154540400' + '0017' + '000163';
const CONNACK = bytes('20020000');
const puback = (packetIdentifier: number) => [0x40, 2, 0, packetIdentifier];
/** `boot` with an option of its own left out. */
const without = (name: 'goodbye' | 'image') => ({ [name]: undefined }) as Partial<WakeCycleOptions>;

test('the radio has 50 ms for DISCONNECT if `goodbye` is left out', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), without('goodbye'));
    add('a');
    wake();
    transport.sends(...CONNACK, ...puback(1));
    platform.pass(49);
    assert.equal(log, []);
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 50}`]);
});

test('without an image the node sleeps as with one, and nothing is written but messages', () => {
    const memory = lasting();
    const { transport, log, add, wake, platform } = boot(memory, { ...without('image'), attempts: 1 }, { waitForConnack: true });
    add('a');
    wake();
    transport.breaks();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
    assert.ok(memory.image.every(byte => byte === 0));
    const after = boot(memory, without('image'));
    after.wake();
    assert.is(after.transport.take(), CONNECT + publishHex('a', 1), 'published anew');
});

test('the connection by which the client learns that the broker takes nothing early does not count: without room for an image it would learn that for ever', () => {
    const { transport, log, add, wake, platform, cycle } = boot(lasting(), { ...without('image'), attempts: 1 });
    add('a');
    wake();
    assert.is(transport.take(), CONNECT + publishHex('a', 1));
    transport.breaks();
    platform.pass(platform.pending);
    platform.pass(platform.pending);
    transport.opened();
    assert.is(transport.take(), CONNECT);
    transport.breaks();
    platform.turn();
    assert.is(log.length, 1, 'and no other is tried');
    assert.is(cycle.wakes, 1);
});

test('a wake of the machine before anything is due changes nothing', () => {
    const { log, add, wake, platform } = boot(lasting(), { timeLimit: 10000 }, { keepAlive: 60 });
    add('a');
    wake();
    const { pending } = platform;
    assert.ok(pending > 1);
    platform.wakeAfter(1);
    platform.pass(1);
    assert.is(platform.pending, pending - 1);
    platform.pass(9999);
    assert.equal(log, [`sleep ${INTERVAL - 10000} undelivered`]);
});

test('keepAlive 0 is asked for as such: no ping however long the wake listens; left out, it is a little longer than a wake, and there is none either', () => {
    for (const [keepAlive, bytes] of [[0, '0000'], [undefined, '01bd']] as const) {
        const { transport, log, wake, platform } = boot(lasting(), { timeLimit: 400000, downlinkWindow: 390000 }, { keepAlive });
        wake();
        assert.is(transport.take().slice(20, 24), bytes);
        transport.sends(...CONNACK);
        platform.turn();
        platform.pass(389999);
        assert.is(transport.take(), '');
        assert.equal(log, []);
        platform.pass(1);
        assert.is(transport.take(), 'e000');
    }
});

test('what is asked for when a deadline is over already does not call it off', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), { timeLimit: 10000 });
    add('a');
    wake();
    transport.sends(...CONNACK);
    platform.turn();
    platform.sleep(11000);
    add('b');
    assert.is(platform.pending, 0);
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL - 11000} undelivered`]);
});

test('what `credentials` throws reaches the platform, and the wake goes on', () => {
    const fault = new Error('mine');
    const { transport, log, add, wake, platform } = boot(lasting(), {}, { credentials: () => { throw fault; } });
    add('a');
    wake();
    assert.equal(platform.errors, [fault]);
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL}`]);
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

test('a wake that may be longer than any keep-alive has the longest', () => {
    const { transport, add, wake } = boot(lasting(), { timeLimit: 60000000 });
    add('a');
    wake();
    assert.ok(transport.take().startsWith(CONNECT.replace('0017', 'ffff')));
});

test('a further `wake` while awake only tells what is urgent', () => {
    const { cycle, transport, log, add, wake, platform } = boot(lasting(), { attempts: 1 }, { waitForConnack: true });
    add('a');
    wake();
    cycle.wake(true);
    platform.turn();
    assert.equal([cycle.wakes, transport.opens], [1, 1]);
    transport.breaks();
    platform.turn();
    assert.equal(log, ['sleep 500 undelivered']);
});

test('an application that uses the client while the node sleeps starts no wake and ends none', () => {
    const { cycle, client, transport, log, platform } = boot(lasting());
    client.start();
    platform.turn();
    transport.opened();
    transport.sends(...CONNACK);
    platform.turn();
    assert.is(transport.take(), CONNECT);
    client.stop();
    platform.turn();
    assert.is(transport.take(), 'e000');
    assert.is(transport.owner, null);
    assert.equal(log, []);
    assert.is(cycle.wakes, 0);
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

test('a node that could not connect to listen does so after its pause, and not only when `maximumAge` is over again', () => {
    const { transport, wake, fails, platform } = boot(lasting(), { downlinkWindow: 300, maximumAge: 8 * INTERVAL });
    wake();
    assert.is(transport.opens, 1);
    fails();
    assert.is(transport.opens, 2);
    platform.pass(INTERVAL);
    wake();
    assert.is(transport.opens, 3);
    transport.sends(...CONNACK);
    platform.pass(301);
    for (let wakes = 1; wakes < 8; wakes++) {
        platform.pass(INTERVAL);
        wake();
        assert.is(transport.opens, 3, 'it has listened');
    }
    platform.pass(INTERVAL);
    wake();
    assert.is(transport.opens, 4);
});

test('a window that a broken link cuts short begins again with the next connection; without another the wake was in vain', () => {
    for (const attempts of [2, 1]) {
        const { cycle, transport, log, wake, platform } = boot(lasting(), { downlinkWindow: 3000, attempts });
        wake();
        transport.sends(...CONNACK);
        platform.pass(100);
        transport.breaks();
        platform.pass(500);
        assert.is(transport.opens, attempts);
        if (attempts > 1) {
            transport.opened();
            transport.sends(...CONNACK);
            platform.pass(2999);
            assert.equal(log, []);
            platform.pass(1);
        }
        assert.is(log.length, 1);
        assert.is(cycle.givenUp, 2 - attempts);
    }
});

test('room in the send buffer is told to the application, and what waits in the outbox goes out', () => {
    let told = 0;
    const { transport, log, add, wake, platform } = boot(lasting(), {}, { sendBuffer: new Uint8Array(90), onWritable: () => { told++; } });
    const texts = ['a', 'b'].map(text => text.repeat(20));
    for (const text of texts) add(text);
    wake();
    assert.is(transport.take(), CONNECT + publishHex(texts[0], 1));
    assert.is(told, 0);
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.is(told, 1);
    const second = transport.take();
    const identifier = parseInt(second.slice(10, 14), 16);
    assert.is(second, publishHex(texts[1], identifier));
    transport.sends(...puback(identifier));
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL}`]);
});

test.run();
