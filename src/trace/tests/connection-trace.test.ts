// The lines of a trace, letter for letter, and what they leave out.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generate } from 'mqtt-packet';
import { CONNECTION_LOST } from '../../reasons.ts';
import type { Transport, TransportOwner } from '../../transport.ts';
import { ConnectSecrets } from '../connect-secrets.ts';
import { sumOf } from '../connection-trace.ts';
import type { TraceOptions } from '../connection-trace.ts';
import { TracedTransport } from '../index.ts';

/** A transport that takes `room` bytes a write and writes down what is asked of it. */
class Link implements Transport {
    room = Infinity;
    asked = '';
    owner: TransportOwner | null = null;
    open(owner: TransportOwner): void { this.owner = owner; }
    write(_bytes: Uint8Array, start: number, end: number): number { return Math.min(end - start, this.room); }
    flush(): void { this.asked += 'f'; }
    close(): void { this.asked += 'c'; }
}

function world(options: Partial<TraceOptions> = {}) {
    const lines: string[] = [];
    const link = new Link();
    let time = 100;
    const traced = new TracedTransport(link, { print: line => lines.push(line), clock: { now: () => time++ }, ...options });
    const events: string[] = [];
    const owner: TransportOwner = {
        onOpen: () => void events.push('open'), onWritable: () => void events.push('writable'), onClose: reason => void events.push(`close ${reason}`),
        onBytes: (bytes, start, end) => void events.push(Buffer.from(bytes.subarray(start, end)).toString('hex')),
    };
    const write = (bytes: Uint8Array) => traced.write(bytes, 0, bytes.length);
    /** What was printed since, without the mark and the sum, which are checked. */
    const said = () => lines.splice(0).map(line => {
        const text = /^mqtt~ (.*) ([0-9a-f]{4})$/.exec(line);
        assert.ok(text, line);
        assert.is(sumOf(text![1]), text![2]);
        return text![1];
    });
    return { link, traced, owner, events, write, said };
}

test('Fletcher\'s sum is that of the published examples', () => {
    assert.equal(['abcde', 'abcdef', 'abcdefgh'].map(sumOf), ['c8f0', '2057', '0627']);
});

test('each event of a connection is a line', () => {
    const { link, traced, owner, events, write, said } = world();
    traced.open(owner);
    link.owner!.onOpen();
    assert.is(write(Uint8Array.of(0xc0, 0)), 2);
    traced.flush();
    traced.flush();
    link.owner!.onBytes(Uint8Array.of(9, 0xd0, 0, 9), 1, 3);
    link.owner!.onWritable();
    link.owner!.onBytes(Uint8Array.of(0xd0), 0, 1);
    link.owner!.onClose(CONNECTION_LOST);
    assert.equal(said(), ['c0 100 open', 'c0 101 ready', 'c0 102 > 0 c000', 'c0 103 flush', 'c0 104 < 0 d000', 'c0 105 < 2 d0', 'c0 106 end 17']);
    assert.equal(events, ['open', 'd000', 'writable', 'd0', 'close 17']);
    assert.is(link.asked, 'ff');
    traced.open(owner);
    traced.close();
    traced.close();
    assert.equal(said(), ['c1 107 open', 'c1 108 close']);
    assert.is(link.asked, 'ffcc');
});

test('only what the transport has taken is written down, and long pieces go on in further lines', () => {
    const { link, traced, owner, write, said } = world({ lineSize: 2, name: 'pump' });
    traced.open(owner);
    link.room = 3;
    assert.is(write(Uint8Array.of(1, 2, 3, 4)), 3);
    link.room = 0;
    assert.is(write(Uint8Array.of(4)), 0);
    link.room = 9;
    write(Uint8Array.of(4));
    assert.equal(said().slice(1), ['pump0 101 > 0 0102', 'pump0 102 > 2+ 03', 'pump0 103 > 3 04']);
});

test('no callback follows close', () => {
    const { link, traced, owner, events, said } = world();
    traced.open(owner);
    traced.close();
    said();
    link.owner!.onOpen();
    link.owner!.onBytes(Uint8Array.of(0xd0, 0), 0, 2);
    link.owner!.onWritable();
    link.owner!.onClose(CONNECTION_LOST);
    assert.equal(events, []);
    assert.equal(said(), [], 'and nothing is written down of it');
});

test('what the transport does with calls that come after close is its own affair, and nothing is written down', () => {
    const { link, traced, owner, write, said } = world();
    traced.open(owner);
    write(Uint8Array.of(1));
    traced.close();
    said();
    link.asked = '';
    traced.flush();
    assert.is(write(Uint8Array.of(1, 2)), 2);
    traced.flush();
    assert.is(link.asked, 'ff');
    assert.equal(said(), []);
});

