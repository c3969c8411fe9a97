// What the application sees and supplies: safeToSleep, credentials, callbacks that throw, and how seldom it is woken.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED, OPENING, Subscription } from '../../index.ts';
import type { ClientOptions } from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, world } from './world.ts';

test('safeToSleep: nothing unacknowledged, nothing unsent', () => {
    const { platform, transport, client, publish, connect } = world();
    const subscription = new Subscription(platform, 'a', 0);
    const safe = (expected: boolean, when: string) => assert.is(client.safeToSleep, expected, when);
    safe(true, 'nothing to do');
    publish('a', 0);
    safe(false, 'QoS 0 queued without a connection');
    client.start();
    platform.turn();
    connect();
    safe(true, 'QoS 0 handed over and the connection accepted');
    publish('a', 0);
    safe(false, 'QoS 0 queued in this turn');
    platform.turn();
    safe(true, 'QoS 0 handed over');
    transport.room = 2;
    publish('a', 0);
    platform.turn();
    safe(false, 'QoS 0 half written');
    transport.takes(Infinity);
    safe(true, 'QoS 0 written');
    publish('a', 1);
    platform.turn();
    safe(false, 'QoS 1 without PUBACK');
    transport.breaks();
    safe(false, 'QoS 1 without PUBACK nor connection');
    connect();
    transport.sends(...bytes('40020001'));
    safe(true, 'QoS 1 acknowledged');
    client.subscribe(subscription);
    platform.turn();
    safe(false, 'SUBSCRIBE without SUBACK');
    transport.sends(...bytes('9003000200'));
    safe(true, 'SUBACK came');
    client.unsubscribe(subscription);
    platform.turn();
    safe(false, 'UNSUBSCRIBE without UNSUBACK');
    transport.sends(...bytes('b0020003'));
    safe(true, 'UNSUBACK came');
    transport.room = 0;
    transport.sends(...bytes('3206' + '000174' + '0007' + '78'));
    safe(false, 'a PUBACK that the transport has not taken');
    transport.takes(Infinity);
    safe(true, 'it has');
    client.stop();
    platform.turn();
    safe(true, 'stopped');
});

test('safeToSleep is false while a QoS 0 message behind CONNECT waits for CONNACK: it may be refused', () => {
    const { platform, transport, client, publish } = world();
    publish('a', 0);
    client.start();
    platform.turn();
    transport.opened();
    assert.not(client.safeToSleep);
    transport.sends(...bytes('20020000'));
    assert.ok(client.safeToSleep);
});

test('credentials are asked for before each connection and used in its CONNECT', () => {
    let serial = 0;
    const { platform, transport, client } = world({ connectSize: 60, credentials: () => ({ userName: 'u', password: 'token ' + ++serial }) });
    client.start();
    for (let connection = 1; connection <= 3; connection++) {
        platform.pass(platform.pending);
        transport.opened();
        const password = Buffer.from('token ' + connection).toString('hex');
        assert.is(transport.take(), '1019' + '00044d51545404' + 'c0003c' + '000163' + '000175' + '0007' + password);
        assert.is(serial, connection);
        transport.breaks();
    }
});

test('credentials that do not fit connectSize are reported, and the CONNECT before is used', () => {
    let userName = 'short';
    const { platform, transport, client, publish } = world({ connectSize: 30, credentials: () => ({ userName }) });
    publish('kept', 1);
    client.start();
    for (const next of ['x'.repeat(100), 'other']) {
        platform.pass(platform.pending);
        transport.opened();
        assert.ok(transport.take().endsWith('0005' + Buffer.from('short').toString('hex') + publishHex('kept', 1, platform.errors.length > 0)));
        transport.sends(...bytes('20020000'));
        transport.breaks();
        userName = next;
        if (next === 'other') break;
    }
    assert.is(platform.errors.length, 1);
    assert.match(String(platform.errors[0]), /connectSize is too small for these credentials: 30/);
    platform.pass(platform.pending);
    transport.opened();
    assert.ok(transport.take().includes('0005' + Buffer.from('other').toString('hex')));
});

