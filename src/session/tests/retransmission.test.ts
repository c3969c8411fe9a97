// What a connection left unacknowledged is sent again on the next: same identifier, DUP, original order, and only then.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED, Subscription } from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, world } from './world.ts';

test('[MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-2.3.1-3] [MQTT-3.1.2-4] [MQTT-3.1.3-2] an unacknowledged message is sent again with DUP and its identifier', () => {
    const { platform, transport, client, publish } = connected();
    publish('a', 1);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 1));
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true), 'under the same client identifier');
    transport.sends(...bytes('20020100' + '40020001'));
    assert.is(client.resent, 1);
    assert.is(client.acknowledged, 1);
    assert.ok(client.safeToSleep);
    platform.pass(50000);
    assert.is(transport.take(), '');
});

test('[MQTT-3.2.2-2] also when the broker has not kept the session: it may have lost the message with it', () => {
    const { platform, transport, client, publish, connect } = connected();
    publish('a', 1);
    platform.turn();
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true));
    transport.sends(...bytes('40020001'));
    assert.is(client.acknowledged, 1);
    transport.breaks();
    connect();
    assert.ok(client.safeToSleep);
});

test('[MQTT-3.1.2-6] with a clean session nothing belongs to an old session: messages are published anew, DUP 0', () => {
    const { platform, transport, client, publish } = connected({ cleanSession: true });
    publish('a', 1);
    publish('b', 1);
    platform.turn();
    transport.take();
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX.replace('0400003c', '0402003c') + publishHex('a', 1) + publishHex('b', 2));
    transport.sends(...bytes('20020000' + '40020001' + '40020002'));
    assert.is(client.acknowledged, 2);
});

test('[MQTT-4.6.0-1] in the original order, before anything new, and what was never begun without DUP', () => {
    const { platform, transport, publish } = connected({ window: 3 });
    for (const text of ['a', 'b', 'c', 'd']) publish(text, 1);
    platform.turn();
    transport.sends(...bytes('40020002'));
    assert.is(transport.take(), ['a', 'b', 'c', 'd'].map((text, index) => publishHex(text, index + 1)).join(''));
    publish('e', 1);
    transport.breaks();
    publish('f', 0);
    platform.pass(platform.pending);
    platform.pass(Math.max(0, platform.pending));
    transport.opened();
    transport.sends(...bytes('20020100'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true) + publishHex('c', 3, true) + publishHex('d', 4, true));
    transport.sends(...bytes('40020001'));
    assert.is(transport.take(), publishHex('e', 5) + publishHex('f', 0));
});

test('never twice within a connection, however long the PUBACK takes', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 40000, keepAlive: 600 });
    publish('a', 1);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 1));
    platform.pass(39999);
    assert.is(transport.take(), '');
    assert.is(client.state, CONNECTED);
});

test('[MQTT-4.3.2-1] over many connections, with DUP each time and counted each time', () => {
    const { platform, transport, client, publish } = connected();
    publish('a', 1);
    platform.turn();
    for (let connection = 1; connection <= 5; connection++) {
        transport.breaks();
        assert.is(client.resent, connection);
        platform.pass(platform.pending);
        transport.take();
        transport.opened();
        transport.sends(...bytes('20020100'));
        assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true));
    }
});

test('a message of which only a part left is begun: DUP; QoS 0 in the same place is sent whole, once', () => {
    for (const qos of [0, 1]) {
        const length = publishHex('abc', qos).length / 2;
        for (let part = 0; part <= length; part++) {
            const { platform, transport, client, publish } = connected();
            transport.room = part;
            publish('abc', qos);
            platform.turn();
            transport.breaks();
            transport.room = Infinity;
            platform.pass(platform.pending);
            transport.take();
            transport.opened();
            transport.sends(...bytes('20020100'));
            const again = qos === 0 && part === length ? '' : publishHex('abc', qos, qos === 1 && part > 0);
            assert.is(transport.take(), CONNECT_HEX + again, `QoS ${qos}, ${part} bytes`);
            assert.is(client.resent, qos === 1 && part > 0 ? 1 : 0);
            assert.is(client.dropped, 0, 'a connection that was accepted drops nothing');
        }
    }
});

test('[MQTT-4.3.1-1] a QoS 0 message that followed a CONNECT without CONNACK is given up and counted', () => {
    const { platform, transport, client, publish } = world();
    publish('a', 0);
    publish('b', 1);
    publish('c', 0);
    client.start();
    platform.turn();
    transport.opened();
    assert.is(client.dropped, 0);
    transport.breaks();
    assert.is(client.dropped, 2);
    platform.pass(platform.pending);
    transport.take();
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('b', 1, true));
});

test('a QoS 0 message behind an unacknowledged one is not sent again and was not dropped', () => {
    const { platform, transport, client, publish } = connected();
    publish('a', 1);
    publish('b', 0);
    platform.turn();
    transport.breaks();
    assert.is(client.dropped, 0);
    platform.pass(platform.pending);
    transport.take();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true));
});

test('[MQTT-3.8.1-1] a SUBSCRIBE or UNSUBSCRIBE without an answer is sent again without any DUP bit, in its place', () => {
    const { platform, transport, client, publish } = connected();
    const subscription = new Subscription(platform, 'a', 0);
    publish('x', 1);
    client.subscribe(subscription);
    client.unsubscribe(new Subscription(platform, 'b', 0));
    publish('y', 1);
    platform.turn();
    const [subscribe, unsubscribe] = ['82060002' + '000161' + '00', 'a2050003' + '000162'];
    assert.is(transport.take(), publishHex('x', 1) + subscribe);
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020100'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('x', 1, true) + subscribe);
    transport.sends(...bytes('9003000200'));
    assert.is(transport.take(), unsubscribe + publishHex('y', 4));
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020100'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('x', 1, true) + unsubscribe + publishHex('y', 4, true));
    assert.is(client.resent, 3, 'messages are counted');
});

test('an acknowledgement of another type releases nothing, though the identifier be right', () => {
    const { platform, transport, client, publish } = connected();
    publish('x', 1);
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.turn();
    transport.sends(...bytes('9003000100' + 'b0020001' + 'b0020002' + '40020002'));
    assert.ok(client.isPending(1));
    assert.ok(client.isPending(2));
    assert.is(client.acknowledged, 0);
    transport.sends(...bytes('40020001' + '9003000200'));
    assert.ok(client.safeToSleep);
});

test('[MQTT-4.3.3-1] QoS 2 is not spoken: PUBREC, PUBREL and PUBCOMP close the connection', () => {
    for (const packet of ['50020001', '62020001', '70020001']) {
        const { platform, transport, client, publish } = connected();
        publish('a', 1);
        platform.turn();
        transport.sends(...bytes(packet));
        assert.is.not(client.state, CONNECTED, packet);
        assert.ok(client.isPending(1));
    }
});

test.run();
