// stop: what is queued goes out, DISCONNECT is the last packet, and afterwards nothing happens.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    CLOSED_BY_APPLICATION, CONNECTED, CONNECTING, CONNECTION_LOST, OPENING, STOPPED, STOPPING, Subscription, WAITING,
} from '../../index.ts';
import type { ClientOptions } from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, world } from './world.ts';

const STOPPED_LINE = `state ${STOPPED} for ${CLOSED_BY_APPLICATION}`;

test('[MQTT-3.14.1-1] [MQTT-3.14.4-1] stop sends what is queued, then DISCONNECT, and closes the connection', () => {
    const { platform, transport, client, log, publish } = connected();
    publish('a', 0);
    publish('b', 1);
    client.stop();
    assert.is(client.state, STOPPING);
    assert.is(transport.take(), '');
    const { flushes, closes } = transport;
    platform.turn();
    assert.is(transport.take(), publishHex('a', 0) + publishHex('b', 1) + 'e000');
    assert.is(transport.flushes - flushes, 1);
    assert.is(transport.closes - closes, 1);
    assert.is(client.state, STOPPED);
    assert.is(platform.pending, -1);
    assert.equal(log, [`state ${STOPPING}`, STOPPED_LINE]);
});

test('[MQTT-3.14.4-2] nothing follows DISCONNECT, however slowly it leaves and whatever is published meanwhile', () => {
    for (let room = 0; room < 8; room++) {
        const { platform, transport, client, publish } = connected();
        publish('a', 0);
        transport.room = room;
        client.stop();
        platform.turn();
        let written = transport.take();
        for (let turn = 0; client.state !== STOPPED; turn++) {
            assert.ok(turn < 40);
            if (turn < 3) publish('late', 0);
            platform.turn();
            if (client.state !== STOPPED) transport.takes(1);
            written += transport.take();
        }
        assert.ok(written.endsWith('e000'), written);
        assert.is(written.indexOf('e000'), written.length - 4, written);
        platform.pass(1e6);
        assert.is(transport.take(), '');
    }
});

test('a send buffer that held anything before is no DISCONNECT already sent', () => {
    const { platform, transport, client } = connected({ sendBuffer: new Uint8Array(200).fill(0xe0) });
    client.stop();
    platform.turn();
    assert.is(transport.take(), 'e000');
    client.start();
    platform.turn();
    transport.opened();
    transport.sends(...bytes('20020000'));
    client.stop();
    platform.turn();
    assert.is(transport.take(), CONNECT_HEX + 'e000');
});

test('a transport that takes no DISCONNECT is closed after responseTimeout', () => {
    const { platform, transport, client } = connected({ responseTimeout: 4000 });
    transport.room = 0;
    client.stop();
    platform.pass(3999);
    assert.is(client.state, STOPPING);
    platform.pass(1);
    assert.is(client.state, STOPPED);
    assert.is(platform.pending, -1);
});

test('[MQTT-3.1.2-4] what was not acknowledged goes out again after the next start', () => {
    const { platform, transport, client, publish } = connected();
    publish('a', 1);
    client.stop();
    platform.turn();
    transport.take();
    publish('b', 1);
    platform.turn();
    assert.not(client.safeToSleep);
    client.start();
    platform.turn();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1, true) + publishHex('b', 2));
});

/** Brings a fresh world into each state in turn. */
const states: [string, number, (made: ReturnType<typeof world>) => void][] = [
    ['STOPPED', STOPPED, () => {}],
    ['WAITING', WAITING, ({ client }) => client.start()],
    ['OPENING', OPENING, ({ client, platform }) => {
        client.start();
        platform.turn();
    }],
    ['CONNECTING', CONNECTING, ({ client, platform, transport }) => {
        client.start();
        platform.turn();
        transport.opened();
    }],
    ['CONNECTED', CONNECTED, ({ client, platform, connect }) => {
        client.start();
        platform.turn();
        connect();
    }],
    ['STOPPING', STOPPING, ({ client, platform, connect }) => {
        client.start();
        platform.turn();
        connect();
        client.stop();
    }],
];

