// Traces as they are made: by a client on Node, by a proxy beside it, by boards on their consoles; and `motemq trace` as a user runs it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import mqtt from 'mqtt-packet';
import { prepareBoardBundles } from '../../scripts/bundles.ts';
import { runProcess } from '../../scripts/run-process.ts';
import { Client, Topic } from '../../src/index.ts';
import { ConnectionTrace, TracedTransport } from '../../src/trace/index.ts';
import { NodePlatform, TcpTransport, traceFile } from '../../targets/node/index.ts';
import { engines } from '../boards/espruino/tests/engines.ts';
import { Machine } from '../boards/espruino/machine.ts';
import { boardTest, said } from '../boards/xs/tests/on-board.ts';
import { Broker } from '../host/broker.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import { packetsOf } from '../host/trace/packets.ts';
import { recordProxy } from '../host/trace/proxy.ts';
import { readRecording } from '../host/trace/recording.ts';
import type { Connection } from '../host/trace/recording.ts';
import { until } from '../host/until.ts';
import { motemq } from './run-motemq.ts';

const folder = mkdtempSync(join(tmpdir(), 'trace-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const [atClient, atProxy] = [join(folder, 'client.log'), join(folder, 'proxy.log')];

const packetLines = (connection: Connection, direction: string) => packetsOf(mqtt, connection).filter(row => row.direction === direction).map(({ type, packet, fault }) => `${type} ${packet?.messageId ?? ''} ${fault ?? ''}`.trim());
const ends = ({ happenings }: Connection) => happenings.at(-1)!.kind;
const read = (path: string) => readRecording(readFileSync(path, 'utf8'));

test('a client that loses its connection: its own trace and that of a proxy tell the same', async () => {
    const broker = await Broker.start();
    const proxy = await FaultProxy.start({ target: broker.port, ...recordProxy(traceFile(atProxy)) });
    // CONNECT 22, then 20 bytes of the first PUBLISH reach the broker.
    proxy.plan({ up: { cutAfter: { bytes: 42, how: 'rst' } } });
    const platform = new NodePlatform();
    const transport = new TracedTransport(new TcpTransport({ host: '127.0.0.1', port: proxy.port }), traceFile(atClient));
    const client = new Client({ platform, transport, clientId: 'attic', userName: 'ann', password: 'hunter2', sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(64), retryDelay: 1, onAcknowledged: () => client.stop() });
    const topic = new Topic(platform, 'attic/temperature');
    try {
        client.start();
        client.publish(topic, platform.utf8('21.5'), 0, 4, 1, false);
        await until('the message is acknowledged and the connection over', () => client.acknowledged === 1 && proxy.connections.length === 2 && proxy.connections.every(({ ended }) => ended));
    } finally {
        proxy.stop();
        await broker.stop();
    }
    const [client0, client1] = read(atClient).connections;
    const [proxy0, proxy1] = read(atProxy).connections;
    assert.equal([client0, client1, proxy0, proxy1].map(ends), ['end', 'close', 'reset', 'close']);
    assert.equal(packetLines(client0, 'up'), ['CONNECT', 'PUBLISH 1']);
    assert.equal(packetLines(client1, 'up'), ['CONNECT', 'PUBLISH 1', 'DISCONNECT']);
    assert.equal(packetLines(client1, 'down'), ['CONNACK', 'PUBACK 1']);
    for (const direction of ['up', 'down']) assert.equal(packetLines(proxy1, direction), packetLines(client1, direction));
    // A broker that closes before CONNACK is asked to answer first from then on.
    assert.equal(packetsOf(mqtt, client1).map(({ type, packet }) => `${type}${packet?.cmd === 'publish' && packet.dup ? ' DUP' : ''}`), ['CONNECT', 'CONNACK', 'PUBLISH DUP', 'PUBACK', 'DISCONNECT']);
    assert.not.match(readFileSync(atClient, 'utf8') + readFileSync(atProxy, 'utf8'), Buffer.from('hunter2').toString('hex'));
});

/** A board's program: a link that takes 5 bytes a write, a client that connects, pings and is cut off; each line is said with `say`. */
async function boardProgram(say: string): Promise<string> {
    const bundle = (await prepareBoardBundles()).find(({ name }) => name === 'espruino/motemq-trace')!;
    const { code } = await bundle.emit({ minify: true, texts: false });
    const connect = mqtt.generate({ cmd: 'connect', clientId: 'b', clean: true, keepalive: 9, protocolId: 'MQTT', protocolVersion: 4, username: 'ann', password: Buffer.from('hunter2') });
    return `
var exports = {};
${code}
var time = 4294967290;
var link = { owner: null, open: function(owner) { this.owner = owner; owner.onOpen(); }, write: function(bytes, start, end) { return end - start > 5 ? 5 : end - start; }, flush: function() {}, close: function() {} };
var owner = { onOpen: function() {}, onBytes: function(bytes, start, end) { ${say}('got ' + (end - start)); }, onWritable: function() {}, onClose: function(reason) { ${say}('closed ' + reason); } };
var traced = new exports.TracedTransport(link, { print: function(line) { ${say}(line); }, clock: { now: function() { return time += 2; } }, lineSize: 3, name: 'b' });
function send(values) { var bytes = new Uint8Array(values); for (var at = 0; at < bytes.length;) at += traced.write(bytes, at, bytes.length); traced.flush(); }
traced.open(owner);
send([${[...connect].join()}]);
link.owner.onBytes(new Uint8Array([0, 32, 2, 0, 0, 9]), 1, 5);
send([192, 0]);
link.owner.onBytes(new Uint8Array([208, 0]), 0, 2);
link.owner.onClose(17);
${say}('done');
`;
}

function judgeBoard(lines: readonly string[]): void {
    assert.equal(lines.filter(line => /^(got|closed|done)/.test(line)), ['got 4', 'got 2', 'closed 17', 'done']);
    const { connections, damaged, torn } = readRecording(`${lines.map(line => `>${line}\r`).join('\n')}\n`, true);
    assert.equal([connections.length, damaged, torn], [1, 0, false]);
    assert.equal(packetsOf(mqtt, connections[0]).map(({ type, pieces, fault }) => `${type} ${pieces} ${fault}`), ['CONNECT 6 null', 'CONNACK 1 null', 'PINGREQ 1 null', 'PINGRESP 1 null']);
    assert.is(packetsOf(mqtt, connections[0])[0].hidden, 10);
    const times = connections[0].happenings.map(({ time }) => time);
    assert.ok(times.every((time, index) => index === 0 || time > times[index - 1]), times.join());
    assert.equal(connections[0].happenings.at(-1), { kind: 'end', reason: 17, time: times.at(-1) });
}

boardTest('a board with XS writes a trace on its console', async () => {
    judgeBoard(await said(`${await boardProgram('say')} Board.exit(0);`));
});

for (const engine of engines) {
    test(`a board with ${engine.name === 'Espruino' ? 'Espruino' : 'the model of Espruino'} writes a trace on its console`, async () => {
        const machine = new Machine(await engine.command(), undefined, await boardProgram('print'), () => {});
        try {
            await until('the program is done', () => machine.lines.includes('done') || machine.ended, 100);
            judgeBoard(machine.lines.filter(line => line !== ''));
        } finally {
            await machine.stop();
        }
    });
}

const trace = (...words: string[]) => motemq('trace', ...words);

test('motemq trace prints a trace, writes a capture and says what it cannot read', async () => {
    const shown = await runProcess(process.execPath, ['scripts/entries/motemq.mjs', 'trace', atClient, '--pcapng', join(folder, 'out.pcapng')], 60_000);
    assert.is(shown.code, 0, shown.output);
    assert.match(shown.output, /> CONNECT .*client "attic", session kept, keep-alive 60 s, user hidden, password hidden/);
    assert.match(shown.output, /> PUBLISH .*identifier 1, QoS 1 DUP, "attic\/temperature", 4 B "21.5"/);
    assert.match(shown.output, /out\.pcapng: \d+ frames; addresses, TCP, IP and Ethernet in it are made up/);
    assert.is(readFileSync(join(folder, 'out.pcapng')).readUInt32LE(0), 0x0a0d0d0a);
    const json = await trace(atClient, '--json');
    const records = json.output.trim().split('\n').map(line => JSON.parse(line) as { type: string; userName?: string; connection: string });
    assert.equal(records.map(({ type }) => type), ['CONNECT', 'PUBLISH', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'DISCONNECT']);
    assert.equal([records[0].userName, records[2].connection], ['hidden', 'c1']);
});

test('a long trace is printed to its end, and only as far as it is read', async () => {
    const path = join(folder, 'long.log');
    const lines: string[] = [];
    const trace = new ConnectionTrace({ print: line => lines.push(line), clock: performance }, 'c0');
    const ping = Uint8Array.of(0xc0, 0);
    for (let count = 0; count < 5000; count++) trace.sent(ping, 0, 2);
    writeFileSync(path, `${lines.join('\n')}\n`);
    const ended = await runProcess('bash', ['-c', `${process.execPath} scripts/entries/motemq.mjs trace ${path} | tail -1; ${process.execPath} scripts/entries/motemq.mjs trace ${path} | head -1`], 60_000);
    assert.match(ended.output, /5,000 packets, 10,000 B up/);
    assert.match(ended.output, /connection c0\n/);
    assert.not.match(ended.output, /EPIPE|Error/);
});

test('motemq trace refuses what is no trace, and says where a capture cannot be written', async () => {
    const noTrace = join(folder, 'no-trace.log');
    writeFileSync(noTrace, 'hello\n');
    const torn = join(folder, 'torn.log');
    writeFileSync(torn, 'mqtt~ c0 1 op');
    for (const [words, code, message] of [
        [[], 3, /which trace\?/], [['a', 'b'], 3, /one trace at a time/], [[join(folder, 'none')], 3, /cannot be read: ENOENT/], [[folder], 3, /cannot be read: EISDIR/],
        [[noTrace], 3, /holds no trace: its lines begin with 'mqtt~'/], [[torn], 3, /no line of its trace is whole/], [[atClient, '--pcapng', join(folder, 'none', 'x')], 2, /cannot be written: ENOENT/],
        [[atClient, '--pcap', 'x'], 3, /Unknown option '--pcap'/],
    ] as const) {
        const ended = await trace(...words);
        assert.is(ended.code, code, ended.output);
        assert.match(ended.output, message);
    }
});

test.run();
