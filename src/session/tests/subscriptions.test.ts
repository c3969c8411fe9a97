// subscribe and unsubscribe on a connection: what goes out, and every answer to it. What a new connection brings: renewal.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    BUFFER_FULL, CONNECTED, MALFORMED_PACKET, NOT_SUBSCRIBED, PACKET_TOO_LARGE, REFUSED, Subscription, TOO_LARGE, UNEXPECTED_PACKET,
    UNSUPPORTED_QOS, WAITING,
} from '../../index.ts';
import { CONNECT_HEX, bytes, connected, payloadOf } from './world.ts';

test('[MQTT-3.8.1-1] [MQTT-3-8.3-4] [MQTT-2.2.2-1] SUBSCRIBE has flags 0010, an identifier, the filter and its QoS', () => {
    const { platform, transport, client } = connected();
    assert.is(client.subscribe(new Subscription(platform, 'a/+', 1)), 1);
    assert.is(client.subscribe(new Subscription(platform, 'b/#', 0)), 2);
    assert.is(transport.take(), '');
    platform.turn();
    assert.is(transport.take(), '82080001' + '0003612f2b' + '01' + '82080002' + '0003622f23' + '00');
});

test('[MQTT-3.8.3-1] [MQTT-3.10.3-1] filters are UTF-8', () => {
    const { platform, transport, client } = connected();
    const subscription = new Subscription(platform, 'ü', 0);
    client.subscribe(subscription);
    client.unsubscribe(subscription);
    platform.turn();
    assert.is(transport.take(), '82070001' + '0002c3bc' + '00');
    transport.sends(...bytes('9003000100'));
    assert.is(transport.take(), 'a2060002' + '0002c3bc');
    assert.throws(() => new Subscription({ utf8: () => new Uint8Array([0xed, 0xa0, 0x80]) }, '\ud800', 0), /well-formed UTF-8/);
});

test('[MQTT-3.10.1-1] [MQTT-3.10.4-4] [MQTT-3.10.4-5] UNSUBSCRIBE has flags 0010 and ends the subscription', () => {
    const { platform, transport, client, log } = connected();
    const subscription = new Subscription(platform, 'a', 1);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000101'));
    transport.take();
    const handle = client.unsubscribe(subscription);
    assert.ok(client.isPending(handle));
    assert.is(subscription.granted, NOT_SUBSCRIBED);
    platform.turn();
    assert.is(transport.take(), 'a2050002' + '000161');
    transport.sends(...bytes('b0020002'));
    assert.not(client.isPending(handle));
    assert.equal(log, ['granted a 1']);
    transport.breaks();
    log.length = 0;
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX, 'not made again');
});

test('[MQTT-3.8.4-1] [MQTT-3.8.4-2] a matching message may come before the SUBACK', () => {
    const { platform, transport, client } = connected();
    const got: string[] = [];
    client.subscribe(new Subscription(platform, 'a', 0, message => got.push(payloadOf(message))));
    platform.turn();
    transport.sends(...bytes('3004' + '000161' + '78' + '9003000100'));
    assert.equal(got, ['x']);
});

test('[MQTT-3.8.4-6] a lower QoS than asked for is reported', () => {
    const { platform, transport, client, log } = connected();
    const subscription = new Subscription(platform, 'a', 1);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000100'));
    assert.is(subscription.granted, 0);
    assert.equal(log, ['granted a 0']);
});

test('[MQTT-3.9.3-2] 0x80 fails that subscription only', () => {
    const { platform, transport, client, log } = connected();
    const [a, b] = ['a', 'b'].map(filter => new Subscription(platform, filter, 0));
    client.subscribe(a);
    client.subscribe(b);
    platform.turn();
    transport.sends(...bytes('9003000180' + '9003000200'));
    assert.equal(log, ['granted a 128', 'granted b 0']);
    assert.is(a.granted, REFUSED);
    assert.is(client.state, CONNECTED);
    assert.ok(client.safeToSleep);
});

test('[MQTT-3.9.3-2] [MQTT-4.8.0-1] a code outside of 0, 1, 2 and 0x80 closes the connection', () => {
    for (const code of ['03', '7f', '81', 'ff']) {
        const { platform, transport, client, log } = connected();
        client.subscribe(new Subscription(platform, 'a', 1));
        platform.turn();
        transport.sends(...bytes('90030001' + code));
        assert.is(client.closeReason, MALFORMED_PACKET);
        assert.equal(log, [`state ${WAITING} for ${MALFORMED_PACKET}`]);
    }
});

