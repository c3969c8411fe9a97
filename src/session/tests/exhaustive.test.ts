// The session where everything that can happen can be tried: every order of up to six events, and every split of what a
// broker sends into two and three pieces.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Subscription } from '../../index.ts';
import type { ClientOptions } from '../../index.ts';
import { read } from './reading.ts';
import { Trial } from './trial.ts';
import { bytes, payloadOf, publishHex, world } from './world.ts';

const DEPTH = 6;

interface Found {
    readonly path: readonly string[];
    readonly events: readonly string[];
    /** Where each event leads; known once it was looked for. */
    readonly next: Map<string, string>;
}

/**
 * Every order of up to DEPTH of `events` after `before`. A state that was reached in two ways is gone on from once: its
 * future is the same. Invariants are checked on the way to each state, and that it drains from there.
 */
function explore(name: string, options: Partial<ClientOptions>, before: readonly string[], events: readonly string[]): void {
    const found = new Map<string, Found>();
    const abstract = new Set<string>();

    function reach(path: readonly string[]): string {
        const trial = new Trial(options);
        try {
            for (const event of [...before, ...path]) trial.happen(event);
            const key = trial.key;
            if (!found.has(key)) {
                found.set(key, { path, events: events.filter(event => trial.events[event].may()), next: new Map() });
                abstract.add(trial.abstract);
                trial.drain();
            }
            return key;
        } catch (error) {
            (error as Error).message = `after ${[...before, ...path].join(', ')}: ${(error as Error).message}`;
            throw error;
        }
    }

    let level = new Map([[reach([]), 1]]);
    let sequences = 1;
    for (let depth = 1; depth <= DEPTH; depth++) {
        const following = new Map<string, number>();
        for (const [key, ways] of level) {
            const state = found.get(key)!;
            for (const event of state.events) {
                let to = state.next.get(event);
                if (to === undefined) state.next.set(event, to = reach([...state.path, event]));
                following.set(to, (following.get(to) ?? 0) + ways);
                sequences += ways;
            }
        }
        level = following;
    }
    console.log(`  ${name}: ${sequences} sequences, ${found.size} states, ${abstract.size} to the eye`);
    assert.ok(sequences > 5000 && abstract.size > 100);
}

const START = ['start', 'turn', 'open', 'CONNACK'];
const TRAFFIC = ['publish QoS 1', 'publish QoS 0', 'turn', 'PUBACK oldest', 'PUBACK newest', 'PUBACK stray', 'takes nothing', 'takes a little', 'takes all', 'message'];
const BREAKS = ['cut', 'open', 'CONNACK', 'CONNACK 3'];
const LIFE = ['start', 'stop', 'wake', 'PINGRESP'];

const QUEUED = ['publish QoS 1', 'publish QoS 0', 'publish QoS 1', 'publish QoS 1'];

const CASES: readonly [name: string, options: Partial<ClientOptions>, before: readonly string[], events: readonly string[]][] = [
    ['connected and idle', {}, START, [...TRAFFIC, ...BREAKS]],
    ['the window is full', {}, [...START, ...QUEUED, 'turn'], [...TRAFFIC, ...BREAKS]],
    ['a packet is partly written', {}, [...START, 'takes nothing', ...QUEUED, 'turn', 'takes a little'], [...TRAFFIC, ...BREAKS]],
    ['after a cut', {}, [...START, ...QUEUED, 'turn', 'cut'], [...BREAKS, ...TRAFFIC]],
    ['after a cut, with a clean session', { cleanSession: true }, [...START, ...QUEUED, 'turn', 'cut'], [...BREAKS, ...TRAFFIC]],
    ['before CONNACK', {}, ['start', ...QUEUED, 'turn', 'open'], [...BREAKS, ...TRAFFIC]],
    ['before CONNACK, for which it waits', { waitForConnack: true }, ['start', ...QUEUED, 'turn', 'open'], [...BREAKS, ...TRAFFIC]],
    // CONNECT, two or three messages, 34 bytes for control packets.
    ['a small buffer', { sendBuffer: new Uint8Array(15 + 22 + 34) }, [...START, 'publish QoS 0', 'publish QoS 1', 'publish QoS 1', 'turn'], [...TRAFFIC, ...BREAKS]],
    ['start, stop and deadlines', {}, [], [...LIFE, ...BREAKS, ...TRAFFIC]],
    ['start, stop and deadlines while connected', {}, [...START, ...QUEUED, 'turn'], [...LIFE, ...BREAKS, ...TRAFFIC]],
    ['pings', { keepAlive: 5 }, [...START, 'wake'], [...LIFE, ...BREAKS, ...TRAFFIC]],
];

