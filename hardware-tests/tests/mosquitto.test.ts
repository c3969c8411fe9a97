// Mosquitto as a child process. Where it is not installed these tests say so and check only that.
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certificate } from '../../targets/node/tests/witness.ts';
import { Mosquitto, findMosquitto } from '../host/mosquitto.ts';
import type { MosquittoOptions } from '../host/mosquitto.ts';
import { ScriptedConnection } from '../host/scripted-broker.ts';

const found = findMosquitto();
if ('unavailable' in found) console.log(`SKIPPED: ${found.unavailable}`);
const whereInstalled = 'unavailable' in found ? test.skip : test;

async function start(options?: MosquittoOptions): Promise<Mosquitto> {
    const mosquitto = await Mosquitto.start(options);
    if ('unavailable' in mosquitto) throw new Error(mosquitto.unavailable);
    return mosquitto;
}

function client(port: number): ScriptedConnection {
    return new ScriptedConnection(connectTcp(port, '127.0.0.1'));
}

test('one that is not there is unavailable, with the reason', async () => {
    const before = process.env.MOSQUITTO_BIN;
    process.env.MOSQUITTO_BIN = '/nowhere/mosquitto';
    try {
        const result = await Mosquitto.start();
        assert.ok('unavailable' in result);
        assert.match(result.unavailable, /\/nowhere\/mosquitto does not run/);
    } finally {
        if (before === undefined) delete process.env.MOSQUITTO_BIN;
        else process.env.MOSQUITTO_BIN = before;
    }
});

whereInstalled('it starts, serves and stops', async () => {
    const mosquitto = await start();
    const node = client(mosquitto.port);
    node.send(
        { cmd: 'connect', clientId: 'node-1', clean: true },
        { cmd: 'publish', topic: 'a', payload: 'b', qos: 1, retain: false, dup: false, messageId: 7 },
    );
    assert.is((await node.receive('connack')).returnCode, 0);
    assert.is((await node.receive('puback')).messageId, 7);
    await mosquitto.stop();
    await node.end();
    const late = client(mosquitto.port);
    await late.end();
    assert.ok(late.wasReset);
});

whereInstalled('only the user of the options is let in', async () => {
    const mosquitto = await start({ user: { name: 'node', password: 'secret' } });
    for (const [password, code] of [['secret', 0], ['wrong', 5]] as const) {
        const node = client(mosquitto.port);
        node.send({ cmd: 'connect', clientId: 'n', clean: true, username: 'node', password: Buffer.from(password) });
        assert.is((await node.receive('connack')).returnCode, code);
        node.close();
    }
    await mosquitto.stop();
});

whereInstalled('with persistence a session outlives a restart, without it does not', async () => {
    for (const persistence of [true, false]) {
        const mosquitto = await start({ persistence });
        const present: boolean[] = [];
        for (let round = 0; round < 2; round++) {
            const node = client(mosquitto.port);
            node.send({ cmd: 'connect', clientId: 'node-1', clean: false }, { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
            present.push((await node.receive('connack')).sessionPresent);
            await node.receive('suback');
            node.close();
            await node.end();
            if (round === 0) await mosquitto.restart();
        }
        assert.equal(present, [false, persistence]);
        await mosquitto.stop();
    }
});

whereInstalled('TLS, and a client certificate where an authority is given', async () => {
    const ca = certificate('authority.pem');
    const server = { cert: certificate('server.pem'), key: certificate('server.key') };
    const identity = { cert: certificate('client.pem'), key: certificate('client.key'), passphrase: 'motemq' };
    for (const [tls, shown, accepted] of [[server, {}, true], [{ ...server, ca }, identity, true], [{ ...server, ca }, {}, false]] as const) {
        const mosquitto = await start({ tls });
        const node = new ScriptedConnection(connectTls({ port: mosquitto.port, host: '127.0.0.1', ca, ...shown }));
        node.send({ cmd: 'connect', clientId: 'node-1', clean: true });
        if (accepted) {
            assert.is((await node.receive('connack')).returnCode, 0);
        } else {
            await node.end();
            assert.is(node.packets.length, 0);
        }
        await mosquitto.stop();
    }
});

test.run();