test('more than was asked for closes the connection: this client does not speak QoS 2', () => {
    for (const [qos, code] of [[0, '01'], [0, '02'], [1, '02']] as const) {
        const { platform, transport, client } = connected();
        const subscription = new Subscription(platform, 'a', qos);
        client.subscribe(subscription);
        platform.turn();
        transport.sends(...bytes('90030001' + code));
        assert.is(client.closeReason, UNSUPPORTED_QOS);
        assert.is(subscription.granted, NOT_SUBSCRIBED);
    }
});

test('[MQTT-3.8.4-5] [MQTT-3.9.3-1] a number of codes other than that of the filters closes the connection', () => {
    for (const [packet, reason] of [['90020001', MALFORMED_PACKET], ['900400010000', UNEXPECTED_PACKET], ['90050001000000', UNEXPECTED_PACKET]] as const) {
        const { platform, transport, client } = connected();
        const subscription = new Subscription(platform, 'a', 1);
        client.subscribe(subscription);
        platform.turn();
        transport.sends(...bytes(packet));
        assert.is(client.closeReason, reason, packet);
        assert.is(subscription.granted, NOT_SUBSCRIBED);
        platform.pass(platform.pending);
        transport.take();
        transport.opened();
        transport.sends(...bytes('20020100'));
        assert.match(transport.take(), new RegExp(`^${CONNECT_HEX}8206000[12]00016101$`), 'asked for again');
    }
});

test('a SUBACK larger than the receive buffer closes the connection', () => {
    const { platform, transport, client } = connected({ receiveBuffer: new Uint8Array(8) });
    client.subscribe(new Subscription(platform, 'a', 1));
    platform.turn();
    transport.sends(...bytes('90090001' + '00000000000000'));
    assert.is(client.closeReason, PACKET_TOO_LARGE);
});

test('[MQTT-3.8.4-2] SUBACK and UNSUBACK with foreign identifiers change nothing', () => {
    const { platform, transport, client, log } = connected();
    const subscription = new Subscription(platform, 'a', 1);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000901' + '9003ffff80' + 'b0020009' + 'b0020001'));
    assert.equal(log, []);
    assert.is(subscription.granted, NOT_SUBSCRIBED);
    transport.sends(...bytes('9003000101' + '9003000180'));
    assert.equal(log, ['granted a 1'], 'a second answer is foreign');
    assert.is(subscription.granted, 1);
});

test('unsubscribe while the SUBSCRIBE is under way: it waits for the answer, and the answers find nothing amiss', () => {
    const { platform, transport, client, log } = connected();
    const got: string[] = [];
    const subscription = new Subscription(platform, 'a', 1, message => got.push(payloadOf(message)));
    client.subscribe(subscription);
    platform.turn();
    client.unsubscribe(subscription);
    platform.turn();
    assert.is(transport.take(), '82060001' + '000161' + '01');
    transport.sends(...bytes('9003000101' + '3004' + '000161' + '78'));
    assert.is(transport.take(), 'a2050002' + '000161');
    transport.sends(...bytes('b0020002'));
    assert.is(subscription.granted, NOT_SUBSCRIBED);
    assert.equal(got, [], 'its handler gets no further message');
    assert.equal(log, ['message x']);
    assert.ok(client.safeToSleep);
});

test('subscribe while the UNSUBSCRIBE is under way: subscribed in the end', () => {
    const { platform, transport, client } = connected();
    const subscription = new Subscription(platform, 'a', 1);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000101'));
    transport.take();
    client.unsubscribe(subscription);
    platform.turn();
    client.subscribe(subscription);
    platform.turn();
    assert.is(transport.take(), 'a2050002' + '000161');
    transport.sends(...bytes('b0020002'));
    assert.is(transport.take(), '82060003' + '000161' + '01');
    transport.sends(...bytes('9003000301'));
    assert.is(subscription.granted, 1);
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX + '82060004' + '000161' + '01');
});

test('subscribing again asks the broker again, and does not double the subscription', () => {
    const { platform, transport, client } = connected();
    const got: string[] = [];
    const subscription = new Subscription(platform, 'a', 0, message => got.push(payloadOf(message)));
    client.subscribe(subscription);
    client.subscribe(subscription);
    platform.turn();
    assert.is(transport.take(), '82060001' + '000161' + '00' + '82060002' + '000161' + '00');
    transport.sends(...bytes('9003000100' + '9003000200' + '3004' + '000161' + '78'));
    assert.equal(got, ['x']);
    assert.is(subscription.granted, 0);
});

