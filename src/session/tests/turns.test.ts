// How often a platform and a transport are bothered, and what a timeout leaves behind.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLOSED_BY_APPLICATION, CONNECTED, PINGRESP_TIMEOUT, PUBACK_TIMEOUT, STOPPED, WAITING } from '../../index.ts';
import { bytes, connected, publishHex, world } from './world.ts';
import type { World } from './world.ts';

/** The wakes that the client asks for from now on, in ms. */
function wakesOf({ platform }: World): number[] {
    const asked: number[] = [];
    const wakeAfter = platform.wakeAfter.bind(platform);
    platform.wakeAfter = ms => {
        asked.push(ms);
        wakeAfter(ms);
    };
    return asked;
}

test('however much is published in a turn, one wake is asked for, and one more after it', () => {
    const made = connected();
    const wakes = wakesOf(made);
    for (let count = 0; count < 5; count++) made.publish('a', 0);
    assert.equal(wakes, [0]);
    made.platform.turn();
    assert.equal(wakes, [0, 57000]);
});

test('a message that arrives asks for no wake: the deadline is what it was', () => {
    const made = connected();
    made.platform.pass(1000);
    const wakes = wakesOf(made);
    made.transport.sends(...bytes(publishHex('a', 0)));
    assert.equal(made.log, ['message a']);
    assert.equal(wakes, []);
});

test('the acknowledgements of eight messages that arrive together are one write', () => {
    const { transport } = connected();
    const before = transport.writes;
    const identifiers = [1, 2, 3, 4, 5, 6, 7, 8];
    transport.sends(...bytes(identifiers.map(identifier => publishHex('a', identifier)).join('')));
    assert.is(transport.take(), identifiers.map(identifier => `4002000${identifier}`).join(''));
    assert.is(transport.writes - before, 1);
});

test('[MQTT-3.1.2-24] after a connection that ended for want of a PINGRESP the next one pings before it is given up', () => {
    const { platform, transport, client, connect } = connected({ keepAlive: 10, responseTimeout: 5000 });
    platform.pass(9500 + 5000);
    assert.is(client.closeReason, PINGRESP_TIMEOUT);
    connect();
    platform.pass(9500);
    assert.is(transport.take(), 'c000');
    assert.is(client.state, CONNECTED);
    transport.sends(...bytes('d000'));
    platform.pass(9499);
    assert.is(client.state, CONNECTED);
});

test('a transport that says it has room and takes nothing does not put the end of a message off', () => {
    const { platform, transport, client, publish } = connected({ responseTimeout: 6000 });
    transport.room = 3;
    publish('a', 1);
    platform.turn();
    for (let second = 0; second < 5; second++) {
        platform.pass(1000);
        transport.takes(0);
    }
    platform.pass(999);
    assert.is(client.state, CONNECTED);
    platform.pass(1);
    assert.is(client.state, WAITING);
    assert.is(client.closeReason, PUBACK_TIMEOUT);
});

test('§3.14: a stop whose DISCONNECT nobody takes ends after responseTimeout, as the application wanted it', () => {
    const { platform, transport, client, log } = connected({ responseTimeout: 6000 });
    transport.room = 0;
    client.stop();
    platform.pass(5999);
    assert.equal(log, ['state 5']);
    platform.pass(1);
    assert.is(client.state, STOPPED);
    assert.is(client.closeReason, CLOSED_BY_APPLICATION);
    assert.equal(log, ['state 5', 'state 0 for 16']);
});

test('no pause is longer than retryDelayMaximum', () => {
    const { platform, transport, client } = world({ retryDelay: 1000, retryDelayMaximum: 1500 });
    client.start();
    // Random numbers are taken modulo the longest pause and 1: 1,501 shows whether that is 1,000, 1,500 or 2,000.
    for (const pause of [500, 0, 0]) {
        platform.turn();
        platform.randoms.push(1501);
        transport.breaks();
        assert.is(platform.pending, pause);
        platform.pass(pause);
    }
});

test.run();
