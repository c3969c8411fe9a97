// User name, password, key and session of a client never come out: not out of whatever prints an object, not out of errors.
// The test looks for each secret as text and in every form in which a print shows bytes. `npm start`: scripts/tests/start-secrets.test.ts.
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../../hardware-tests/host/until.ts';
import { BAD_USER_NAME_OR_PASSWORD, Client, Publisher, Subscription, Topic } from '../../../src/index.ts';
import type { ClientOptions, Message } from '../../../src/index.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../index.ts';
import type { SocketTransport } from '../socket-transport.ts';
import { authority } from './tls.ts';
import { Peer, certificate } from './witness.ts';

const user = 'token-7f3a9c';
const password = 'correct-horse-7';
const passphrase = 'motemq';

/** The ways in which a print may show `text`: itself, hexadecimal with and without blanks, decimal, base64 at each of its three offsets. */
function forms(text: string): string[] {
    const bytes = Buffer.from(text);
    const hex = bytes.toString('hex');
    const base64 = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').slice(before && before + 1, -4));
    return [text, hex, hex.replace(/..(?=.)/g, '$& '), [...bytes].join(','), [...bytes].join(', '), ...base64];
}

const secrets = [user, password].flatMap(forms);

/** The secret that `printed` shows; undefined: none. Arrays are printed in columns, hence the second look. */
function secretIn(printed: string, more: readonly string[] = []): string | undefined {
    const columns = printed.replace(/\s+/g, ' ');
    return [...secrets, ...more].find((secret) => printed.includes(secret) || columns.includes(secret));
}

function assertSilent(printed: string, what: string, more: readonly string[] = []): void {
    assert.is(secretIn(printed, more), undefined, `${what} shows a secret:\n${printed.slice(0, 2000)}`);
}

function json(value: unknown): string {
    try {
        return JSON.stringify(value) ?? '';
    } catch (error) {
        return inspect(error);
    }
}

/** All that a log may make of an object, from `console.log` to a debugging session's. */
function prints(thing: unknown): string[] {
    return [
        inspect(thing), inspect({ thing }), inspect([[thing]]), String(thing), json(thing), json({ thing }),
        inspect(thing, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, showHidden: true, getters: true }),
    ];
}

function clientOf(transport: SocketTransport, options: Partial<ClientOptions> = {}): Client {
    return new Client({
        platform: new NodePlatform(), transport, clientId: 'c', userName: user, password, cleanSession: true, retryDelay: 0, retryDelayMaximum: 0,
        sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(128), ...options,
    });
}

test('the test sees a secret in each form', () => {
    const bytes = Buffer.from(`\u0010${password}`);
    for (const printed of [inspect({ password }), inspect(bytes), inspect(new Uint8Array(bytes)), json(bytes), json([...bytes]), bytes.toString('base64'), bytes.toString('hex')]) {
        assert.ok(secretIn(printed), printed);
    }
});

for (const [name, connection] of [
    ['TCP', { listen: (onVisit: Parameters<typeof Peer.tcp>[0]) => Peer.tcp(onVisit), make: (port: number) => new TcpTransport({ host: '127.0.0.1', port }) }],
    ['TLS', {
        listen: (onVisit: Parameters<typeof Peer.tcp>[0]) => Peer.tls(onVisit),
        make: (port: number) => new TlsTransport({ host: '127.0.0.1', port, ca: authority, cert: certificate('client.pem'), key: certificate('client.key'), passphrase }),
    }],
] as const) {
    test(`${name}: client, platform, transport, message and subscription show no credentials in any state`, async () => {
        const accepted = Buffer.from('20020000' + '3005' + '000174' + '6869', 'hex');
        const peer = await connection.listen((visit) => visit.socket.on('data', () => visit.socket.write(accepted)));
        const transport = connection.make(peer.port);
        const platform = new NodePlatform();
        let printed = '';
        let fromMessage = 0;
        const look = (): void => {
            for (const [what, thing] of Object.entries({ client, platform, transport, subscription, topic, error: transport.lastError })) {
                for (const print of prints(thing)) {
                    assertSilent(print, what, [passphrase]);
                    printed += print;
                }
            }
        };
        const states: number[] = [];
        const client: Client = clientOf(transport, {
            platform,
            onStateChange: (state) => {
                states.push(state);
                look();
            },
        });
        const topic = new Topic(platform, 't');
        const subscription = new Subscription(platform, 't', 0, (message: Message) => {
            fromMessage++;
            for (const print of prints(message)) assertSilent(print, 'a message');
        });
        client.subscribe(subscription);
        client.publish(topic, Buffer.from('x'), 0, 1, 1, false);
        look();
        client.start();
        await until('a message has come', () => fromMessage > 0);
        look();
        client.stop();
        await until('it has stopped', () => states.at(-1) === 0);
        look();
        assert.ok(states.length >= 4 && printed.includes('bytesOut'), 'something was printed');
        await peer.stop();
    });
}

