// What lies between a board and its broker, and how it fails: TLS, names, WiFi. Each failure is a documented reason within its own
// deadline, then backoff; nothing ends the machine.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import type { Board } from '../../../hardware-tests/boards/xs/board.ts';
import { bootBoard } from '../../../hardware-tests/boards/xs/board.ts';
import { bundlePreloaded } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, engine } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';
import {
    CLOSED_BY_APPLICATION, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, NAME_NOT_RESOLVED, NAME_TIMEOUT, NETWORK_TIMEOUT, TLS_FAILED,
} from '../../../src/reasons.ts';
import { startRecordPeer, type RecordPeer } from './record-peer.ts';

const bundle = engine.available ? await bundlePreloaded(join(root, 'targets', 'moddable', 'tests', 'links-board.ts')) : { script: '' };
const CONNECTED = 'state 4 0';
const waiting = (reason: number): string => `state 1 ${reason}`;

interface Scene {
    readonly board: Board;
    readonly broker: Broker;
    readonly peer: RecordPeer;
    /** The board has said this line `times` times. */
    says(line: string, times?: number): Promise<void>;
}

/** Boots a board with `config`, whose port is that of a broker or, with TLS, of a record peer in front of it. The board must end in order. */
async function stage(config: Record<string, unknown>, play: (scene: Scene) => Promise<void>, preset: 'esp32' | 'esp8266' = 'esp32'): Promise<void> {
    const broker = await Broker.start();
    const peer = await startRecordPeer(broker.port, { certificate: config.certificate as number | undefined });
    const port = config.port ?? (config.tls ? peer.port : broker.port);
    const board = bootBoard(engine.available ? engine.path : '', { ...bundle, preset, config: { address: config.host ? undefined : '127.0.0.1', ...config, port } });
    const says = (line: string, times = 1): Promise<void> => Promise.race([
        until(`the board says '${line}'`, () => board.lines.filter(one => one === line).length >= times),
        board.end.then(({ code, errors }) => assert.unreachable(`the board ended with ${code}: ${errors}`)),
    ]).catch((error: Error) => {
        throw new Error(`${error.message}\n${board.lines.join('\n')}`);
    });
    try {
        await play({ board, broker, peer, says });
        board.send('exit');
        assert.equal(await board.end, { code: 0, errors: '' });
    } finally {
        await board.stop();
        await peer.stop();
        await broker.stop();
    }
}

/** Thirty connections of a kind end, and with the last one no more is in use than with the tenth: the first ones make objects lazily. */
function leavesNothing(way: Record<string, unknown>): Promise<void> {
    return stage({ ...way, retryDelay: 1, tellMemory: true }, async ({ board }) => {
        const memory = (): string[] => board.lines.filter(line => line.startsWith('memory '));
        await until('thirty connections have ended', () => memory().length >= 30);
        assert.is(memory()[29], memory()[9], JSON.stringify(way));
    });
}

boardTest('TLS: connects, publishes and receives; the name goes out with the handshake', () => stage({ tls: true, host: 'broker.example', names: { 'broker.example': '127.0.0.1' } }, async ({ board, broker, peer, says }) => {
    await says(CONNECTED);
    board.send('publish 1');
    await says('acknowledged 1');
    board.send('subscribe to/board');
    await says('subscribed');
    await broker.publish('to/board', Buffer.alloc(100), 1);
    await says('message 100');
    assert.equal(peer.names, ['broker.example']);
    board.send('stop');
    await says(`state 0 ${CLOSED_BY_APPLICATION}`);
}));

boardTest('TLS: serverName replaces the host in the handshake', () => stage({ tls: true, secure: { serverName: 'other.example' } }, async ({ peer, says }) => {
    await says(CONNECTED);
    assert.equal(peer.names, ['other.example']);
}));

boardTest('TLS: a certificate that is not trusted throws in a callback, and is TLS_FAILED', () => stage({ tls: true, certificate: 0 }, async ({ board, says }) => {
    await says(waiting(TLS_FAILED));
    assert.ok(board.lines.includes('motemq: TLS: Error: certificate: auth err'));
}));

boardTest('TLS: a peer that closes during the handshake is TLS_FAILED, one that refuses TCP is CONNECT_FAILED', async () => {
    await stage({ tls: true, certificate: -1 }, ({ says }) => says(waiting(TLS_FAILED)));
    await stage({ tls: true, port: 1 }, ({ says }) => says(waiting(CONNECT_FAILED)));
});

boardTest('TLS: an alert is TLS_FAILED, close_notify is CONNECTION_LOST, rubbish is TLS_FAILED; then it connects again', () => stage({ tls: true, retryDelay: 1 }, async ({ board, peer, says }) => {
    await says(CONNECTED);
    peer.send(21, Uint8Array.of(2, 49));
    await says(CONNECTED, 2);
    peer.send(21, Uint8Array.of(1, 0));
    await says(CONNECTED, 3);
    peer.send(99, 'rubbish');
    await says(CONNECTED, 4);
    assert.equal(board.lines.filter(line => line.startsWith('state 1 ')), [0, TLS_FAILED, CONNECTION_LOST, TLS_FAILED].map(waiting));
}));