for (const [name, options, before, events] of CASES) {
    test(`every order of up to six events: ${name}`, () => explore(name, options, before, events));
}

/** All that a broker sends on one connection: every type, messages of all kinds, one larger than the receive buffer. */
const SENT = bytes([
    '20020000', '9003000101', publishHex('first', 7), '40020002', publishHex('larger than the buffer', 8), '40020003', publishHex('plain', 0),
    publishHex('again', 9, true), '3108' + '000174' + Buffer.from('kept!').toString('hex'), 'd000', 'b0020001', '9003000400', '40020005', publishHex('last', 10),
].join(''));

interface Outcome {
    readonly log: readonly string[];
    readonly written: string;
}

/** A whole conversation. What the broker sends arrives cut before each index in `cuts`, each piece in a turn of its own. */
function converse(cuts: readonly number[], options: Partial<ClientOptions>, replies: boolean): Outcome {
    const made = world({
        receiveBuffer: new Uint8Array(16),
        onMessage: message => {
            if (message.offset === 0) made.log.push('message ');
            made.log[made.log.length - 1] += payloadOf(message);
            if (replies && message.qos && message.offset + message.end - message.start === message.total) made.publish('reply ' + made.client.received, 1);
        },
        ...options,
    });
    const { client, platform, transport } = made;
    const kept = new Subscription(platform, 't', 1);
    const other = new Subscription(platform, 'other', 0);
    client.subscribe(kept);
    made.publish('one', 1);
    made.publish('two', 1);
    made.publish('three', 0);
    client.subscribe(other);
    made.publish('four', 1);
    client.start();
    platform.turn();
    transport.opened();
    let from = 0;
    for (const to of [...cuts, SENT.length]) {
        transport.sends(...SENT.slice(from, to));
        platform.turn();
        from = to;
    }
    client.stop();
    platform.turn();
    assert.equal(platform.errors, []);
    return { log: made.log, written: transport.take() };
}

/** Without an answer of the application the order of what is written is given; with answers only that of PUBACKs and that of the rest. */
function orders({ log, written }: Outcome): unknown {
    const { packets, begun } = read(written);
    const text = packets.map(packet => packet.cmd + ' ' + (packet.messageId ?? '') + ' ' + (packet.cmd === 'publish' ? String(packet.payload) : ''));
    return { log, begun, acknowledgements: text.filter(line => line.startsWith('puback')), others: text.filter(line => !line.startsWith('puback')) };
}

for (const [name, options] of [['streamed', { streamLarge: true }], ['skipped', { streamLarge: false }]] as const) {
    for (const replies of [false, true]) {
        test(`every split of a conversation into two and three pieces: same events, same bytes; large messages are ${name}; ${replies ? 'the application answers' : 'it only listens'}`, () => {
            const of = (outcome: Outcome) => replies ? orders(outcome) : outcome;
            const whole = of(converse([], options, replies));
            assert.ok(converse([], options, replies).log.length > 10);
            let splits = 0;
            for (let first = 0; first <= SENT.length; first++) {
                assert.equal(of(converse([first], options, replies)), whole, `cut at ${first}`);
                for (let second = first + 1; second <= SENT.length; second++) {
                    splits++;
                    assert.equal(of(converse([first, second], options, replies)), whole, `cut at ${first} and ${second}`);
                }
            }
            console.log(`  ${SENT.length + 1} splits into two pieces, ${splits} into three`);
        });
    }
}

test.run();
