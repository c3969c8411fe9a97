// Answers that do not come, and the pauses before a connection is tried again.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    CONNECTED, CONNECTION_LOST, CONNECT_FAILED, OPENING, PUBACK_TIMEOUT, SUBACK_TIMEOUT, Subscription, UNSUBACK_TIMEOUT, WAITING,
} from '../../index.ts';
import { connected, publishHex, world } from './world.ts';
import type { World } from './world.ts';

test('without PUBACK the connection is given up after responseTimeout, and the message kept', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000 });
    platform.pass(3000);
    publish('a', 1);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
    assert.is(transport.owner, null);
    assert.ok(client.isPending(1));
});

test('each message has its time from when it became the oldest', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000 });
    publish('a', 1);
    platform.pass(3000);
    publish('b', 1);
    platform.pass(2900);
    transport.sends(0x40, 2, 0, 1);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('acknowledgements of younger messages put the end of the oldest not off', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000 });
    publish('a', 1);
    for (let handle = 2; handle < 7; handle++) {
        publish('b', 1);
        platform.pass(1000);
        transport.sends(0x40, 2, 0, handle);
    }
    platform.pass(999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('a message sent after a long silence has its whole time', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000, keepAlive: 600 });
    publish('a', 1);
    platform.turn();
    transport.sends(0x40, 2, 0, 1);
    platform.pass(100000);
    publish('b', 1);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('the time for a PUBACK starts with the connection if the message is older', () => {
    const { platform, client, publish, connect } = world({ responseTimeout: 6000 });
    publish('a', 1);
    client.start();
    platform.turn();
    platform.pass(20000);
    connect();
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('without SUBACK the connection is given up after responseTimeout, whatever foreign ones come', () => {
    const { platform, transport, client } = connected({ responseTimeout: 6000 });
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.pass(5000);
    transport.sends(0x90, 3, 0, 9, 0, 0xb0, 2, 0, 1, 0x40, 2, 0, 1);
    platform.pass(999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, SUBACK_TIMEOUT);
});

test('a later SUBSCRIBE does not put the end of an earlier one off', () => {
    const { platform, client } = connected({ responseTimeout: 6000 });
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.pass(5000);
    client.subscribe(new Subscription(platform, 'b', 0));
    platform.pass(1000);
    assert.is(client.closeReason, SUBACK_TIMEOUT);
});

test('without UNSUBACK the connection is given up after responseTimeout', () => {
    const { platform, transport, client } = connected({ responseTimeout: 6000 });
    const subscription = new Subscription(platform, 'a', 0);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(0x90, 3, 0, 1, 0);
    platform.pass(4000);
    client.unsubscribe(subscription);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, UNSUBACK_TIMEOUT);
});

/** Ends the connection at once, as often as `pauses` has room, and returns the pauses that the client made. */
function pauses({ platform, transport, client }: World, count: number, random: number): number[] {
    const lengths: number[] = [];
    while (lengths.length < count) {
        platform.randoms.push(random);
        transport.breaks(CONNECT_FAILED);
        assert.is(client.state, WAITING);
        lengths.push(platform.pending);
        platform.pass(platform.pending);
        assert.is(client.state, OPENING);
    }
    return lengths;
}

test('backoff: the longest pause doubles with each failure up to the maximum', () => {
    const made = world({ retryDelay: 1000, retryDelayMaximum: 20000 });
    made.client.start();
    made.platform.turn();
    const longest = [1000, 2000, 4000, 8000, 16000, 20000, 20000];
    assert.equal(longest.map(length => pauses(made, 1, length)[0]), longest);
    assert.equal(pauses(made, 30, 20000), Array(30).fill(20000), 'however many failures');
});

test('full jitter: any pause from 0 to the longest, equally likely', () => {
    const longest = 99;
    const counts = Array<number>(longest + 1).fill(0);
    for (let index = 0; index < 10000; index++) {
        const made = world({ retryDelay: longest });
        made.client.start();
        made.platform.turn();
        // 32 bits, from -2^31: a platform may give signed ones.
        counts[pauses(made, 1, (index * 429497) | 0)[0]]++;
    }
    assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, counts.join());
});

test('the defaults: 1 s at first, 2 minutes at most', () => {
    const made = world();
    made.client.start();
    made.platform.turn();
    assert.equal(pauses(made, 1, 1000), [1000]);
    assert.equal(pauses(made, 1, 1001 * 3), [1001 * 3 % 2001]);
    pauses(made, 10, 0);
    assert.equal(pauses(made, 2, 120000), [120000, 120000]);
});

