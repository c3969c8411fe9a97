// A broker that drips bytes for ever and never ends its packet, or sends everything but the answer: what is awaited does not come, and that
// ends the connection in a time that no byte of the peer's can put off. On virtual time, and on real sockets.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNACK_TIMEOUT, CONNECTED, Client, CONNECTING, CONNECT_TIMEOUT, PINGRESP_TIMEOUT, PUBACK_TIMEOUT, SUBACK_TIMEOUT, Subscription, UNSUBACK_TIMEOUT } from '../../src/index.ts';
import { bytes, connected, world } from '../../src/session/tests/world.ts';
import type { World } from '../../src/session/tests/world.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../targets/node/index.ts';
import { Peer } from '../../targets/node/tests/witness.ts';
import { until } from '../host/until.ts';

/** In ms. */
const RESPONSE = 8000;
const KEEP_ALIVE = 100;

/** A PUBLISH of 268,435,455 bytes begins: topic `t`, then payload without end. */
const endless = bytes('30ffffff7f' + '000174');

/** A byte of payload each second for `ms`; true if the connection lasted. */
function drip({ platform, transport, client }: World, ms: number, byte = 0): boolean {
    for (let passed = 0; passed < ms && client.state >= CONNECTING; passed += 1000) {
        platform.pass(1000);
        if (client.state >= CONNECTING) transport.sends(byte);
    }
    return client.state >= CONNECTING;
}

for (const [what, options, begin] of [
    ['a PUBLISH that is skipped', {}, endless],
    ['a PUBLISH that is handed on in pieces', { streamLarge: true }, endless],
    ['a topic of 65,535 bytes', {}, bytes('30ffffff7f' + 'ffff')],
    ['a PUBLISH that fits the receive buffer', {}, bytes('303c' + '000174')],
    ['a SUBACK that fits the receive buffer', {}, bytes('903c' + '0001')],
] as const) {
    test(`an idle connection on which ${what} drips ends after keep-alive and responseTimeout, to the millisecond`, () => {
        const made = connected({ keepAlive: KEEP_ALIVE, responseTimeout: RESPONSE, ...options });
        const end = made.platform.time + 95_000 + RESPONSE;
        made.transport.sends(...begin);
        // Every 2.5 s, so that what fits the receive buffer is not over before.
        for (let passed = 0; passed < 95_000 + RESPONSE - 2500; passed += 2500) {
            made.platform.pass(2500);
            made.transport.sends(0x61);
        }
        made.platform.pass(end - made.platform.time - 1);
        assert.is(made.client.state, CONNECTED, 'not before its time');
        made.platform.pass(1);
        assert.is(made.client.closeReason, PINGRESP_TIMEOUT);
    });
}

test('a drip does not put off the PUBACK, SUBACK or UNSUBACK that is awaited', () => {
    const cases: [reason: number, ask: (made: World) => void][] = [
        [PUBACK_TIMEOUT, ({ publish }) => publish('a', 1)],
        [SUBACK_TIMEOUT, ({ client, platform }) => client.subscribe(new Subscription(platform, 'a', 1))],
        [UNSUBACK_TIMEOUT, ({ client, platform }) => client.unsubscribe(new Subscription(platform, 'a', 1))],
    ];
    for (const [reason, ask] of cases) {
        const made = connected({ keepAlive: KEEP_ALIVE, responseTimeout: RESPONSE });
        made.transport.sends(...endless);
        ask(made);
        made.platform.turn();
        assert.is(drip(made, RESPONSE - 1000), true);
        made.platform.pass(999);
        assert.is(made.client.state, CONNECTED);
        made.platform.pass(1);
        assert.is(made.client.closeReason, reason);
    }
});

test('a CONNACK that drips, or never begins, ends the connection after responseTimeout', () => {
    for (const begin of [[], bytes('20'), bytes('2002'), bytes('200200')]) {
        const made = world({ responseTimeout: RESPONSE });
        made.client.start();
        made.platform.turn();
        made.transport.opened();
        for (const byte of begin) {
            made.platform.pass(RESPONSE / 4);
            made.transport.sends(byte);
        }
        made.platform.pass(RESPONSE - 1 - begin.length * RESPONSE / 4);
        assert.is(made.client.state, CONNECTING);
        made.platform.pass(1);
        assert.is(made.client.closeReason, CONNACK_TIMEOUT);
    }
});

