// `npm start` as a user runs it: what it prints and its exit code, on both boards, against three brokers, and when it must fail.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { xsEngine } from '../../hardware-tests/boards/xs/build.ts';
import { Broker } from '../../hardware-tests/host/broker.ts';
import { Mosquitto, findMosquitto } from '../../hardware-tests/host/mosquitto.ts';
import { certificate } from '../../targets/node/tests/witness.ts';
import { root } from '../root.ts';
import { runProcess } from '../run-process.ts';
import type { Ended } from '../run-process.ts';
import { UsageError, parseOptions } from '../start/options.ts';
import { judge } from '../start/verdict.ts';
import type { Outcome } from '../start/verdict.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);
const mosquitto = findMosquitto();
if ('unavailable' in mosquitto) console.log(`SKIPPED: ${mosquitto.unavailable}`);
const boardTest = engine.available ? test : test.skip;
const mosquittoTest = 'unavailable' in mosquitto ? test.skip : test;

const start = (...parameters: string[]): Promise<Ended> => runProcess(process.execPath, ['scripts/run.mjs', 'scripts/start.ts', ...parameters], 60_000);

/** The run delivered all `count` readings; whatever it printed has no terminal control and not the password. */
function assertDelivered({ code, output }: Ended, count: number, secret?: string): void {
    assert.is(code, 0, output);
    assert.match(output, new RegExp(`^published +${count}$`, 'm'));
    assert.match(output, new RegExp(`^acknowledged +${count}$`, 'm'));
    assert.match(output, new RegExp(`^delivered +${count}, 0 lost$`, 'm'));
    assert.match(output, /^cut 1 +FIN after \d+ of \d+ bytes sent by the node: \d+ resent, connected again/m);
    assert.match(output, /^cut 2 +RST after \d+ of \d+ bytes sent by the broker: \d+ resent, connected again/m);
    assert.ok(output.includes(`OK: published = delivered = ${count}, both cuts survived`));
    assert.not.ok(output.includes('\u001b'));
    if (secret !== undefined) assert.not.ok(output.includes(secret));
}

boardTest('on the virtual board: all delivered, both cuts survived, nothing allocated', async () => {
    const ended = await start('--count', '20', '--board', 'xs');
    assertDelivered(ended, 20);
    assert.match(ended.output, /^heap +0 B per message: 0 slots and 0 chunk bytes in \d+ messages, exact$/m);
    // The acknowledgement that was cut off: its reading came again.
    assert.match(ended.output, /^duplicates +[1-9]/m);
});

boardTest('on the virtual board behind a cellular modem: all delivered, both cuts survived', async () => {
    const ended = await start('--count', '20', '--modem', 'bg96');
    assertDelivered(ended, 20);
    assert.match(ended.output, /^modem +BG96 by Quectel, emulated/m);
});

test('on Espruino, or the model of it: all delivered, both cuts survived', async () => {
    const ended = await start('--count', '20', '--board', 'espruino');
    assertDelivered(ended, 20);
    assert.match(ended.output, /^node +(?:model of )?Espruino, 20 readings/m);
    assert.match(ended.output, /^duplicates +[1-9]/m);
});

test('on Node: all delivered, both cuts survived, and the heap is called approximate', async () => {
    const ended = await start('--count', '20', '--board', 'node');
    assertDelivered(ended, 20);
    assert.match(ended.output, /^heap +about .* on V8: approximate/m);
});

mosquittoTest('against Mosquitto with a password out of the environment, which is printed nowhere', async () => {
    const password = 'correct-horse-7';
    const broker = await Mosquitto.start({ user: { name: 'node7', password } });
    if ('unavailable' in broker) throw new Error(broker.unavailable);
    process.env['MOTEMQ_PASSWORD'] = password;
    try {
        assertDelivered(await start('--broker', `127.0.0.1:${broker.port}`, '--user', 'node7', '--count', '20'), 20, password);
        process.env['MOTEMQ_PASSWORD'] = 'wrong-horse';
        const { code, output } = await start('--broker', `127.0.0.1:${broker.port}`, '--user', 'node7', '--count', '20');
        assert.is(code, 2, output);
        assert.match(output, /not authorized|user name or password is wrong/);
        assert.not.ok(output.includes('wrong-horse'));
    } finally {
        delete process.env['MOTEMQ_PASSWORD'];
        await broker.stop();
    }
});

test('over TLS, which the proxy carries without looking in', async () => {
    const broker = await Broker.start({ tls: { key: certificate('server.key'), cert: certificate('server.pem') } });
    try {
        const authority = join(root, 'targets', 'node', 'tests', 'certificates', 'authority.pem');
        assertDelivered(await start('--broker', `localhost:${broker.port}`, '--ca', authority, '--count', '20'), 20);
        const untrusted = await start('--broker', `localhost:${broker.port}`, '--tls', '--count', '20');
        assert.is(untrusted.code, 2, untrusted.output);
        assert.match(untrusted.output, /certificate is not trusted/);
    } finally {
        await broker.stop();
    }
});

