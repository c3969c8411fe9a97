// The whole client on Node, seen from the wire: what one wake of a sensor node costs, over TCP and TLS.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, Topic } from '../../src/index.ts';
import type { Transport } from '../../src/transport.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../targets/node/index.ts';
import { certificate } from '../../targets/node/tests/witness.ts';
import { Broker } from '../host/broker.ts';
import type { PublishedMessage } from '../host/broker.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import { until } from '../host/until.ts';

const topicName = 'site/7/node/12/telemetry'; // 24 bytes
const payload = new Uint8Array(64).fill(0x2e);

/** Connects, publishes one QoS 1 message, and stops when it is acknowledged. */
async function wake(transport: Transport): Promise<void> {
    const platform = new NodePlatform();
    let acknowledged = false;
    const client = new Client({
        transport,
        platform,
        clientId: 'sensor-00012', // 12 bytes
        cleanSession: true,
        keepAlive: 600,
        sendBuffer: new Uint8Array(512),
        receiveBuffer: new Uint8Array(256),
        onAcknowledged() {
            acknowledged = true;
        },
    });
    client.start();
    client.publish(new Topic(platform, topicName), payload, 0, payload.length, 1, false);
    await until('the message is acknowledged', () => acknowledged);
    client.stop();
}

test('one wake over TCP: CONNECT and PUBLISH in one segment, DISCONNECT in another; 122 bytes up, 8 down', async () => {
    const published: PublishedMessage[] = [];
    const broker = await Broker.start({ onPublish: (message) => published.push(message) });
    const proxy = await FaultProxy.start({ target: broker.port });
    const transport = new TcpTransport({ host: '127.0.0.1', port: proxy.port });
    await wake(transport);
    await until('the connection is gone', () => proxy.current!.ended);
    const { up, down } = proxy.current!;
    assert.equal([up.received, up.chunks, down.received], [122, 2, 8]);
    assert.equal([transport.bytesWritten, transport.socketWrites, transport.bytesRead], [122, 2, 8]);
    assert.is(published.length, 1);
    assert.is(published[0].topic, topicName);
    assert.equal([...published[0].payload], [...payload]);
    proxy.stop();
    await broker.stop();
});

test('a second wake over TLS resumes the session and costs the broker\'s link fewer bytes', async () => {
    const broker = await Broker.start({ tls: { key: certificate('server.key'), cert: certificate('server.pem') } });
    const proxy = await FaultProxy.start({ target: broker.port });
    const transport = new TlsTransport({ host: '127.0.0.1', port: proxy.port, ca: certificate('authority.pem') });
    const down: number[] = [];
    for (const reused of [false, true]) {
        await wake(transport);
        await until('the connection is gone', () => proxy.current!.ended);
        assert.is(transport.sessionReused, reused);
        down.push(proxy.current!.down.received);
    }
    assert.is(transport.socketWrites, 4);
    console.log(`TLS handshake and answers, bytes from the broker: ${down[0]}, resumed ${down[1]}`);
    assert.ok(down[1] < down[0]);
    proxy.stop();
    await broker.stop();
});

test.run();
