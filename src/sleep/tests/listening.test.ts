// A node that listens: how long its window stays open, when it connects for that alone, and what a broken link costs it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Subscription } from '../../index.ts';
import { VirtualPlatform, bytes, payloadOf, publishHex } from '../../session/tests/world.ts';
import { CONNACK, INTERVAL, boot, connectHex, lasting, puback } from './node.ts';

test('the downlink window stays open while something comes, but not beyond the time limit', () => {
    const platform = new VirtualPlatform();
    const received: string[] = [];
    const subscription = new Subscription(platform, 'c/#', 1, message => received.push(payloadOf(message)));
    const { transport, log, add, wake } = boot(lasting(), { downlinkWindow: 300, subscriptions: [subscription], timeLimit: 1000 }, {}, platform);
    add('a');
    wake();
    assert.is(transport.take(), connectHex('0002') + '8208' + '0001' + '0003632f2301' + publishHex('a', 2));
    transport.sends(...CONNACK, ...puback(2));
    platform.pass(299);
    transport.sends(...bytes('9003000101'));
    platform.pass(1);
    assert.equal(log, []);
    platform.pass(299);
    transport.sends(...bytes('320a' + '0003632f31' + '0007' + '6f6e21'));
    platform.pass(1);
    assert.equal(received, ['on!']);
    assert.is(transport.take(), '40020007');
    platform.pass(299);
    assert.equal(log, []);
    platform.pass(1);
    assert.equal(log, [`sleep ${INTERVAL - 900}`]);
    platform.pass(INTERVAL);
    wake();
    transport.take();
    transport.sends(...bytes('20020100'));
    for (let time = 0; time < 1000; time += 100) {
        assert.is(log.length, 1, 'it listens although there was nothing to send');
        transport.sends(...bytes('3006' + '0003632f31' + '21'));
        platform.pass(100);
    }
    assert.is(log.length, 2);
});

test('a window that a broken link cuts short begins again with the next connection; without another the wake was in vain', () => {
    for (const attempts of [2, 1]) {
        const { cycle, transport, log, wake, platform } = boot(lasting(), { downlinkWindow: 3000, attempts });
        wake();
        transport.sends(...CONNACK);
        platform.pass(100);
        transport.breaks();
        platform.pass(500);
        assert.is(transport.opens, attempts);
        if (attempts > 1) {
            transport.opened();
            transport.sends(...CONNACK);
            platform.pass(2999);
            assert.equal(log, []);
            platform.pass(1);
        }
        assert.is(log.length, 1);
        assert.is(cycle.givenUp, 2 - attempts);
    }
});

test('a node that could not connect to listen does so after its pause, and not only when `maximumAge` is over again', () => {
    const { transport, wake, fails, platform } = boot(lasting(), { downlinkWindow: 300, maximumAge: 8 * INTERVAL });
    wake();
    assert.is(transport.opens, 1);
    fails();
    assert.is(transport.opens, 2);
    platform.pass(INTERVAL);
    wake();
    assert.is(transport.opens, 3);
    transport.sends(...CONNACK);
    platform.pass(301);
    for (let wakes = 1; wakes < 8; wakes++) {
        platform.pass(INTERVAL);
        wake();
        assert.is(transport.opens, 3, 'it has listened');
    }
    platform.pass(INTERVAL);
    wake();
    assert.is(transport.opens, 4);
});

test('keepAlive 0 is asked for as such: no ping however long the wake listens; left out, it is a little longer than a wake, and there is none either', () => {
    for (const [keepAlive, bytes] of [[0, '0000'], [undefined, '01bd']] as const) {
        const { transport, log, wake, platform } = boot(lasting(), { timeLimit: 400000, downlinkWindow: 390000 }, { keepAlive });
        wake();
        assert.is(transport.take().slice(20, 24), bytes);
        transport.sends(...CONNACK);
        platform.turn();
        platform.pass(389999);
        assert.is(transport.take(), '');
        assert.equal(log, []);
        platform.pass(1);
        assert.is(transport.take(), 'e000');
    }
});

test.run();