for (const [name, state, enter] of states) {
    test(`[MQTT-3.14.4-2] stop in ${name}, once or twice: stopped, silent, and able to start again`, () => {
        for (const times of [1, 2]) {
            const made = world();
            const { platform, transport, client, log, publish } = made;
            enter(made);
            assert.is(client.state, state);
            const owner = transport.owner;
            transport.take();
            for (let time = 0; time < times; time++) client.stop();
            platform.turn();
            assert.is(transport.take(), state === CONNECTED || state === STOPPING ? 'e000' : '', 'DISCONNECT on an accepted connection only');
            assert.is(client.state, STOPPED);
            assert.is(transport.owner, null);
            log.length = 0;
            publish('a', 1);
            platform.pass(1e6);
            // A transport may be late to understand.
            owner?.onWritable();
            assert.equal(log, []);
            assert.is(transport.take(), '');
            client.start();
            platform.turn();
            transport.opened();
            assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1));
            transport.sends(...bytes('20020000' + '40020001'));
            assert.ok(client.safeToSleep);
        }
    });
}

test('a connection that breaks while stopping is stopped too, with the reason', () => {
    const { platform, transport, client, log } = connected();
    client.stop();
    transport.breaks();
    assert.is(client.state, STOPPED);
    assert.is(client.closeReason, CONNECTION_LOST);
    assert.equal(log, [`state ${STOPPING}`, `state ${STOPPED} for ${CONNECTION_LOST}`]);
    assert.is(platform.pending, -1);
});

test('no callback but onStateChange follows stop: not for messages, acknowledgements, subscriptions or room', () => {
    const { platform, transport, client, log, publish } = connected({ sendBuffer: new Uint8Array(15 + 24 + 34) });
    transport.room = 0;
    publish('0123456789', 0);
    client.subscribe(new Subscription(platform, 'a', 0));
    assert.ok(publish('0123456789', 0) < 0);
    platform.turn();
    log.length = 0;
    client.stop();
    transport.sends(...bytes('3004' + '000174' + '78' + '9003000100' + '40020001' + 'ff'));
    // Room for everything but DISCONNECT.
    transport.takes(publishHex('0123456789', 0).length / 2 + 8);
    assert.is(client.state, STOPPING);
    assert.equal(log, [`state ${STOPPING}`]);
    transport.takes(Infinity);
    platform.pass(1e6);
    assert.equal(log, [`state ${STOPPING}`, STOPPED_LINE]);
    assert.ok(transport.take().endsWith('e000'));
});

test('when a handler stops the client, no other handler gets the message', () => {
    const got: string[] = [];
    const { platform, transport, client, log } = connected();
    client.subscribe(new Subscription(platform, 'a', 0, () => {
        got.push('first');
        client.stop();
    }));
    client.subscribe(new Subscription(platform, '#', 0, () => got.push('second')));
    platform.turn();
    transport.sends(...bytes('3004' + '000161' + '78'));
    platform.turn();
    assert.equal(got, ['first']);
    assert.equal(log, [`state ${STOPPING}`, STOPPED_LINE]);
});

/** Drives a client through a whole life in which `act` is called inside the callback `name`, the first time. */
function inside(name: keyof ClientOptions, act: (made: ReturnType<typeof world>) => void): { made: ReturnType<typeof world>; after: string[] } {
    const after: string[] = [];
    const acts = [() => act(made)];
    const callback = (label: string, wanted: boolean, text: string) => {
        if (acts.length === 0) after.push(text);
        if (label === name && wanted) acts.pop()?.();
    };
    const made = world({
        sendBuffer: new Uint8Array(15 + 40 + 34),
        onStateChange: state => callback('onStateChange', state === CONNECTED, 'state ' + state),
        onAcknowledged: () => callback('onAcknowledged', true, 'acknowledged'),
        onWritable: () => callback('onWritable', true, 'writable'),
        onMessage: () => callback('onMessage', true, 'message'),
        onSubscribed: () => callback('onSubscribed', true, 'subscribed'),
        credentials: () => {
            callback('credentials', true, 'credentials');
            return {};
        },
    });
    const { platform, transport, client, publish } = made;
    client.start();
    for (let round = 0; round < 3 && acts.length > 0; round++) {
        platform.pass(Math.max(0, platform.pending));
        if (client.state === OPENING) transport.opened();
        if (client.state === CONNECTING) transport.sends(...bytes('20020000'));
        client.subscribe(new Subscription(platform, 'a', 1));
        publish('x', 1);
        publish('0123456789', 1);
        publish('0123456789', 1);
        platform.turn();
        if (acts.length > 0) transport.sends(...bytes('9003000101' + '40020002' + '40020003' + '3206' + '000174' + '0007' + '78' + '3206' + '000174' + '0008' + '79' + '40020004'));
    }
    assert.is(acts.length, 0, name + ' was called');
    platform.turn();
    return { made, after };
}

