// Wrong options, topics, filters and arguments throw at the call, with a message that names the rule and the value.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, Publisher, Subscription, Topic } from '../../index.ts';
import type { ClientOptions } from '../../index.ts';
import { CONNECT_HEX, VirtualPlatform, VirtualTransport, utf8, world } from './world.ts';

function refuses(options: Partial<ClientOptions>, message: RegExp): void {
    assert.throws(() => world(options), (error: unknown) => error instanceof RangeError && message.test(error.message), String(message));
}

test('keepAlive is a whole number of seconds that CONNECT can carry', () => {
    for (const keepAlive of [-1, 65536, 0.5, NaN, Infinity]) refuses({ keepAlive }, new RegExp(`keepAlive is 0 to 65535 seconds: ${keepAlive}`));
    for (const keepAlive of [0, 1, 65535]) world({ keepAlive });
});

test('times are numbers of milliseconds from 0 on that a wrapping clock can tell apart', () => {
    for (const name of ['connectTimeout', 'responseTimeout', 'retryDelay', 'retryDelayMaximum', 'stableAfter'] as const) {
        for (const time of [-1, NaN, Infinity, 2 ** 30]) refuses({ [name]: time }, new RegExp(`timeouts, delays and stableAfter are 0 to .* ms: ${time}$`));
        for (const time of [0, 2 ** 30 - 1]) world({ [name]: time });
    }
});

test('window is at least 1', () => {
    for (const window of [0, -1, NaN]) refuses({ window }, new RegExp(`window is at least 1: ${window}`));
    world({ window: 1 });
});

test('the send buffer holds CONNECT, a small message and the control packets', () => {
    const least = CONNECT_HEX.length / 2 + 8 + 34;
    world({ sendBuffer: new Uint8Array(least) });
    for (const size of [0, 10, least - 1, 600000]) refuses({ sendBuffer: new Uint8Array(size) }, new RegExp(`sendBuffer holds CONNECT.*: ${size}$`));
    refuses({ connectSize: 14 }, /sendBuffer holds CONNECT \(connectSize\)/);
    refuses({ connectSize: 280 }, /sendBuffer holds CONNECT \(connectSize\)/);
    refuses({ connectSize: 20.5 }, /sendBuffer holds CONNECT \(connectSize\)/);
    world({ connectSize: 15 });
});

test('a publisher needs less of it', () => {
    const size = CONNECT_HEX.length / 2 + 8 + 2;
    const make = (length: number) => new Publisher({ platform: new VirtualPlatform(), transport: new VirtualTransport(), clientId: 'c', sendBuffer: new Uint8Array(length) });
    make(size);
    assert.throws(() => make(size - 1), /sendBuffer/);
});

test('the receive buffer has at least 8 bytes', () => {
    refuses({ receiveBuffer: new Uint8Array(7) }, /receiveBuffer has at least 8 bytes: 7/);
    world({ receiveBuffer: new Uint8Array(8) });
});

test('[MQTT-3.1.3-7] an empty client identifier needs a clean session', () => {
    refuses({ clientId: '' }, /empty clientId needs cleanSession/);
    world({ clientId: '', cleanSession: true });
});

test('[MQTT-3.1.2-22] a password needs a user name', () => {
    refuses({ password: 'p' }, /password needs a userName/);
});

test('[MQTT-3.1.2-14] [MQTT-3.1.3-10] a will has a topic without wildcards and QoS 0, 1 or 2', () => {
    const payload = utf8('gone');
    refuses({ will: { topic: 't', payload, qos: 3 } }, /QoS 0, 1 or 2.*: 3/);
    refuses({ will: { topic: '', payload } }, /at least one character/);
    refuses({ will: { topic: 'a/#', payload } }, /well-formed UTF-8.*: a\/#/);
    refuses({ will: { topic: 't', payload: new Uint8Array(65536) } }, /65535 bytes.*65536/);
});

test('[MQTT-1.5.3-2] [MQTT-3.1.3-4] [MQTT-3.1.3-11] texts of CONNECT are UTF-8 without U+0000 and at most 65,535 bytes', () => {
    refuses({ clientId: 'a\0' }, /without U\+0000/);
    refuses({ userName: 'a\0' }, /without U\+0000/);
    refuses({ userName: 'a'.repeat(65536) }, /65535 bytes.*: 65536/);
});

test('[MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-3.3.2-2] a topic is a text without wildcards', () => {
    const platform = new VirtualPlatform();
    assert.throws(() => new Topic(platform, ''), /at least one character/);
    for (const text of ['a/+', '#', 'a\0b']) assert.throws(() => new Topic(platform, text), /well-formed UTF-8 without U\+0000/);
});

test('[MQTT-3.8.3-3] [MQTT-3.10.3-2] a subscription is one filter: there is no list that could be empty', () => {
    const platform = new VirtualPlatform();
    assert.throws(() => new Subscription(platform, '', 0));
});

test('[MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-3-8.3-4] a filter has its wildcards in their places and QoS 0 or 1', () => {
    const platform = new VirtualPlatform();
    for (const text of ['a#', '#/a', 'a/#/b', 'a+', '+a', 'a/b+/c']) assert.throws(() => new Subscription(platform, text, 0), /in a filter/);
    for (const qos of [2, 3, -1, 0.5]) assert.throws(() => new Subscription(platform, 'a', qos), new RegExp(`: ${qos}$`));
    for (const text of ['#', '+', 'a/#', '+/+/#', '/', '$SYS/#']) assert.is(new Subscription(platform, text, 1).qos, 1);
});

test('a client refused by its constructor has not touched the transport', () => {
    const transport = new VirtualTransport();
    const platform = new VirtualPlatform();
    assert.throws(() => new Client({ platform, transport, clientId: 'c', window: 0, sendBuffer: new Uint8Array(100), receiveBuffer: new Uint8Array(8) }));
    assert.is(transport.opens, 0);
    assert.is(platform.pending, -1);
});

test.run();
