// The embedded broker, spoken to with packets that mqtt-packet makes.
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certificate } from '../../targets/node/tests/witness.ts';
import { Broker } from '../host/broker.ts';
import type { PublishedMessage } from '../host/broker.ts';
import { ScriptedConnection } from '../host/scripted-broker.ts';
import { until } from '../host/until.ts';

function client(port: number): ScriptedConnection {
    return new ScriptedConnection(connectTcp(port, '127.0.0.1'));
}

test('publishes and clients are observed; subscribers get what clients and the broker publish', async () => {
    const published: PublishedMessage[] = [];
    const events: string[] = [];
    const broker = await Broker.start({
        onPublish: (message) => published.push(message),
        onConnect: (id) => events.push(`+${id}`),
        onDisconnect: (id) => events.push(`-${id}`),
    });
    const node = client(broker.port);
    node.send(
        { cmd: 'connect', clientId: 'node-1', clean: true, keepalive: 60 },
        { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'to/#', qos: 1 }] },
    );
    assert.is((await node.receive('connack')).returnCode, 0);
    await node.receive('suback');
    assert.equal([...broker.clients], ['node-1']);
    node.send({ cmd: 'publish', topic: 'from/node', payload: Buffer.from([0, 255]), qos: 1, retain: false, dup: false, messageId: 2 });
    assert.is((await node.receive('puback')).messageId, 2);
    assert.equal(published, [{ topic: 'from/node', payload: Buffer.from([0, 255]), qos: 1, retain: false, clientId: 'node-1' }]);
    await broker.publish('to/node', 'hello');
    assert.is((await node.receive('publish')).payload.toString(), 'hello');
    node.send({ cmd: 'disconnect' });
    await until('the client is gone', () => broker.clients.size === 0);
    assert.equal(events, ['+node-1', '-node-1']);
    await broker.stop();
});

test('with a user, others get CONNACK 4', async () => {
    const broker = await Broker.start({ user: { name: 'node', password: 'secret' } });
    for (const [username, password, code] of [['node', 'secret', 0], ['node', 'wrong', 4], ['other', 'secret', 4], [undefined, undefined, 4]] as const) {
        const node = client(broker.port);
        node.send({ cmd: 'connect', clientId: 'n', clean: true, username, password: password === undefined ? undefined : Buffer.from(password) });
        assert.is((await node.receive('connack')).returnCode, code, `${username} ${password}`);
        node.close();
    }
    await broker.stop();
});

test('TLS', async () => {
    const broker = await Broker.start({ tls: { key: certificate('server.key'), cert: certificate('server.pem') } });
    const node = new ScriptedConnection(connectTls({ port: broker.port, host: '127.0.0.1', ca: certificate('authority.pem') }));
    node.send({ cmd: 'connect', clientId: 'node-1', clean: true });
    assert.is((await node.receive('connack')).returnCode, 0);
    await broker.stop();
});

test('stop drops connections and frees the port', async () => {
    const broker = await Broker.start();
    const node = client(broker.port);
    node.send({ cmd: 'connect', clientId: 'node-1', clean: true });
    await node.receive('connack');
    const { port } = broker;
    await broker.stop();
    await node.end();
    const late = client(port);
    await late.end();
    assert.ok(late.wasReset);
});

test.run();
