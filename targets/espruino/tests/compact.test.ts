// The clients made for Espruino's sockets, as they are published, over a socket and a timer that the test plays: what they write, what
// they refuse, and what becomes of a socket that throws. The scenarios, cuts and the simulator judge the rest.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generate } from 'mqtt-packet';
import { characters } from '../../../hardware-tests/boards/espruino/characters.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { BUFFER_FULL, CONNACK_TIMEOUT, CONNECTED, CONNECTING, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, MALFORMED_PACKET, REFUSED, STOPPED, STOPPING, TOO_LARGE, TRANSPORT_FAULT, WAITING } from '../../../src/index.ts';
import type { Client, ClientOptions } from '../compact/options.ts';
import { isText } from '../../../src/codec/text.ts';
import type { Subscription } from '../compact/subscription.ts';
import type { Topic } from '../compact/topic.ts';

const files = await publishedFiles();
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

class World {
    readonly writes: string[] = [];
    readonly states: [number, number][] = [];
    acknowledged: number[] = [];
    writable = 0;
    throws = false;
    onWrite = (): void => {};
    time = 1000;
    /** Timers that are set, of which there is to be one. */
    timers = 0;
    private latest = 0;
    private due = Infinity;
    private callback: (() => void) | undefined;
    private readonly socket: Record<string, unknown> & { dSnd: string } = {
        dSnd: '',
        on: (event: string, listener: () => void) => void (this.socket[`#on${event}`] = listener),
        write: (text: string) => {
            if (this.throws) throw new Error('This socket is closed');
            if (text === '') return false;
            this.writes.push(text);
            this.onWrite();
            return false;
        },
        end: () => {},
    };
    readonly transport = { io: { connect: () => this.socket }, host: 'broker', port: 1883 };
    private readonly file: { Client?: new (options: object) => Client; Publisher?: new (options: object) => Client; Topic: new (platform: null, text: string) => Topic; Subscription: new (platform: null, filter: string, qos: number) => Subscription };
    client!: Client;

    constructor(code: string) {
        const globals = {
            exports: {},
            E: {
                toString: (...data: unknown[]) => characters(data),
                toUint8Array: (...data: unknown[]) => Uint8Array.from(Buffer.from(characters(data), 'latin1')),
            },
            getTime: () => this.time, print: () => {},
            setTimeout: (callback: (argument: unknown) => void, ms: number, argument: unknown) => {
                this.callback = () => callback(argument);
                this.due = this.time + ms / 1000;
                this.timers++;
                return ++this.latest;
            },
            clearTimeout: (timer: number) => {
                if (timer === 0) return;
                // A number may be given to another timer once it is over.
                assert.is(timer, this.latest);
                this.callback = undefined;
                this.timers--;
            },
        };
        // oxlint-disable-next-line no-new-func -- the published file, as require() runs it.
        new Function(...Object.keys(globals), code)(...Object.values(globals));
        this.file = globals.exports as typeof this.file;
    }

    make(options: Partial<ClientOptions> | object = {}): Client {
        const Made = (this.file.Client ?? this.file.Publisher)!;
        return this.client = new Made({
            transport: this.transport, clientId: 'c', sendBuffer: 60, receiveBuffer: 16, cleanSession: true,
            onStateChange: (state: number, reason: number) => this.states.push([state, reason]),
            onAcknowledged: (handle: number) => this.acknowledged.push(handle),
            onWritable: () => this.writable++,
            ...options,
        });
    }

    topic(text: string): Topic {
        return new this.file.Topic(null, text);
    }

    subscription(filter: string, qos: number): Subscription {
        return new this.file.Subscription(null, filter, qos);
    }

    /** Lets the time pass for which the client has asked, and `step` s more on the clock that somebody sets. */
    tick(step = 0): void {
        const callback = this.callback!;
        this.time = this.due + step;
        this.callback = undefined;
        this.timers--;
        callback();
    }

    hear(event: string, told: unknown = this.socket): void {
        (this.socket[`#on${event}`] as ((this: unknown, told: unknown) => void) | undefined)?.call(this.socket, told);
    }

    queued(bytes: number): void {
        this.socket.dSnd = 'x'.repeat(bytes);
    }

    get waiting(): number {
        return this.socket.dSnd.length;
    }

    /** Until CONNECT is written. */
    open(): void {
        this.client.start();
        this.tick();
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

    if (name === 'motemq') {
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
    }

    tests.run();
}
