// A wake from its beginning to `onSleep`: what goes over the wire and when, what is waited for, and how long at most.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTION_LOST, STOPPING } from '../../index.ts';
import { VirtualPlatform, publishHex } from '../../session/tests/world.ts';
import { CONNACK, CONNECT, INTERVAL, boot, lasting, puback, without } from './node.ts';

test('everything queued follows CONNECT in one write; the last PUBACK alone is waited for; DISCONNECT is the second write', () => {
    const { cycle, transport, log, add, wake, platform } = boot(lasting());
    for (const text of ['a', 'b', 'c']) add(text);
    wake();
    assert.is(transport.take(), CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3));
    assert.is(transport.flushes, 1);
    transport.sends(...CONNACK, ...puback(1), ...puback(2));
    platform.turn();
    assert.equal(log, []);
    transport.sends(...puback(3));
    platform.turn();
    assert.is(transport.flushes, 2);
    assert.is(transport.owner, null);
    assert.equal(log, [`sleep ${INTERVAL}`]);
    assert.not(cycle.awake);
    assert.equal([cycle.wakes, cycle.cycles, cycle.givenUp], [1, 1, 0]);
});

test('DISCONNECT is the last that leaves, and the radio has `goodbye` to send it', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), { goodbye: 80 });
    add('a');
    wake();
    transport.take();
    const write = transport.write.bind(transport);
    const written: string[] = [];
    transport.write = (from, start, end) => {
        written.push(Buffer.from(from.subarray(start, end)).toString('hex'));
        return write(from, start, end);
    };
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.equal(written, ['e000']);
    platform.pass(79);
    assert.equal(log, []);
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 80}`]);
});

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

test('what is added in the turn of `wake` counts, and what is added while it is connected goes out with the rest', () => {
    const { cycle, transport, log, add, platform } = boot(lasting());
    cycle.wake(false);
    add('a');
    platform.turn();
    transport.opened();
    assert.is(transport.take(), CONNECT + publishHex('a', 1));
    transport.sends(...CONNACK);
    add('b');
    transport.sends(...puback(1));
    platform.turn();
    assert.is(transport.take(), publishHex('b', 2));
    transport.sends(...puback(2));
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL}`]);
});

test('more than a window goes out as it is acknowledged, in one connection', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), { window: 2 });
    for (const text of ['a', 'b', 'c']) add(text);
    wake();
    assert.is(transport.take(), CONNECT + publishHex('a', 1) + publishHex('b', 2));
    transport.sends(...CONNACK, ...puback(1), ...puback(2));
    platform.turn();
    assert.is(transport.take(), publishHex('c', 3));
    transport.sends(...puback(3));
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL}`]);
});

test('the window is that of the outbox, or what the client was given', () => {
    const texts = 'abcdefghij'.split('');
    for (const [window, given] of [[9, undefined], [undefined, undefined], [10, 3], [3, 10]]) {
        const { transport, add, wake } = boot(lasting(), { window }, { window: given });
        for (const text of texts) add(text);
        wake();
        const most = Math.min(window ?? 8, given ?? 10);
        assert.is(transport.take(), CONNECT + texts.slice(0, most).map((text, index) => publishHex(text, index + 1)).join(''));
    }
});

test('a wake takes five turns of the machine: to decide, to connect, to stop, to say goodbye, to sleep; then none is pending', () => {
    const pending: number[] = [];
    const { transport, add, wake, platform } = boot(lasting(), { goodbye: 10, onSleep: () => pending.push(platform.pending) });
    add('a');
    wake();
    assert.is(platform.wakes, 2);
    transport.sends(...CONNACK, ...puback(1));
    platform.pass(10);
    assert.is(platform.wakes, 5);
    assert.equal(pending, [-1]);
});

test('no answer: the time limit ends the wake, the message is kept, and the next wake sends it again with DUP', () => {
    const { cycle, transport, log, add, wake, platform } = boot(lasting(), { timeLimit: 10000 }, { keepAlive: 60 });
    add('a');
    wake();
    transport.sends(...CONNACK);
    platform.pass(9999);
    assert.equal(log, []);
    transport.take();
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 10000} undelivered`]);
    assert.is(cycle.outbox.count, 1);
    assert.is(cycle.givenUp, 1);
    wake();
    assert.ok(transport.take().endsWith(publishHex('a', 1, true)));
});

test('a turn that comes late, when the last PUBACK has come, is no wake in vain', () => {
    const { cycle, transport, log, add, wake, platform } = boot(lasting(), { timeLimit: 10000 });
    add('a');
    wake();
    transport.sends(...CONNACK, ...puback(1));
    platform.sleep(11000);
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL - 11000}`]);
    assert.is(cycle.givenUp, 0);
});

test('a transport that takes nothing any more does not keep the board awake beyond time limit and goodbye', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), { timeLimit: 10000 });
    add('a');
    wake();
    transport.sends(...CONNACK);
    add('b');
    transport.room = 0;
    platform.pass(15000);
    assert.equal(log, [`sleep ${INTERVAL - 15000} undelivered`]);
    assert.is(transport.owner, null);
});

test('so many connections are tried as `attempts` says, and the reason of the last is told', () => {
    const { cycle, transport, log, add, platform } = boot(lasting(), { attempts: 3 });
    add('a');
    cycle.wake(false);
    for (let attempt = 0; attempt < 3; attempt++) {
        platform.pass(500);
        transport.breaks(CONNECTION_LOST);
    }
    platform.pass(0);
    assert.is(transport.opens, 3);
    assert.equal(log, [`sleep ${INTERVAL - 1500} undelivered`]);
    assert.is(cycle.reason, CONNECTION_LOST);
});

test('a broker that closes the connection when something follows CONNECT gets the rest after its CONNACK, in the same wake', () => {
    const { transport, log, add, wake, platform } = boot(lasting());
    add('a');
    wake();
    transport.breaks();
    platform.pass(500);
    transport.opened();
    assert.is(transport.take(), CONNECT);
    transport.sends(...CONNACK);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 1, true));
    transport.sends(...puback(1));
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL - 500}`]);
});

test('the clock may wrap during a wake', () => {
    const platform = new VirtualPlatform();
    platform.clock = time => (time + 0x7fffffff - 5000) | 0;
    const { log, add, wake } = boot(lasting(), { timeLimit: 10000 }, {}, platform);
    add('a');
    wake();
    platform.pass(9999);
    assert.equal(log, []);
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 10000} undelivered`]);
});

test('what is added while it says goodbye waits for the next wake: nobody would read its PUBACK', () => {
    const memory = lasting();
    const { cycle, transport, log, add, wake, platform } = boot(memory, {}, {
        onStateChange: state => {
            if (state === STOPPING && log.length === 0) add('b');
        },
    });
    add('a');
    wake();
    transport.take();
    const written: string[] = [];
    const write = transport.write.bind(transport);
    transport.write = (from, start, end) => {
        written.push(Buffer.from(from.subarray(start, end)).toString('hex'));
        return write(from, start, end);
    };
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.equal(written.splice(0), ['e000']);
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
    assert.is(cycle.givenUp, 0);
    wake();
    assert.is(written.join(''), CONNECT + publishHex('b', 2));
});

test('a wake in vain needs no time for a goodbye', () => {
    const { transport, log, add, wake, platform } = boot(lasting(), { attempts: 1, goodbye: 80 }, { waitForConnack: true });
    add('a');
    wake();
    transport.breaks();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
});

test.run();
