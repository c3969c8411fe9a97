// The transport contract (src/transport.ts), statement by statement, over real sockets. TCP and TLS are held to the same.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import { CONNECTION_LOST } from '../../../src/reasons.ts';
import type { TransportOwner } from '../../../src/transport.ts';
import type { SocketOptions, SocketTransport } from '../socket-transport.ts';
import { PatternSender, assertPattern, blocked, pattern } from './pattern.ts';
import { Witness } from './witness.ts';
import type { Peer, Visit } from './witness.ts';

export interface Kind {
    name: string;
    listen(onVisit?: (visit: Visit) => void, halfOpen?: boolean): Promise<Peer>;
    transport(options: Partial<SocketOptions> & { port: number }): SocketTransport;
}

const lost = `close ${CONNECTION_LOST}`;

function send(transport: SocketTransport, text: string): number {
    const bytes = Buffer.from(text);
    return transport.write(bytes, 0, bytes.length);
}

/** Opens and waits until the server has the connection too. */
async function connected(transport: SocketTransport, witness: Witness, peer: Peer): Promise<Visit> {
    const earlier = peer.visits.length;
    transport.open(witness);
    await until('both ends are open', () => witness.saw('open') && peer.visits.length > earlier);
    return peer.visits[earlier];
}

export function contractTests({ name, listen, transport: make }: Kind): void {
    test(`${name}: bytes are held until flush and leave in one piece`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port });
        const visit = await connected(transport, new Witness(), peer);
        assert.is(send(transport, 'one '), 4);
        assert.is(send(transport, 'two '), 4);
        assert.is(send(transport, 'three'), 5);
        assert.is(transport.socketWrites, 0);
        transport.flush();
        transport.flush();
        await until('bytes arrive', () => visit.chunks.length > 0);
        assert.is(visit.chunks[0].toString(), 'one two three');
        assert.is(transport.socketWrites, 1);
        assert.is(transport.bytesWritten, 13);
        transport.close();
        await peer.stop();
    });

    test(`${name}: write copies start..end and nothing else`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port });
        const visit = await connected(transport, new Witness(), peer);
        const bytes = Buffer.from('--payload--');
        assert.is(transport.write(bytes, 2, 9), 7);
        bytes.fill(0);
        transport.flush();
        bytes.fill(1);
        await until('bytes arrive', () => visit.bytes.length >= 7);
        assert.is(visit.bytes.toString(), 'payload');
        transport.close();
        await peer.stop();
    });

    test(`${name}: a write that does not fit takes a part, and onWritable follows even without a flush`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port, sendBufferSize: 8 });
        const witness = new Witness();
        const visit = await connected(transport, witness, peer);
        assert.is(send(transport, '0123456789'), 8);
        assert.is(send(transport, '89'), 0);
        await until('there is room', () => witness.saw('writable'));
        assert.is(send(transport, '89'), 2);
        transport.flush();
        await until('bytes arrive', () => visit.bytes.length === 10);
        assert.is(visit.bytes.toString(), '0123456789');
        assert.equal(witness.events, ['open', 'writable']);
        transport.close();
        await peer.stop();
    });

    test(`${name}: a stream through a small staging buffer arrives whole and in order`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port, sendBufferSize: 700 });
        const sender = new PatternSender(transport, 100_000);
        const visit = await connected(transport, new Witness({ onOpen: sender.go, onWritable: sender.go }), peer);
        await until('all bytes arrive', () => visit.bytes.length >= 100_000);
        assertPattern(visit.bytes, 100_000);
        transport.close();
        await peer.stop();
    });

    test(`${name}: a peer that never reads stops the writes; nothing under way is overwritten`, async () => {
        const peer = await listen((visit) => visit.socket.pause());
        const transport = make({ port: peer.port });
        const total = 64 * 1024 * 1024; // more than the sockets' buffers hold
        const sender = new PatternSender(transport, total);
        const visit = await connected(transport, new Witness({ onOpen: sender.go, onWritable: sender.go }), peer);
        await blocked(sender);
        assert.ok(sender.taken < total, 'the transport took everything although nothing was read');
        assert.is(transport.bytesWritten, sender.taken);
        const { taken } = sender;
        visit.socket.resume();
        await until('the peer has what was taken and writing went on', () => sender.taken > taken + 1_000_000);
        transport.close();
        await until('the stream ends', () => visit.ended);
        assertPattern(visit.bytes, sender.taken);
        await peer.stop();
    });

    test(`${name}: bytes held while earlier ones leave are kept for the next flush`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port, sendBufferSize: 16 });
        const visit = await connected(transport, new Witness(), peer);
        send(transport, 'early ');
        transport.flush();
        send(transport, 'held ');
        await until('the early bytes arrive', () => visit.bytes.length === 6);
        await settle();
        assert.is(send(transport, '+ 11 of these'), 11); // the room of the early ones is free again
        transport.flush();
        await until('the rest arrives', () => visit.bytes.length === 22);
        assert.is(visit.bytes.toString(), 'early held + 11 of the');
        transport.close();
        await peer.stop();
    });

    test(`${name}: FIN of a peer that does not read is told although bytes are still unsent`, async () => {
        const peer = await listen((visit) => visit.socket.pause());
        const transport = make({ port: peer.port });
        const sender = new PatternSender(transport, 64 * 1024 * 1024);
        const witness = new Witness({ onOpen: sender.go, onWritable: sender.go });
        const visit = await connected(transport, witness, peer);
        await blocked(sender);
        visit.socket.end();
        await until('the end is told', () => witness.saw(lost));
        await peer.stop();
    });

    test(`${name}: received bytes come in order, in one reused buffer of the chosen size`, async () => {
        const sent = Buffer.from(Array.from({ length: 5000 }, (_, index) => pattern(index)));
        const peer = await listen((visit) => visit.socket.write(sent));
        const transport = make({ port: peer.port, receiveBufferSize: 300 });
        const buffers = new Set<ArrayBufferLike>();
        const witness = new Witness({
            onBytes(bytes, start, end) {
                buffers.add(bytes.buffer);
                assert.ok(end - start > 0 && end - start <= 300);
            },
        });
        transport.open(witness);
        await until('all bytes arrive', () => witness.received.length >= sent.length);
        assert.equal(witness.received, sent);
        assert.is(buffers.size, 1);
        assert.is(transport.bytesRead, sent.length);
        transport.close();
        await peer.stop();
    });

    test(`${name}: FIN is CONNECTION_LOST, once, after the bytes before it`, async () => {
        const peer = await listen((visit) => visit.socket.end('farewell'));
        const transport = make({ port: peer.port });
        const witness = new Witness();
        transport.open(witness);
        await until('the end is told', () => witness.saw(lost));
        await settle();
        assert.equal(witness.events, ['open', lost]);
        assert.is(witness.received.toString(), 'farewell');
        assert.is(transport.lastError, null);
        assert.is(send(transport, 'x'), 0);
        await peer.stop();
    });

    test(`${name}: RST is CONNECTION_LOST, once, and lastError says so`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port });
        const witness = new Witness();
        const visit = await connected(transport, witness, peer);
        await settle(); // libuv reports a TLS ticket and an RST that it polls together as an orderly end
        peer.reset(visit);
        await until('the end is told', () => witness.saw(lost));
        await settle();
        assert.equal(witness.events, ['open', lost]);
        assert.is((transport.lastError as NodeJS.ErrnoException | null)?.code, 'ECONNRESET');
        await peer.stop();
    });

    test(`${name}: close sends what was taken, then FIN, and no callback follows`, async () => {
        const peer = await listen((visit) => visit.socket.on('end', () => visit.socket.end('late')));
        const transport = make({ port: peer.port });
        const witness = new Witness();
        const visit = await connected(transport, witness, peer);
        send(transport, 'flushed ');
        transport.flush();
        send(transport, 'and held');
        transport.close();
        transport.close();
        transport.flush();
        assert.is(send(transport, 'too late'), 0);
        await until('the connection is gone', () => visit.ended && visit.socket.destroyed);
        await settle();
        assert.is(visit.bytes.toString(), 'flushed and held');
        assert.is(visit.errorCode, '');
        assert.equal(witness.events, ['open']);
        assert.is(witness.received.length, 0);
        await peer.stop();
    });

    test(`${name}: a peer that does not answer FIN holds the socket for closeTimeout only`, async () => {
        const peer = await listen(() => {}, true);
        const transport = make({ port: peer.port, closeTimeout: 20 });
        const visit = await connected(transport, new Witness(), peer);
        transport.close();
        await until('FIN arrives', () => visit.ended);
        await until('the port refuses more', () => {
            visit.socket.write('are you there?');
            return visit.errorCode !== '';
        });
        assert.ok(['ECONNRESET', 'EPIPE'].includes(visit.errorCode), visit.errorCode);
        await peer.stop();
    });

    for (const callback of ['onOpen', 'onBytes', 'onWritable', 'onClose'] as const) {
        test(`${name}: close inside ${callback}, twice, is the last that is heard`, async () => {
            const peer = await listen((visit) => visit.socket.write('hello'));
            const transport = make({ port: peer.port, sendBufferSize: 4 });
            const close = (): void => {
                transport.close();
                transport.close();
            };
            const reactions: Partial<TransportOwner> = { onOpen: () => void send(transport, 'more than fits') };
            if (callback === 'onClose') reactions.onBytes = () => peer.visits[0]?.socket.end();
            reactions[callback] = close;
            const witness = new Witness(reactions);
            let heard = '';
            const visit = await connected(transport, witness, peer);
            await until('the peer sees the end', () => visit.socket.destroyed || visit.ended);
            heard = witness.events.join();
            visit.socket.write('more', () => {});
            await settle();
            assert.is(witness.events.join(), heard);
            assert.is(witness.saw(lost), callback === 'onClose');
            await peer.stop();
        });
    }

    test(`${name}: close while connecting is silent`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port });
        const witness = new Witness();
        transport.open(witness);
        transport.close();
        await settle();
        assert.equal(witness.events, []);
        assert.is(transport.connections, 0);
        await peer.stop();
    });

    test(`${name}: a write before onOpen takes nothing, and onWritable follows onOpen`, async () => {
        const peer = await listen();
        const transport = make({ port: peer.port });
        const witness = new Witness();
        assert.is(send(transport, 'x'), 0);
        transport.open(witness);
        assert.is(send(transport, 'x'), 0);
        transport.flush();
        await until('there is room', () => witness.saw('writable'));
        assert.equal(witness.events, ['open', 'writable']);
        assert.is(transport.bytesWritten, 0);
        transport.close();
        await peer.stop();
    });

    test(`${name}: open inside onClose connects again`, async () => {
        const peer = await listen((visit) => {
            if (peer.visits.length === 1) visit.socket.end();
        });
        const transport = make({ port: peer.port });
        const second = new Witness();
        const first = new Witness({ onClose: () => transport.open(second) });
        transport.open(first);
        await until('the second connection is open', () => second.saw('open') && peer.visits.length === 2);
        send(transport, 'again');
        transport.flush();
        await until('bytes arrive', () => peer.visits[1].bytes.length === 5);
        assert.equal(first.events, ['open', lost]);
        assert.is(transport.connections, 2);
        transport.close();
        await peer.stop();
    });

    test(`${name}: what an earlier connection still has to send is untouched by the next`, async () => {
        const peer = await listen((visit) => {
            if (peer.visits.length === 1) visit.socket.pause();
        });
        const transport = make({ port: peer.port, closeTimeout: 10_000 });
        const sender = new PatternSender(transport, 64 * 1024 * 1024);
        const earlier = await connected(transport, new Witness({ onOpen: sender.go, onWritable: sender.go }), peer);
        await blocked(sender);
        const { taken } = sender;
        transport.close();
        const later = await connected(transport, new Witness(), peer);
        send(transport, '#'.repeat(4096));
        transport.flush();
        await until('the later connection has its bytes', () => later.bytes.length === 4096);
        earlier.socket.resume();
        await until('the earlier connection has ended', () => earlier.ended);
        assertPattern(earlier.bytes, taken);
        assert.is(later.bytes.toString(), '#'.repeat(4096));
        transport.close();
        await peer.stop();
    });
}
