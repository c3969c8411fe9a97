// How a connection comes about: CONNECT, what follows it in the same flush, every answer to it and none.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    CLOSED_BY_APPLICATION, CONNACK_TIMEOUT, CONNECTED, CONNECTING, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, MALFORMED_PACKET,
    OPENING, STOPPED, Subscription, UNEXPECTED_PACKET, WAITING,
} from '../../index.ts';
import { CONNECT_HEX, bytes, connected, publishHex, world } from './world.ts';

test('[MQTT-3.1.0-1] [MQTT-3.1.2-1] [MQTT-3.1.2-2] CONNECT is the first packet of every connection', () => {
    const { platform, transport, client } = world();
    assert.is(client.state, STOPPED);
    client.start();
    assert.is(client.state, WAITING);
    for (let connection = 1; connection <= 3; connection++) {
        platform.pass(Math.max(0, platform.pending));
        assert.is(client.state, OPENING);
        assert.is(transport.opens, connection);
        transport.opened();
        assert.is(client.state, CONNECTING);
        assert.is(transport.take(), CONNECT_HEX);
        transport.sends(...bytes('20020000'));
        assert.is(client.state, CONNECTED);
        assert.is(client.connections, connection);
        assert.is(client.reconnects, connection - 1);
        transport.breaks();
    }
});

test('[MQTT-3.1.0-2] start on a running client sends no second CONNECT', () => {
    const { platform, transport, client } = connected();
    client.start();
    platform.pass(10000);
    assert.is(transport.opens, 1);
    assert.is(transport.take(), '');
    assert.is(client.state, CONNECTED);
});

test('[MQTT-3.1.4-5] queued messages follow CONNECT in one flush, before CONNACK', () => {
    const { platform, transport, client, publish } = world();
    publish('a', 0);
    publish('b', 1);
    publish('c', 0);
    client.start();
    platform.turn();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 0) + publishHex('b', 1) + publishHex('c', 0));
    assert.is(transport.flushes, 1);
    assert.is(transport.writes, 2, 'the messages are one write');
    publish('d', 1);
    platform.turn();
    assert.is(transport.take(), publishHex('d', 2), 'nor does a later one wait for CONNACK');
});

test('a SUBSCRIBE follows CONNECT like a message, and CONNACK brings no second one', () => {
    const { platform, transport, client } = world();
    client.subscribe(new Subscription(platform, 'a', 0));
    client.start();
    platform.turn();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + '82060001' + '000161' + '00');
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), '');
});

test('waitForConnack: nothing follows CONNECT until CONNACK', () => {
    const { platform, transport, client, publish } = world({ waitForConnack: true });
    publish('a', 1);
    client.start();
    platform.turn();
    transport.opened();
    publish('b', 0);
    platform.turn();
    assert.is(transport.take(), CONNECT_HEX);
    transport.sends(...bytes('20020000'));
    assert.is(transport.take(), publishHex('a', 1) + publishHex('b', 0));
});

test('a broker that closes when something follows CONNECT before CONNACK is remembered', () => {
    const { platform, transport, client, publish } = world();
    publish('a', 1);
    client.start();
    platform.turn();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1));
    transport.breaks();
    for (let connection = 0; connection < 2; connection++) {
        platform.pass(platform.pending);
        transport.opened();
        assert.is(transport.take(), CONNECT_HEX);
        transport.sends(...bytes('20020000'));
        assert.is(transport.take(), publishHex('a', 1, true));
        transport.breaks();
    }
});

