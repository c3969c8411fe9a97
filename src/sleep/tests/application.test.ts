// A wake cycle and its application: options, callbacks and what they throw, and a client that is used past the cycle.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, STOPPED, STOPPING, Topic } from '../../index.ts';
import { VirtualPlatform, VirtualTransport, publishHex } from '../../session/tests/world.ts';
import { MemoryStore, WakeCycle } from '../index.ts';
import { CONNACK, CONNECT, INTERVAL, boot, connectHex, lasting, puback } from './node.ts';

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

test('room in the send buffer is told to the application, if it wants to know, and what waits in the outbox goes out', () => {
    let told = 0;
    for (const onWritable of [() => void told++, undefined]) {
        const { transport, log, add, wake, platform } = boot(lasting(), {}, { sendBuffer: new Uint8Array(90), onWritable });
        const texts = ['a', 'b'].map(text => text.repeat(20));
        for (const text of texts) add(text);
        wake();
        assert.is(transport.take(), CONNECT + publishHex(texts[0], 1));
        assert.is(told, onWritable ? 0 : 1);
        transport.sends(...CONNACK, ...puback(1));
        platform.turn();
        assert.is(told, 1);
        const second = transport.take();
        const identifier = parseInt(second.slice(10, 14), 16);
        assert.is(second, publishHex(texts[1], identifier));
        transport.sends(...puback(identifier));
        platform.turn();
        assert.equal(log, [`sleep ${INTERVAL}`]);
        assert.equal(platform.errors, []);
    }
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
    assert.ok(platform.pending > 1000, 'the next wake of the machine is for the keep-alive');
    platform.turn();
    assert.is(transport.take(), CONNECT);
    client.stop();
    platform.turn();
    assert.is(transport.take(), 'e000');
    assert.is(transport.owner, null);
    assert.equal(log, []);
    assert.is(cycle.wakes, 0);
});

test('times are 0 to 1,073,741,823 ms, each of them', () => {
    for (const name of ['interval', 'timeLimit', 'downlinkWindow', 'maximumAge', 'goodbye', 'maximumPause']) {
        for (const time of [0, 0x3fffffff]) boot(lasting(), { [name]: time });
        for (const time of [-1, 0x40000000, NaN]) assert.throws(() => boot(lasting(), { [name]: time }), new RegExp(`times of a wake cycle are 0 to 1,073,741,823 ms: ${time}$`));
    }
});

test('wrong options throw', () => {
    for (const name of ['batchCount', 'attempts']) {
        for (const count of [0, -1, NaN]) assert.throws(() => boot(lasting(), { [name]: count }), new RegExp(`batchCount and attempts are at least 1: ${count}$`));
    }
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

test('options may be frozen, those of the client and those of the cycle', () => {
    const platform = new VirtualPlatform();
    const log: string[] = [];
    const transport = new VirtualTransport();
    const given = Object.freeze({
        platform, transport, clientId: 'c', sendBuffer: new Uint8Array(100), receiveBuffer: new Uint8Array(64), window: 1, keepAlive: 60,
        onAcknowledged: (handle: number) => log.push(`acknowledged ${handle}`), onStateChange: () => {}, onWritable: () => {},
    });
    const cycle = new WakeCycle(Client, given, Object.freeze({
        store: new MemoryStore(new Uint8Array(100)), image: new MemoryStore(new Uint8Array(100)), topics: Object.freeze([new Topic(platform, 't')]), payloadSize: 20,
        interval: INTERVAL, goodbye: 0, downlinkWindow: 100, subscriptions: Object.freeze([]),
        onSleep: (ms: number) => log.push(`sleep ${ms}`),
    }));
    cycle.add(0, Uint8Array.of(0x61), 0, 1, false);
    cycle.wake(false);
    platform.turn();
    transport.opened();
    assert.is(transport.take(), connectHex('003c') + publishHex('a', 1));
    transport.sends(...CONNACK, ...puback(1));
    platform.pass(100);
    assert.equal(log, ['acknowledged 1', `sleep ${INTERVAL - 100}`]);
});

test('the DISCONNECT of an application that stops the client has `goodbye` too; a client that is not connected sends none', () => {
    const { client, log, add, wake, platform, transport } = boot(lasting(), { goodbye: 80 });
    add('a');
    wake();
    client.stop();
    platform.turn();
    assert.equal(log, [`sleep ${INTERVAL} undelivered`]);
    wake();
    transport.sends(...CONNACK);
    client.stop();
    platform.pass(79);
    assert.ok(transport.take().endsWith('e000'));
    assert.is(log.length, 1);
    platform.pass(1);
    assert.is(log[1], `sleep ${INTERVAL - 80} undelivered`);
    wake();
    client.stop();
    platform.turn();
    assert.is(log.length, 3);
});

test('a wake that the application ends is none in vain: the radio does not rest for it', () => {
    const { client, cycle, add, wake, platform, transport } = boot(lasting());
    platform.random = () => INTERVAL;
    add('a');
    for (let wakes = 1; wakes <= 3; wakes++) {
        wake();
        assert.is(transport.opens, wakes);
        client.stop();
        platform.pass(INTERVAL);
    }
    assert.is(cycle.givenUp, 0);
});

test('what is published past the outbox is waited for', () => {
    for (const options of [{}, { downlinkWindow: 300 }]) {
        const { client, log, add, wake, platform, transport } = boot(lasting(), options);
        add('a');
        wake();
        client.publish(new Topic(platform, 't'), Uint8Array.of(0x62), 0, 1, 1, false);
        platform.turn();
        assert.is(transport.take(), CONNECT + publishHex('a', 1) + publishHex('b', 2));
        transport.sends(...CONNACK, ...puback(1));
        platform.pass(1000);
        assert.equal(log, []);
        transport.sends(...puback(2));
        platform.pass(1000);
        assert.is(log.length, 1);
    }
});

test.run();