for (const name of ['onStateChange', 'onAcknowledged', 'onWritable', 'onMessage', 'onSubscribed', 'credentials'] as const) {
    test(`stop inside ${name} stops, and no other callback follows`, () => {
        const { made: { platform, transport, client }, after } = inside(name, ({ client }) => client.stop());
        assert.is(client.state, STOPPED);
        assert.equal(after.filter(line => !line.startsWith('state')), []);
        assert.is(after.at(-1), 'state ' + STOPPED);
        assert.is(platform.pending, -1);
        assert.is(transport.owner, null);
        if (name !== 'credentials') assert.ok(transport.take().endsWith('e000'));
        else assert.is(transport.opens, 0);
        assert.equal(platform.errors, []);
    });

    test(`stop and start again inside ${name}`, () => {
        const { made } = inside(name, ({ client }) => {
            client.stop();
            client.start();
        });
        const { platform, transport, client, connect } = made;
        // On an accepted connection DISCONNECT has yet to go out: start is without effect then.
        if (client.state === STOPPED) client.start();
        platform.turn();
        if (client.state === OPENING) connect();
        assert.is(client.state, CONNECTED);
        assert.ok(transport.owner);
        assert.equal(platform.errors, []);
    });
}

test('start inside onStateChange(STOPPED) connects again', () => {
    let last = '';
    const made = connected({ onStateChange: state => {
        if (state !== STOPPED) return;
        last = made.transport.take();
        made.client.start();
    } });
    const { platform, transport, client } = made;
    client.stop();
    platform.turn();
    assert.is(last, 'e000');
    assert.is(client.state, OPENING);
    assert.is(transport.opens, 2);
});

test('stop inside onStateChange in every state it reports', () => {
    for (const state of [WAITING, OPENING, CONNECTING, CONNECTED, STOPPING]) {
        const made = world({ onStateChange: present => {
            if (present === state) made.client.stop();
        } });
        const { platform, transport, client } = made;
        client.start();
        platform.turn();
        if (transport.owner) transport.opened();
        if (transport.owner) transport.sends(...bytes('20020000'));
        client.stop();
        platform.turn();
        assert.is(client.state, STOPPED, `in ${state}`);
        assert.is(transport.owner, null);
        assert.is(platform.pending, -1);
    }
});

test('a message that was handled when stop was called is acknowledged before DISCONNECT, also as the ninth', () => {
    for (const count of [1, 8, 9, 17]) {
        let received = 0;
        const made = connected({ onMessage: () => {
            if (++received === count) made.client.stop();
        } });
        const { platform, transport, client } = made;
        transport.sends(...Array.from({ length: 20 }, (_, index) => [0x32, 6, 0, 1, 0x74, 0, index + 1, 0x78]).flat());
        platform.turn();
        assert.is(received, count);
        const written = transport.take();
        assert.ok(written.endsWith('e000'));
        assert.ok(written.length / 8 >= count - 1);
        assert.is(client.state, STOPPED);
        assert.ok(client.safeToSleep);
    }
});

test('[MQTT-3.14.4-2] a ninth PUBACK that finds room only behind DISCONNECT is left out', () => {
    for (let room = 0; room < 48; room++) {
        let received = 0;
        const made = connected({ onMessage: () => {
            if (++received === 9) made.client.stop();
        } });
        const { platform, transport, client } = made;
        transport.room = room;
        transport.sends(...Array.from({ length: 9 }, (_, index) => [0x32, 6, 0, 1, 0x74, 0, index + 1, 0x78]).flat());
        platform.turn();
        if (transport.owner) transport.takes(Infinity);
        assert.match(transport.take(), /^(400200..){8,9}e000$/, `${room} bytes`);
        assert.is(client.closeReason, CLOSED_BY_APPLICATION);
    }
});

test('an answer that is overdue while the client stops does not keep DISCONNECT from going out', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 1000 });
    publish('x', 1);
    platform.pass(999);
    transport.take();
    transport.room = 0;
    publish('y', 0);
    client.stop();
    platform.sleep(1);
    platform.turn();
    assert.is(client.state, STOPPING);
    transport.takes(Infinity);
    assert.is(transport.take(), publishHex('y', 0) + 'e000');
    assert.is(client.state, STOPPED);
    assert.is(client.closeReason, CLOSED_BY_APPLICATION);
});

test.run();
