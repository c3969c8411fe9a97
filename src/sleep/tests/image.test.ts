// What the session image brings across a deep sleep, and what is no image of this node.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksum } from '../../checksum.ts';
import { Subscription } from '../../index.ts';
import { VirtualPlatform, bytes, publishHex } from '../../session/tests/world.ts';
import { MemoryStore, imageSize } from '../index.ts';
import { CONNACK, CONNECT, boot, lasting } from './node.ts';
import type { Lasting } from './node.ts';

/** What the node says until it is answered, having woken with nothing new. */
function says(memory: Lasting, clientOptions = {}): string {
    const { wake, transport } = boot(memory, {}, clientOptions);
    wake();
    return transport.take();
}

/** A node that has sent `a` and `b` of `a`, `b` and `c`, without an answer, and sleeps. The broker may have got both. */
function asleep(clientOptions = {}): Lasting {
    const memory = lasting();
    const { add, wake, transport, platform } = boot(memory, { window: 2, attempts: 1 }, clientOptions);
    for (const text of ['a', 'b', 'c']) add(text);
    wake();
    transport.sends(...CONNACK);
    transport.breaks();
    platform.turn();
    return memory;
}

test('messages on their way are sent again with their packet identifiers and DUP, in order and before all others', () => {
    const memory = asleep();
    const { add, wake, transport, platform, log } = boot(memory);
    add('d');
    wake();
    assert.is(transport.take(), CONNECT + publishHex('a', 1, true) + publishHex('b', 2, true) + publishHex('c', 3) + publishHex('d', 4));
    transport.sends(...CONNACK, ...bytes('40020001' + '40020002' + '40020003' + '40020004'));
    platform.turn();
    assert.is(log.length, 1);
    assert.is(says(memory), '', 'nothing is left');
});

test('of those one that has arrived is not sent again', () => {
    const memory = lasting();
    const before = boot(memory, { attempts: 1 });
    for (const text of ['a', 'b', 'c']) before.add(text);
    before.wake();
    before.transport.sends(...CONNACK, ...bytes('40020002'));
    before.transport.breaks();
    before.platform.turn();
    assert.is(before.cycle.outbox.count, 3);
    assert.is(says(memory), CONNECT + publishHex('a', 1, true) + publishHex('c', 3, true));
});

test('packet identifiers that a message waits for are not given to others', () => {
    const memory = asleep();
    const { add, wake, transport, client } = boot(memory);
    client.identifier = 65535;
    wake();
    transport.take();
    client.identifier = 0;
    add('x');
    assert.is(client.identifier, 4);
});

test('with a clean session nothing is sent again: it is published anew', () => {
    const clean = { cleanSession: true };
    assert.is(says(asleep(clean), clean), CONNECT.replace('540400', '540402') + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3));
});

test('without the image messages are published anew', () => {
    assert.is(says({ ...asleep(), image: new Uint8Array(100) }), CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3));
});

test('an image that names other messages than the store holds resumes none', () => {
    const memory = asleep();
    new MemoryStore(memory.messages).drop(1);
    assert.is(says(memory), CONNECT + publishHex('b', 1) + publishHex('c', 2));
});

test('an image that knows its messages by nothing, because they could not be read, resumes none: those it says have arrived may be others', () => {
    const memory = asleep();
    const image = imageIn(memory);
    // Known by, then the packet identifiers: 0 for what has arrived.
    image.fill(0, 16, image.length - 4);
    const changed = withImage(memory, sealed(image));
    new MemoryStore(changed.messages).drop(2);
    assert.is(says(changed), CONNECT + publishHex('c', 1));
});

test('an image that names messages is used once: after a power cut in the next wake they may be others', () => {
    const memory = asleep();
    boot(memory);
    assert.is(says(memory), CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3));
});

/** A node whose broker has ended the connection, as if for what followed CONNECT, and which sleeps. */
function refused(): Lasting {
    const memory = lasting();
    const { add, wake, fails } = boot(memory, { attempts: 1 });
    add('a');
    wake();
    fails();
    return memory;
}

test('that a broker refuses early packets is remembered', () => {
    assert.is(says(refused()), CONNECT);
});

test('and forgotten with the wake in which it is to get another chance', () => {
    const memory = refused();
    for (const [random, follows] of [[1, ''], [0, ''], [1, publishHex('a', 1, true)]] as const) {
        const node = boot(memory, { attempts: 1 });
        node.wake(true);
        assert.is(node.transport.take(), CONNECT + follows);
        node.platform.randoms.push(random);
        node.transport.sends(...CONNACK);
        node.transport.breaks();
        node.platform.turn();
    }
});

/** A node with two subscriptions, of which it makes the second with `filter`. */
function subscriber(memory: Lasting, filter = 'b') {
    const platform = new VirtualPlatform();
    const subscriptions = ['a', filter].map(text => new Subscription(platform, text, 1));
    return { ...boot(memory, { subscriptions, downlinkWindow: 100 }, {}, platform), subscriptions };
}

/** It has subscribed to both, and sleeps. */
function subscribed(): Lasting {
    const memory = lasting();
    const { wake, transport, platform } = subscriber(memory);
    wake();
    assert.is(transport.take(), CONNECT + '8206' + '0001' + '00016101' + '8206' + '0002' + '00016201');
    transport.sends(...CONNACK, ...bytes('9003000100' + '9003000201'));
    platform.pass(200);
    return memory;
}

