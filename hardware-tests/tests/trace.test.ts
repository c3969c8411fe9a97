// What `motemq trace` reads in a trace: every packet of every conversation, however it was cut, torn or damaged; and no secret.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import mqtt from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { CONNECT_FAILED, NAME_NOT_RESOLVED } from '../../src/reasons.ts';
import { ConnectionTrace } from '../../src/trace/index.ts';
import { asRecords } from '../host/trace/json.ts';
import { packetsOf } from '../host/trace/packets.ts';
import type { PacketRow } from '../host/trace/packets.ts';
import { writePcapng } from '../host/trace/pcapng.ts';
import { readRecording } from '../host/trace/recording.ts';
import { framesOf } from '../host/trace/tcp.ts';
import { describeRecording, quoted } from '../host/trace/text.ts';
import { conversation, record, ticking, traceOf } from './trace-conversations.ts';
import type { Conversation, Step } from './trace-conversations.ts';

const read = (text: string, showSecrets = true) => readRecording(text, showSecrets);
/** `> PUBLISH 3230…` of each packet. */
const hexOf = (rows: readonly PacketRow[]) => rows.map(({ direction, bytes }) => `${direction} ${bytes.toString('hex')}`);
const stepHex = ({ steps }: Conversation) => steps.map(({ direction, packet }) => `${direction} ${mqtt.generate(packet).toString('hex')}`);

