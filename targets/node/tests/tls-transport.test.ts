// TLS on Node: the transport contract, what is offered to the server and shown to it, sessions resumed. Whom it trusts: tls-trust.test.ts.
import { randomBytes } from 'node:crypto';
import type { TLSSocket, TlsOptions as ServerOptions } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import { CONNECT_FAILED } from '../../../src/reasons.ts';
import { contractTests } from './contract.ts';
import { assertRefused, authority as ca, connected, cycle, failed, make } from './tls.ts';
import { Peer, Witness, certificate, freePort } from './witness.ts';
import type { Visit } from './witness.ts';

const identity = { cert: certificate('client.pem'), key: certificate('client.key'), passphrase: 'motemq' };

contractTests({
    name: 'TLS',
    listen: (onVisit, allowHalfOpen = false) => Peer.tls(onVisit, { allowHalfOpen } as ServerOptions),
    transport: make,
});

test('SNI carries the host, or servername, and nothing where the host is an address', async () => {
    const peer = await Peer.tls();
    const seen: (string | false | null | undefined)[] = [];
    for (const options of [{ host: 'localhost' }, { servername: 'broker.example' }, {}]) {
        const transport = make({ port: peer.port, ...options });
        const { socket } = await connected(transport, peer);
        seen.push(socket.servername);
        transport.close();
    }
    assert.equal(seen, ['localhost', 'broker.example', false]);
    await peer.stop();
});

test('ALPN: the server chooses among what is offered', async () => {
    const peer = await Peer.tls(undefined, { ALPNProtocols: ['h2', 'mqtt'] });
    const transport = make({ port: peer.port, alpnProtocols: ['x-amzn-mqtt-ca', 'mqtt'] });
    const { socket } = await connected(transport, peer);
    assert.is(socket.alpnProtocol, 'mqtt');
    assert.is(transport.alpnProtocol, 'mqtt');
    transport.close();
    await assertRefused(make({ port: peer.port, alpnProtocols: ['coap'] }), peer);
    const silent = make({ port: peer.port });
    await connected(silent, peer);
    assert.is(silent.alpnProtocol, '');
    silent.close();
    await peer.stop();
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const demanding: ServerOptions = { maxVersion, requestCert: true, rejectUnauthorized: true, ca };

    test(`${maxVersion}: a client certificate that the server demands is shown`, async () => {
        const peer = await Peer.tls(undefined, demanding);
        const transport = make({ port: peer.port, ...identity });
        const { socket } = await connected(transport, peer);
        assert.is(socket.authorized, true);
        assert.is(socket.getPeerCertificate().subject.CN, 'node-1');
        assert.is(transport.protocolVersion, maxVersion);
        transport.close();
        await peer.stop();
    });

    test(`${maxVersion}: without the client certificate that the server demands it is TLS_FAILED`, async () => {
        const peer = await Peer.tls(undefined, demanding);
        const transport = make({ port: peer.port });
        const witness = new Witness();
        transport.open(witness);
        await until('the end is told', () => witness.saw(failed));
        // With TLS 1.3 the client has finished before the server judges.
        assert.equal(witness.events.filter((event) => event !== 'open'), [failed]);
        assert.is(peer.visits.length, 0);
        await peer.stop();
    });

    test(`${maxVersion}: each later connection resumes the session`, async () => {
        const seen: boolean[] = [];
        const peer = await Peer.tls((visit) => seen.push((visit.socket as TLSSocket).isSessionReused()), { maxVersion });
        const transport = make({ port: peer.port });
        const reused = [await cycle(transport, peer), await cycle(transport, peer), await cycle(transport, peer)];
        assert.equal(reused, [false, true, true]);
        assert.equal(seen, [false, true, true]);
        assert.is(transport.sessionsReused, 2);
        await peer.stop();
    });
}

test('a session outlives a connection that could not be made', async () => {
    const ticketKeys = randomBytes(48);
    const port = await freePort();
    const transport = make({ port });
    let peer = await Peer.tls(undefined, { ticketKeys }, port);
    assert.is(await cycle(transport, peer), false);
    await peer.stop();
    const witness = new Witness();
    transport.open(witness);
    await until('it is refused', () => witness.saw(`close ${CONNECT_FAILED}`));
    peer = await Peer.tls(undefined, { ticketKeys }, port);
    assert.is(await cycle(transport, peer), true);
    await peer.stop();
});

test('a server that has forgotten the session makes a new one', async () => {
    const port = await freePort();
    const transport = make({ port });
    const reused: boolean[] = [];
    for (let start = 0; start < 2; start++) {
        const peer = await Peer.tls(undefined, {}, port);
        reused.push(await cycle(transport, peer), await cycle(transport, peer));
        await peer.stop();
    }
    assert.equal(reused, [false, true, false, true]);
});

test('a handshake that fails spends the session, so that it cannot fail for ever', async () => {
    const ticketKeys = randomBytes(48);
    const port = await freePort();
    const transport = make({ port });
    let peer = await Peer.tls(undefined, { ticketKeys }, port);
    await cycle(transport, peer);
    await peer.stop();
    const breaker = await Peer.tcp((visit) => visit.socket.on('data', () => visit.socket.end('not TLS')), {}, port);
    const witness = new Witness();
    transport.open(witness);
    await until('it fails', () => witness.saw(failed));
    await breaker.stop();
    peer = await Peer.tls(undefined, { ticketKeys }, port);
    assert.is(await cycle(transport, peer), false);
    await peer.stop();
});

test('FIN, RST or nonsense during the handshake is TLS_FAILED, once', async () => {
    const answers: ((visit: Visit, peer: Peer) => void)[] = [
        (visit) => visit.socket.end(),
        (visit, peer) => peer.reset(visit),
        (visit) => visit.socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
    ];
    for (const answer of answers) {
        const peer = await Peer.tcp((visit) => visit.socket.once('data', () => answer(visit, peer)));
        const transport = make({ port: peer.port });
        const witness = new Witness();
        transport.open(witness);
        await until('the end is told', () => witness.events.length > 0);
        await settle();
        assert.equal(witness.events, [failed]);
        await peer.stop();
    }
});

test('close during the handshake is silent and ends the connection', async () => {
    const peer = await Peer.tcp();
    const transport = make({ port: peer.port });
    const witness = new Witness();
    transport.open(witness);
    await until('the ClientHello arrives', () => peer.visits[0]?.bytes.length > 0);
    transport.close();
    await until('the peer sees the end', () => peer.visits[0].ended || peer.visits[0].errorCode !== '');
    await settle();
    assert.equal(witness.events, []);
    await peer.stop();
});

test('a refused connection is CONNECT_FAILED, not a matter of TLS', async () => {
    const transport = make({ port: await freePort() });
    const witness = new Witness();
    transport.open(witness);
    await until('the end is told', () => witness.events.length > 0);
    assert.equal(witness.events, [`close ${CONNECT_FAILED}`]);
});

test('unreadable certificates and keys throw at once', () => {
    assert.throws(() => make({ cert: 'nonsense', key: identity.key, passphrase: 'motemq' }));
    assert.throws(() => make({ ...identity, passphrase: 'wrong' }));
    assert.throws(() => make({ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }));
    assert.throws(() => make({ ca: [ca, 'authority.pem'] }));
    assert.is(make({}).port, 8883);
});

test.run();
