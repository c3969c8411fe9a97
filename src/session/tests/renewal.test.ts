// Subscriptions over several connections: made again when, and only when, the broker has not kept them.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_SUBSCRIBED, Subscription } from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, world } from './world.ts';

test('a refused subscription is asked for again with the next connection, and by subscribe', () => {
    const { platform, transport, client } = connected();
    const subscription = new Subscription(platform, 'a', 0);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000180'));
    transport.take();
    client.subscribe(subscription);
    platform.turn();
    assert.is(transport.take(), '82060002' + '000161' + '00');
    transport.sends(...bytes('9003000280'));
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020100'));
    assert.is(transport.take(), CONNECT_HEX + '82060003' + '000161' + '00');
});

test('[MQTT-3.2.2-3] what the broker has not kept is subscribed again on every connection', () => {
    const { platform, transport, client, log } = connected();
    const [a, b] = ['a', 'b'].map(filter => new Subscription(platform, filter, 1));
    client.subscribe(a);
    client.subscribe(b);
    platform.turn();
    transport.sends(...bytes('9003000101' + '9003000201'));
    transport.take();
    for (let identifier = 3; identifier < 9; identifier += 2) {
        log.length = 0;
        platform.turn();
        transport.breaks();
        platform.pass(platform.pending);
        transport.opened();
        assert.is(transport.take(), CONNECT_HEX);
        transport.sends(...bytes('20020000'));
        assert.is(transport.take(), `8206000${identifier}` + '000161' + '01' + `8206000${identifier + 1}` + '000162' + '01');
        assert.is(a.granted, NOT_SUBSCRIBED);
        transport.sends(0x90, 3, 0, identifier, 1, 0x90, 3, 0, identifier + 1, 0);
        assert.is(a.granted, 1);
        assert.is(b.granted, 0);
        assert.ok(log.includes('granted b 0'));
    }
});

test('[MQTT-3.2.2-2] what the broker has kept is not subscribed again', () => {
    const { platform, transport, client } = connected();
    const subscription = new Subscription(platform, 'a', 1);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000101'));
    transport.take();
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020100'));
    assert.is(transport.take(), CONNECT_HEX);
    assert.is(subscription.granted, 1);
});

test('[MQTT-3.1.2-6] with a clean session every connection subscribes again, also after stop and start', () => {
    const { platform, transport, client } = connected({ cleanSession: true });
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.turn();
    transport.sends(...bytes('9003000100'));
    client.stop();
    platform.turn();
    client.start();
    platform.turn();
    transport.take();
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.ok(transport.take().endsWith('82060002' + '000161' + '00'));
});

test('many subscriptions are renewed through a small buffer, as far as there is room at a time', () => {
    const { platform, transport, client, log } = connected({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 20 + 34) });
    const all = Array.from({ length: 50 }, (_, index) => new Subscription(platform, String(index).padStart(2, '0'), 0));
    /** Answers every SUBSCRIBE that has gone out until there is none; returns the filters. */
    const answer = () => {
        const filters: string[] = [];
        for (let written = transport.take(); written; written = transport.take()) {
            // Each is 82 07, identifier, 00 02, two digits, 00.
            for (let at = 0; at < written.length; at += 18) {
                filters.push(Buffer.from(written.slice(at + 12, at + 16), 'hex').toString());
                transport.sends(...bytes('9003' + written.slice(at + 4, at + 8) + '00'));
            }
            platform.turn();
        }
        return filters;
    };
    for (const each of all) {
        assert.ok(client.subscribe(each) > 0);
        platform.turn();
        answer();
    }
    log.length = 0;
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.take();
    transport.sends(...bytes('20020000'));
    assert.equal(answer(), all.map((_, index) => String(index).padStart(2, '0')));
    assert.ok(all.every(each => each.granted === 0));
    assert.is(client.refused, 0, 'the application was refused nothing');
    assert.ok(!log.includes('writable'));
    assert.ok(client.safeToSleep);
});

test('a renewal waits for room behind messages that are sent again', () => {
    const { platform, transport, client, publish } = connected({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + 20 + 34) });
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.turn();
    transport.sends(...bytes('9003000100'));
    publish('0123456789', 1);
    platform.turn();
    transport.take();
    transport.breaks();
    platform.pass(platform.pending);
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX + publishHex('0123456789', 2, true));
    transport.sends(...bytes('40020002'));
    assert.match(transport.take(), /^8206....00016100$/);
});

test('subscriptions made while there is no connection wait for it', () => {
    const { platform, transport, client } = world();
    const [a, b] = ['a', 'b'].map(filter => new Subscription(platform, filter, 0));
    client.subscribe(a);
    client.subscribe(b);
    client.unsubscribe(a);
    platform.turn();
    client.start();
    platform.turn();
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), CONNECT_HEX + '82060001' + '000161' + '00' + '82060002' + '000162' + '00');
    transport.sends(...bytes('9003000100' + '9003000200'));
    assert.is(transport.take(), 'a2050003' + '000161');
});

test('subscriptions that find no room are made as soon as messages that await no answer have left', () => {
    const room = publishHex('0123456789', 0).length;
    const { platform, transport, client, publish } = world({ sendBuffer: new Uint8Array(CONNECT_HEX.length / 2 + room + 34), waitForConnack: true });
    client.start();
    platform.turn();
    transport.opened();
    transport.sends(...bytes('20020000'));
    client.subscribe(new Subscription(platform, 'a', 0));
    platform.turn();
    transport.sends(...bytes('9003000100'));
    transport.breaks();
    assert.is(publish('0123456789', 0), 0);
    assert.is(publish('0123456789', 0), 0);
    platform.pass(1000);
    transport.opened();
    transport.take();
    transport.sends(...bytes('20020000'));
    platform.turn();
    assert.match(transport.take(), new RegExp('^(' + publishHex('0123456789', 0) + '){2}8206....00016100$'));
});

test('[MQTT-3.2.2-3] after a CONNECT without CONNACK a session may be present that has no subscriptions: they are made again', () => {
    const { platform, transport, client } = connected();
    const subscription = new Subscription(platform, 'a', 0);
    client.subscribe(subscription);
    platform.turn();
    transport.sends(...bytes('9003000100'));
    transport.breaks();
    // The broker has lost the session, makes a new one, and its CONNACK gets lost.
    platform.pass(1000);
    transport.opened();
    transport.breaks();
    platform.pass(2000);
    transport.opened();
    transport.take();
    transport.sends(...bytes('20020100'));
    assert.match(transport.take(), /^8206....00016100$/);
    transport.sends(...bytes('9003000200'));
    assert.is(subscription.granted, 0);
    // Once that is cleared up, a session that is present is believed again.
    transport.breaks();
    platform.pass(4000);
    transport.opened();
    transport.take();
    transport.sends(...bytes('20020100'));
    platform.turn();
    assert.is(transport.take(), '');
});

test.run();
