// What waits to be sent or acknowledged: packets one behind the other in the caller's buffer, in the order in which they
// were accepted. Knows packets (their lengths, identifiers, QoS) but neither connections nor time.
//
// The room [base, limit) is used as a ring that never splits a packet, so that a run of packets is one write and a
// packet can be encoded in place. Three positions move through it, each up to the next: `head` (oldest packet kept),
// `sent` (next byte to hand to the transport), `ready` (where the in-flight window ends), `tail` (free room).
// A packet that is no longer needed but stands before one that is gets the first byte 0, a reserved type.
import { DUP, PUBLISH, QOS_1, RETAIN } from '../codec/packets.ts';

const NOT_NEEDED = 0;

export class SendBuffer {
    readonly bytes: Uint8Array;
    readonly base: number;
    private readonly limit: number;
    /** At most so many QoS 1 messages are handed to the transport and unacknowledged. */
    private readonly window: number;
    head: number;
    tail: number;
    /** Where the packets before the ring's turn end; 0: the ring does not turn at present. No position rests on it. */
    private wrap = 0;
    private ready: number;
    /** The next byte to hand to the transport. */
    sent: number;
    /** The end of the run that is being handed over; a packet begins here. */
    boundary: number;
    /** Up to here packets that are not needed may stand among those to be sent again; 0: none. */
    private resendEnd = 0;
    /** QoS 1 messages between `head` and `ready`. */
    unacknowledged = 0;
    /** Messages begun on a connection that ended before their PUBACK: each was or will be sent again. */
    resent = 0;
    /** QoS 0 messages handed over before a CONNACK that never came. */
    dropped = 0;

    constructor(bytes: Uint8Array, base: number, limit: number, window: number) {
        this.bytes = bytes;
        this.base = base;
        this.limit = limit;
        this.window = window;
        this.head = this.tail = this.ready = this.sent = this.boundary = base;
    }

    /** Nothing waits to be sent or acknowledged. */
    get empty(): boolean {
        return this.head === this.tail;
    }

    /** A packet may be encoded at bytes[offset..room(offset)) where `offset` is `tail` or, if it does not fit there, `base`. */
    room(offset: number): number {
        // A full ring must not look like an empty one: one byte stays free before `head`.
        if (offset !== this.tail) return this.wrap ? 0 : this.head - 1;
        return this.wrap ? this.head - 1 : this.limit;
    }

    /** The bytes that a packet may have in an empty buffer. */
    get capacity(): number {
        return this.limit - this.base;
    }

    /** A packet was encoded at bytes[offset..end). `acknowledged`: it is a QoS 1 PUBLISH, kept until its PUBACK. */
    commit(offset: number, end: number, acknowledged: boolean): void {
        const tail = this.tail;
        const open = this.ready === tail;
        if (offset !== tail) {
            this.wrap = tail;
            if (open) this.ready = offset;
            if (this.boundary === tail) this.boundary = offset;
            if (this.sent === tail) this.sent = offset;
            if (this.resendEnd === tail) this.resendEnd = offset;
        }
        this.tail = end;
        if (open) {
            if (!acknowledged) {
                this.ready = end;
            } else if (this.unacknowledged < this.window) {
                this.ready = end;
                this.unacknowledged++;
            }
        }
    }

    /** Chooses the next run of packets to hand over: bytes[sent..boundary). False if there is none. Call it with sent === boundary. */
    next(): boolean {
        if (this.resendEnd) {
            this.nextResend();
        } else {
            const ready = this.ready;
            this.boundary = ready < this.sent ? this.wrap : ready;
        }
        return this.sent !== this.boundary;
    }

    /** The same after a reconnect, when packets that are not needed may stand between those to be sent. */
    private nextResend(): void {
        const bytes = this.bytes;
        const ready = this.ready;
        const stop = this.resendEnd;
        let at = this.sent;
        while (at !== ready && bytes[at] === NOT_NEEDED) at = this.after(at);
        this.sent = at;
        if (at === stop) this.resendEnd = 0;
        while (at !== ready && bytes[at] !== NOT_NEEDED) {
            const end = this.after(at);
            if (end < at) {
                at = this.wrap;
                break;
            }
            at = end;
            if (at === stop) break;
        }
        this.boundary = at;
    }

