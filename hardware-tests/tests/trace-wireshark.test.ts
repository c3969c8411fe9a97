// Captures made of traces, judged by tshark: nothing malformed, every checksum and sequence number right, every packet read as we read it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import mqtt from 'mqtt-packet';
import type { Packet, QoS } from 'mqtt-packet';
import { CONNECT_FAILED } from '../../src/reasons.ts';
import { ConnectionTrace } from '../../src/trace/index.ts';
import { asRecords } from '../host/trace/json.ts';
import type { PacketRecord } from '../host/trace/json.ts';
import { writePcapng } from '../host/trace/pcapng.ts';
import { readRecording } from '../host/trace/recording.ts';
import { framesOf } from '../host/trace/tcp.ts';
import { conversation, record, traceOf } from './trace-conversations.ts';
import type { Conversation, Step } from './trace-conversations.ts';

const folder = mkdtempSync(join(tmpdir(), 'trace-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Checksums are verified; the desegmentation that shows a packet once it is whole is on by default. */
function tshark(...words: string[]): string {
    const { stdout, stderr, status } = spawnSync('tshark', ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE', ...words], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    assert.is(status, 0, stderr);
    return stdout;
}

const isThere = spawnSync('tshark', ['--version']).status === 0;
if (!isThere) console.log('SKIPPED: captures in Wireshark, because tshark is not installed (Debian: apt-get install tshark)');
const sharkTest = isThere ? test : test.skip;

type Fields = Readonly<Record<string, unknown>>;
const list = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const number = (value: unknown) => (value === undefined ? undefined : Number(value));
const hex = (value: unknown) => String(value ?? '').replaceAll(':', '');

/** A packet as tshark's fields have it, in the words of our records. */
function fromShark(fields: Fields, connection: number, direction: string): PacketRecord {
    const first = Number(fields['mqtt.hdrflags']);
    const flags = fields['mqtt.conflags'] === undefined ? undefined : Number(fields['mqtt.conflags']);
    return {
        connection, direction, first, remainingLength: number(fields['mqtt.len']), packetIdentifier: number(fields['mqtt.msgid']),
        topics: list(fields['mqtt.topic']), payload: hex(fields['mqtt.msg']), qos: list(fields['mqtt.sub.qos']).concat(list(fields['mqtt.suback.qos'])).map(Number),
        clientId: fields['mqtt.clientid'], keepAlive: number(fields['mqtt.kalive']), flags, userName: fields['mqtt.username'], password: fields['mqtt.passwd'],
        willTopic: fields['mqtt.willtopic'], will: hex(fields['mqtt.willmsg']), returnCode: number(fields['mqtt.conack.val']), connackFlags: number(fields['mqtt.conack.flags']),
    };
}

const TYPES = ['', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT'];
const FLAGGED = ['PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE'];
/** Bytes of a remaining length. */
const lengthSize = (length: number) => (length < 128 + 2 ? 1 : length < 16384 + 3 ? 2 : 3);

/** One of our records in the same words. */
function fromRecord(packet: PacketRecord, connection: number): PacketRecord {
    const { type, length, qos, dup, retain, will, userName, password } = packet as Fields & { will?: { topic: string; qos: number; retain: boolean; payload: string } };
    const filters = list(packet['topicFilters']) as (string | { topicFilter: string; qos: number })[];
    const isConnect = type === 'CONNECT';
    return {
        connection, direction: packet['direction'],
        first: TYPES.indexOf(String(type)) << 4 | (FLAGGED.includes(String(type)) ? 2 : type === 'PUBLISH' ? Number(dup) << 3 | Number(qos) << 1 | Number(retain) : 0),
        remainingLength: Number(length) - 1 - lengthSize(Number(length)), packetIdentifier: packet['packetIdentifier'],
        topics: type === 'PUBLISH' ? [packet['topic']] : filters.map(filter => (typeof filter === 'string' ? filter : filter.topicFilter)), payload: packet['payload'] ?? '',
        qos: list(packet['returnCodes']).concat(filters.flatMap(filter => (typeof filter === 'string' ? [] : [filter.qos]))),
        clientId: packet['clientId'], keepAlive: packet['keepAlive'],
        flags: isConnect ? Number(packet['cleanSession']) << 1 | (will ? 4 | will.qos << 3 | Number(will.retain) << 5 : 0) | (password === undefined ? 0 : 0x40) | (userName === undefined ? 0 : 0x80) : undefined,
        userName: userName === 'hidden' ? undefined : userName, password: password === undefined ? undefined : Buffer.from(String(password), 'hex').toString(),
        willTopic: will?.topic, will: will?.payload ?? '', returnCode: packet['returnCode'], connackFlags: type === 'CONNACK' ? Number(packet['sessionPresent']) : undefined,
    };
}

interface Shark {
    readonly packets: PacketRecord[];
    /** Frames that tshark finds something wrong with, in its words. */
    readonly complaints: string;
}

function sharkReads(path: string, ports: readonly number[]): Shark {
    const decode = ports.flatMap(port => ['-d', `tcp.port==${port},mqtt`]);
    const frames = JSON.parse(tshark('-r', path, ...decode, '-Y', 'mqtt', '-T', 'json', '--no-duplicate-keys')) as { _source: { layers: Record<string, unknown> } }[];
    const packets = frames.flatMap(({ _source: { layers } }) => {
        const tcp = layers['tcp'] as Fields;
        const direction = tcp['tcp.dstport'] === '1883' ? 'up' : 'down';
        return list(layers['mqtt']).map(fields => fromShark(fields as Fields, Number(tcp['tcp.stream']), direction));
    });
    const wrong = '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 || (tcp.analysis.flags && !tcp.analysis.reused_ports) || tcp.analysis.bytes_in_flight > 65535 || _ws.expert.severity >= 0x800000';
    return { packets, complaints: tshark('-r', path, ...decode, '-Y', wrong) };
}

/** Writes the capture of a trace, and holds what tshark reads in it against what we read. */
function judge(name: string, text: string): void {
    const recording = readRecording(text, true);
    const path = join(folder, `${name}.pcapng`);
    const captured = framesOf(recording);
    assert.ok(captured.every(({ bytes }) => bytes.length <= 1514), 'a frame of Ethernet is no longer');
    writeFileSync(path, writePcapng(captured, 'a test'));
    const { packets, complaints } = sharkReads(path, []);
    assert.is(complaints, '');
    const dialled = recording.connections.filter(({ happenings }) => happenings.length > 0);
    const ours = dialled.map((connection, index) => asRecords(mqtt, { ...recording, connections: [connection] }).map(each => fromRecord(each, index)));
    // Frames are in the order of time, records in that of the first byte: they agree within one way of one connection.
    ours.forEach((records, index) => {
        for (const direction of ['up', 'down']) {
            const pick = (all: readonly PacketRecord[]) => all.filter(each => each['connection'] === index && each['direction'] === direction);
            assert.equal(pick(packets), pick(records));
        }
    });
    assert.is(packets.length, ours.flat().length);
}

/** tshark shows texts with what cannot be printed escaped: these are printed as they are. */
const plain = (text: string) => text.replace(/[^\x20-\x7e]|[\\"]/g, '.');
function printable({ steps, ...rest }: Conversation): Conversation {
    const clean = (packet: Packet): Packet => {
        switch (packet.cmd) {
            case 'connect': return { ...packet, clientId: plain(packet.clientId), ...(packet.username !== undefined && { username: plain(packet.username) }), ...(packet.password && { password: Buffer.from(plain(packet.password.toString('latin1'))) }), ...(packet.will && { will: { ...packet.will, topic: plain(packet.will.topic) } }) };
            case 'publish': return { ...packet, topic: plain(packet.topic) };
            case 'subscribe': return { ...packet, subscriptions: packet.subscriptions.map(each => ({ ...each, topic: plain(each.topic) })) };
            case 'unsubscribe': return { ...packet, unsubscriptions: packet.unsubscriptions.map(plain) };
            default: return packet;
        }
    };
    return { ...rest, steps: steps.map(({ direction, packet }) => ({ direction, packet: clean(packet) })) };
}

sharkTest('tshark reads random conversations of several connections as we do', () => {
    const conversations = fc.sample(conversation, { numRuns: 120, seed: 7 }).map(printable);
    judge('random', traceOf(options => conversations.forEach((each, index) => record(each, options, `c${index}`))));
});

const small: Conversation = {
    steps: ([
        ['up', { cmd: 'connect', clientId: 'pump', clean: false, keepalive: 60, protocolId: 'MQTT', protocolVersion: 4 }],
        ['up', { cmd: 'publish', topic: 'a/b', payload: Buffer.from('21.5'), qos: 1 as QoS, messageId: 2, dup: false, retain: false }],
        ['down', { cmd: 'connack', sessionPresent: false, returnCode: 0 }],
        ['down', { cmd: 'puback', messageId: 2 }],
        ['up', { cmd: 'disconnect' }],
    ] as const).map(([direction, packet]) => ({ direction, packet }) as Step),
    pieces: [1000], ending: 'close',
};

sharkTest('wherever a conversation is cut, tshark reads the same packets', () => {
    judge('cuts', traceOf(options => {
        for (let size = 1; size < 38; size++) record({ ...small, pieces: [size, 1000] }, options, `c${size}`);
        // Each piece a segment of its own: no flush puts them together.
        for (let size = 1; size < 38; size++) record({ ...small, pieces: [size, 1000] }, { ...options, print: line => !/ flush /.test(line) && options.print(line) }, `d${size}`);
        const longer = small.steps.map(({ direction, packet }): Step => ({ direction, packet: packet.cmd === 'publish' ? { ...packet, payload: Buffer.alloc(200, 'x') } : packet }));
        for (const size of [1, 2, 3]) record({ ...small, steps: longer, pieces: [size] }, { ...options, print: line => !/ flush /.test(line) && options.print(line) }, `e${size}`);
    }));
});

sharkTest('packets of more than the window, refused connections and resets are no trouble', () => {
    const large = Buffer.alloc(300_000, 'large ');
    judge('large', traceOf(options => {
        const steps: Step[] = [...small.steps.slice(0, 4), { direction: 'up', packet: { cmd: 'publish', topic: 'a', payload: large, qos: 0, dup: false, retain: false } }, { direction: 'down', packet: { cmd: 'publish', topic: 'a', payload: large, qos: 0, dup: false, retain: true } }];
        record({ steps, pieces: [100_000], ending: 'reset' }, options, 'c0');
        const refused = new ConnectionTrace(options, 'c1');
        refused.line('open');
        refused.line(`end ${CONNECT_FAILED}`);
        record(small, options, 'c2');
    }));
});

sharkTest('a line that is lost is a segment that was not captured', () => {
    const lines = traceOf(options => record({ ...small, pieces: [20] }, options, 'c0')).split('\n');
    const path = join(folder, 'hole.pcapng');
    writeFileSync(path, writePcapng(framesOf(readRecording(lines.filter(line => !/ > 20 /.test(line)).join('\n'))), ''));
    assert.match(tshark('-r', path, '-Y', 'tcp.analysis.lost_segment'), /Previous segment not captured/);
    assert.is(tshark('-r', path, '-Y', 'tcp.checksum.status == 0'), '');
});

sharkTest('the capture says what in it is made up, and has the times of the trace', () => {
    const path = join(folder, 'times.pcapng');
    const recording = readRecording(traceOf(options => {
        new ConnectionTrace(options, '-').line('at 1700000000123');
        record(small, options, 'c0');
    }));
    writeFileSync(path, writePcapng(framesOf(recording), 'addresses are made up'));
    assert.match(tshark('-r', path, '-Y', 'frame.number <= 2', '-T', 'fields', '-e', 'frame.time_epoch'), /^1700000000\.123250000\n1700000000\.123500000\n$/);
    assert.match(spawnSync('capinfos', [path], { encoding: 'utf8' }).stdout, /addresses are made up/);
});

test.run();
