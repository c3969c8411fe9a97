// Fuzz target: a whole client in a virtual world. An input is three bytes of settings and a script of events: bytes from a
// broker that need not keep to any rule, and what the link, the clock and the application do. Each connection's bytes are
// read by the recogniser, too, and what the client does is held against that. In the end the broker becomes honest: then
// all that was accepted must drain, whatever came before.
import { STOPPED } from '../../../../src/index.ts';
import { fromHex, require, toHex } from '../target.ts';
import type { Target } from '../target.ts';
import { SessionUnderTest } from './session-under-test.ts';

const SETTINGS = 3;
/** Milliseconds that pass, by the low bits of an argument. */
const TIMES = [1, 500, 1000, 14999, 15000, 30000, 57000, 120000];

interface Event {
    readonly name: string;
    /** How many bytes of argument follow; -1: one of length, and so many. */
    readonly size: number;
    happen(session: SessionUnderTest, argument: Uint8Array): void;
}

const EVENTS: readonly Event[] = [
    { name: 'bytes arrive', size: -1, happen: (session, bytes) => session.deliver(bytes) },
    {
        name: 'bytes arrive one by one', size: -1, happen(session, bytes) {
            for (let at = 0; at < bytes.length; at++) session.deliver(bytes.subarray(at, at + 1));
        },
    },
    { name: 'the broker answers what it was asked', size: 0, happen: session => session.answer() },
    { name: 'the link opens', size: 0, happen: session => session.open() },
    { name: 'turn', size: 0, happen: session => session.platform.turn() },
    { name: 'time passes', size: 1, happen: (session, [time]) => session.platform.pass(TIMES[time % TIMES.length]) },
    { name: 'time passes without a wake', size: 1, happen: (session, [time]) => session.platform.sleep(TIMES[time % TIMES.length]) },
    { name: 'publish QoS 1', size: 1, happen: (session, [size]) => session.publish(size & 1, size >> 1, 1) },
    { name: 'publish QoS 0', size: 1, happen: (session, [size]) => session.publish(size & 1, size >> 1, 0) },
    { name: 'subscribe', size: 1, happen: (session, [which]) => session.subscribe(which) },
    { name: 'unsubscribe', size: 1, happen: (session, [which]) => session.unsubscribe(which) },
    { name: 'the link takes so many bytes more', size: 1, happen: (session, [room]) => session.takes(room === 255 ? Infinity : room) },
    { name: 'the link breaks', size: 0, happen: session => session.cut() },
    { name: 'stop', size: 0, happen: session => session.stop() },
    { name: 'start', size: 0, happen: session => session.client.start() },
    { name: 'the next callback does something', size: 1, happen: (session, [what]) => session.provoke(what) },
];

/** The events of `input`, in turn. A last one that is not whole is shorter. */
function* eventsOf(input: Uint8Array): Generator<{ event: Event; argument: Uint8Array }> {
    for (let at = SETTINGS; at < input.length;) {
        const event = EVENTS[input[at++] % EVENTS.length];
        const size = event.size < 0 ? input[at++] ?? 0 : event.size;
        if (event.size > 0 && at === input.length) return;
        yield { event, argument: input.subarray(at, at + size) };
        at += size;
    }
}

/** A script, written by hand: settings, then events. */
const script = (...parts: string[]): string => parts.join('');

/** An event in which `hex` arrives. */
function arrives(hex: string): string {
    return '00' + fromHex(hex).length.toString(16).padStart(2, '0') + hex;
}

const CONNECTED = `04 03 ${arrives('20020000')}`;

export const session: Target = {
    name: 'session',
    sources: ['src/codec/decoder.ts', 'src/codec/message-decoder.ts', 'src/codec/text.ts', 'src/session/'],
    longest: 240,

    run(input) {
        const world = new SessionUnderTest(input[0] ?? 0, input[1] ?? 0, input[2] ?? 0);
        world.client.start();
        world.check();
        for (const { event, argument } of eventsOf(input)) {
            world.budget(argument.length);
            event.happen(world, argument);
            world.check();
        }
        world.drain();
        world.stop();
        world.check();
        world.platform.turn();
        world.check();
        require(world.client.state === STOPPED && world.platform.pending < 1, 'a client that was stopped is not');
    },

    explain(input) {
        const lines = [`settings ${toHex(input.subarray(0, SETTINGS))}`];
        for (const { event, argument } of eventsOf(input)) lines.push(`${event.name} ${toHex(argument)}`.trimEnd());
        return lines.join('\n') + '\n';
    },

    seeds: [
        { why: 'connects, publishes, is acknowledged', hex: script('00 38 00', CONNECTED, '07 08', '04', '02') },
        { why: 'receives messages of each kind', hex: script('00 38 00', CONNECTED, arrives('3003000161 3205000161 0009')) },
        { why: 'a message too large, in pieces and skipped', hex: script('01 00 00', CONNECTED, '01 12 3210 000161 0009 00112233445566778899aa', '0c 05 03 03', arrives('20020100')) },
        { why: 'subscribes, renews after a cut', hex: script('00 38 00 09 00 04 03 02 04 02 0c 05 02 03 02 04 02') },
        { why: 'a message of QoS 2', hex: script('00 38 00', CONNECTED, arrives('3405000161 0009')) },
        { why: 'a link that takes nothing while messages arrive', hex: script('00 38 00', CONNECTED, '0b 00', arrives('3205000161 0001'.repeat(10))) },
        { why: 'keep-alive without an answer', hex: script('00 38 00', CONNECTED, '05 06 05 04 05 04') },
        { why: 'stops in a callback', hex: script('00 38 00', CONNECTED, '0f 01', arrives('3205000161 0009 3205000161 000a')) },
        { why: 'acknowledged out of order', hex: script('00 38 03', CONNECTED, '07 06 07 06 07 06 04', arrives('40020002'), arrives('40020001')) },
        { why: 'a SUBACK with more codes than were asked for', hex: script('00 38 00', CONNECTED, '09 00 04', arrives('90040001 0001')) },
        { why: 'a SUBACK for QoS 0, asked for and refused', hex: script('00 38 00', CONNECTED, '09 01 04', arrives('9003000100'), '09 01 04', arrives('9003000280')) },
        { why: 'an UNSUBACK, and another answer for the same identifier', hex: script('00 38 00', CONNECTED, '09 00 04 02 0a 00 04', arrives('40020002 b0020002')) },
        { why: 'no clean answer to a clean session', hex: script('04 38 00 04 03', arrives('20020100')) },
    ],
    dictionary: [
        CONNECTED, arrives('20020100'), arrives('20020005'), arrives('40020001'), arrives('40020002'), arrives('9003000100'), arrives('9003000102'), arrives('9003000180'), arrives('900300 0180'), arrives('90030002 02'),
        arrives('9004000101 00'), arrives('b0020001'), arrives('d000'), arrives('3003000161'), arrives('3205000161 0009'), arrives('3405000161 0009'), arrives('30ffffff7f'),
        '02', '04', '05 04', '05 06', '05 07', '07 06', '08 06', '09 00', '09 01', '0a 00', '0b 00', '0b 05', '0b ff', '0c', '0d', '0e', '0f 00', '0f 01', '0f 02', '0f 03', '03',
        '20020000', '40020001', '9003000101', 'b0020001', 'd000', '3003000161', '3205000161 0009', '24', arrives('3009 0006c3a42fe282ac 07'), 'f09f8c90', '07fe', '08ff',
    ],
};