    /** The transport took `taken` bytes of the run: was that all of it? */
    advance(taken: number): boolean {
        const sent = this.sent + taken;
        this.sent = sent;
        if (sent !== this.boundary) return false;
        if (sent === this.wrap) this.sent = this.boundary = this.base;
        return true;
    }

    /** Frees what is neither to be sent nor to be acknowledged any more. */
    settle(): void {
        if (this.unacknowledged === 0 && this.sent === this.boundary) {
            if (this.sent < this.head) this.wrap = 0;
            this.head = this.sent;
        } else {
            while (this.head !== this.sent && !this.needed(this.head)) {
                const end = this.after(this.head);
                if (this.splits(this.head, end, this.sent)) break;
                if (end < this.head) this.wrap = 0;
                this.head = end;
            }
        }
        if (this.head === this.tail) {
            this.head = this.tail = this.ready = this.sent = this.boundary = this.base;
            this.wrap = this.resendEnd = 0;
        }
    }

    /** The PUBACK of a sent message came: true if it was waited for. */
    acknowledge(packetIdentifier: number): boolean {
        const at = this.find(packetIdentifier, this.sent);
        if (at < 0) return false;
        this.bytes[at] = NOT_NEEDED;
        this.unacknowledged--;
        // The window has moved: let the next message into it, and whatever follows that needs no place.
        while (this.ready !== this.tail) {
            if (this.needed(this.ready)) {
                if (this.unacknowledged === this.window) break;
                this.unacknowledged++;
            }
            this.ready = this.after(this.ready);
        }
        return true;
    }

    /** True if an unacknowledged message carries `packetIdentifier`. */
    holds(packetIdentifier: number): boolean {
        return this.find(packetIdentifier, this.tail) >= 0;
    }

    /**
     * The connection has ended. Unacknowledged messages of which any byte was handed over will be sent again, marked with
     * `dup` (DUP or 0) [MQTT-3.3.1-1]; what was not begun will be sent; QoS 0 messages that were handed over may have
     * arrived and are lost if not, unless the broker has `refused` the connection and with it everything behind CONNECT
     * [MQTT-3.1.4-5]. SUBSCRIBE and UNSUBSCRIBE are left out: the client makes them anew.
     */
    rewind(dup: number, refused: boolean): void {
        const bytes = this.bytes;
        const sent = this.sent;
        let begun = true;
        for (let at = this.head; at !== this.tail;) {
            const end = this.after(at);
            const first = bytes[at];
            if (at === sent) begun = false;
            const whole: boolean = begun && !this.splits(at, end, sent);
            if (first >> 4 !== PUBLISH >> 4) {
                bytes[at] = NOT_NEEDED;
            } else if (begun && first & QOS_1) {
                bytes[at] = first | dup;
                this.resent++;
            } else if (whole && !refused) {
                bytes[at] = NOT_NEEDED;
                this.dropped++;
            }
            begun = whole;
            at = end;
        }
        this.sent = this.boundary = this.head;
        this.resendEnd = this.tail;
    }

    /** Is this packet kept until its PUBACK? */
    private needed(at: number): boolean {
        return (this.bytes[at] & ~(DUP | RETAIN)) === (PUBLISH | QOS_1);
    }

    /** Does `position` lie inside the packet from `at` to `end`? */
    private splits(at: number, end: number, position: number): boolean {
        // A packet before the ring's turn ends, as positions go, at `base`.
        return at < position && (end > position || end < at);
    }

    /** The position behind the packet at `at`. */
    private after(at: number): number {
        const bytes = this.bytes;
        let body = at + 1;
        let length = 0;
        let shift = 0;
        while (bytes[body] > 127) {
            length |= (bytes[body++] & 127) << shift;
            shift += 7;
        }
        at = body + 1 + (length | (bytes[body] << shift));
        return at === this.wrap ? this.base : at;
    }

    /** Finds the QoS 1 message with this identifier from `head` to the last packet that ends at or before `stop`; -1: none. */
    private find(packetIdentifier: number, stop: number): number {
        const bytes = this.bytes;
        for (let at = this.head; at !== stop;) {
            const end = this.after(at);
            if (this.splits(at, end, stop)) return -1;
            if (this.needed(at)) {
                let topic = at + 2;
                while (bytes[topic - 1] > 127) topic++;
                topic += 2 + ((bytes[topic] << 8) | bytes[topic + 1]);
                if (((bytes[topic] << 8) | bytes[topic + 1]) === packetIdentifier) return at;
            }
            at = end;
        }
        return -1;
    }
}

