// Whom a TLS connection of Node trusts: nobody who cannot prove to be the named server, whatever is left out, set in the
// environment or offered by the peer. Each refusal comes before a byte of the application is sent.
import { randomBytes } from 'node:crypto';
import type { TLSSocket, TlsOptions as ServerOptions } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TlsOptions } from '../index.ts';
import { assertRefused, authority, connected, errorCode, make } from './tls.ts';
import { Peer, certificate } from './witness.ts';

interface Case {
    readonly what: string;
    readonly options: Partial<TlsOptions>;
    readonly server?: ServerOptions;
    /** What OpenSSL or Node says. */
    readonly code: string | RegExp;
}

function identity(name: string): ServerOptions {
    return { key: certificate(`${name}.key`), cert: certificate(`${name}.pem`) };
}

const refusals: readonly Case[] = [
    { what: 'an authority that Node does not know', options: { ca: undefined }, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    { what: 'an authority other than that given', options: { ca: certificate('alone.pem') }, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    { what: 'a certificate that signed itself', options: {}, server: identity('alone'), code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { what: 'a certificate that has expired, of a trusted authority', options: { ca: certificate('expired.pem') }, server: identity('expired'), code: 'CERT_HAS_EXPIRED' },
    { what: 'a certificate for another name', options: { servername: 'other.example' }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { what: 'a certificate for another name than the host\'s', options: { host: 'ip6-localhost', lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { what: 'a certificate for another address', options: { host: '127.0.0.2' }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { what: 'TLS 1.1, by a server that speaks nothing newer', options: {}, server: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, code: /PROTOCOL_VERSION/ },
    { what: 'TLS 1.2 where 1.3 is demanded', options: { minVersion: 'TLSv1.3' }, server: { maxVersion: 'TLSv1.2' }, code: /PROTOCOL_VERSION/ },
];
for (const { what, options, server, code } of refusals) {
    test(`refused: ${what}`, async () => {
        const peer = await Peer.tls(undefined, server, 0, options.host === '127.0.0.2' ? '127.0.0.2' : undefined);
        const transport = make({ port: peer.port, ...options });
        await assertRefused(transport, peer);
        assert.match(errorCode(transport), code);
        await peer.stop();
    });
}

test('a certificate that signed itself is accepted where it is given as trusted', async () => {
    const peer = await Peer.tls(undefined, identity('alone'));
    const transport = make({ port: peer.port, ca: certificate('alone.pem') });
    await connected(transport, peer);
    transport.close();
    await peer.stop();
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`${maxVersion}: the session of a server that was refused is not resumed, which would pass over its name`, async () => {
        const reused: boolean[] = [];
        const peer = await Peer.tls((visit) => reused.push((visit.socket as TLSSocket).isSessionReused()), { maxVersion, ticketKeys: randomBytes(48) });
        const transport = make({ port: peer.port, servername: 'other.example' });
        for (let attempt = 0; attempt < 3; attempt++) {
            await assertRefused(transport, peer);
            assert.is(errorCode(transport), 'ERR_TLS_CERT_ALTNAME_INVALID');
        }
        assert.not.ok(reused.includes(true));
        await peer.stop();
    });
}

test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not turn verification off', async () => {
    const peer = await Peer.tls();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
        await assertRefused(make({ port: peer.port, ca: undefined }), peer);
        await assertRefused(make({ port: peer.port, servername: 'other.example', insecureAcceptAnyServer: undefined }), peer);
    } finally {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    await peer.stop();
});

test('only insecureAcceptAnyServer: true accepts anybody; what merely looks like it does not', async () => {
    const peer = await Peer.tls();
    const options: Partial<TlsOptions> = { port: peer.port, ca: undefined, servername: 'other.example' };
    for (const almost of [1, 'true', 'false', {}]) await assertRefused(make({ ...options, insecureAcceptAnyServer: almost as never }), peer);
    const transport = make({ ...options, insecureAcceptAnyServer: true });
    await connected(transport, peer);
    transport.close();
    await peer.stop();
});

test('rejectUnauthorized, Node\'s own option, throws and says what to write', () => {
    for (const rejectUnauthorized of [false, true, undefined]) assert.throws(() => make({ rejectUnauthorized } as object), /insecureAcceptAnyServer/);
});

test('a checkServerIdentity of the caller\'s is not asked', async () => {
    const peer = await Peer.tls();
    await assertRefused(make({ port: peer.port, servername: 'other.example', checkServerIdentity: () => undefined } as object), peer);
    await peer.stop();
});

test('versions before TLS 1.2 throw', () => {
    for (const minVersion of ['TLSv1', 'TLSv1.1', '']) assert.throws(() => make({ minVersion: minVersion as never }), /minVersion must be/);
    assert.is(make({ ca: authority }).port, 8883);
});

test('a server that speaks plain MQTT gets not a byte of it: there is no way down from TLS', async () => {
    const accepted = Buffer.from([0x20, 2, 0, 0, 0xd0, 0, 0xd0, 0]); // CONNACK and PINGRESPs: enough for a record's header
    const peer = await Peer.tcp((visit) => visit.socket.write(accepted));
    const transport = make({ port: peer.port });
    await assertRefused(transport, peer, /^1603/);
    await peer.stop();
});

test.run();
