// TLS connections for tests: made, and demanded to fail before a byte is sent.
import type { TLSSocket } from 'node:tls';
import * as assert from 'uvu/assert';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import { TLS_FAILED } from '../../../src/reasons.ts';
import { TlsTransport } from '../index.ts';
import type { TlsOptions } from '../index.ts';
import { Witness, certificate } from './witness.ts';
import type { Peer, Visit } from './witness.ts';

export const authority = certificate('authority.pem');
export const failed = `close ${TLS_FAILED}`;

/** To 127.0.0.1; trusts `authority` unless told otherwise. */
export function make(options: Partial<TlsOptions>): TlsTransport {
    return new TlsTransport({ host: '127.0.0.1', ca: authority, closeTimeout: 500, ...options });
}

export function errorCode(transport: TlsTransport): string {
    return (transport.lastError as NodeJS.ErrnoException | null)?.code ?? '';
}

/** Connects, and gives the server's end too. */
export async function connected(transport: TlsTransport, peer: Peer): Promise<{ witness: Witness; visit: Visit; socket: TLSSocket }> {
    const witness = new Witness();
    const earlier = peer.visits.length;
    transport.open(witness);
    await until('both ends are open', () => witness.saw('open') && peer.visits.length > earlier);
    const visit = peer.visits[earlier];
    return { witness, visit, socket: visit.socket as TLSSocket };
}

/** Opens, tries to write early, and asserts that the end is TLS_FAILED, once, and that no byte went out; on a plain server only a `hello` of TLS (in hexadecimal). */
export async function assertRefused(transport: TlsTransport, peer: Peer, hello = /^$/): Promise<void> {
    const witness = new Witness();
    transport.open(witness);
    const secret = Buffer.from('secret');
    assert.is(transport.write(secret, 0, secret.length), 0);
    transport.flush();
    await until('the end is told', () => witness.events.length > 0);
    await settle();
    assert.equal(witness.events, [failed]);
    assert.is(transport.bytesWritten, 0);
    for (const { bytes } of peer.visits) assert.match(bytes.toString('hex'), hello);
}

/** Connects, waits for the ticket that the server sends after the handshake, and closes. True: the session was resumed. */
export async function cycle(transport: TlsTransport, peer: Peer): Promise<boolean> {
    const { witness, visit } = await connected(transport, peer);
    visit.socket.write('x'); // arrives after the tickets
    await until('the tickets are there', () => witness.received.length === 1);
    transport.close();
    await until('it has ended', () => visit.ended);
    return transport.sessionReused;
}