test('it is given another chance after one in 128 of the connections that it accepts, and what it does then is remembered again', () => {
    const { platform, transport, client, publish } = world();
    /** What follows CONNECT on the next connection. */
    const next = (): string => {
        platform.pass(platform.pending);
        transport.opened();
        return transport.take().slice(CONNECT_HEX.length);
    };
    /** The broker accepts, while the platform's next random bits are these, and the link breaks. */
    const accepts = (random: number): void => {
        platform.randoms.push(random, 500);
        transport.sends(...bytes('20020000'));
        transport.take();
        transport.breaks();
    };
    publish('a', 1);
    client.start();
    platform.turn();
    transport.opened();
    transport.breaks();
    for (const random of [1, 127, -127, 0x7fffff81, 128 + 64]) {
        assert.is(next(), '');
        accepts(random);
    }
    assert.is(next(), '');
    accepts(-128);
    assert.is(next(), publishHex('a', 1, true), 'another chance');
    transport.breaks();
    assert.is(next(), '', 'which it did not take');
    accepts(0x1280);
    assert.is(next(), publishHex('a', 1, true));
    accepts(7);
    assert.is(next(), publishHex('a', 1, true), 'which it took');
    assert.equal(platform.randoms, [500], 'and asks chance no more: the 7 was for a pause');
});

test('a client that was told to wait for CONNACK does so for ever', () => {
    const { platform, transport, client, publish } = world({ waitForConnack: true });
    publish('a', 1);
    client.start();
    platform.turn();
    for (let connection = 0; connection < 3; connection++) {
        transport.opened();
        assert.is(transport.take(), CONNECT_HEX);
        platform.randoms.push(0);
        transport.sends(...bytes('20020000'));
        transport.breaks();
        platform.pass(platform.pending);
    }
});

test('a broker that closes before CONNACK although nothing followed CONNECT is not', () => {
    const { platform, transport, client, publish } = world();
    client.start();
    platform.turn();
    transport.opened();
    transport.breaks();
    publish('a', 1);
    platform.pass(platform.pending);
    platform.pass(Math.max(0, platform.pending));
    transport.take();
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('a', 1));
});

for (const code of [1, 2, 3, 4, 5]) {
    for (const brokerCloses of [false, true]) {
        const id = code === 1 ? '[MQTT-3.1.2-2] ' : code === 2 ? '[MQTT-3.1.3-8] [MQTT-3.1.3-9] ' : '';
        test(`${id}[MQTT-3.2.2-5] [MQTT-3.1.4-5] CONNACK ${code}${brokerCloses ? ', then a close,' : ''} is reported and loses nothing`, () => {
            const { platform, transport, client, log, publish } = world();
            publish('a', 0);
            publish('b', 1);
            client.start();
            platform.turn();
            transport.opened();
            transport.take();
            transport.sends(0x20, 2, 0, code);
            if (brokerCloses) transport.owner?.onClose(CONNECTION_LOST);
            assert.is(client.state, WAITING);
            assert.is(client.closeReason, code);
            assert.is(client.connections, 0);
            assert.is(log.at(-1), `state ${WAITING} for ${code}`);
            assert.is(transport.owner, null, 'the connection is closed on this side');
            assert.is(client.dropped, 0);
            platform.pass(platform.pending);
            transport.opened();
            assert.is(transport.take(), CONNECT_HEX + publishHex('a', 0) + publishHex('b', 1, true));
        });
    }
}

test('[MQTT-3.2.0-1] anything but CONNACK first closes the connection', () => {
    for (const packet of ['40020001', '30040001' + '7461', '9003000100', 'b0020001', 'd000', '50020001', '62020001', '70020001']) {
        const { platform, transport, client } = world();
        client.start();
        platform.turn();
        transport.opened();
        transport.sends(...bytes(packet));
        assert.is(client.state, WAITING, packet);
        assert.is(client.closeReason, MALFORMED_PACKET, packet);
    }
});

test('[MQTT-3.2.0-1] [MQTT-4.8.0-1] a second CONNACK closes the connection', () => {
    const { transport, client } = connected();
    transport.sends(...bytes('20020000'));
    assert.is(client.state, WAITING);
    assert.is(client.closeReason, MALFORMED_PACKET);
});