const subscription: Conversation = {
    steps: [
        ['up', { cmd: 'connect', clientId: 'pump', clean: false, keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, username: 'ann', password: Buffer.from('hunter2') }],
        ['up', { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/+', qos: 1 }] }],
        ['up', { cmd: 'publish', topic: 'a/b', payload: '21.5', qos: 1, messageId: 2, dup: true, retain: true }],
        ['down', { cmd: 'connack', sessionPresent: true, returnCode: 0 }],
        ['down', { cmd: 'puback', messageId: 2 }],
        ['down', { cmd: 'suback', messageId: 1, granted: [1] }],
        ['down', { cmd: 'publish', topic: 'a/c', payload: Buffer.alloc(200, 0xe9), qos: 0, dup: false, retain: false }],
        ['up', { cmd: 'disconnect' }],
    ].map(([direction, packet]) => ({ direction, packet }) as Step),
    pieces: [10000], ending: 'close',
};

test('every packet of any conversations is found, in any pieces, between other output', () => {
    fc.assert(fc.property(fc.array(conversation, { minLength: 1, maxLength: 3 }), conversations => {
        const text = traceOf(options => conversations.forEach((each, index) => record(each, options, `c${index}`)));
        const { connections, damaged, torn } = read(text.replace(/^/gm, '12:01:07.123 ').replaceAll('\n', '\r\nsomething else\r\n'));
        assert.equal([connections.length, damaged, torn], [conversations.length, 0, false]);
        connections.forEach((connection, index) => {
            const rows = packetsOf(mqtt, connection);
            assert.equal(rows.map(({ fault }) => fault).filter(fault => fault !== null), []);
            assert.equal(hexOf(rows), stepHex(conversations[index]));
            assert.equal(rows.map(({ type, length }) => `${type} ${length}`), conversations[index].steps.map(({ packet }) => `${packet.cmd.toUpperCase()} ${mqtt.generate(packet).length}`));
        });
    }), { numRuns: 60 });
});

test('a conversation says the same wherever it is cut, and in how many pieces', () => {
    const whole = read(traceOf(options => record(subscription, options, 'c0'))).connections[0];
    const packets = packetsOf(mqtt, whole).map(({ packet }) => packet);
    const total = stepHex(subscription).reduce((sum, hex) => sum + hex.length, 0);
    for (let size = 1; size < total / 2; size++) {
        const [connection] = read(traceOf(options => record({ ...subscription, pieces: [size, 10000, size, 10000, 10000, 10000] }, options, 'c0'))).connections;
        const rows = packetsOf(mqtt, connection);
        assert.equal(rows.map(({ packet }) => packet), packets);
        // Each packet that a cut runs through, and no other, is in two pieces.
        const cut = (direction: string) => rows.filter(row => row.direction === direction && row.pieces === 2).length;
        assert.ok(cut('up') <= 1 && cut('down') <= 1, `cut at ${size}`);
    }
    const [bytewise] = read(traceOf(options => record({ ...subscription, pieces: [1] }, options, 'c0'))).connections;
    assert.equal(packetsOf(mqtt, bytewise).map(({ pieces, length }) => pieces - length), packets.map(() => 0));
});

test('a trace that is torn at any byte shows what is whole, and says what is not', () => {
    const text = traceOf(options => record({ ...subscription, pieces: [7] }, options, 'c0'));
    const all = stepHex(subscription);
    for (let size = 1; size < text.length; size++) {
        const part = text.slice(0, size);
        const { connections, torn, damaged } = read(part);
        const inLine = part.slice(part.lastIndexOf('\n') + 1);
        assert.is(torn, inLine.trimEnd().includes('mqtt~ ') && !text.startsWith(`${inLine}\n`, size - inLine.length), part.slice(-40));
        assert.is(damaged, 0);
        const rows = connections.flatMap(connection => packetsOf(mqtt, connection));
        const whole = rows.filter(({ packet }) => packet !== null);
        assert.equal(hexOf(whole).filter(hex => !all.includes(hex)), []);
        assert.ok(rows.length - whole.length <= 2);
        for (const { fault } of rows.filter(({ packet }) => packet === null)) assert.match(fault!, /^truncated: /);
        describeRecording(mqtt, { connections, torn, damaged, epoch: null });
    }
});

test('a line that is lost or damaged leaves a hole that is said, and nothing is invented', () => {
    const lines = traceOf(options => record({ ...subscription, pieces: [7] }, options, 'c0')).trimEnd().split('\n');
    const all = stepHex(subscription);
    let holes = 0;
    for (let index = 0; index < lines.length; index++) {
        for (const put of [[], [lines[index].replace(/.$/, digit => (digit === '0' ? '1' : '0'))], [lines[index].slice(0, -9)], [`${lines[index].slice(0, 20)}${lines[index]}`]]) {
            const { connections, damaged } = read(`${[...lines.slice(0, index), ...put, ...lines.slice(index + 1)].join('\n')}\n`);
            assert.is(damaged, put.length);
            const rows = connections.flatMap(connection => packetsOf(mqtt, connection));
            assert.equal(hexOf(rows.filter(({ fault }) => fault === null)).filter(hex => !all.includes(hex)), []);
            if (put[0]?.includes(lines[index])) {
                assert.equal(hexOf(rows), all);
            } else if (/ [<>] /.test(lines[index])) {
                const faults = rows.filter(({ fault }) => fault !== null);
                // The last bytes of a direction: nothing comes after the hole that could tell.
                if (faults.length > 0) holes++;
                for (const { fault } of faults) assert.match(fault!, /not in the trace|truncated/);
            }
            writePcapng(framesOf({ connections, damaged, epoch: null, torn: false }), '');
        }
    }
    assert.ok(holes > 50, String(holes));
});

test('a serial line that loses and changes bytes: what is shown without a fault was said', () => {
    const text = traceOf(options => record({ ...subscription, pieces: [9] }, options, 'c0'));
    const all = stepHex(subscription);
    const edit = fc.record({ at: fc.nat(text.length - 1), lost: fc.nat(3), put: fc.constantFrom('', '', 'f', '0', '\n', ' ', 'mqtt~ ', '\x00', '*') });
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => {
        const noisy = edits.reduce((before, { at, lost, put }) => before.slice(0, at) + put + before.slice(at + lost), text);
        const { connections } = read(noisy);
        const clean = connections.flatMap(connection => packetsOf(mqtt, connection)).filter(({ fault }) => fault === null);
        assert.equal(hexOf(clean).filter(hex => !all.includes(hex)), []);
    }), { numRuns: 300 });
});

