// What waits to be sent or acknowledged: packets one behind the other in the caller's buffer, in the order in which they
// were accepted. Knows packets (their lengths, identifiers, QoS) but neither connections nor time.
//
// bytes[base..limit) = free | kept packets: head..tail | free. Up to `position` they were handed to the transport. A packet with
// an identifier (QoS 1 PUBLISH, SUBSCRIBE, UNSUBSCRIBE) is kept until its acknowledgement, any other until it is handed over.

/** Bit of a first byte that tells packets with an identifier from a QoS 0 PUBLISH. */
const HAS_IDENTIFIER = 0x02;
/** First bytes below it belong to PUBLISH, among the packets that are kept here. */
const AFTER_PUBLISH = 0x40;

/** @internal */
export class SendBuffer {
    readonly memory: Uint8Array;
    readonly base: number;
    readonly limit: number;
    /** At most so many packets with an identifier are on their way. */
    private readonly places: number;
    /** The oldest packet kept. */
    head: number;
    /** Where the next packet may be encoded. */
    tail: number;
    /** The next byte to hand to the transport. */
    position: number;
    /** The end of the run that is being handed over; a packet ends here. */
    boundary: number;
    /** Packets with an identifier. */
    unacknowledged = 0;
    /** For the owner to set when it times the acknowledgement of the oldest packet; cleared when another has become the oldest, or while it is on its way to the transport. */
    timed = false;
    /** QoS 1 messages that were begun on a connection that ended before their PUBACK. */
    resent = 0;
    /**
     * With so many packets with an identifier at most, all may go; 0: each must be looked at, for there may be SUBSCRIBE and UNSUBSCRIBE.
     * The owner sets that when it commits one of them.
     */
    unseen: number;

    constructor(bytes: Uint8Array, base: number, limit: number, window: number) {
        this.memory = bytes;
        this.base = this.head = this.tail = this.position = this.boundary = base;
        this.limit = limit;
        this.places = this.unseen = window;
    }

    /** Moves all free room behind `tail`. False if it is there already. */
    compact(): boolean {
        if (this.head === this.base) return false;
        this.remove(this.base, this.head);
        this.head = this.base;
        return true;
    }

    /** A packet was encoded at bytes[tail..end). */
    commit(end: number): void {
        if (this.memory[this.tail] & HAS_IDENTIFIER) this.unacknowledged++;
        this.tail = end;
    }

    /**
     * Chooses the next run of packets to hand over: memory[position..boundary), which is empty if none may go. Call it between two runs.
     * SUBSCRIBE and UNSUBSCRIBE are never on their way together, each waits for the answers to the other: if one was answered and the
     * other was not when the connection ends, the one sent again would undo the one that was meant to be last.
     */
    chooseRun(): void {
        let end = this.tail;
        if (this.unacknowledged > this.unseen) {
            const memory = this.memory;
            let places = this.places;
            let request = 0;
            for (end = this.head; end < this.tail; end = this.after(end)) {
                const first = memory[end];
                if (first & HAS_IDENTIFIER && places-- <= 0) break;
                if (first > AFTER_PUBLISH && first !== (request = request || first)) break;
            }
            this.unseen = end < this.tail ? 0 : this.places;
        }
        this.boundary = end;
    }

    /**
     * The transport took `taken` bytes of the run: was that all of it? If not, the run now ends with the packet under way.
     * `release`: let go of packets that need no acknowledgement; before CONNACK they are kept, because the broker may refuse them.
     */
    advance(taken: number, release: boolean): boolean {
        // An answer is waited for from the moment when the transport has taken the last byte of the oldest packet.
        if (this.timed && taken && this.position < this.after(this.head)) this.timed = false;
        this.position += taken;
        if (release) this.settle();
        if (this.position === this.boundary) return true;
        const position = this.position;
        let end = this.head;
        while (end < position) end = this.after(end);
        this.boundary = end;
        return false;
    }

