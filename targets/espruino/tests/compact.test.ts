// The clients made for Espruino's sockets, as they are published: what they write, what they refuse, and what becomes of a connection.
// What arrives is in compact-receiving.test.ts; the scenarios, cuts and the simulator judge the rest.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generate } from 'mqtt-packet';
import { BUFFER_FULL, CONNACK_TIMEOUT, CONNECTED, CONNECTING, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, STOPPED, STOPPING, TOO_LARGE, TRANSPORT_FAULT, WAITING } from '../../../src/index.ts';
import { files, latin1, World } from './compact-world.ts';

for (const name of ['motemq', 'motemq-pub'] as const) {
    const tests = suite(name);
    let world: World;
    tests.before.each(() => {
        world = new World(files[name]);
    });

    tests('CONNECT has will, user name and password as an independent encoder writes them', () => {
        world.make({ keepAlive: 300, userName: 'u', password: 'p', will: { topic: 'w/t', payload: new Uint8Array([1, 255]), qos: 1, retain: true } });
        world.open();
        const expected = generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 300, username: 'u', password: Buffer.from('p'), will: { topic: 'w/t', payload: Buffer.from([1, 255]), qos: 1, retain: true } });
        assert.equal(Buffer.from(world.writes.join(''), 'latin1'), expected);
    });

    tests('a message with QoS 0 is one write, text or bytes, any length, from the middle too', () => {
        world.make({ sendBuffer: 1000 });
        world.connect();
        const topic = world.topic('a/b');
        const bytes = new Uint8Array(300).map((_, index) => index);
        assert.is(world.client.publish(topic, 'hello', 0, 5, 0, false), 0);
        assert.is(world.client.publish(topic, 'world', 0, 5, 0, false), 0);
        world.client.publish(topic, bytes, 0, 300, 0, true);
        world.client.publish(topic, bytes, 3, 3, 0, false);
        world.client.publish(topic, bytes, 1, 4, 1, false);
        const payloads = ['hello', 'world', Buffer.from(bytes), '', Buffer.from([1, 2, 3])];
        const expected = payloads.map((payload, index) => latin1(generate({ cmd: 'publish', topic: 'a/b', payload, qos: index === 4 ? 1 : 0, messageId: 1, retain: index === 2, dup: false })));
        assert.equal(world.writes, expected);
        assert.is(world.client.sent, 5);
    });

    tests('what does not fit is refused, and there is word when there is room', () => {
        world.make();
        const topic = world.topic('a');
        assert.is(world.client.publish(topic, 'x'.repeat(60), 0, 60, 1, false), TOO_LARGE);
        assert.is(world.client.publish(topic, 'x'.repeat(40), 0, 40, 1, false), 1);
        assert.is(world.client.publish(topic, 'x'.repeat(40), 0, 40, 1, false), BUFFER_FULL);
        assert.is(world.client.publish(topic, 'x'.repeat(60), 0, 60, 1, false), TOO_LARGE);
        world.connect();
        assert.is(world.writable, 0);
        world.hear('data', '@\x02\0\x01');
        assert.equal([world.acknowledged, world.writable, world.client.refused, world.client.safeToSleep], [[1], 1, 3, true]);
    });

    tests('a message with QoS 0 that is too large is so the second time, too', () => {
        world.make();
        world.connect();
        const topic = world.topic('a');
        const refusals = [1, 2].map(() => world.client.publish(topic, 'x'.repeat(60), 0, 60, 0, false));
        assert.equal([refusals, world.client.refused, world.client.sent, world.writes], [[TOO_LARGE, TOO_LARGE], 2, 0, []]);
    });

    tests('no more than queueSize waits in the socket, and the rest follows its drain', () => {
        world.make({ transport: { ...world.transport, queueSize: 20 } });
        world.connect();
        world.queued(15);
        const topic = world.topic('a');
        world.client.publish(topic, 'later', 0, 5, 0, false);
        assert.equal(world.writes, []);
        assert.is(world.client.safeToSleep, false);
        world.queued(0);
        world.hear('drain');
        assert.equal(world.writes, ['0\x08\0\x01alater']);
        assert.is(world.client.safeToSleep, true);
    });

    tests('a socket that throws ends the connection, in a turn of its own', () => {
        world.make();
        world.connect();
        world.throws = true;
        world.states.length = 0;
        world.client.publish(world.topic('a'), 'x', 0, 1, 0, false);
        assert.equal(world.states, []);
        world.tick();
        assert.equal(world.states, [[WAITING, TRANSPORT_FAULT]]);
    });

    tests('it is not stopped before all messages and DISCONNECT have left the socket, if that is ever', () => {
        for (const leaves of [2, 1, 0]) {
            world = new World(files[name]);
            world.make();
            world.connect();
            world.client.publish(world.topic('a'), 'x', 0, 1, 0, false);
            world.queued(6);
            world.client.stop();
            assert.equal([world.client.state, world.client.safeToSleep, world.writes.length], [STOPPING, false, 1]);
            if (leaves > 0) {
                world.queued(0);
                world.onWrite = () => world.queued(2);
                world.hear('drain');
                assert.is(world.writes[1], '\xe0\0');
                assert.equal([world.client.state, world.client.safeToSleep], [STOPPING, false]);
            }
            world.onWrite = () => {};
            if (leaves > 1) {
                world.queued(0);
                world.hear('drain');
            } else world.tick();
            assert.equal([world.client.state, world.client.safeToSleep], [STOPPED, true]);
            assert.is(world.writes.length, leaves > 0 ? 2 : 1);
        }
    });

    tests('that DISCONNECT has left is told in a turn of its own, not to who publishes meanwhile, whose message waits for the next start', () => {
        world.make();
        world.connect();
        world.onWrite = () => world.queued(2);
        world.client.stop();
        world.queued(0);
        assert.is(world.client.publish(world.topic('a'), 'x', 0, 1, 1, false), 1);
        assert.is(world.client.state, STOPPING);
        world.hear('drain');
        assert.equal([world.client.state, world.writes, world.client.safeToSleep], [STOPPED, ['\xe0\0'], false]);
    });

    tests('a broker that closes when messages follow CONNECT is asked to answer first, until the client is started anew', () => {
        world.make();
        world.client.publish(world.topic('a'), 'x', 0, 1, 1, false);
        world.open();
        assert.is(world.writes.length, 2);
        for (let connection = 0; connection < 130; connection++) {
            world.hear('close', false);
            world.writes.length = 0;
            world.tick();
            assert.is(world.writes.length, 1, `${connection}`);
            world.accept();
        }
        world.client.stop();
        world.tick();
        world.writes.length = 0;
        world.open();
        assert.is(world.writes.length, 2, 'another chance');
    });

    tests('who was told to wait for CONNACK does so for ever', () => {
        world.make({ waitForConnack: true });
        world.client.publish(world.topic('a'), 'x', 0, 1, 1, false);
        for (let connection = 0; connection < 130; connection++) {
            if (connection === 0) world.open();
            else world.tick();
            assert.is(world.writes.length, 1);
            world.accept();
            world.hear('close', false);
            world.writes.length = 0;
        }
    });

    for (const [what, reason, left, happens] of [
        ['never comes about', CONNECT_TIMEOUT, 14, () => world.tick()],
        ['is not answered', CONNACK_TIMEOUT, 0, () => world.tick()],
        ['fails, of which connect did not know yet', CONNECT_FAILED, 14, () => world.hear('close', true)],
        ['ends before its answer', CONNECTION_LOST, 0, () => world.hear('close', false)],
    ] as const) {
        tests(`a connection that ${what} is told as that`, () => {
            world.make();
            world.open();
            world.queued(left);
            happens();
            assert.equal([world.states.at(-1), world.client.closeReason], [[WAITING, reason], reason]);
            assert.is(world.waiting, 0, 'Espruino keeps a socket for ever whose peer takes nothing');
        });
    }

    tests('a connection is stable when it has lasted, however late its CONNACK was', () => {
        world.make({ retryDelay: 1000, retryDelayMaximum: 64000 });
        world.open();
        for (let failures = 0; failures < 6; failures++) {
            world.hear('close', false);
            world.tick();
        }
        world.time += 14.9;
        world.accept();
        // A moment at which a pause of up to 64 s is a long one.
        for (world.time += 0.2; world.time * 97e6 % 64000 < 10000;) world.time += 1e-4;
        const before = world.time;
        world.hear('close', false);
        world.tick();
        assert.ok(world.time - before >= 10, `${world.time - before} s`);
    });

    tests('where memory runs out while a socket is made, which no exception tells, the next attempt is due', () => {
        let due = 0;
        const { io } = world.transport;
        world.make({
            transport: {
                ...world.transport,
                io: {
                    connect: () => {
                        due = world.timers;
                        return io.connect();
                    },
                },
            },
        });
        world.open();
        assert.equal([due, world.timers], [1, 1]);
    });

    tests('a PINGREQ comes within the keep-alive after CONNECT, however late CONNACK was', () => {
        world.make({ keepAlive: 30 });
        world.open();
        const connected = world.time;
        world.time += 14;
        world.accept();
        world.writes.length = 0;
        while (world.writes.length === 0) world.tick();
        assert.equal(world.writes, ['\xc0\0']);
        assert.ok(world.time - connected <= 30, `${world.time - connected} s`);
    });

    for (const [what, step] of [['nobody sets the clock', 0], ['somebody sets it forward', 1e9], ['somebody sets it back', -1e6]] as const) {
        tests(`a PINGREQ comes within the keep-alive, and not at once: ${what}`, () => {
            world.make({ keepAlive: 60, responseTimeout: 5000 });
            world.connect();
            let silence = 0;
            while (world.writes.length === 0 && silence < 1000) {
                const before = world.time;
                world.tick(silence === 20 ? step : 0);
                silence += world.time - before - (silence === 20 ? step : 0);
            }
            assert.equal(world.writes, ['\xc0\0']);
            assert.ok(silence <= 57 && silence >= (step > 0 ? 20 : 45), `${silence} s`);
        });
    }

    tests('a client that is made and started the moment another one stops is left alone by that one', () => {
        let anew = false;
        world.make({
            onStateChange: (state: number) => {
                if (state !== STOPPED || anew) return;
                anew = true;
                world.make();
                world.client.start();
            },
        });
        world.open();
        world.client.stop();
        assert.is(world.client.state, WAITING);
        world.tick();
        assert.equal([world.client.state, world.timers], [CONNECTING, 1]);
    });

    tests('wrong options and arguments throw where they are handed over', () => {
        const refused = (options: object): void => void assert.throws(() => world.make(options), /^motemq: /);
        for (const options of [{ keepAlive: -1 }, { keepAlive: 0.5 }, { clientId: '', cleanSession: false }, { password: 'p' }, { sendBuffer: new Uint8Array(60) }, { sendBuffer: 0 }, { transport: { ...new World(files[name]).transport, port: undefined } }, { will: { topic: '', payload: '' } }, { will: { topic: 'a/+', payload: '' } }, { will: { topic: 'a', payload: '', qos: 3 } }, { will: { topic: 'a', payload: '', qos: -1 } }, { userName: 'a\0' }]) refused(options);
        world.make();
        for (const text of ['', 'a/#', '+', 'a\0', 'x'.repeat(65536)]) assert.throws(() => world.topic(text), /^motemq: /);
        const topic = world.topic('a');
        for (const [start, end, qos] of [[-1, 1, 0], [2, 1, 0], [0, 4, 0], [0, NaN, 0], [0, 1, 2], [0, 1, 0.5], [0, 1, undefined]] as [number, number, number][]) {
            assert.throws(() => world.client.publish(topic, 'abc', start, end, qos, false), /^motemq: /);
        }
        world.connect();
        assert.is(world.client.publish(topic, 'abc', 0, 3, 0, false), 0);
        for (const [start, qos] of [[NaN, 0], [undefined, 0], [0, undefined], [0, NaN]] as [number, number][]) {
            assert.throws(() => world.client.publish(topic, 'abc', start, 3, qos, false), /^motemq: /, 'the second time, too');
        }
        refused({});
        assert.is(world.client.state, CONNECTED);
        world.client.stop();
        world.tick();
        assert.is(world.client.state, STOPPED);
        assert.is(world.make().sent, 0);
    });

    tests.run();
}
