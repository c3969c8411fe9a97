// Keep-alive: a PINGREQ in time and no sooner, its answer awaited, and no wake besides.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED, CONNECTING, PINGRESP_TIMEOUT, WAITING } from '../../index.ts';
import { bytes, connected, publishHex, world } from './world.ts';

/** In ms. */
const HOUR = 3600000;

test('[MQTT-3.1.2-23] an idle client sends PINGREQ at 95 % of the keep-alive after its last byte', () => {
    const { platform, transport } = connected({ keepAlive: 100 });
    platform.pass(94999);
    assert.is(transport.take(), '');
    platform.pass(1);
    assert.is(transport.take(), 'c000');
    platform.pass(2000);
    transport.sends(...bytes('d000'));
    platform.pass(92999);
    assert.is(transport.take(), '');
    platform.pass(1);
    assert.is(transport.take(), 'c000', 'counted from the PINGREQ, not from its answer');
});

test('[MQTT-3.1.2-23] the time runs from CONNECT, however late CONNACK is', () => {
    for (const late of [0, 10000, 94000, 95000, 99000]) {
        const { platform, transport, client } = world({ keepAlive: 100, responseTimeout: 100000 });
        client.start();
        platform.turn();
        transport.opened();
        platform.pass(late);
        assert.is(client.state, CONNECTING);
        transport.sends(...bytes('20020000'));
        transport.take();
        if (late < 95000) {
            platform.pass(94999 - late);
            assert.is(transport.take(), '');
            platform.pass(1);
        } else {
            platform.turn();
        }
        assert.is(transport.take(), 'c000');
    }
});

test('[MQTT-3.1.2-23] the time runs from any packet sent', () => {
    const { platform, transport, publish } = connected({ keepAlive: 100 });
    platform.pass(60000);
    publish('a', 0);
    platform.turn();
    assert.is(transport.take(), publishHex('a', 0));
    platform.pass(94999);
    assert.is(transport.take(), '');
    platform.pass(1);
    assert.is(transport.take(), 'c000');
});

test('[MQTT-3.1.2-23] bytes that the transport does not take are no traffic', () => {
    const { platform, transport, client, publish } = connected({ keepAlive: 100, responseTimeout: 20000 });
    transport.room = 0;
    platform.pass(50000);
    publish('a', 0);
    platform.pass(45000);
    transport.takes(Infinity);
    assert.is(transport.take(), 'c000' + publishHex('a', 0), 'nothing of the message had been taken');
    platform.pass(20000);
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
});

test('6 pings an hour at 600 s when idle, and one wake for each', () => {
    const { platform, transport } = connected({ keepAlive: 600 });
    let pings = 0;
    const flush = transport.flush.bind(transport);
    transport.flush = () => {
        flush();
        assert.is(transport.take(), 'c000');
        pings++;
    };
    platform.wakes = 0;
    for (let second = 0; second < 3600; second++) {
        platform.pass(1000);
        if (pings * 570 === second + 1) transport.sends(...bytes('d000'));
    }
    assert.is(pings, 6);
    assert.is(platform.wakes, 6);
});

test('no ping in an hour at 600 s when a message goes out every 60 s', () => {
    const { platform, transport, publish } = connected({ keepAlive: 600 });
    platform.wakes = 0;
    for (let minute = 0; minute < 60; minute++) {
        publish('a', 0);
        platform.pass(60000);
        assert.is(transport.take(), publishHex('a', 0));
    }
    assert.is(platform.wakes, 60, 'one for each turn in which the application published');
});

test('[MQTT-3.1.2-24] [MQTT-3.12.4-1] a PINGREQ without PINGRESP closes the connection', () => {
    const { platform, transport, client } = connected({ keepAlive: 100, responseTimeout: 8000 });
    platform.pass(95000 + 7999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.state, WAITING);
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
    assert.is(transport.take(), 'c000');
});

test('[MQTT-3.12.4-1] a PINGRESP within responseTimeout is in time', () => {
    const { platform, transport, client } = connected({ keepAlive: 100, responseTimeout: 8000 });
    platform.pass(95000 + 7999);
    transport.sends(...bytes('d000'));
    platform.pass(80000);
    assert.is(client.state, CONNECTED);
});

