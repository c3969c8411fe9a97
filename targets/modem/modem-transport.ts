// A byte stream over the AT socket of a modem, by the contract of src/transport.ts: sends what one flush holds in one command, reads
// until nothing is left. Everything mutable is here, in what brings the modem up (bring-up.ts) or in the engine; after the
// constructor nothing is made.
//
// What is uncertain ends the connection: a send without its answer, a length that is not right, a restart of the modem.
import { misuse } from '../../src/misuse.ts';
import { CONNECTION_LOST, TRANSPORT_FAULT } from '../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../src/transport.ts';
import { DONE, FAILED } from './at-engine.ts';
import { BringUp } from './bring-up.ts';
import { BEARER_LOST, DATA } from './dialect.ts';
import type { ModemOptions } from './options.ts';
import { AT_REST, CLOSING, ONLINE } from './stages.ts';

/** How long to trust that the modem announces bytes: while an answer may be awaited, and else. */
const POLL_AFTER_SEND = 2000;
const POLL_IDLE = 30000;

export class ModemTransport extends BringUp implements Transport {
    /** What was taken: [0..sending) is in a send that is under way, up to `flushed` may be sent, up to `filled` waits for `flush`. */
    protected readonly outgoing: Uint8Array;
    private sending = 0;
    private flushed = 0;
    private filled = 0;
    private starved = false;
    /** What a read has brought: it is handed on when the read has ended well. */
    private readonly incoming: Uint8Array;
    private got = 0;
    private reading = false;
    /** Bytes may wait in the modem. */
    private dataWaits = false;
    private closedByPeer = false;
    private readFirst = false;
    private answerAwaited = false;

    /** Throws if an option breaks its rule, or a text would end a command early. */
    constructor(options: ModemOptions) {
        super(options);
        const dialect = options.dialect;
        const sendSize = options.sendSize ?? 512;
        const readSize = options.readSize ?? 256;
        if (!(sendSize > 15 && sendSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'sendSize is at least 16 bytes' : 'sendSize', sendSize);
        if (!(readSize > 0 && readSize <= dialect.readMaximum && readSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'readSize is 1 to what the dialect reads at most' : 'readSize', readSize);
        if (options.tls && !dialect.tls) misuse(MOTEMQ_TEXTS ? 'tls: this dialect has no sockets with TLS' : 'tls', dialect.name);
        this.outgoing = new Uint8Array(sendSize);
        this.incoming = new Uint8Array(readSize);
    }

    open(owner: TransportOwner): void {
        this.owner = owner;
        this.sleepWanted = false;
        if (this.stage === AT_REST) this.bringUp();
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const outgoing = this.outgoing;
        let at = start;
        let filled = this.filled;
        while (at < end && filled < outgoing.length) outgoing[filled++] = bytes[at++];
        this.filled = filled;
        if (at < end) this.starved = true;
        return at - start;
    }

    flush(): void {
        this.flushed = this.filled;
        return this.serve();
    }

    close(): void {
        if (!this.owner) return;
        if (this.linked && !this.heard) this.strikeMute();
        this.owner = null;
        this.linked = false;
        // What was taken is still sent, then the socket is closed. While there is no connection yet, the step under way
        // goes on to its end: it would not be done sooner if it were given up.
        this.flushed = this.filled;
        this.serve();
    }

    /** Turns the modem off, or leaves it to power saving mode if that was asked for, as soon as the connection is closed. `open` brings it up again. */
    powerDown(): void {
        this.sleepWanted = true;
        if (this.stage === AT_REST) this.rest();
    }

    // The connection.

    protected override beginConnection(): void {
        this.heard = this.reading = false;
        this.sending = this.flushed = this.filled = 0;
        this.starved = this.dataWaits = this.closedByPeer = this.readFirst = this.answerAwaited = false;
        this.linked = this.owner !== null;
        if (this.owner) this.owner.onOpen();
        this.serve();
    }

    /** Does what is to be done next on the connection, unless something is under way. */
    private serve(): void {
        if (this.stage !== ONLINE || this.sending || this.reading) return;
        const numbers = this.engine.numbers;
        const maximum = this.options.dialect.sendMaximum;
        const maySend = this.flushed > 0 && !this.closedByPeer;
        if (this.linked && this.dataWaits && (this.readFirst || !maySend)) {
            this.reading = true;
            this.dataWaits = this.readFirst = false;
            this.got = 0;
            numbers.left = -1;
            numbers.length = this.incoming.length;
            return this.engine.begin(this.plan.read, this.incoming, 0);
        } else if (maySend) {
            this.sending = numbers.length = this.flushed < maximum ? this.flushed : maximum;
            return this.engine.begin(this.plan.send, this.outgoing, 0);
        } else if (this.closedByPeer) return this.fail(CONNECTION_LOST, true);
        else if (this.linked) return this.engine.rest(this.answerAwaited ? POLL_AFTER_SEND : POLL_IDLE);
        else return this.enter(CLOSING);
    }

    protected override endExchange(outcome: number): void {
        if (this.reading) {
            if (outcome === DONE || outcome === FAILED && this.plan.readFailsWhenEmpty) {
                // Only what a read brings that ends well: a line that loses bytes must not give the owner wrong ones.
                if (this.got && this.engine.numbers.left) this.dataWaits = true;
                // OK alone: the peer has closed it, and nothing is left.
                if (outcome === DONE && !this.engine.headed) this.closedByPeer = true;
                if (this.got) {
                    this.heard = true;
                    this.strikes = 0;
                }
                if (this.linked && this.got) this.owner!.onBytes(this.incoming, 0, this.got);
                this.reading = false;
                return this.serve();
            }
            this.reading = false;
        } else if (outcome === DONE) {
            const outgoing = this.outgoing;
            const sent = this.sending;
            for (let at = sent; at < this.filled; at++) outgoing[at - sent] = outgoing[at];
            this.filled -= sent;
            this.flushed -= sent;
            this.sending = 0;
            this.readFirst = this.answerAwaited = true;
            if (this.starved && this.linked) {
                this.starved = false;
                this.owner!.onWritable();
            }
            return this.serve();
        } else if (outcome === FAILED) {
            // Nothing more goes out, but the peer's last words may wait still, a refusal for instance.
            this.sending = this.flushed = this.filled = 0;
            this.closedByPeer = this.dataWaits = true;
            return this.serve();
        }
        return this.fail(outcome === FAILED ? CONNECTION_LOST : TRANSPORT_FAULT, outcome === FAILED);
    }

    override onData(bytes: Uint8Array, start: number, end: number): void {
        for (let at = start; at < end; at++) this.incoming[this.got++] = bytes[at];
    }

    protected override onHint(event: number): void {
        if (event !== DATA) this.closedByPeer = true;
        // What came before the end can still be read; not so without the bearer.
        this.dataWaits = event !== BEARER_LOST;
        return this.serve();
    }

    protected override poll(): void {
        this.dataWaits = true;
        this.answerAwaited = false;
        return this.serve();
    }
}
