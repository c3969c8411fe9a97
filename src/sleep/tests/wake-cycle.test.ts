// A wake from its beginning to `onSleep`: what goes over the wire and when, what is waited for, and for how long the board sleeps.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTION_LOST, STOPPED, STOPPING, Subscription, Topic } from '../../index.ts';
import { VirtualPlatform, bytes, payloadOf, publishHex } from '../../session/tests/world.ts';
import { DROP_OLDEST, MemoryStore } from '../index.ts';
import { INTERVAL, boot, lasting } from './node.ts';

const connect = (keepAlive: string) => '100d00044d5154540400' + keepAlive + '000163';
/** Keep-alive 23 s: a little longer than a wake. */
const CONNECT = connect('0017');
const CONNACK = bytes('20020000');
const puback = (packetIdentifier: number) => [0x40, 2, 0, packetIdentifier];

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

test('with nothing to send the radio stays off, and the interval counts from the beginning of the wake', () => {
    const { cycle, transport, log, platform } = boot(lasting());
    cycle.wake(false);
    platform.sleep(30);
    platform.turn();
    assert.is(transport.opens, 0);
    assert.equal(log, [`sleep ${INTERVAL - 30}`]);
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

test('the downlink window stays open while something comes, but not beyond the time limit', () => {
    const platform = new VirtualPlatform();
    const received: string[] = [];
    const subscription = new Subscription(platform, 'c/#', 1, message => received.push(payloadOf(message)));
    const { transport, log, add, wake } = boot(lasting(), { downlinkWindow: 300, subscriptions: [subscription], timeLimit: 1000 }, {}, platform);
    add('a');
    wake();
    assert.is(transport.take(), connect('0002') + '8208' + '0001' + '0003632f2301' + publishHex('a', 2));
    transport.sends(...CONNACK, ...puback(2));
    platform.pass(299);
    transport.sends(...bytes('9003000101'));
    platform.pass(1);
    assert.equal(log, []);
    platform.pass(299);
    transport.sends(...bytes('320a' + '0003632f31' + '0007' + '6f6e21'));
    platform.pass(1);
    assert.equal(received, ['on!']);
    assert.is(transport.take(), '40020007');
    platform.pass(299);
    assert.equal(log, []);
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 900}`]);
    platform.pass(INTERVAL);
    wake();
    transport.take();
    transport.sends(...bytes('20020100'));
    for (let time = 0; time < 1000; time += 100) {
        assert.is(log.length, 1, 'it listens although there was nothing to send');
        transport.sends(...bytes('3006' + '0003632f31' + '21'));
        platform.pass(100);
    }
    assert.is(log.length, 2);
});

test('the callbacks of the application are called as without a cycle, and may throw', () => {
    const told: string[] = [];
    const fault = new Error('mine');
    const { transport, log, add, wake, platform } = boot(lasting(), {}, {
        onAcknowledged: handle => {
            told.push(`acknowledged ${handle}`);
            throw fault;
        },
        onStateChange: state => {
            told.push(`state ${state}`);
            throw fault;
        },
    });
    add('a');
    wake();
    transport.sends(...CONNACK, ...puback(1));
    platform.turn();
    assert.equal(told, ['state 1', 'state 2', 'state 3', 'state 4', 'acknowledged 1', `state ${STOPPING}`, `state ${STOPPED}`]);
    assert.equal(platform.errors, told.map(() => fault));
    assert.equal(log, [`sleep ${INTERVAL}`]);
});

test('an exception of onSleep is reported, and the next wake is as any other', () => {
    const { transport, add, wake, platform, cycle } = boot(lasting(), { onSleep: () => { throw new Error('mine'); } });
    wake();
    assert.is(platform.errors.length, 1);
    assert.not(cycle.awake);
    add('a');
    wake();
    assert.is(transport.opens, 1);
});

test('an application that stops the client ends the wake', () => {
    const { client, log, add, wake, platform } = boot(lasting());
    add('a');
    wake();
    client.stop();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
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

test('wrong options throw', () => {
    assert.throws(() => boot(lasting(), { interval: -1 }), /times of a wake cycle are 0 to 1,073,741,823 ms: -1/);
    assert.throws(() => boot(lasting(), { timeLimit: 2 ** 30 }), /times of a wake cycle/);
    assert.throws(() => boot(lasting(), { batchCount: 0 }), /batchCount and attempts are at least 1/);
    assert.throws(() => boot(lasting(), { attempts: 0 }), /batchCount and attempts are at least 1/);
    assert.throws(() => boot(lasting(), { subscriptions: [] }), /who subscribes listens/);
    const store = new MemoryStore(new Uint8Array(10));
    assert.throws(() => boot(lasting(), { store, topics: [new Topic(new VirtualPlatform(), 't')] }), /payloadSize is less than recordSize/);
});

test.run();
