// The clients made for Espruino's sockets, as they are published, over a socket and a timer that the test plays: what they write, what
// they refuse, and what becomes of a socket that throws. The scenarios, cuts and the simulator judge the rest.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generate } from 'mqtt-packet';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { BUFFER_FULL, CONNECTED, MALFORMED_PACKET, STOPPED, STOPPING, TOO_LARGE, TRANSPORT_FAULT, WAITING } from '../../../src/index.ts';
import type { Client, ClientOptions } from '../compact/options.ts';
import type { Topic } from '../compact/topic.ts';

const files = await publishedFiles();
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Espruino's typed arrays take texts. */
class Bytes extends Uint8Array {
    override set(data: ArrayLike<number> | string, offset?: number): void {
        super.set(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, offset);
    }
}

class World {
    readonly writes: string[] = [];
    readonly states: [number, number][] = [];
    acknowledged: number[] = [];
    writable = 0;
    throws = false;
    time = 1000;
    private due = Infinity;
    private callback: (() => void) | undefined;
    private listeners: Record<string, (this: unknown, told: unknown) => void> = {};
    private readonly socket = {
        dSnd: '',
        on: (event: string, listener: () => void) => void (this.listeners[event] = listener),
        removeAllListeners: (event: string) => void delete this.listeners[event],
        write: (text: string) => {
            if (this.throws) throw new Error('This socket is closed');
            this.writes.push(text);
        },
        end: () => {},
    };
    readonly transport = { io: { connect: () => this.socket }, host: 'broker', port: 1883 };
    private readonly file: { Client?: new (options: object) => Client; Publisher?: new (options: object) => Client; Topic: new (platform: null, text: string) => Topic };
    client!: Client;

    constructor(code: string) {
        const globals = {
            exports: {},
            E: {
                toString: (...data: unknown[]) => data.map(one => typeof one === 'number' ? String.fromCharCode(one & 255) : ArrayBuffer.isView(one) ? latin1(one as Uint8Array) : String(one)).join(''),
                CRC32: () => 0,
            },
            getTime: () => this.time, getSerial: () => 'board', print: () => {},
            setTimeout: (callback: () => void, ms: number) => {
                this.callback = callback;
                this.due = this.time + ms / 1000;
                return 1;
            },
            clearTimeout: () => void (this.callback = undefined),
        };
        // oxlint-disable-next-line no-new-func -- the published file, as require() runs it.
        new Function(...Object.keys(globals), code)(...Object.values(globals));
        this.file = globals.exports as typeof this.file;
    }

    make(options: Partial<ClientOptions> | object = {}): Client {
        const Made = (this.file.Client ?? this.file.Publisher)!;
        return this.client = new Made({
            transport: this.transport, clientId: 'c', sendBuffer: 60, receiveBuffer: new Bytes(16), cleanSession: true,
            onStateChange: (state: number, reason: number) => this.states.push([state, reason]),
            onAcknowledged: (handle: number) => this.acknowledged.push(handle),
            onWritable: () => this.writable++,
            ...options,
        });
    }

    topic(text: string): Topic {
        return new this.file.Topic(null, text);
    }

    /** Lets the time pass for which the client has asked, and `step` s more on the clock that somebody sets. */
    tick(step = 0): void {
        const callback = this.callback!;
        this.time = this.due + step;
        this.callback = undefined;
        callback();
    }

    hear(event: string, told: unknown = this.socket): void {
        this.listeners[event]?.call(this.socket, told);
    }

    queued(bytes: number): void {
        this.socket.dSnd = 'x'.repeat(bytes);
    }

    /** Until CONNECT is written. */
    open(): void {
        this.client.start();
        this.tick();
        this.hear('drain');
    }

    accept(): void {
        this.hear('data', ' \x02\0\0');
    }

    connect(): void {
        this.open();
        this.accept();
        this.writes.length = 0;
    }
}

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

    tests('it is not stopped before all messages have left the socket, if that is ever', () => {
        for (const leaves of [true, false]) {
            world = new World(files[name]);
            world.make();
            world.connect();
            world.client.publish(world.topic('a'), 'x', 0, 1, 0, false);
            world.queued(6);
            world.client.stop();
            world.tick();
            assert.equal([world.client.state, world.client.safeToSleep, world.writes.length], [STOPPING, false, 1]);
            if (leaves) {
                world.queued(0);
                world.hear('drain');
                assert.is(world.writes[1], '\xe0\0');
            } else world.tick();
            assert.equal([world.client.state, world.client.safeToSleep], [STOPPED, true]);
        }
    });

    tests('a broker that closes when messages follow CONNECT is asked to answer first, until it has accepted 128 connections', () => {
        world.make();
        world.client.publish(world.topic('a'), 'x', 0, 1, 1, false);
        const early = (): boolean => {
            world.hear('close', false);
            world.writes.length = 0;
            world.tick();
            world.hear('drain');
            return world.writes.length > 1;
        };
        world.open();
        assert.is(world.writes.length, 2);
        for (let connection = 1; connection < 128; connection++) {
            assert.is(early(), false, `${connection}`);
            world.accept();
        }
        assert.is(early(), false);
        world.accept();
        assert.is(early(), true, 'another chance');
        assert.is(early(), false, 'which it did not take');
    });

    tests('who was told to wait for CONNACK does so for ever', () => {
        world.make({ waitForConnack: true });
        world.client.publish(world.topic('a'), 'x', 0, 1, 1, false);
        for (let connection = 0; connection < 130; connection++) {
            if (connection === 0) world.open();
            else {
                world.tick();
                world.hear('drain');
            }
            assert.is(world.writes.length, 1);
            world.accept();
            world.hear('close', false);
            world.writes.length = 0;
        }
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

    tests('wrong options and arguments throw where they are handed over', () => {
        const refused = (options: object): void => void assert.throws(() => world.make(options), /^motemq: /);
        for (const options of [{ keepAlive: -1 }, { keepAlive: 0.5 }, { clientId: '', cleanSession: false }, { password: 'p' }, { sendBuffer: new Uint8Array(60) }, { sendBuffer: 0 }, { transport: { ...new World(files[name]).transport, port: undefined } }, { will: { topic: '', payload: '' } }, { will: { topic: 'a/+', payload: '' } }, { userName: 'a\0' }]) refused(options);
        world.make();
        for (const text of ['', 'a/#', '+', 'a\0', 'x'.repeat(65536)]) assert.throws(() => world.topic(text), /^motemq: /);
        const topic = world.topic('a');
        for (const [start, end, qos] of [[-1, 1, 0], [2, 1, 0], [0, 4, 0], [0, NaN, 0], [0, 1, 2], [0, 1, 0.5], [0, 1, undefined]] as [number, number, number][]) {
            assert.throws(() => world.client.publish(topic, 'abc', start, end, qos, false), /^motemq: /);
        }
        world.connect();
        refused({});
        assert.is(world.client.state, CONNECTED);
        world.client.stop();
        world.tick();
        assert.is(world.client.state, STOPPED);
        assert.is(world.make().sent, 0);
    });

    if (name === 'motemq') {
        const message = (body: string): string => `2${String.fromCharCode(body.length + 5)}\0\x01a\0\x01${body}`;

        tests('a message that comes before CONNECT is sent reaches nobody', () => {
            let heard = 0;
            world.make({ onMessage: () => heard++ });
            world.client.start();
            world.tick();
            world.hear('data', message('x'));
            world.hear('drain');
            assert.equal([heard, world.states.at(-1)], [0, [WAITING, MALFORMED_PACKET]]);
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
    }

    tests.run();
}