test('a broker that acknowledges a reading and passes it to nobody is a loss: exit code 1', async () => {
    const aedes = await Aedes.createBroker({ authorizeForward: (_client, packet) => (packet.payload.toString().includes('"n":7,') ? null : packet) });
    const server = createServer(socket => aedes.handle(socket));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
        const { code, output } = await start('--broker', `127.0.0.1:${(server.address() as AddressInfo).port}`, '--count', '12');
        assert.is(code, 1, output);
        assert.match(output, /^acknowledged +12$/m);
        assert.match(output, /^FAILED: 1 of 12 readings never reached the subscriber: 7$/m);
    } finally {
        await new Promise<void>(resolve => aedes.close(resolve));
        server.close();
    }
});

test('a broker that is not there, and wrong options, are exit code 2 with the reason', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    const absent = await start('--broker', `127.0.0.1:${port}`, '--board', 'node');
    assert.is(absent.code, 2, absent.output);
    assert.match(absent.output, /could not be reached/);
    const wrong = await start('--count', 'many');
    assert.is(wrong.code, 2);
    assert.match(wrong.output, /--count is a number from 10 to 1000000, not 'many'/);
});

test('--help teaches, with exit code 0', async () => {
    const { code, output } = await start('--help');
    assert.is(code, 0);
    for (const option of ['--broker', '--tls', '--ca', '--user', '--password-file', '--count', '--board', 'MOTEMQ_PASSWORD']) assert.ok(output.includes(option), option);
});

test('SIGINT ends a run at once and in order', async () => {
    const child = spawn(process.execPath, ['scripts/run.mjs', 'scripts/start.ts', '--count', '1000'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!output.includes('acknowledged') && (output + text).includes('acknowledged')) child.kill('SIGINT');
        output += text;
    });
    const code = await new Promise(resolve => child.on('close', resolve));
    assert.is(code, 130, output);
    assert.match(output, /^stopped$/m);
});

const usage: [parameters: string[], message: RegExp][] = [
    [['--nonsense'], /nonsense/],
    [['--board', 'esp32'], /--board is xs, espruino or node/],
    [['--broker', 'host:0'], /port from 1 to 65535/],
    [['--broker', 'a:b:c'], /HOST:PORT/],
    [['--tls'], /name it with --broker/],
    [['--broker', 'host', '--tls', '--board', 'xs'], /no TLS/],
    [['--broker', 'host', '--password-file', 'x'], /needs a user name/],
    [['--broker', 'host', '--user', 'u', '--password-file', 'no/such/file'], /there is no file/],
    [['--broker', 'host', '--user', 'u', '--password', 'x'], /Unknown option '--password'/],
    [['--broker', 'host', '--ca', 'no/such/file'], /there is no file/],
    [['--broker', '192.0.2.1', '--tls'], /as its certificate does/],
];
for (const [parameters, message] of usage) {
    test(`refused: ${parameters.join(' ')}`, () => {
        assert.throws(() => parseOptions(parameters, {}), (error: Error) => error instanceof UsageError && message.test(error.message));
    });
}

test('a broker has the port that goes with it, a password its file before the environment', () => {
    assert.equal(parseOptions(['--broker', 'host'], {})?.broker, { host: 'host', port: 1883 });
    assert.equal(parseOptions(['--broker', '[::1]:99'], {})?.broker, { host: '::1', port: 99 });
    const secure = parseOptions(['--broker', 'host', '--tls', '--user', 'u'], { MOTEMQ_PASSWORD: 'secret' });
    assert.equal([secure?.broker?.port, secure?.board, secure?.password], [8883, 'node', 'secret']);
    assert.is(parseOptions(['--broker', 'host', '--user', 'u', '--password-file', 'LICENSE'], { MOTEMQ_PASSWORD: 'secret' })?.password, 'MIT License');
});

const good: Outcome = {
    count: 3, published: 3, acknowledged: 3, seen: new Map([[1, 1], [2, 2], [3, 1]]), unreadable: 0, cuts: 2, survived: 2, boardCode: 0,
};

test('the verdict is good when every reading arrived, duplicates counted apart', () => {
    assert.equal(judge(good), { ok: true, delivered: 3, duplicates: 1, lost: [], faults: [] });
});

const bad: [what: string, difference: Partial<Outcome>][] = [
    ['a reading that never arrived', { seen: new Map([[1, 5], [3, 1]]) }],
    ['a reading that was not acknowledged', { acknowledged: 2 }],
    ['a reading that was not published', { published: 2 }],
    ['a reading that nobody published', { seen: new Map([[1, 1], [2, 1], [3, 1], [4, 1]]) }],
    ['a message that is no reading', { unreadable: 1 }],
    ['a cut that was not made', { cuts: 1, survived: 1 }],
    ['a cut that was not survived', { survived: 1 }],
    ['a node that broke down', { boardCode: 70 }],
];
for (const [what, difference] of bad) {
    test(`the verdict is bad after ${what}`, () => {
        const verdict = judge({ ...good, ...difference });
        assert.is(verdict.ok, false);
        assert.is(verdict.faults.length, 1);
    });
}

test.run();