test('[MQTT-3.1.2-22] [MQTT-3.1.3-11] credentials that break a rule, or throw, are reported and the connection is made', () => {
    const wrong: (() => ReturnType<NonNullable<ClientOptions['credentials']>>)[] = [
        () => ({ password: 'p' }),
        () => ({ userName: '\u0000' }),
        () => {
            throw new Error('no token');
        },
    ];
    for (const credentials of wrong) {
        const { platform, transport, client } = world({ credentials });
        client.start();
        platform.turn();
        assert.is(client.state, OPENING);
        transport.opened();
        assert.is(transport.take(), CONNECT_HEX);
        assert.is(platform.errors.length, 1);
    }
});

test('[MQTT-4.8.0-2] a callback that throws is reported once and harms nothing: the session goes on', () => {
    const fail = () => {
        throw new Error('mine');
    };
    const { platform, transport, client, publish } = connected({
        sendBuffer: new Uint8Array(15 + 40 + 34), onStateChange: fail, onAcknowledged: fail, onWritable: fail, onMessage: fail, onSubscribed: fail,
    });
    const reported = () => platform.errors.splice(0).length;
    assert.is(reported(), 4, 'WAITING, OPENING, CONNECTING, CONNECTED');
    const handled: string[] = [];
    client.subscribe(new Subscription(platform, 'a/#', 1, fail));
    client.subscribe(new Subscription(platform, 'a/b', 1, () => handled.push('second')));
    platform.turn();
    transport.take();
    transport.sends(...bytes('9003000101' + '9003000201'));
    assert.is(reported(), 2);
    transport.sends(...bytes('3206' + '000174' + '0007' + '78' + '3208' + '0003612f62' + '0008' + '79'));
    assert.is(reported(), 2);
    assert.equal(handled, ['second']);
    assert.is(transport.take(), '40020007' + '40020008', 'acknowledged: it was handed over');
    while (publish('0123456789', 1) > 0);
    platform.turn();
    transport.sends(...bytes('40020003'));
    assert.is(reported(), 2, 'onAcknowledged and onWritable');
    assert.is(client.state, CONNECTED);
    transport.breaks();
    platform.pass(platform.pending);
    assert.is(reported(), 2);
    assert.is(client.state, OPENING);
});

test('one wake at most is pending, and a client that has nothing to do has none', () => {
    const { platform, transport, client, publish } = world();
    assert.is(platform.pending, -1);
    client.start();
    assert.is(platform.pending, 0);
    platform.turn();
    assert.is(platform.pending, 30000, 'connectTimeout');
    transport.opened();
    assert.is(platform.pending, 15000, 'responseTimeout');
    transport.sends(...bytes('20020000'));
    assert.is(platform.pending, 57000, 'keep-alive');
    publish('a', 1);
    assert.is(platform.pending, 0);
    platform.turn();
    assert.is(platform.pending, 15000, 'PUBACK');
    transport.sends(...bytes('40020001'));
    assert.is(platform.pending, 57000);
    client.stop();
    platform.turn();
    assert.is(platform.pending, -1);
    publish('a', 1);
    platform.pass(1e7);
    assert.is(platform.pending, -1);
});

test('an idle hour without a broker costs two wakes for each attempt', () => {
    const { platform, transport, client } = world({ retryDelayMaximum: 120000 });
    client.start();
    platform.turn();
    platform.wakes = 0;
    let attempts = 0;
    for (let time = 0; time < 3600000;) {
        platform.randoms.push(120000);
        const wait = platform.pending;
        platform.pass(wait);
        time += wait;
        if (client.state === OPENING) attempts++;
    }
    assert.ok(attempts > 20 && attempts < 40, String(attempts));
    assert.ok(platform.wakes <= 2 * attempts + 1, String(platform.wakes));
    assert.is(transport.opens, attempts + 1);
});

test.run();
