// The session image at its edges: a session that is not kept, counts beyond a byte, and a program that changed over the sleep.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Subscription, Topic } from '../../index.ts';
import { VirtualPlatform, bytes, publishHex } from '../../session/tests/world.ts';
import { MemoryStore } from '../index.ts';
import { CONNACK, CONNECT, boot, lasting } from './node.ts';

test('with a clean session no grant outlasts the sleep: subscriptions follow CONNECT again', () => {
    const memory = lasting();
    for (let run = 0; run < 2; run++) {
        const platform = new VirtualPlatform();
        const subscriptions = [new Subscription(platform, 'a', 1)];
        const { wake, transport, log } = boot(memory, { subscriptions, downlinkWindow: 100 }, { cleanSession: true }, platform);
        assert.is(subscriptions[0].granted, -1);
        wake();
        assert.is(transport.take(), CONNECT.replace('540400', '540402') + '8206' + '0001' + '00016101');
        transport.sends(...CONNACK, ...bytes('9003000101'));
        platform.pass(200);
        assert.is(subscriptions[0].granted, 1);
        assert.is(log.length, 1);
    }
});

test('more failures than a byte counts are kept as 255', () => {
    const memory = lasting();
    const { add, cycle, transport, platform } = boot(memory, { attempts: 1 });
    platform.random = () => 0;
    add('a');
    for (let failures = 1; failures <= 257; failures++) {
        cycle.wake(false);
        platform.turn();
        transport.breaks();
        platform.turn();
        const image = new Uint8Array(100);
        new MemoryStore(memory.image).read(0, image, 0);
        assert.is(image[2], Math.min(failures, 255));
    }
});

test('of more messages on their way than a byte counts the first 255 are known again', () => {
    const memory = { messages: new Uint8Array(1500), image: new Uint8Array(700) };
    const options = { window: 300, attempts: 1 };
    const before = boot(memory, options, { sendBuffer: new Uint8Array(2400) });
    const identifiers = Array.from({ length: 260 }, (_, index) => index + 1);
    for (let count = 0; count < 260; count++) before.add('x');
    before.wake();
    assert.is(before.transport.take(), CONNECT + identifiers.map(identifier => publishHex('x', identifier)).join(''));
    before.transport.sends(...CONNACK);
    before.fails();
    const { wake, transport } = boot(memory, options, { sendBuffer: new Uint8Array(2400) });
    wake();
    assert.is(transport.take(), CONNECT + identifiers.map(identifier => publishHex('x', identifier, identifier < 256)).join(''));
});

test('what a smaller send buffer cannot take back goes out once there is room', () => {
    const memory = lasting();
    const before = boot(memory, { attempts: 1 });
    const texts = ['a', 'b'].map(text => text.repeat(20));
    for (const text of texts) before.add(text);
    before.wake();
    before.fails();
    const { wake, transport, platform, log, cycle } = boot(memory, {}, { sendBuffer: new Uint8Array(90), waitForConnack: true });
    assert.is(cycle.outbox.count, 2);
    wake();
    transport.sends(...CONNACK);
    platform.turn();
    assert.is(transport.take(), CONNECT + publishHex(texts[0], 1, true));
    transport.sends(...bytes('40020001'));
    platform.turn();
    const second = transport.take();
    assert.is(second, publishHex(texts[1], cycle.client.identifier));
    transport.sends(0x40, 2, 0, cycle.client.identifier);
    platform.turn();
    assert.is(log.length, 1);
    assert.is(cycle.outbox.count, 0);
});

test('a message on its way whose topic the program has no more is given up, and the one behind it resumes', () => {
    const memory = lasting();
    const before = boot(memory, { attempts: 1 });
    before.add('a', 1);
    before.add('b');
    before.wake();
    before.fails();
    const platform = new VirtualPlatform();
    const { wake, transport, cycle, log } = boot(memory, { topics: [new Topic(platform, 't')] }, { waitForConnack: true }, platform);
    wake();
    transport.sends(...CONNACK);
    platform.turn();
    assert.is(transport.take(), CONNECT + publishHex('b', 2, true));
    assert.is(cycle.outbox.damaged, 1);
    transport.sends(...bytes('40020002'));
    platform.turn();
    assert.is(cycle.outbox.count, 0);
    assert.is(log.length, 1);
});

test.run();
