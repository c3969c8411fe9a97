// A wake cycle and its application: options, callbacks and what they throw, and a client that is used past the cycle.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STOPPED, STOPPING, Topic } from '../../index.ts';
import { VirtualPlatform, publishHex } from '../../session/tests/world.ts';
import { MemoryStore } from '../index.ts';
import { CONNACK, CONNECT, INTERVAL, boot, lasting, puback } from './node.ts';

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

test('an exception of onSleep is reported, and the next wake is as any other', () => {
    const { transport, add, wake, platform, cycle } = boot(lasting(), { onSleep: () => { throw new Error('mine'); } });
    wake();
    assert.is(platform.errors.length, 1);
    assert.not(cycle.awake);
    add('a');
    wake();
    assert.is(transport.opens, 1);
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

test('an application that stops the client ends the wake', () => {
    const { client, log, add, wake, platform } = boot(lasting());
    add('a');
    wake();
    client.stop();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
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

test('wrong options throw', () => {
    assert.throws(() => boot(lasting(), { interval: -1 }), /times of a wake cycle are 0 to 1,073,741,823 ms: -1/);
    assert.throws(() => boot(lasting(), { timeLimit: 2 ** 30 }), /times of a wake cycle/);
    assert.throws(() => boot(lasting(), { batchCount: 0 }), /batchCount and attempts are at least 1/);
    assert.throws(() => boot(lasting(), { attempts: 0 }), /batchCount and attempts are at least 1/);
    assert.throws(() => boot(lasting(), { subscriptions: [] }), /who subscribes listens/);
    const store = new MemoryStore(new Uint8Array(10));
    assert.throws(() => boot(lasting(), { store, topics: [new Topic(new VirtualPlatform(), 't')] }), /payloadSize is less than recordSize/);
});

test('a wake that may be longer than any keep-alive has the longest', () => {
    const { transport, add, wake } = boot(lasting(), { timeLimit: 60000000 });
    add('a');
    wake();
    assert.ok(transport.take().startsWith(CONNECT.replace('0017', 'ffff')));
});

test.run();