test('[MQTT-3.1.4-2] a broker that accepts and closes at once does not reset the backoff', () => {
    const made = world({ retryDelay: 1000, stableAfter: 60000 });
    const { platform, transport, client } = made;
    client.start();
    platform.turn();
    for (const longest of [1000, 2000, 4000, 8000]) {
        transport.opened();
        transport.sends(0x20, 2, 0, 0);
        assert.is(client.state, CONNECTED);
        platform.pass(30000);
        assert.equal(pauses(made, 1, longest), [longest]);
    }
});

test('a connection that lasted stableAfter resets it, whatever ends it', () => {
    const made = world({ retryDelay: 1000, stableAfter: 50000, keepAlive: 0 });
    const { platform, transport, client } = made;
    client.start();
    platform.turn();
    pauses(made, 5, 0);
    transport.opened();
    transport.sends(0x20, 2, 0, 0);
    platform.pass(49999);
    assert.equal(pauses(made, 1, 32000), [32000]);
    transport.opened();
    transport.sends(0x20, 2, 0, 0);
    platform.pass(50000);
    // 1,001 is beyond the longest pause of 1,000 alone.
    assert.equal(pauses(made, 1, 1001), [0]);
    assert.equal(pauses(made, 1, 1001), [1001]);
});

test('time spent in other states is not stability', () => {
    const made = world({ retryDelay: 1000, stableAfter: 50000, connectTimeout: 1e6, responseTimeout: 1e6 });
    const { platform, transport } = made;
    made.client.start();
    platform.turn();
    pauses(made, 3, 0);
    platform.pass(60000);
    transport.opened();
    platform.pass(60000);
    assert.equal(pauses(made, 1, 8000), [8000]);
});

test('start begins the backoff anew', () => {
    const made = world({ retryDelay: 1000 });
    const { platform, client } = made;
    client.start();
    platform.turn();
    pauses(made, 8, 0);
    client.stop();
    client.start();
    platform.turn();
    // 1,001 is beyond the longest pause of 1,000 alone.
    assert.equal(pauses(made, 1, 1001), [0]);
});

test('what is published during the pause does not shorten it', () => {
    const { platform, transport, client, publish } = connected({ retryDelay: 5000 });
    platform.randoms.push(5000);
    transport.breaks(CONNECTION_LOST);
    for (let second = 0; second < 4; second++) {
        publish('a', 0);
        platform.pass(1000);
        assert.is(transport.opens, 1);
    }
    platform.pass(999);
    assert.is(transport.opens, 1);
    platform.pass(1);
    assert.is(transport.opens, 2);
    transport.take();
    transport.opened();
    assert.ok(transport.take().endsWith(publishHex('a', 0).repeat(4)));
    assert.is(client.closeReason, CONNECTION_LOST);
});

test('a message that the link takes longer to carry than responseTimeout gets through', () => {
    const { platform, transport, client, log, publish } = connected({ responseTimeout: 6000 });
    transport.room = 0;
    publish('x'.repeat(100), 1);
    platform.turn();
    for (let second = 0; second < 16; second++) {
        platform.pass(1000);
        transport.takes(7);
    }
    assert.is(transport.take(), publishHex('x'.repeat(100), 1));
    platform.pass(4000);
    transport.sends(0x40, 2, 0, 1);
    assert.equal(log, ['acknowledged 1']);
    transport.room = 0;
    publish('y', 1);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT, 'but not when it takes nothing');
});

test('each message has its time from when it became the oldest, also while others are being written', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000 });
    const first = publishHex('a', 0) + publishHex('b', 1) + publishHex('c', 2);
    transport.room = first.length / 2;
    publish('a', 0);
    publish('b', 1);
    publish('c', 1);
    publish('d', 0);
    platform.pass(5000);
    assert.is(transport.take(), first);
    transport.sends(0x40, 2, 0, 1);
    platform.pass(5999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('the time for a PUBACK begins when the transport has taken a message that it kept waiting, even if it takes it at once', () => {
    const { transport, platform, client, publish } = connected({ keepAlive: 0 });
    transport.room = 0;
    publish('x', 1);
    platform.pass(14000);
    transport.takes(1000);
    assert.is(transport.take(), publishHex('x', 1));
    platform.pass(14999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.state, WAITING);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test.run();