test('a hole within a payload costs that packet alone', () => {
    const lines = traceOf(options => record({ ...subscription, pieces: [40] }, options, 'c0')).split('\n');
    const within = lines.findIndex(line => / < \d+ (e9){40} /.test(line));
    assert.ok(within > 0);
    const { connections } = read(lines.filter((_, index) => index !== within).join('\n'));
    const rows = packetsOf(mqtt, connections[0]);
    assert.equal(rows.map(({ type }) => type), ['CONNECT', 'SUBSCRIBE', 'PUBLISH', 'CONNACK', 'PUBACK', 'SUBACK', 'PUBLISH', 'DISCONNECT']);
    assert.equal(rows.map(({ fault }) => fault).filter(fault => fault !== null), ['40 of its bytes are not in the trace']);
});

test('a clock that goes round, a board that starts anew and a second recorder keep the time going', () => {
    const timesOf = (...clock: number[]) => {
        const lines: string[] = [];
        const trace = new ConnectionTrace({ print: line => lines.push(line), clock: { now: () => clock.shift()! } }, 'c0');
        while (clock.length) trace.line('flush');
        const { connections, epoch } = read(lines.join('\n'));
        assert.is(epoch, null);
        return connections[0].happenings.map(({ time }) => time);
    };
    assert.equal(timesOf(2 ** 32 - 1, 1, 1000), [0, 2, 1001]);
    assert.equal(timesOf(2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 9), [0, 1, 10]);
    assert.equal(timesOf(5000, 6000, 5, 7), [0, 1000, 1000, 1002]);
    const clocked: string[] = [];
    for (const [start, epochOfStart] of [[1000, 1_700_000_000_000], [10, 1_700_000_005_000]]) {
        const trace = { print: (line: string) => void clocked.push(line), clock: ticking(start) };
        new ConnectionTrace(trace, '-').line(`at ${epochOfStart}`);
        new ConnectionTrace(trace, 'c0').line('open');
    }
    const timed = read(clocked.join('\n'));
    assert.is(timed.epoch, 1_700_000_000_000);
    assert.equal(timed.connections.map(({ happenings }) => happenings[0].time), [0.25, 5000.25]);
});

const event = fc.oneof(
    fc.constantFrom('open', 'ready', 'flush', 'close', 'reset', 'end 17', 'end 18', 'end 99999', 'end', 'at 5', '> 0', `> ${'9'.repeat(15)} 10`, `< ${'9'.repeat(400)} 20`, `end ${'9'.repeat(400)}`, 'open 5', ''),
    fc.tuple(fc.constantFrom('>', '<'), fc.oneof(fc.integer({ min: 0, max: 20 }), fc.nat()), fc.constantFrom('', '+'), fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.boolean())
        .map(([sign, offset, plus, bytes, isHidden]) => `${sign} ${offset}${plus} ${Buffer.from(bytes).toString('hex')}${isHidden ? '**' : ''}`),
);

test('any lines, with sums that are right, in any order, are shown without an exception', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('c0', 'c1', '-'), fc.oneof(fc.double(), fc.integer()), event)), fc.boolean(), (events, showSecrets) => {
        const lines: string[] = [];
        for (const [name, time, text] of events) new ConnectionTrace({ print: line => lines.push(line), clock: { now: () => time } }, name).line(text);
        const recording = readRecording(lines.join('\n'), showSecrets);
        describeRecording(mqtt, recording);
        assert.ok(asRecords(mqtt, recording).every(each => Number.isFinite(each['time'])));
        writePcapng(framesOf(recording), '');
    }), { numRuns: 500 });
});

/** Rows of a connection whose client sends `up` and whose broker answers with `down`. */
function rowsOf(up: string, down: string): PacketRow[] {
    const [upBytes, downBytes] = [Buffer.from(up, 'hex'), Buffer.from(down, 'hex')];
    const text = traceOf(options => {
        const trace = new ConnectionTrace(options, 'c0');
        trace.sent(upBytes, 0, upBytes.length);
        trace.received(downBytes, 0, downBytes.length);
    });
    return packetsOf(mqtt, read(text).connections[0]);
}

const connectHex = mqtt.generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }).toString('hex');

