// TCP on Node: the transport contract, every way in which a connection can fail to come about, and misuse.
import { Socket } from 'node:net';
import type { LookupFunction } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import { CONNECT_FAILED, NAME_NOT_RESOLVED } from '../../../src/reasons.ts';
import { TcpTransport } from '../index.ts';
import { contractTests } from './contract.ts';
import { Peer, Witness, freePort } from './witness.ts';

contractTests({
    name: 'TCP',
    listen: (onVisit, allowHalfOpen = false) => Peer.tcp(onVisit, { allowHalfOpen }),
    transport: (options) => new TcpTransport({ host: '127.0.0.1', ...options }),
});

/** A lookup that fails with `code`. */
function failing(code: string): LookupFunction {
    return (hostname, _options, callback) => {
        setImmediate(() => callback(Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code }), '', 4));
    };
}

async function closeReason(transport: TcpTransport): Promise<string> {
    const witness = new Witness();
    transport.open(witness);
    await until('the end is told', () => witness.events.length > 0);
    await settle();
    return witness.events.join();
}

test('a refused connection is CONNECT_FAILED, once', async () => {
    const transport = new TcpTransport({ host: '127.0.0.1', port: await freePort() });
    assert.is(await closeReason(transport), `close ${CONNECT_FAILED}`);
    assert.is((transport.lastError as NodeJS.ErrnoException | null)?.code, 'ECONNREFUSED');
    assert.is(transport.connections, 0);
});

for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    test(`${code} is NAME_NOT_RESOLVED, once`, async () => {
        const transport = new TcpTransport({ host: 'broker.example', lookup: failing(code) });
        assert.is(await closeReason(transport), `close ${NAME_NOT_RESOLVED}`);
        assert.match(transport.lastError?.message ?? '', 'broker.example');
    });
}

test('what connecting throws is an onClose, not an exception out of open', () => {
    const transport = new TcpTransport({
        host: 'broker.example',
        lookup: () => {
            throw new Error('no resolver');
        },
    });
    const witness = new Witness();
    transport.open(witness);
    assert.equal(witness.events, [`close ${CONNECT_FAILED}`]);
    assert.is(transport.lastError?.message, 'no resolver');
    transport.close();
});

test('close while the name is being resolved is silent', async () => {
    const transport = new TcpTransport({ host: 'broker.example', lookup: failing('ENOTFOUND') });
    const witness = new Witness();
    transport.open(witness);
    transport.close();
    await settle();
    assert.equal(witness.events, []);
    assert.is(transport.lastError, null);
});

test('a name with two addresses, the first of which refuses, is connected to the second', async () => {
    const peer = await Peer.tcp((visit) => visit.socket.write('welcome'));
    const transport = new TcpTransport({
        host: 'broker.example',
        port: peer.port,
        lookup: (_hostname, _options, callback) => {
            callback(null, [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]);
        },
    });
    const witness = new Witness();
    transport.open(witness);
    await until('the welcome arrives', () => witness.received.length === 7);
    assert.equal(witness.events, ['open']);
    transport.close();
    await peer.stop();
});

test('lastError is of the latest connection alone', async () => {
    const port = await freePort();
    const peer = await Peer.tcp();
    const transport = new TcpTransport({ host: 'broker.example', port, lookup: failing('ENOTFOUND') });
    await closeReason(transport);
    assert.ok(transport.lastError);
    transport.open(new Witness());
    assert.is(transport.lastError, null);
    transport.close();
    await peer.stop();
});

test('Nagle is off unless asked for', async () => {
    const peer = await Peer.tcp();
    const original = Socket.prototype.setNoDelay;
    const set: unknown[] = [];
    Socket.prototype.setNoDelay = function (this: Socket, on?: boolean): Socket {
        set.push(on);
        return original.call(this, on);
    };
    try {
        for (const noDelay of [undefined, true, false]) {
            const witness = new Witness();
            const transport = new TcpTransport({ host: '127.0.0.1', port: peer.port, noDelay });
            transport.open(witness);
            await until('it is open', () => witness.saw('open'));
            transport.close();
        }
    } finally {
        Socket.prototype.setNoDelay = original;
    }
    assert.equal(set, [true, true, false]);
    await peer.stop();
});

test('options that cannot work throw and name the value', () => {
    const host = '127.0.0.1';
    assert.throws(() => new TcpTransport({ host: '' }), /host must be .* not ""/);
    assert.throws(() => new TcpTransport({ host: undefined as unknown as string }), /host must be/);
    for (const port of [0, -1, 65536, 1.5, NaN]) {
        assert.throws(() => new TcpTransport({ host, port }), new RegExp(`port must be an integer from 1 to 65535, not ${port}`));
    }
    assert.throws(() => new TcpTransport({ host, sendBufferSize: 0 }), /sendBufferSize must be/);
    assert.throws(() => new TcpTransport({ host, receiveBufferSize: 2 ** 31 }), /receiveBufferSize must be/);
    assert.throws(() => new TcpTransport({ host, closeTimeout: -1 }), /closeTimeout must be/);
    assert.is(new TcpTransport({ host }).port, 1883);
});

test.run();
