// A network that is traced carries the same bytes and tells the same, and the trace on the console says what they were.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import mqtt from 'mqtt-packet';
import { prepareBoardBundles } from '../../../../scripts/bundles.ts';
import { packetsOf } from '../../../host/trace/packets.ts';
import { readRecording } from '../../../host/trace/recording.ts';
import { until } from '../../../host/until.ts';
import { Machine } from '../machine.ts';
import { engines } from './engines.ts';

const connect = mqtt.generate({ cmd: 'connect', clientId: 'b', clean: true, keepalive: 9, protocolId: 'MQTT', protocolVersion: 4, username: 'ann', password: Buffer.from('hunter2') });
const text = (bytes: Uint8Array): string => [...bytes].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/** Connects twice: once to nobody, once to a broker that answers and then ends the connection. */
async function program(port: number): Promise<string> {
    const bundle = (await prepareBoardBundles()).find(({ name }) => name === 'espruino/motemq-trace')!;
    const { code } = await bundle.emit({ minify: true, texts: false });
    return `
var exports = {};
${code}
var io = exports.traceNetwork(require('net'), { print: function(line) { print(line); }, name: 'n' });
var told = '';
function dial() {
  var socket = io.connect({ host: '127.0.0.1', port: ${port} }, function() { told += 'connect ' + (this === socket) + ' '; });
  socket.on('data', function(data) { told += 'data ' + data.length + ' '; });
  socket.on('close', function() { print('told ' + told); print('done'); });
  socket.write("${text(connect)}");
}
try { io.connect({ host: '127.0.0.1', port: 1 }).on('close', dial); } catch (error) { print('refused'); dial(); }
`;
}

for (const engine of engines) {
    test(`${engine.name}: a traced network`, async () => {
        const heard: Buffer[] = [];
        const server = createServer(socket => {
            socket.on('error', () => {});
            socket.on('data', bytes => {
                heard.push(bytes);
                if (Buffer.concat(heard).length === connect.length) socket.end(Buffer.from('20020000', 'hex'));
            });
        });
        await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
        const machine = new Machine(await engine.command(), undefined, await program((server.address() as AddressInfo).port), () => {});
        try {
            await until('the program is done', () => machine.lines.includes('done') || machine.ended, 100);
            assert.is(Buffer.concat(heard).toString('hex'), connect.toString('hex'));
            // Bytes are told at once, `connect` when that turn is over: both may come with the first look at the socket.
            assert.ok(machine.lines.some(line => line === 'told connect true data 4 ' || line === 'told data 4 connect true '), machine.lines.join('\n'));
            const { connections, damaged } = readRecording(`${machine.lines.join('\n')}\n`, true);
            assert.is(damaged, 0);
            assert.is(connections.length, 2);
            assert.equal(connections.map(({ happenings }) => happenings.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1])), [['open', 'end'], ['open', 'ready', 'up', 'down', 'end']]);
            assert.equal(packetsOf(mqtt, connections[1]).map(({ type, fault, hidden }) => `${type} ${fault} ${hidden}`), ['CONNECT null 10', 'CONNACK null 0']);
        } finally {
            await machine.stop();
            await new Promise(resolve => server.close(resolve));
        }
    });
}

test.run();