test('a client shows its counters', () => {
    const client = clientOf(new TcpTransport({ host: '127.0.0.1' }));
    assert.match(inspect(client), /^Client \{.*state: 0/s);
    assert.is((JSON.parse(JSON.stringify(client)) as Client).connections, 0);
    const publisher = new Publisher({ platform: new NodePlatform(), transport: new TcpTransport({ host: '127.0.0.1' }), clientId: 'c', userName: user, password, sendBuffer: new Uint8Array(128) });
    for (const print of prints(publisher)) assertSilent(print, 'a publisher');
});

test('wrong credentials are refused by errors that do not quote them', () => {
    const transport = new TcpTransport({ host: '127.0.0.1' });
    const wrong: Partial<ClientOptions>[] = [
        { password: `${password}\0` }, { password: `${password}\ud800` }, { userName: `${user}\0` }, { userName: `${user}\ud800` },
        { userName: undefined }, { password: password.repeat(5000) }, { userName: user.repeat(6000) }, { password: Buffer.from(password.repeat(5000)) },
        { sendBuffer: new Uint8Array(20) }, { keepAlive: -1 }, { window: 0 }, { retryDelay: -1 },
    ];
    for (const options of wrong) {
        try {
            clientOf(transport, options);
        } catch (error) {
            for (const print of [...prints(error), (error as Error).stack ?? '']) assertSilent(print, 'an error');
            continue;
        }
        assert.unreachable(inspect(Object.keys(options)));
    }
});

test('credentials that become wrong later are reported without being quoted, and so is a broker that refuses them', async () => {
    const peer = await Peer.tcp((visit) => visit.socket.on('data', () => visit.socket.write(Buffer.from([0x20, 2, 0, 4]))));
    const caught: unknown[] = [];
    const reasons: number[] = [];
    const client = clientOf(new TcpTransport({ host: '127.0.0.1', port: peer.port }), {
        platform: new NodePlatform({ onCaught: (error) => caught.push(error) }),
        credentials: () => [{ userName: user, password: `${password}\0` }, { userName: user, password: password.repeat(5000) }, { userName: `${user}\ud800`, password }][caught.length % 3],
        onStateChange: (_state, reason) => void (reason && reasons.push(reason)),
    });
    client.start();
    await until('each was tried', () => caught.length >= 3);
    client.stop();
    assert.ok(reasons.includes(BAD_USER_NAME_OR_PASSWORD));
    for (const error of caught) for (const print of prints(error)) assertSilent(print, 'a report');
    await peer.stop();
});

test('wrong keys and passphrases throw errors that do not quote them', () => {
    const key = certificate('client.key');
    const body = key.split('\n')[3];
    for (const options of [{ passphrase: 'wrong-horse-9' }, { key: key.replace('BEGIN', 'BEGUN') }, { key: key.slice(0, -40) }]) {
        try {
            const transport = new TlsTransport({ host: '127.0.0.1', cert: certificate('client.pem'), key, passphrase, ...options });
            assert.unreachable(inspect(transport));
        } catch (error) {
            for (const print of prints(error)) assertSilent(print, 'an error', ['wrong-horse-9', passphrase + '\'', body]);
        }
    }
});

test.run();