boardTest('TLS: nothing is sent unencrypted, whatever ends the handshake', () => stage({ tls: true, certificate: 3, retryDelay: 1 }, async ({ peer, says }) => {
    await says(waiting(TLS_FAILED), 3);
    assert.equal(peer.records, []);
}));

boardTest('TLS: a handshake that does not go on is CONNECT_TIMEOUT, and stop may come in the middle of it', async () => {
    await stage({ tls: true, certificate: 2, connectTimeout: 50 }, ({ says }) => says(waiting(CONNECT_TIMEOUT)));
    await stage({ tls: true, certificate: 2 }, async ({ board, peer, says }) => {
        await until('the handshake is under way', () => peer.names.length === 1);
        board.send('stop');
        await says(`state 0 ${CLOSED_BY_APPLICATION}`);
    });
});

boardTest('TLS: a handshake and a publish from the callback of CONNACK fit the stack and the memory of an ESP8266', () => stage({ tls: true, publishAtOnce: true }, async ({ board, broker, says }) => {
    await says(CONNECTED);
    await says('acknowledged 1');
    board.send('subscribe to/board');
    await says('subscribed');
    await broker.publish('to/board', Buffer.alloc(100), 1);
    await says('message 100');
}, 'esp8266'));

boardTest('DNS: a name that does not exist is NAME_NOT_RESOLVED', () => stage({ host: 'nowhere.example' }, ({ says }) => says(waiting(NAME_NOT_RESOLVED))));

boardTest('DNS: servers that are silent are NAME_TIMEOUT', () => stage({ host: 'quiet.example', names: { 'quiet.example': 'silence' }, dnsTimeout: 30 }, ({ says }) => says(waiting(NAME_TIMEOUT))));

boardTest('DNS: an answer after the deadline is nobody\'s', () => stage({ host: 'slow.example', names: { 'slow.example': 'late' }, dnsTimeout: 10, retryDelay: 1 }, async ({ board, says }) => {
    // By then the first answers have come.
    await says(waiting(NAME_TIMEOUT), 20);
    assert.not(board.lines.includes(CONNECTED));
}));

boardTest('DNS: stop while it is pending closes the resolver', () => stage({ host: 'quiet.example', names: { 'quiet.example': 'silence' } }, async ({ board, says }) => {
    await says('state 2 0');
    board.send('stop');
    await says(`state 0 ${CLOSED_BY_APPLICATION}`);
    board.send('counters');
    await says('counters received 0 skipped 0 connections 0 attempts 0 resolvers 1');
}));

boardTest('an address that refuses is CONNECT_FAILED', () => stage({ port: 1 }, ({ says }) => says(waiting(CONNECT_FAILED))));

boardTest('WiFi that never comes is NETWORK_TIMEOUT, whatever it does meanwhile', async () => {
    for (const outcome of ['refused', 'associated', 'silent', 'throws']) {
        await stage({ wifi: [outcome] }, ({ says }) => says(waiting(NETWORK_TIMEOUT)));
    }
});

boardTest('WiFi is joined again after attempts that fail, before the socket is opened', () => stage({ wifi: ['refused', 'throws', 'refused', 'address'] }, async ({ board, says }) => {
    await says(CONNECTED);
    board.send('counters');
    await says('counters received 0 skipped 0 connections 1 attempts 4 resolvers 0');
}));

boardTest('WiFi that goes down ends the connection at once, and is joined again', () => stage({ wifi: ['address'], retryDelay: 1 }, async ({ board, says }) => {
    await says(CONNECTED);
    board.send('air 200');
    await says(CONNECTED, 2);
    assert.ok(board.lines.includes(waiting(CONNECTION_LOST)));
}));

boardTest('WiFi: stop while it is being joined', () => stage({ wifi: ['silent'] }, async ({ board, says }) => {
    await says('state 2 0');
    board.send('stop');
    await says(`state 0 ${CLOSED_BY_APPLICATION}`);
}));

/** What an earlier run has left: channel, address of the board, of the broker. */
const record = (channel: number, own = '', broker = ''): string => `${channel}\n${own}\n${broker}`;
const lease = { mask: '255.255.255.0', gateway: '10.0.0.1' };

boardTest('remembered: the access point\'s channel is the first attempt\'s; where it has moved that costs one, and its new place is learned', async () => {
    await stage({ wifi: ['address'], remembers: record(6) }, async ({ board, says }) => {
        await says(CONNECTED);
        board.send('told');
        await says('told 6');
    });
    await stage({ wifi: ['address'], remembers: record(11) }, async ({ board, says }) => {
        await says(CONNECTED);
        board.send('told');
        await says('told 11, 0');
        board.send('memory');
        await says('memory 6  ');
    });
    await stage({ wifi: ['address'], remembers: record(99) }, async ({ board, says }) => {
        await says(CONNECTED);
        board.send('told');
        await says('told 99, 0');
    });
});

