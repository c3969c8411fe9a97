// What the full client made for Espruino's sockets makes of what arrives: names of topics, subscriptions, credentials, handlers that stop it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generate } from 'mqtt-packet';
import { ACKNOWLEDGEMENTS_BLOCKED, CONNECTED, MALFORMED_PACKET, NOT_SUBSCRIBED, REFUSED, STOPPED, WAITING } from '../../../src/index.ts';
import { isText } from '../../../src/codec/text.ts';
import { files, latin1, World } from './compact-world.ts';

const names = suite('names of topics that arrive');

names('they are well-formed UTF-8 without U+0000, + and #, as src has it: all of three bytes, and the edges of four', () => {
    const world = new World(files.motemq);
    let heard: Uint8Array | undefined;
    world.make({ sendBuffer: 600, receiveBuffer: 600, onMessage: message => (heard = message.topicBytes.slice(message.topicStart, message.topicEnd)) });
    world.connect();
    const edges = [0, 1, 0x23, 0x2b, 0x2f, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
    const tails = edges.flatMap(a => edges.flatMap(b => [[], [a], [a, b], [a, b, 0x80]]));
    for (let lead = 0; lead < 256; lead++) {
        for (const tail of tails) {
            const bytes = Uint8Array.from([lead, ...tail]);
            heard = undefined;
            world.hear('data', `0${String.fromCharCode(bytes.length + 3)}\0${String.fromCharCode(bytes.length)}${latin1(bytes)}\x80`);
            const well = isText(bytes, 0, bytes.length, false);
            if (well !== (heard !== undefined && latin1(heard) === latin1(bytes))) assert.unreachable(`[${bytes.join()}] is ${well ? '' : 'not '}well-formed`);
            if (well) continue;
            world.tick();
            world.accept();
        }
    }
});

names.run();

const tests = suite('the full client');
let world: World;
tests.before.each(() => {
    world = new World(files.motemq);
});

const message = (body: string): string => `2${String.fromCharCode(body.length + 5)}\0\x01a\0\x01${body}`;

tests('a message that comes before CONNACK reaches nobody', () => {
    let heard = 0;
    world.make({ onMessage: () => heard++ });
    world.client.start();
    world.tick();
    world.hear('data', message('x'));
    assert.equal([heard, world.states.at(-1)], [0, [WAITING, MALFORMED_PACKET]]);
});

tests('of a session that the broker kept, only what it refused is asked for again', () => {
    const [granted, refused] = ['a', 'b'].map(filter => world.subscription(filter, 1));
    world.make({ cleanSession: false });
    world.client.subscribe(granted);
    world.client.subscribe(refused);
    world.connect();
    world.hear('data', '\x90\x03\0\x01\x01\x90\x03\0\x02\x80');
    assert.equal([granted.granted, refused.granted], [1, REFUSED]);
    world.hear('close', false);
    world.tick();
    world.writes.length = 0;
    world.hear('data', ' \x02\x01\0');
    assert.equal(world.writes, ['\x82\x06\0\x03\0\x01b\x01']);
});

tests('UNSUBSCRIBE waits until SUBSCRIBE is answered, which nobody asks for any more, and what is behind it waits, too', () => {
    let told = 0;
    const subscription = world.subscription('a', 1);
    world.make({ onSubscribed: () => told++ });
    world.client.subscribe(subscription);
    world.connect();
    assert.is(world.client.unsubscribe(subscription), 2);
    world.client.publish(world.topic('b'), 'x', 0, 1, 0, false);
    assert.equal(world.writes, []);
    world.hear('data', '\x90\x03\0\x01\x01');
    assert.equal([told, subscription.granted], [0, NOT_SUBSCRIBED]);
    assert.equal(world.writes, ['\xa2\x05\0\x02\0\x01a', '0\x04\0\x01bx']);
    world.hear('data', message('y') + '\xb0\x02\0\x02');
    assert.equal([world.client.isPending(2), world.client.safeToSleep], [false, true]);
    world.client.subscribe(subscription);
    world.hear('data', '\x90\x03\0\x03\x01');
    assert.equal([told, subscription.granted], [1, 1]);
    world.client.unsubscribe(subscription);
    assert.is(subscription.granted, NOT_SUBSCRIBED);
});

tests('a handler that unsubscribes the next one, or stops the client, is the last that gets the message', () => {
    for (const deed of ['unsubscribes', 'stops']) {
        world = new World(files.motemq);
        const heard: string[] = [];
        const first = world.subscription('a', 1, () => {
            heard.push('first');
            if (deed === 'stops') world.client.stop();
            else world.client.unsubscribe(second);
        });
        const second = world.subscription('+', 1, () => heard.push('second'));
        world.make({ onMessage: () => heard.push('nobody else') });
        world.client.subscribe(first);
        world.client.subscribe(second);
        world.connect();
        world.hear('data', message('x'));
        assert.equal(heard, ['first']);
    }
});

tests('a message whose topic has no room is skipped, acknowledged and counted, wherever it is cut, even by who takes large ones in pieces', () => {
    const packet = `2\x20\0\x17${'t'.repeat(23)}\0\x07large`;
    for (let cut = 1; cut < packet.length; cut++) {
        world = new World(files.motemq);
        let heard = 0;
        world.make({ streamLarge: true, onMessage: () => heard++ });
        world.connect();
        world.hear('data', packet.slice(0, cut));
        world.hear('data', packet.slice(cut) + message('x'));
        assert.equal([heard, world.client.skipped, world.writes.join('')], [1, 1, '@\x02\0\x07@\x02\0\x01'], `${cut}`);
    }
});

tests('what cannot be acknowledged, and all behind it, is left to the next connection, once what could be has left', () => {
    let heard = 0;
    world.make({ onMessage: () => heard++ });
    world.connect();
    world.queued(536);
    world.hear('data', message('x').repeat(10));
    assert.equal([heard, world.writes, world.client.state], [10, [], CONNECTED]);
    world.queued(0);
    world.hear('drain');
    assert.equal([world.writes, world.states.at(-1)], [['@\x02\0\x01'.repeat(8)], [WAITING, ACKNOWLEDGEMENTS_BLOCKED]]);
});

tests('a subscription that has just room is renewed', () => {
    const subscription = world.subscription('a/b', 1);
    world.make({ sendBuffer: 9 });
    assert.is(world.client.subscribe(subscription), 1);
    world.connect();
    world.hear('data', '\x90\x03\0\x01\x01');
    assert.is(subscription.granted, 1);
    world.hear('close', false);
    world.tick();
    world.accept();
    assert.equal(world.writes.at(-1), '\x82\x08\0\x02\0\x03a/b\x01');
});

tests('credentials that make another client leave that one its own', () => {
    let asked = 0;
    world.make({
        credentials: () => {
            asked++;
            world.client.stop();
            world.make({ clientId: 'other' });
            world.client.start();
            return { userName: 'u' };
        },
    });
    world.open();
    assert.equal([asked, world.client.state, world.timers], [1, WAITING, 1]);
    world.tick();
    assert.equal(world.writes, [latin1(generate({ cmd: 'connect', clientId: 'other', clean: true, keepalive: 60 }))]);
});

tests('a handler that stops the client after many messages leaves nothing that keeps the board awake', () => {
    let heard = 0;
    world.make({ onMessage: () => void (++heard === 9 && world.client.stop()) });
    world.connect();
    world.hear('data', message('x').repeat(9));
    if (world.client.state !== STOPPED) world.tick();
    assert.equal([heard, world.client.state, world.client.safeToSleep], [9, STOPPED, true]);
    assert.equal(world.writes.join(''), '@\x02\0\x01'.repeat(9) + '\xe0\0');
});

tests.run();