test('what is malformed is shown as such, and what comes behind it is still read', () => {
    const faults = (up: string, down: string) => rowsOf(up, down).map(({ direction, type, fault }) => `${direction} ${type}: ${fault}`);
    assert.equal(faults(connectHex, '2002000040020000d000'), ['up CONNECT: null', 'down CONNACK: null', 'down PUBACK: malformed: packet identifier 0 [MQTT-2.3.1-1]', 'down PINGRESP: null']);
    for (const [up, down, wanted] of [
        [`${connectHex}c0008200c000`, '20020000', /up SUBSCRIBE: malformed/], [`${connectHex}36050001610001c000`, '20020000', /up PUBLISH: malformed/],
        [`${connectHex}30030000aac000`, '20020000', /up PUBLISH: malformed: an empty topic/], [`${connectHex}380400016161`, '20020000', /up PUBLISH: malformed: DUP with QoS 0/], [connectHex, '20020006', /down CONNACK: malformed: return code 6/], [connectHex, '20020105', /down CONNACK: malformed: session present/], [`${connectHex}f000`, '20020000', /up AUTH: malformed/], [`${connectHex}0000`, '20020000', /up type 0: malformed/],
        [`${connectHex}300600032b2f6163`, '20020000', /up PUBLISH: malformed: a topic with a wildcard/], [`${connectHex}c100`, '20020000', /up PINGREQ: malformed/], [`${connectHex}c0808080`, '20020000', /up PINGREQ: truncated: the end came within its fixed header/],
        [`${connectHex}3080808080010000`, '20020000', /up bytes: malformed: a remaining length of more than four bytes/], [connectHex, '2003000000', /down CONNACK: malformed/],
        [`${connectHex}300600036162`, '20020000', /up PUBLISH: truncated: 2 of its bytes never came/], ['c000', '20020000', /not CONNECT, with which a client begins/],
        [connectHex, 'd000', /not CONNACK, with which a broker begins/], [connectHex + connectHex, '20020000', /up CONNECT: a second one/], [connectHex, '20020000c000', /down PINGREQ: a broker does not send it/],
        [`${connectHex}20020000`, '20020000', /up CONNACK: a client does not send it/],
    ] as const) {
        const found = faults(up, down);
        assert.ok(found.some(line => wanted.test(line)), `${up} ${down}: ${found.join('; ')}`);
    }
    assert.equal(faults(`${connectHex}30030000aac000`, '20020000').slice(2, 3), ['up PINGREQ: null']);
});

test('MQTT 5 is read as such', () => {
    const options = { protocolVersion: 5 } as const;
    const hex = (packet: Packet) => mqtt.generate(packet, options).toString('hex');
    const rows = rowsOf(
        hex({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 5 }) + hex({ cmd: 'publish', topic: 'a', payload: 'b', qos: 0, dup: false, retain: false, properties: { topicAlias: 1 } }),
        hex({ cmd: 'connack', sessionPresent: false, reasonCode: 0 }) + hex({ cmd: 'disconnect', reasonCode: 0x8b }));
    assert.equal(rows.map(({ type, fault }) => `${type} ${fault}`), ['CONNECT null', 'PUBLISH null', 'CONNACK null', 'DISCONNECT null']);
    const connect: Packet = { cmd: 'connect', clientId: 'c', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 5, username: 'ann' };
    const publish: Packet = { cmd: 'publish', topic: 'a', payload: 'b', qos: 0, dup: false, retain: false, properties: { messageExpiryInterval: 9 } };
    const [connection] = readRecording(traceOf(trace => record({ steps: [{ direction: 'up', packet: connect }, { direction: 'up', packet: publish }], pieces: [1000], ending: 'close' }, trace, 'c0', options))).connections;
    assert.equal(packetsOf(mqtt, connection).map(({ type, fault }) => `${type} ${fault}`), ['CONNECT of protocol level 5: what may be user name and password is left out', 'PUBLISH null']);
});

