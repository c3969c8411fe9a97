// A byte stream over the AT socket of a modem, by the contract of src/transport.ts: sends what one flush holds in one command, reads
// until nothing is left. Everything mutable is here, in what brings the modem up (bring-up.ts) or in the engine; after the
// constructor nothing is made.
//
// What is uncertain ends the connection: a send without its answer, a length that is not right, a restart of the modem.
import { misuse } from '../../src/misuse.ts';
import { CONNECTION_LOST, TRANSPORT_FAULT } from '../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../src/transport.ts';
import { BringUp } from './bring-up.ts';
import { BEARER_LOST, DATA } from './dialect.ts';
import { DONE, FAILED } from './exchange.ts';
import type { ModemOptions } from './options.ts';
import { MISCOUNTED } from './pattern.ts';
import { COUNT, READ, SEND } from './plan.ts';
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
    /** Something was sent since the modem said how many bytes it has sent; it is being asked; it has ever answered that. */
    private uncounted = false;
    private counting = false;
    private canCount = false;
    private readonly readFailsWhenEmpty: boolean;

    /** Throws if an option breaks its rule, or a text would end a command early. */
    constructor(options: ModemOptions) {
        super(options);
        const dialect = options.dialect;
        const sendSize = options.sendSize ?? 512;
        const readSize = options.readSize ?? 256;
        if (!(sendSize > 15 && sendSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'sendSize is at least 16 bytes' : 'sendSize', sendSize);
        if (!(readSize > 0 && readSize <= dialect.readMaximum && readSize % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'readSize is 1 to what the dialect reads at most' : 'readSize', readSize);
        if (options.tls && !dialect.tls) misuse(MOTEMQ_TEXTS ? 'tls: this dialect has no sockets with TLS' : 'tls', dialect.name);
        this.readFailsWhenEmpty = (options.tls && dialect.tls ? dialect.tls : dialect.tcp).read.failsWhenEmpty ?? false;
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

    /** Turns the modem off, or leaves it to power saving mode if that was asked for, as soon as the connection is closed, and closes the port. `open` brings all up again. */
    powerDown(): void {
        this.sleepWanted = true;
        if (this.stage === AT_REST) this.rest();
    }

    // The connection.

    protected override beginConnection(): void {
        this.heard = this.reading = this.counting = this.uncounted = false;
        this.engine.numbers.total = this.sending = this.flushed = this.filled = 0;
        this.starved = this.dataWaits = this.closedByPeer = this.readFirst = this.answerAwaited = false;
        this.linked = this.owner !== null;
        if (this.owner) this.owner.onOpen();
        this.serve();
    }

    /** Does what is to be done next on the connection, unless something is under way. */
    private serve(): void {
        if (this.stage !== ONLINE || this.sending || this.reading || this.counting) return;
        const numbers = this.engine.numbers;
        const maximum = this.options.dialect.sendMaximum;
        const maySend = this.flushed > 0 && !this.closedByPeer;
        if (this.linked && this.dataWaits && (this.readFirst || !maySend)) {
            this.reading = true;
            this.dataWaits = this.readFirst = false;
            this.got = 0;
            numbers.left = -1;
            numbers.length = this.incoming.length;
            return this.engine.begin(this.plan.at(READ), this.incoming, 0);
        } else if (maySend && this.uncounted && this.plan.has(COUNT)) {
            // It must be certain that all of it went out before more follows: else that would stand in its place.
            this.counting = true;
            numbers.length = 0;
            return this.engine.begin(this.plan.at(COUNT), this.outgoing, 0);
        } else if (maySend) {
            this.sending = numbers.length = this.flushed < maximum ? this.flushed : maximum;
            return this.engine.begin(this.plan.at(SEND), this.outgoing, 0);
        } else if (this.closedByPeer) return this.fail(CONNECTION_LOST, true);
        else if (this.linked) return this.engine.rest(this.answerAwaited ? POLL_AFTER_SEND : POLL_IDLE);
        else return this.enter(CLOSING);
    }

    protected override endExchange(outcome: number): void {
        const numbers = this.engine.numbers;
        const miscounted = numbers.result === MISCOUNTED;
        if (this.reading) {
            this.reading = false;
            if (outcome === DONE || outcome === FAILED && this.readFailsWhenEmpty) {
                return this.endRead(outcome === DONE && !this.engine.exchange.headed);
            }
        } else if (this.counting) {
            this.counting = false;
            // A firmware that lacks the question has never answered it.
            if (outcome === DONE || outcome === FAILED && !miscounted && !this.canCount) {
                this.canCount = outcome === DONE;
                this.uncounted = false;
                return this.serve();
            }
            if (outcome === FAILED && !miscounted) return this.readLastWords();
        } else if (outcome === DONE) return this.endSend();
        else if (outcome === FAILED) return this.readLastWords();
        return this.fail(outcome === FAILED && !miscounted ? CONNECTION_LOST : TRANSPORT_FAULT, outcome === FAILED);
    }

    /** A read has ended well: only what such a one brings is handed on, since a line that loses bytes must not give the owner wrong ones. */
    private endRead(isClosed: boolean): void {
        if (this.got && this.engine.numbers.left) this.dataWaits = true;
        // Nothing is left.
        if (isClosed) this.closedByPeer = true;
        if (this.got) {
            this.heard = true;
            this.strikes = 0;
            // What is done from within this call must wait until `incoming` is free again.
            this.reading = true;
            if (this.linked) this.owner!.onBytes(this.incoming, 0, this.got);
            this.reading = false;
        }
        return this.serve();
    }

    private endSend(): void {
        const outgoing = this.outgoing;
        const sent = this.sending;
        for (let at = sent; at < this.filled; at++) outgoing[at - sent] = outgoing[at];
        this.engine.numbers.total += sent;
        this.filled -= sent;
        this.flushed -= sent;
        this.sending = 0;
        this.readFirst = this.answerAwaited = this.uncounted = true;
        if (this.starved && this.linked) {
            this.starved = false;
            this.owner!.onWritable();
        }
        return this.serve();
    }

    /** Nothing more goes out, but the peer's last words may wait still, a refusal for instance. */
    private readLastWords(): void {
        this.sending = this.flushed = this.filled = 0;
        this.closedByPeer = this.dataWaits = true;
        return this.serve();
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