test('a flood of whole packets is no answer either: QoS 1 messages, PUBACKs for others, PINGRESPs before the PUBACK', () => {
    for (const flood of ['3206000174000721', '4002fffe', 'd000', '3004000174 21']) {
        const made = connected({ keepAlive: KEEP_ALIVE, responseTimeout: RESPONSE });
        made.publish('a', 1);
        made.platform.turn();
        for (let passed = 0; passed < RESPONSE; passed += 10) {
            assert.is(made.client.state, CONNECTED);
            made.transport.sends(...bytes(flood));
            made.platform.pass(10);
        }
        assert.is(made.client.closeReason, PUBACK_TIMEOUT, flood);
    }
});

test('known limit: who publishes with QoS 0 only, and more often than the keep-alive, asks nothing and so notices nothing', () => {
    const made = connected({ keepAlive: KEEP_ALIVE, responseTimeout: RESPONSE });
    made.transport.sends(...endless);
    for (let minute = 0; minute < 60; minute++) {
        made.publish('a', 0);
        assert.is(drip(made, 60_000), true);
    }
    assert.is(made.client.sent, 60);
});

test('a broker that drops every connection it has accepted is called on ever more seldom', () => {
    const made = world({ retryDelay: 1000, retryDelayMaximum: 64_000 });
    // The longest pause that the jitter allows.
    const { platform } = made;
    platform.random = () => 0;
    const longest: number[] = [];
    made.client.start();
    for (let failures = 0; failures < 9; failures++) {
        const pauses = [0.25, 0.5, 1].map((part) => Math.floor(Math.min(64_000, 1000 * 2 ** failures) * part));
        made.connect();
        platform.random = () => pauses[2];
        made.transport.breaks();
        longest.push(platform.pending);
    }
    assert.equal(longest, [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000, 64_000]);
});

/** A client on real sockets whose broker accepts, and then drips. */
function victim(port: number, options: object): Client {
    return new Client({
        platform: new NodePlatform(), transport: new TcpTransport({ host: '127.0.0.1', port }), clientId: 'c', cleanSession: true,
        sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(128), responseTimeout: 200, retryDelay: 60_000, ...options,
    });
}

for (const [what, begin, options, reason] of [
    ['a never-ending PUBLISH', [0x20, 2, 0, 0, ...endless], { keepAlive: 1 }, PINGRESP_TIMEOUT],
    ['a never-ending CONNACK', [0x20], {}, CONNACK_TIMEOUT],
] as const) {
    test(`real sockets: ${what} that drips a byte every 5 ms ends with its reason`, async () => {
        const peer = await Peer.tcp((visit) => {
            visit.socket.once('data', () => {
                visit.socket.write(Buffer.from(begin));
                const timer = setInterval(() => begin.length > 1 && visit.socket.write(Buffer.of(0x61)), 5);
                visit.socket.on('close', () => clearInterval(timer));
            });
        });
        const client = victim(peer.port, options);
        client.start();
        await until('the connection has ended', () => client.closeReason !== 0);
        assert.is(client.closeReason, reason);
        client.stop();
        await peer.stop();
        assert.is(client.connections, begin.length > 1 ? 1 : 0);
    });
}

test('real sockets: a TLS handshake that drips is over after connectTimeout', async () => {
    const peer = await Peer.tcp((visit) => {
        // A record of 16 kB that holds a ServerHello begins.
        visit.socket.write(Buffer.from('16030340000200', 'hex'));
        const timer = setInterval(() => visit.socket.write(Buffer.of(0)), 5);
        visit.socket.on('close', () => clearInterval(timer));
    });
    const reasons: number[] = [];
    const client = victim(peer.port, {
        transport: new TlsTransport({ host: '127.0.0.1', port: peer.port }), connectTimeout: 200, onStateChange: (_state: number, reason: number) => reasons.push(reason),
    });
    client.start();
    await until('it is given up', () => reasons.some((reason) => reason !== 0));
    client.stop();
    await until('the peer sees the end', () => peer.visits[0].ended || peer.visits[0].errorCode !== '');
    await peer.stop();
    assert.is(reasons.find((reason) => reason !== 0), CONNECT_TIMEOUT);
});

test.run();