    /** Lets go of packets that need no acknowledgement and were handed over. */
    settle(): void {
        if (!this.unacknowledged && this.position === this.boundary) this.head = this.position;
        else {
            // Here is a packet at `head` that stays: it awaits its acknowledgement, or has not been handed over whole.
            while (!(this.memory[this.head] & HAS_IDENTIFIER)) {
                const end = this.after(this.head);
                if (end > this.position) return;
                this.head = end;
            }
        }
        if (this.head === this.tail) this.head = this.tail = this.position = this.boundary = this.base;
    }

    /** An acknowledgement of `type` (its first byte) came. False if nothing waits for it: a duplicate or a broker's slip, and harmless. */
    acknowledge(type: number, packetIdentifier: number): boolean {
        const at = this.locate(type, packetIdentifier, this.position);
        if (at < 0) return false;
        this.unacknowledged--;
        if (at === this.head) this.timed = false;
        // Nothing else waits in the usual case: `settle` lets go of all that was sent.
        if (this.unacknowledged || this.position !== this.boundary) {
            const end = this.after(at);
            if (at === this.head) this.head = end;
            else this.remove(at, end);
        }
        this.settle();
        return true;
    }

    /** True if a packet with `packetIdentifier` is kept. */
    holds(packetIdentifier: number): boolean {
        return this.locate(0, packetIdentifier, this.tail) >= 0;
    }

    /**
     * The connection has ended. What waits for an acknowledgement will be sent again, a message with `dup` (DUP or 0) in
     * its first byte if any of it was handed over [MQTT-3.3.1-1]. A QoS 0 message that was handed over may have arrived
     * and is given up, unless the broker has `refused` the connection and with it all that followed CONNECT [MQTT-3.1.4-5].
     * Returns how many were given up.
     */
    rewind(dup: number, refused: boolean): number {
        const memory = this.memory;
        let dropped = 0;
        for (let at = this.head; at < this.tail;) {
            const end = this.after(at);
            // `remove` keeps `position` where it belongs among the packets that remain.
            if (!(memory[at] & HAS_IDENTIFIER) && end <= this.position && !refused) {
                this.remove(at, end);
                dropped++;
            } else {
                if (at < this.position && memory[at] & HAS_IDENTIFIER && memory[at] < AFTER_PUBLISH) {
                    memory[at] |= dup;
                    this.resent++;
                }
                at = end;
            }
        }
        this.position = this.boundary = this.head;
        return dropped;
    }

    /** Takes bytes[from..to) out, which were handed over. */
    private remove(from: number, to: number): void {
        const memory = this.memory;
        const size = to - from;
        // Rare: a full buffer, an acknowledgement out of order, the end of a connection.
        for (let at = to; at < this.tail; at++) memory[at - size] = memory[at];
        this.tail -= size;
        this.position -= size;
        this.boundary -= size;
    }

    /** Where the packet at `at` ends. */
    private after(at: number): number {
        const memory = this.memory;
        let length = memory[++at];
        // A byte above 127 promises another, whose value counts from 1 because 128 of this byte was counted already.
        for (let shift = 7; memory[at] > 127; shift += 7) length += (memory[++at] - 1) << shift;
        return at + 1 + length;
    }

    /** Finds, among packets that end at or before `stop`, the one that an acknowledgement of `type` (0: any) is for; -1: none. */
    locate(type: number, packetIdentifier: number, stop: number): number {
        const memory = this.memory;
        let at = this.head;
        while (at < stop) {
            let body = at + 1;
            let length = memory[body++];
            for (let shift = 7; memory[body - 1] > 127; shift += 7) length += (memory[body++] - 1) << shift;
            const end = body + length;
            // The type of an acknowledgement is one more than that of what it acknowledges (MQTT 3.1.1 §2.2.1).
            if (end <= stop && memory[at] & HAS_IDENTIFIER && (!type || (memory[at] >> 4) + 1 === type >> 4)) {
                if (memory[at] < AFTER_PUBLISH) body += 2 + ((memory[body] << 8) | memory[body + 1]);
                if (((memory[body] << 8) | memory[body + 1]) === packetIdentifier) return at;
            }
            at = end;
        }
        return -1;
    }
}
