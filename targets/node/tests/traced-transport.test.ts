// A transport that is traced keeps the contract of transports, over real sockets; and a trace in a file goes on where a crash has torn it.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readRecording } from '../../../hardware-tests/host/trace/recording.ts';
import { TracedTransport } from '../../../src/trace/index.ts';
import type { Transport } from '../../../src/transport.ts';
import type { SocketTransport } from '../socket-transport.ts';
import { TcpTransport, traceFile } from '../index.ts';
import { contractTests } from './contract.ts';
import { Peer } from './witness.ts';

const folder = mkdtempSync(join(tmpdir(), 'trace-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const lines: string[] = [];

/** `inner` with the calls of the contract traced; its counters are its own. */
function traced(inner: SocketTransport): SocketTransport {
    const outer = new TracedTransport(inner, { print: line => lines.push(line), clock: performance });
    return new Proxy(inner, {
        get: (target, name) => (['open', 'write', 'flush', 'close'].includes(String(name)) ? outer[name as keyof Transport].bind(outer) : Reflect.get(target, name, target)),
    });
}

contractTests({
    name: 'traced TCP',
    listen: (onVisit, allowHalfOpen = false) => Peer.tcp(onVisit, { allowHalfOpen }),
    transport: options => traced(new TcpTransport({ host: '127.0.0.1', ...options })),
});

test('of all that has gone over these connections each line can be read', () => {
    const { connections, damaged, torn } = readRecording(`${lines.join('\n')}\n`);
    assert.ok(connections.length > 10);
    assert.equal([damaged, torn], [0, false]);
});

test('a trace is readable for its owner alone, and is continued, even behind a torn line', () => {
    const path = join(folder, 'trace.log');
    traceFile(path);
    assert.is(statSync(path).mode & 0o777, 0o600);
    const first = readFileSync(path, 'utf8');
    assert.match(first, /^mqtt~ - [\d.]+ at \d+ [0-9a-f]{4}\n$/);
    writeFileSync(path, `${first}mqtt~ c0 1 > 0 10`);
    const { print } = traceFile(path);
    print('last');
    assert.match(readFileSync(path, 'utf8').slice(first.length), /^mqtt~ c0 1 > 0 10\nmqtt~ - [\d.]+ at \d+ [0-9a-f]{4}\nlast\n$/);
});

test('a trace that cannot be begun throws; one that cannot be continued ends, and says so once', () => {
    assert.throws(() => traceFile(join(folder, 'none', 'trace.log')), /ENOENT/);
    const { error } = console;
    const said: string[] = [];
    console.error = (text: string) => void said.push(text);
    try {
        const { print } = traceFile('/dev/full');
        print('a');
        print('b');
    } finally {
        console.error = error;
    }
    assert.is(said.length, 1);
    assert.match(said[0], /the trace \/dev\/full ends here: ENOSPC/);
});

test.run();
