// One connection between client and broker: what is on its way each way, and what both ends know of it. Plain state; link.ts,
// broker.ts and wire-witness.ts act on it.
import type { Packet } from 'mqtt-packet';
import type { Entry } from './ledger.ts';

/** A packet and where it ends in the stream of its direction. `packet` is null if the broker sends what is no packet. */
export interface Frame {
    readonly packet: Packet | null;
    readonly end: number;
}

export class Connection {
    readonly number: number;
    opened = false;
    /** Nothing goes through any more, and neither end is told. */
    silent = false;
    /** The link is cut; the client is told by an onClose that may be late. */
    broken = false;
    /** The client has learnt that it is over. */
    told = false;
    /** The broker ends the connection as soon as what it has sent is there. */
    ending = false;

    // Client to broker, in bytes of the stream: handed over, flushed, seen by the broker.
    taken = 0;
    flushed = 0;
    arrived = 0;
    /** Bytes that a write still takes. */
    room: number;
    /** A write took less than all: onWritable is owed. */
    owesWritable = false;
    /** When bytes were last flushed, in virtual ms. */
    lastFlush = 0;
    /** Bytes of a packet that has begun. */
    gathered: number[] = [];
    /** Packets that the broker has not seen yet. */
    frames: Frame[] = [];
    /** What was written in it; a request until its answer is there. */
    readonly keys = new Set<string>();
    packets = 0;
    lastMessage = 0;
    disconnected = false;
    readonly qos0: Entry[] = [];

    // Broker to client.
    down: number[] = [];
    downFrames: Frame[] = [];
    /** Bytes of the stream sent and delivered. */
    sent = 0;
    delivered = 0;
    accepted = false;
    /** CONNACK waits: the broker is one that takes offence at haste. */
    connackHeld = false;
    /** PINGREQs without an answer. */
    pings = 0;
    /** Identifiers of the PUBACKs that arrived. */
    readonly pubacks = new Set<number>();
    /** QoS 1 messages that arrived and wait for the client's PUBACK, in order. */
    readonly toAcknowledge: { readonly packetIdentifier: number; readonly entry: Entry }[] = [];

    constructor(number: number, room: number) {
        this.number = number;
        this.room = room;
    }
}