boardTest('remembered: the board\'s address is taken without DHCP, and kept by a connection that works', () => stage({ wifi: ['address'], remembers: record(6, '10.0.0.42'), lease, retryDelay: 1 }, async ({ board, says }) => {
    await says(CONNECTED);
    board.send('settle true');
    board.send('air 200');
    await says(CONNECTED, 2);
    board.send('told');
    await says('told static 10.0.0.42/255.255.255.0 10.0.0.1, 6, static 10.0.0.42/255.255.255.0 10.0.0.1, 6');
}));

boardTest('remembered: an address from which nothing is reached costs one failed connection, then DHCP is asked', () => stage({ wifi: ['address'], port: 1, remembers: record(6, '10.0.0.42'), lease, retryDelay: 1 }, async ({ board, says }) => {
    await says(waiting(CONNECT_FAILED), 3);
    board.send('stop');
    board.send('told');
    await says('told static 10.0.0.42/255.255.255.0 10.0.0.1, 6, DHCP, 0');
    board.send('memory');
    await says('memory 6 10.0.0.7 ');
}));

boardTest('remembered: an address that is none, or that the access point does not like, costs an attempt', async () => {
    await stage({ wifi: ['address'], remembers: record(6, 'nonsense'), lease }, async ({ board, says }) => {
        await says(CONNECTED);
        board.send('told');
        await says('told static nonsense/255.255.255.0 10.0.0.1, DHCP, 0');
    });
    await stage({ wifi: ['refused', 'address'], remembers: record(6, '10.0.0.42'), lease }, async ({ board, says }) => {
        await says(CONNECTED);
        board.send('told');
        await says('told static 10.0.0.42/255.255.255.0 10.0.0.1, 6, DHCP, 0');
    });
});

const named = { host: 'broker.example', retryDelay: 1 };

boardTest('remembered: the broker\'s address spares the name server; without proof it is used once', () => stage({ ...named, wifi: ['address'], remembers: record(0, '', '127.0.0.1') }, async ({ board, says }) => {
    await says(CONNECTED);
    board.send('settle true');
    board.send('air 200');
    await says(CONNECTED, 2);
    board.send('air 200');
    // There is no such name.
    await says(waiting(NAME_NOT_RESOLVED));
}));

boardTest('remembered: a broker that has moved costs one failed connection, and its new address is learned', () => stage({ ...named, names: { 'broker.example': '127.0.0.1' }, remembers: record(0, '', '127.0.0.99') }, async ({ board, says }) => {
    await says(waiting(CONNECT_FAILED));
    await says(CONNECTED);
    board.send('memory');
    await says('memory 0  127.0.0.1');
}));

boardTest('remembered: with nothing to remember all is looked for, and learned', () => stage({ ...named, names: { 'broker.example': '127.0.0.1' }, wifi: ['address'], lease, remembers: '' }, async ({ board, says }) => {
    await says(CONNECTED);
    board.send('told');
    await says('told 0');
    board.send('memory');
    await says('memory 6 10.0.0.7 127.0.0.1');
}));

boardTest('a message of 1 MB for a buffer of 512 bytes is skipped, acknowledged, and leaves the link up', () => stage({}, async ({ board, broker, says }) => {
    await says(CONNECTED);
    board.send('subscribe to/board');
    await says('subscribed');
    await broker.publish('to/board', Buffer.alloc(1 << 20), 1);
    await broker.publish('to/board', Buffer.alloc(10), 1);
    await says('message 10');
    board.send('counters');
    await says('counters received 1 skipped 1 connections 1 attempts 0 resolvers 0');
}));

boardTest('attempts that fail leave no socket, timer or memory behind, wherever they do', async () => {
    const quiet = { host: 'quiet.example', names: { 'quiet.example': 'silence' }, dnsTimeout: 1 };
    const ways: Record<string, unknown>[] = [
        { port: 1 }, { tls: true, port: 1 }, { tls: true, certificate: 0 }, { tls: true, certificate: -1 }, { tls: true, certificate: 3 },
        { tls: true, certificate: 2, connectTimeout: 10 }, quiet, { ...quiet, tls: true }, { host: 'nowhere.example' },
        { wifi: ['address', 'refused'], port: 1 }, { host: 'nowhere.example', connectTimeout: 1 }, { wifi: ['silent'], connectTimeout: 5 },
    ];
    for (const way of ways) await leavesNothing(way);
});

boardTest('stop inside each state leaves no socket, timer or memory behind', async () => {
    const named = { host: 'broker.example', names: { 'broker.example': '127.0.0.1' }, wifi: ['address'] };
    for (const stopAt of [1, 2, 3, 4]) {
        for (const tls of [false, true]) await leavesNothing({ ...named, tls, stopAt, restarts: true });
    }
});

test.run();
