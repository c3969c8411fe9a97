// Packet identifiers: 1 to 65,535 in a circle, never one that is in use, shared by PUBLISH, SUBSCRIBE and UNSUBSCRIBE.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Subscription } from '../../index.ts';
import { connected } from './world.ts';
import type { World } from './world.ts';

const LAST = 65535;

/** Publishes and acknowledges `count` messages, of which the first gets `from`. */
function spend({ platform, transport, publish }: World, from: number, count: number): void {
    for (let index = 0; index < count; index++) {
        const handle = publish('', 1);
        if (handle !== from + index) assert.is(handle, from + index);
        platform.turn();
        transport.take();
        transport.sends(0x40, 2, handle >> 8, handle & 255);
    }
}

test('[MQTT-2.3.1-1] after 65,535 comes 1, never 0', () => {
    const made = connected();
    spend(made, 1, LAST);
    spend(made, 1, 3);
});

test('[MQTT-2.3.1-2] [MQTT-2.3.1-3] an identifier whose PUBACK is missing is left out when the circle comes round, and used again after it', () => {
    const made = connected({ responseTimeout: 1e9, keepAlive: 0 });
    const { platform, transport, client, publish } = made;
    assert.is(publish('held', 1), 1);
    assert.is(publish('held too', 1), 2);
    platform.turn();
    spend(made, 3, LAST - 2);
    assert.ok(client.isPending(1));
    assert.is(publish('', 1), 3);
    assert.is(publish('', 1), 4);
    platform.turn();
    transport.sends(0x40, 2, 0, 1, 0x40, 2, 0, 3, 0x40, 2, 0, 4);
    spend(made, 5, LAST - 4);
    spend(made, 1, 1);
    assert.is(publish('', 1), 3);
});

test('[MQTT-2.3.1-2] PUBLISH, SUBSCRIBE and UNSUBSCRIBE share the circle and leave out each other\'s identifiers', () => {
    for (const request of ['subscribe', 'unsubscribe'] as const) {
        const made = connected({ responseTimeout: 1e9, keepAlive: 0 });
        const { platform, client, publish } = made;
        const subscription = new Subscription(platform, 'a', 0);
        assert.is(publish('held', 1), 1);
        assert.is(client[request](subscription), 2);
        platform.turn();
        spend(made, 3, LAST - 2);
        assert.is(client[request](subscription), 3);
        assert.is(publish('', 1), 4);
    }
});

test('[MQTT-2.3.1-7] SUBACK and UNSUBACK are matched by identifier, in whatever order they come', () => {
    const { platform, transport, client, log } = connected();
    const [a, b, c] = ['a', 'b', 'c'].map(filter => new Subscription(platform, filter, 1));
    client.subscribe(a);
    client.subscribe(b);
    client.subscribe(c);
    platform.turn();
    transport.sends(0x90, 3, 0, 2, 0, 0x90, 3, 0, 3, 1, 0x90, 3, 0, 1, 1);
    assert.equal(log, ['granted b 0', 'granted c 1', 'granted a 1']);
    client.unsubscribe(a);
    client.unsubscribe(b);
    platform.turn();
    transport.sends(0xb0, 2, 0, 5);
    assert.ok(client.isPending(4));
    transport.sends(0xb0, 2, 0, 4);
    assert.ok(client.safeToSleep);
});

test('a cut does not disturb the circle', () => {
    const made = connected();
    const { platform, transport, publish, connect } = made;
    spend(made, 1, LAST - 1);
    assert.is(publish('held', 1), LAST);
    platform.turn();
    transport.breaks();
    assert.is(publish('', 1), 1);
    assert.is(publish('', 1), 2);
    connect(true);
    transport.sends(0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 255, 255);
    spend(made, 3, 1);
});

test('more messages than identifiers cannot be queued: the largest send buffer has room for fewer', () => {
    const { client, publish } = connected({ sendBuffer: new Uint8Array(450034) });
    const used = new Set<number>();
    for (let handle = publish('', 1); handle > 0; handle = publish('', 1)) used.add(handle);
    assert.is(used.size, client.sent);
    assert.ok(used.size < LAST && used.size > 55000);
});

test.run();
