// The scripted broker: what it records is what was sent, and what it sends is what the test said.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Visit } from '../../targets/node/tests/witness.ts';
import { ScriptedBroker } from '../host/scripted-broker.ts';
import { until } from '../host/until.ts';

const pingreq = Buffer.from([0xc0, 0]);

function dial(broker: ScriptedBroker): Socket {
    return connect({ port: broker.port, host: '127.0.0.1', noDelay: true }).on('error', () => {}); // `stop` resets
}

async function rejection(promise: Promise<unknown>): Promise<string> {
    try {
        await promise;
    } catch (error) {
        return (error as Error).message;
    }
    return 'nothing was thrown';
}

test('packets are decoded however the bytes are split, and every byte is kept', async () => {
    const broker = await ScriptedBroker.start();
    const socket = dial(broker);
    const connection = await broker.next();
    const bytes = generate({ cmd: 'connect', clientId: 'node-1', clean: true, keepalive: 600 });
    socket.write(bytes.subarray(0, 5));
    assert.equal(await connection.receiveBytes(5), bytes.subarray(0, 5));
    assert.is(connection.packets.length, 0);
    socket.write(Buffer.concat([bytes.subarray(5), pingreq]));
    const packet = await connection.receive('connect');
    assert.is(packet.clientId, 'node-1');
    assert.is(packet.keepalive, 600);
    await connection.receive('pingreq');
    assert.equal(connection.bytes, Buffer.concat([bytes, pingreq]));
    socket.destroy();
    await broker.stop();
});

test('send puts packets and raw bytes of one call into one segment', async () => {
    const broker = await ScriptedBroker.start((connection) => {
        connection.send({ cmd: 'connack', returnCode: 0, sessionPresent: false }, Buffer.from([0xff]));
        connection.close();
    });
    const client = new Visit(dial(broker));
    await until('FIN arrives', () => client.ended);
    assert.equal(client.chunks, [Buffer.from([0x20, 2, 0, 0, 0xff])]);
    await broker.stop();
});

test('another packet, nonsense or an end instead of the packet reject', async () => {
    const broker = await ScriptedBroker.start();
    for (const [sent, pattern] of [[pingreq, /the peer sent pingreq instead of connect/], [Buffer.from([0xf5, 0]), /header|cmd|packet/i], [Buffer.alloc(0), /ended the connection/]] as const) {
        const socket = dial(broker);
        const connection = await broker.next();
        socket.end(sent);
        assert.match(await rejection(connection.receive('connect')), pattern);
        assert.match(await rejection(connection.receiveBytes(100)), /of 100 bytes/);
        await connection.end();
        connection.close();
    }
    await broker.stop();
});

test('FIN and RST of the client are told apart; reset resets the client', async () => {
    const broker = await ScriptedBroker.start();
    const polite = dial(broker);
    const first = await broker.next();
    polite.end();
    await first.end();
    assert.equal([first.ended, first.wasReset], [true, false]);
    const rude = dial(broker);
    const second = await broker.next();
    rude.resetAndDestroy();
    await second.end();
    assert.equal([second.ended, second.wasReset], [false, true]);
    const victim = new Visit(dial(broker));
    (await broker.next()).reset();
    await until('the client is reset', () => victim.errorCode === 'ECONNRESET');
    await broker.stop();
});

test.run();