test('unsubscribing what was never subscribed asks the broker and leaves the others alone', () => {
    const { platform, transport, client } = connected();
    const [a, b, c] = ['a', 'b', 'c'].map(filter => new Subscription(platform, filter, 0));
    client.subscribe(a);
    client.unsubscribe(c);
    client.subscribe(b);
    platform.turn();
    transport.sends(...bytes('9003000100'));
    transport.sends(...bytes('b0020002'));
    assert.is(transport.take(), '82060001' + '000161' + '00' + 'a2050002' + '000163' + '82060003' + '000162' + '00');
});

test('a subscription or its end that finds no room is refused like a message, and changes nothing', () => {
    const { platform, transport, client, log, publish } = connected({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 30 + 34) });
    const subscription = new Subscription(platform, 'a', 0);
    assert.is(publish('x'.repeat(20), 1), 1);
    assert.is(client.subscribe(subscription), BUFFER_FULL);
    assert.is(client.refused, 1);
    platform.turn();
    transport.sends(...bytes('40020001'));
    assert.equal(log, ['acknowledged 1', 'writable']);
    assert.ok(client.subscribe(subscription) > 0);
    assert.ok(publish('x'.repeat(15), 1) > 0);
    assert.is(client.unsubscribe(subscription), BUFFER_FULL);
    assert.is(client.subscribe(new Subscription(platform, 'f'.repeat(40), 0)), TOO_LARGE);
    platform.turn();
    transport.take();
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    assert.ok(transport.take().includes('000161' + '00'), 'still subscribed');
});

test('handlers get a message in the order in which they were subscribed, also after one was handed on', () => {
    const { platform, transport, client } = connected();
    const got: string[] = [];
    const handler = (filter: string) => new Subscription(platform, filter, 0, () => got.push(filter));
    client.subscribe(handler('a'));
    transport.sends(...bytes('3004' + '000161' + '78'));
    client.subscribe(handler('#'));
    client.subscribe(handler('+'));
    transport.sends(...bytes('3004' + '000161' + '79'));
    assert.equal(got, ['a', 'a', '#', '+']);
});

test('handlers that unsubscribe and subscribe themselves, or subscribe to more, get each message once', () => {
    const { platform, transport, client } = connected({ sendBuffer: new Uint8Array(2000) });
    const got: string[] = [];
    const handler = (filter: string): Subscription => {
        const made: Subscription = new Subscription(platform, filter, 0, (message) => {
            got.push(filter + ' ' + payloadOf(message));
            client.unsubscribe(made);
            client.subscribe(made);
            if (filter === '#' && got.length < 3) client.subscribe(new Subscription(platform, '+', 0, () => got.push('+')));
        });
        return made;
    };
    client.subscribe(handler('a'));
    client.subscribe(handler('#'));
    platform.turn();
    transport.sends(...bytes('9003000100' + '9003000200' + '3004' + '000161' + '78'));
    assert.equal(got, ['a x', '# x']);
    transport.sends(...bytes('3004' + '000161' + '79'));
    assert.equal(got.slice(2).sort(), ['# y', '+', 'a y']);
});

test('a handler may unsubscribe itself and others while a message is handed on', () => {
    const { platform, transport, client, log } = connected();
    const got: string[] = [];
    const each = (name: string, act: () => void) => new Subscription(platform, '#', 0, () => {
        got.push(name);
        act();
    });
    const a: Subscription = each('a', () => client.unsubscribe(a));
    const b: Subscription = each('b', () => client.unsubscribe(c));
    const c: Subscription = each('c', () => {});
    const d: Subscription = each('d', () => {});
    for (const one of [a, b, c, d]) client.subscribe(one);
    platform.turn();
    transport.sends(...bytes('3004' + '000161' + '78'));
    assert.equal(got, ['a', 'b', 'd']);
    got.length = 0;
    transport.sends(...bytes('3004' + '000161' + '78'));
    assert.equal(got, ['b', 'd']);
    assert.equal(log, []);
});

test('TOO_LARGE means that not even an empty buffer has room: one byte less is BUFFER_FULL until there is room', () => {
    for (const length of [1, 2, 122, 123, 124, 125, 200]) {
        const size = length + (length + 5 < 128 ? 7 : 8);
        for (const missing of [0, 1]) {
            const { platform, transport, client, log, publish } = connected({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + Math.max(8, size - missing) + 34) });
            const subscription = new Subscription(platform, 'f'.repeat(length), 0);
            publish('x', 1);
            const fits = size <= Math.max(8, size - missing);
            assert.is(client.subscribe(subscription), fits ? BUFFER_FULL : TOO_LARGE, `${length}`);
            platform.turn();
            transport.sends(...bytes('40020001'));
            assert.equal(log, fits ? ['acknowledged 1', 'writable'] : ['acknowledged 1']);
            assert.is(client.subscribe(subscription) > 0, fits);
        }
    }
});

test.run();