test('a flush is written down if there was something to send on this connection', () => {
    const { link, traced, owner, write, said } = world();
    traced.open(owner);
    traced.flush();
    link.room = 0;
    write(Uint8Array.of(1));
    traced.flush();
    link.room = 1;
    write(Uint8Array.of(1));
    traced.open(owner);
    traced.flush();
    assert.equal(said(), ['c0 100 open', 'c0 101 > 0 01', 'c0 102 close', 'c1 103 open'], 'and a connection that another takes the place of is closed');
    assert.is(link.asked, 'fff');
});

/** `bytes` with `**` for each that is hidden, whatever pieces they come in. */
function masked(bytes: Uint8Array): string {
    const secrets = new ConnectSecrets();
    return Array.from(bytes, byte => (secrets.hides(byte) ? '**' : Buffer.of(byte).toString('hex'))).join('');
}

test('user name and password are left out, and nothing else is', () => {
    const will = { topic: 'gone/now', payload: Buffer.from('bye'), qos: 1 as const };
    // With 100 characters, user name and password the remaining length is 128: its first byte is 0x80.
    for (const clientId of ['', 'c', 'x'.repeat(100), 'x'.repeat(300)]) {
        for (const given of [{}, { username: 'ann' }, { username: 'ann', password: Buffer.from('pass\0word') }, { username: '', password: Buffer.alloc(0) }, { username: '', password: Buffer.alloc(40000, 7) }]) {
            for (const withWill of [{}, { will }, { will: { ...will, payload: Buffer.alloc(0) } }]) {
                const connect = generate({ cmd: 'connect', clientId, clean: true, keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, ...given, ...withWill });
                const tail = Buffer.from('c000100a', 'hex');
                const hidden = [given].flatMap(({ username, password }: { username?: string; password?: Buffer }) => [...(username === undefined ? [] : [Buffer.from(username)]), ...(password ? [password] : [])]);
                let start = connect.length - hidden.reduce((sum, each) => sum + each.length + 2, 0);
                let expected = connect.subarray(0, start).toString('hex');
                for (const each of hidden) {
                    expected += connect.subarray(start, start + 2).toString('hex') + '**'.repeat(each.length);
                    start += 2 + each.length;
                }
                // Not `assert.is`: it would look for the differences between long texts for minutes.
                assert.ok(masked(Buffer.concat([connect, tail])) === expected + tail.toString('hex'), connect.subarray(0, 400).toString('hex'));
            }
        }
    }
});

test('of a CONNECT that is not of MQTT 3.1.1 nothing behind its header is shown', () => {
    const five = generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 60, protocolId: 'MQTT', protocolVersion: 5, username: 'ann', password: Buffer.from('p') }, { protocolVersion: 5 });
    assert.match(masked(Buffer.concat([five, Buffer.of(0xc0, 0)])), /^[0-9a-f]{24}(\*\*)+c000$/);
    const three = generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 60, protocolId: 'MQIsdp', protocolVersion: 3, username: 'ann', password: Buffer.from('p') });
    assert.match(masked(three), /^[0-9a-f]{24}(\*\*)+$/);
});

test('a CONNECT without a body ends with its length, and what does not begin with one has none: nothing behind is hidden', () => {
    assert.is(masked(Uint8Array.of(0x10, 0, 0xc0, 0)), '1000c000');
    for (const [bytes, passed] of [[[0x10], false], [[0x10, 0], true], [[0x10, 1], false], [[0x10, 1, 0], true], [[0xc0], true]] as const) {
        const secrets = new ConnectSecrets();
        for (const byte of bytes) secrets.hides(byte);
        assert.is(secrets.passed, passed, bytes.join());
        if (passed) assert.is(secrets.hides(0x61), false);
    }
});

test('without `secrets` the line has stars in place of them', () => {
    const { traced, owner, write, said } = world({ lineSize: 200 });
    const connect = generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, username: 'ann', password: Buffer.from('p') });
    traced.open(owner);
    write(connect);
    assert.is(said()[1], `c0 101 > 0 ${connect.subarray(0, -6).toString('hex')}${'**'.repeat(3)}0001**`);
});

test('with `secrets` everything is written down', () => {
    const { traced, owner, write, said } = world({ secrets: true, lineSize: 200 });
    const connect = generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 60, protocolId: 'MQTT', protocolVersion: 4, username: 'ann', password: Buffer.from('p') });
    traced.open(owner);
    write(connect);
    assert.is(said()[1], `c0 101 > 0 ${connect.toString('hex')}`);
});

test.run();
