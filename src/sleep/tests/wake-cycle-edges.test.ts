// A wake cycle at its edges: no image, wakes of the machine that come early or late, and a cycle that is told twice.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishHex } from '../../session/tests/world.ts';
import { CONNACK, CONNECT, INTERVAL, boot, lasting, without } from './node.ts';

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

test('a wake whose first turn comes when its time is up tries nothing for long', () => {
    const { cycle, log, add, platform } = boot(lasting(), { timeLimit: 10000 });
    add('a');
    cycle.wake(false);
    platform.sleep(11000);
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL - 11000} undelivered`]);
    assert.is(cycle.givenUp, 1);
});

test.run();