test('what the broker has granted is not asked for again while it keeps the session', () => {
    const { wake, transport, platform, subscriptions, log } = subscriber(subscribed());
    assert.equal(subscriptions.map(({ granted }) => granted), [0, 1]);
    wake();
    assert.is(transport.take(), CONNECT);
    transport.sends(...bytes('20020100'));
    platform.turn();
    assert.is(transport.take(), '');
    platform.pass(100);
    assert.is(log.length, 1);
});

test('what the broker has forgotten is asked for again, in the order of the first time', () => {
    const { wake, transport, platform } = subscriber(subscribed());
    wake();
    transport.take();
    transport.sends(...CONNACK);
    platform.turn();
    assert.is(transport.take(), '8206' + '0001' + '00016101' + '8206' + '0002' + '00016201');
});

test('an image of other subscriptions or of another client identifier is ignored', () => {
    const { wake, transport } = subscriber(subscribed(), 'x');
    wake();
    assert.is(transport.take(), CONNECT + '8206' + '0001' + '00016101' + '8206' + '0002' + '00017801');
    assert.is(says(asleep(), { clientId: 'd' }), CONNECT.slice(0, -2) + '64' + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3));
});

/** The register of a CRC-32 that 32 more bits, all 0, turn to all ones. */
const BEFORE_ALL_ONES = 0x9226f562;

/** Bytes of the one image in `memory`. */
function imageIn({ image }: Lasting): Uint8Array {
    const into = new Uint8Array(100);
    const store = new MemoryStore(image);
    assert.is(store.count, 1);
    return into.slice(0, store.read(0, into, 0));
}

/** `image`, whose checksum is right again. */
function sealed(image: Uint8Array): Uint8Array {
    new DataView(image.buffer).setUint32(image.length - 4, checksum(0, image, 0, image.length - 4));
    return image;
}

function withImage(memory: Lasting, ...images: Uint8Array[]): Lasting {
    const made = { messages: memory.messages.slice(), image: new Uint8Array(200) };
    const store = new MemoryStore(made.image);
    for (const image of images) assert.ok(store.append(image, 0, image.length));
    return made;
}

test('an image that is torn at any byte, or damaged in any bit, is ignored', () => {
    const memory = asleep();
    const whole = imageIn(memory);
    const anew = CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3);
    assert.is.not(says(withImage(memory, whole)), anew);
    for (let length = 1; length < whole.length; length++) assert.is(says(withImage(memory, whole.subarray(0, length))), anew, `${length} bytes`);
    for (let bit = 0; bit < 8 * whole.length; bit++) {
        const damaged = whole.slice();
        damaged[bit >> 3] ^= 1 << (bit & 7);
        assert.is(says(withImage(memory, damaged)), anew, `bit ${bit}`);
    }
});

test('an image of another layout, or of another length than what it tells of has, is ignored', () => {
    const memory = asleep();
    const anew = CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3);
    const whole = imageIn(memory);
    whole[1] = 1; // waits for CONNACK
    assert.is(says(withImage(memory, sealed(whole.slice()))), CONNECT);
    for (const [at, value] of [[0, 0xb2], [3, 0], [3, 1], [3, 3]]) {
        const other = whole.slice();
        other[at] = value;
        assert.is(says(withImage(memory, sealed(other))), anew);
    }
});

test('a record that is longer than any image is none, whatever was read before it', () => {
    const memory = asleep();
    // It would have 44 bytes, of which 40 are there and 4 beyond all memory: 0, and so are they their checksum.
    const torn = new Uint8Array(40);
    torn.set(imageIn(memory).subarray(0, 20));
    torn[1] = 1; // waits for CONNACK
    torn[3] = 10;
    new DataView(torn.buffer).setUint32(36, ~checksum(0, torn, 0, 36) ^ BEFORE_ALL_ONES, true);
    assert.is(checksum(0, torn, 0, 40), 0);
    const anew = CONNECT + publishHex('a', 1) + publishHex('b', 2) + publishHex('c', 3);
    assert.is(says(withImage(memory, new Uint8Array(44), torn)), anew);
});

test('behind the image any bytes may lie: the youngest that is one counts', () => {
    const memory = asleep();
    const whole = imageIn(memory);
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), junk => {
        assert.is(says(withImage(memory, whole, junk)), says(withImage(memory, whole)));
    }), { numRuns: 200 });
});

test('over any bytes a node wakes and sends what it has', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 30, maxLength: 100 }), image => {
        const { add, wake, transport } = boot({ messages: new Uint8Array(100), image });
        add('a');
        wake();
        assert.is(transport.take(), CONNECT + publishHex('a', 1));
    }));
});

test('a store without room for two images has the new one', () => {
    const memory = { ...asleep(), image: new Uint8Array(imageSize(0, 8) + 10) };
    for (let wakes = 0; wakes < 3; wakes++) {
        const { add, wake, transport, platform } = boot(memory, { attempts: 1 });
        add('x');
        wake();
        transport.sends(...CONNACK);
        transport.breaks();
        platform.turn();
    }
    assert.ok(says(memory).startsWith(CONNECT + publishHex('a', 1, true)));
});

test.run();