test('no output holds user name or password unless it is asked for, even if they were recorded', () => {
    const secret = { ...subscription, steps: subscription.steps.map(({ direction, packet }) => ({ direction, packet: packet.cmd === 'connect' ? { ...packet, username: 'annabelle', password: Buffer.from('hunter2!') } : packet })) };
    const outputs = (text: string, showSecrets: boolean) => {
        const recording = readRecording(text, showSecrets);
        return [describeRecording(mqtt, recording), JSON.stringify(asRecords(mqtt, recording)), writePcapng(framesOf(recording), '').toString('latin1')];
    };
    const holds = (output: string) => ['annabelle', 'hunter2!'].map(word => output.includes(word) || output.includes(Buffer.from(word).toString('hex')));
    for (let piece = 1; piece < 60; piece++) {
        const recorded = traceOf(options => record({ ...secret, pieces: [piece] }, options, 'c0'));
        const redacted = traceOf(options => record({ ...secret, pieces: [piece] }, options, 'c0'), false);
        for (const output of [redacted, ...outputs(recorded, false), ...outputs(redacted, true)]) assert.equal(holds(output), [false, false]);
        if (piece > 8) for (const output of outputs(recorded, true).slice(0, 2)) assert.equal(holds(output), [true, true]);
        const lines = recorded.split('\n');
        // A line of CONNECT is lost: where the secrets lie is not known any more.
        for (let lost = 0; lost < lines.length && lost < 12; lost++) {
            for (const output of outputs(lines.filter((_, index) => index !== lost).join('\n'), false)) assert.equal(holds(output), [false, false]);
        }
    }
    assert.match(outputs(traceOf(options => record(secret, options, 'c0')), false)[0], /user hidden, password hidden/);
});

test('the text of a trace', () => {
    const text = traceOf(options => {
        record(subscription, options, 'c0');
        const failed = new ConnectionTrace(options, 'c1');
        failed.line('open');
        failed.line(`end ${CONNECT_FAILED}`);
    });
    assert.is(describeRecording(mqtt, readRecording(text)), `connection c0
      0.000000   begins to connect
      0.000250   connected
      0.000500 > CONNECT          32 B  client "pump", session kept, keep-alive 60 s, user hidden, password hidden
      0.000500 > SUBSCRIBE        10 B  identifier 1, "a/+" QoS 1
      0.000500 > PUBLISH          13 B  identifier 2, QoS 1 DUP RETAIN, "a/b", 4 B "21.5"
      0.001000 < CONNACK           4 B  accepted, session present
      0.001000 < PUBACK            4 B  identifier 2
      0.001000 < SUBACK            5 B  identifier 1, granted QoS 1
      0.001000 < PUBLISH         208 B  QoS 0, "a/c", 200 B ${'e9'.repeat(32)}…
      0.001250 > DISCONNECT        2 B
      0.001750   the client ends the connection
                 8 packets, 57 B up, 221 B down, 2 writes, 2 round trips, 0.002 s, last PUBACK after 0.001 s
connection c1
      0.002000   begins to connect
      0.002250   the connection has ended: the broker could not be reached
                 0 packets, 0 B up, 0 B down, 0.000 s`);
});

test('what comes from the wire cannot steer a terminal', () => {
    const evil = 'a\x1b[2J\u202e\u2028\x07"\\é漢🙂\u0085';
    assert.is(quoted(evil), '"a\\u{1b}[2J\\u{202e}\\u{2028}\\u{7}\\"\\\\é漢🙂\\u{85}"');
    const text = traceOf(options => record({ ...subscription, steps: subscription.steps.map(({ direction, packet }) => ({ direction, packet: packet.cmd === 'publish' ? { ...packet, topic: evil, payload: evil } : packet })) }, options, 'c0'));
    assert.not.match(describeRecording(mqtt, readRecording(text)), /[^\P{C}\n]/u);
});

test('frames: a connection that never was is none; one that was refused is answered by a reset', () => {
    const framesFor = (...events: string[]) => framesOf(read(traceOf(options => {
        const trace = new ConnectionTrace(options, 'c0');
        events.forEach(event => trace.line(event));
    }))).map(({ bytes }) => bytes[14 + 20 + 13]);
    assert.equal(framesFor('open', `end ${NAME_NOT_RESOLVED}`), []);
    assert.equal(framesFor('open', `end ${CONNECT_FAILED}`), [0x02, 0x14]);
    assert.equal(framesFor('open', 'close'), [0x02]);
    assert.equal(framesFor('open', 'ready', 'close'), [0x02, 0x12, 0x10, 0x11, 0x11, 0x10]);
    assert.equal(framesFor('open', 'ready', 'reset'), [0x02, 0x12, 0x10, 0x14]);
});

test.run();