test('[MQTT-3.12.4-1] other packets are no answer to a PINGREQ, and packets sent do not put its end off', () => {
    const { platform, transport, client, publish } = connected({ keepAlive: 100, responseTimeout: 8000 });
    platform.pass(95000 + 4000);
    publish('a', 0);
    transport.sends(...bytes('3004' + '000174' + '61'));
    platform.pass(3999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
});

test('[MQTT-3.1.2-23] with a keep-alive shorter than responseTimeout never more than the keep-alive passes without a packet or the end', () => {
    const { platform, transport, client } = connected({ keepAlive: 10, responseTimeout: 15000 });
    platform.pass(9500);
    assert.is(transport.take(), 'c000');
    platform.pass(10000);
    assert.ok(transport.take() === 'c000' || client.closeReason === PINGRESP_TIMEOUT);
});

test('a PINGRESP that nothing asked for changes nothing', () => {
    const { platform, transport, client } = connected({ keepAlive: 100 });
    platform.pass(90000);
    transport.sends(...bytes('d000'));
    assert.is(client.state, CONNECTED);
    platform.pass(5000);
    assert.is(transport.take(), 'c000');
});

test('PINGREQs that the transport never takes do not pile up, whatever the broker sends', () => {
    const { platform, transport, client } = connected({ keepAlive: 10, responseTimeout: 5000 });
    transport.room = 0;
    for (let round = 0; round < 30 && client.state === CONNECTED; round++) {
        platform.pass(9500);
        transport.sends(...bytes('d000'));
    }
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
    assert.is(transport.take(), '');
});

test('keepAlive 0: no PINGREQ in ten days, no wake either', () => {
    const { platform, transport, client } = connected({ keepAlive: 0 });
    platform.wakes = 0;
    platform.pass(240 * HOUR);
    assert.is(transport.take(), '');
    assert.is(platform.wakes, 0);
    assert.is(client.state, CONNECTED);
});

test('a PINGREQ without an answer is forgotten with its connection', () => {
    const { platform, transport, client, connect } = connected({ keepAlive: 100, responseTimeout: 8000 });
    platform.pass(95000);
    assert.is(transport.take(), 'c000');
    transport.breaks();
    connect();
    platform.pass(94999);
    assert.is(client.state, CONNECTED);
    assert.is(transport.take(), '');
    platform.pass(1);
    assert.is(transport.take(), 'c000');
    assert.is(client.state, CONNECTED);
});

test('a late timer costs a late PINGREQ and nothing else', () => {
    const { platform, transport, client } = connected({ keepAlive: 100 });
    platform.sleep(99000);
    platform.turn();
    assert.is(transport.take(), 'c000');
    transport.sends(...bytes('d000'));
    assert.is(client.state, CONNECTED);
    platform.pass(94999);
    assert.is(transport.take(), '');
    platform.pass(1);
    assert.is(transport.take(), 'c000');
});

test('however late the timer is and whatever falls due at once: a wake is pending afterwards, or the connection has ended', () => {
    for (let late = 0; late < 20; late++) {
        // The PINGREQ falls due at 95,000, the PUBACK at 95,000 + 5.
        const { platform, transport, client, publish } = connected({ keepAlive: 100, responseTimeout: 30000, window: 1 });
        platform.pass(65005);
        transport.room = 0;
        publish('a', 1);
        platform.turn();
        platform.sleep(30000 + late - 5);
        platform.turn();
        platform.pass(60000);
        assert.is.not(client.closeReason, 0, `${late} ms late`);
    }
});

for (const [name, wrap] of [['int32', (time: number) => time | 0], ['uint32', (time: number) => time >>> 0]] as const) {
    for (const edge of [2 ** 31, 2 ** 32]) {
        test(`a clock that wraps as ${name}, crossing ${edge}, disturbs nothing`, () => {
            for (const before of [1, 1000, 94999, 95000, 95001, 150000, 194000]) {
                const { platform, transport, client, publish, connect, log } = connected({ keepAlive: 100, responseTimeout: 8000 });
                transport.breaks();
                platform.time = edge - before;
                platform.clock = wrap;
                client.stop();
                client.start();
                connect();
                log.length = 0;
                for (let ping = 0; ping < 3; ping++) {
                    platform.pass(94999);
                    assert.is(transport.take(), '', `${before} ms before`);
                    platform.pass(1);
                    assert.is(transport.take(), 'c000', `${before} ms before`);
                    transport.sends(...bytes('d000'));
                }
                publish('a', 1);
                platform.pass(7999);
                assert.is(client.state, CONNECTED);
                platform.pass(1);
                assert.is(client.state, WAITING);
                assert.is(log.length, 1);
            }
        });
    }
}

test.run();