test('[MQTT-3.2.2-1] [MQTT-3.2.2-2] [MQTT-3.2.2-3] session present is accepted without a clean session only', () => {
    for (const cleanSession of [false, true]) {
        for (const sessionPresent of [0, 1]) {
            const { platform, transport, client } = world({ cleanSession });
            client.start();
            platform.turn();
            transport.opened();
            transport.sends(0x20, 2, sessionPresent, 0);
            const accepted = !(cleanSession && sessionPresent);
            assert.is(client.state, accepted ? CONNECTED : WAITING);
            assert.is(client.closeReason, accepted ? 0 : UNEXPECTED_PACKET);
        }
    }
});

test('[MQTT-3.2.2-4] [MQTT-4.8.0-1] a CONNACK that cannot be closes the connection', () => {
    for (const packet of ['20020105', '20020006', '20020200', '210200', '2001', '2003']) {
        const { platform, transport, client } = world();
        client.start();
        platform.turn();
        transport.opened();
        transport.sends(...bytes(packet));
        assert.is(client.closeReason, MALFORMED_PACKET, packet);
        assert.is(client.connections, 0, packet);
    }
});

test('[MQTT-4.8.0-1] CONNACK before all of CONNECT was sent closes the connection', () => {
    const { platform, transport, client, publish } = world();
    publish('kept', 1);
    client.start();
    platform.turn();
    transport.room = 9;
    transport.opened();
    transport.sends(...bytes('20020000'));
    assert.is(client.state, WAITING);
    assert.is(client.closeReason, UNEXPECTED_PACKET);
    transport.room = Infinity;
    platform.pass(platform.pending);
    transport.opened();
    assert.is(transport.take(), CONNECT_HEX + publishHex('kept', 1));
});

test('without CONNACK the connection is given up after responseTimeout', () => {
    const { platform, transport, client } = world({ responseTimeout: 7000 });
    client.start();
    platform.turn();
    platform.pass(5000);
    transport.opened();
    platform.pass(6999);
    assert.is(client.state, CONNECTING);
    platform.pass(1);
    assert.is(client.closeReason, CONNACK_TIMEOUT);
    assert.is(transport.closes, 1);
    assert.not(transport.owner, 'closed');
});

test('a transport that does not connect is given up after connectTimeout', () => {
    const { platform, transport, client } = world({ connectTimeout: 9000 });
    client.start();
    platform.turn();
    platform.pass(8999);
    assert.is(client.state, OPENING);
    platform.pass(1);
    assert.is(client.closeReason, CONNECT_TIMEOUT);
    assert.is(transport.closes, 1);
});

test('a failure during open itself is an end like any other', () => {
    const { platform, transport, client, log } = world({ retryDelay: 500 });
    platform.randoms.push(400);
    const open = transport.open.bind(transport);
    transport.open = owner => {
        open(owner);
        transport.breaks(CONNECT_FAILED);
    };
    client.start();
    platform.turn();
    assert.is(client.closeReason, CONNECT_FAILED);
    assert.is(platform.pending, 400);
    transport.open = owner => {
        open(owner);
        transport.opened();
    };
    platform.pass(400);
    assert.is(transport.take(), CONNECT_HEX);
    client.stop();
    assert.equal(log, [
        `state ${WAITING}`, `state ${OPENING}`, `state ${WAITING} for ${CONNECT_FAILED}`,
        `state ${OPENING}`, `state ${CONNECTING}`, `state ${STOPPED} for ${CLOSED_BY_APPLICATION}`,
    ]);
});

test('bytes are counted both ways over all connections', () => {
    const { platform, transport, client, publish, connect } = connected();
    publish('a', 0);
    platform.turn();
    const first = CONNECT_HEX.length / 2 + publishHex('a', 0).length / 2;
    assert.is(client.bytesOut, first);
    assert.is(client.bytesIn, 4);
    transport.breaks();
    connect();
    assert.is(client.bytesOut, first + CONNECT_HEX.length / 2);
    assert.is(client.bytesIn, 8);
});

test.run();
