// A shorter way for a QoS 0 message on Espruino, behind the contract of `publish`: straight from the payload to the socket.
//
// On this interpreter each call costs 4 variables and 2 for each argument, each number stored or computed 3, each text copied
// one for 10 bytes, while reading a property costs none. The way through the send buffer takes 166 for the call and about as
// many for the turn that follows; this one takes a message that may go out at once in a single call. Espruino sends what a
// turn has written when that is over, so there is nothing to gather.
import type { Topic } from '../../src/codec/topic.ts';
import { TRANSPORT_FAULT } from '../../src/reasons.ts';
import { Publisher } from '../../src/session/publisher.ts';
import { CONNECTED } from '../../src/session/states.ts';
import type { Interpreter } from './espruino.ts';
import { TcpTransport } from './tcp-transport.ts';

declare const E: Interpreter;
declare function getTime(): number;

/** The first byte of a PUBLISH with QoS 0. */
const PUBLISH = 0x30;
/** The longest packet with a fixed header of two bytes. Others take the long way. */
const LONGEST = 129;

/** A topic with the packet that goes out on it, which is made when the topic is first used. Types, not interfaces: these names are shortened. */
type Prepared = Topic & {
    /** The packet, and the string that shares its memory. */
    pack: Uint8Array;
    text: string | undefined;
    /** Where the payload begins, and the length of the latest packet. */
    head: number;
    size: number;
    /** That one was as long as the string. */
    fits: boolean;
};

/** A publisher as seen from within. */
type Insider = {
    readonly stream: TcpTransport;
    readonly send: { readonly position: number; readonly tail: number };
    readonly state: number;
    readonly controlSent: number;
    readonly controlEnd: number;
    readonly pingAfter: number;
    readonly pinging: boolean;
    deadline: number;
    readonly host: { now(): number };
    bytesOut: number;
    sent: number;
    publish: Publisher['publish'];
    /** What `publish` was: it queues, and a turn of its own follows. */
    later: Publisher['publish'];
    onWake(): void;
    /** What `onWake` was. */
    wake(): void;
};

/** Makes ready for packets of `size` bytes. False if they cannot go this way. */
function prepare(topic: Prepared, size: number): boolean {
    const name = topic.encoded;
    if (!(size <= LONGEST)) return false;
    if (!topic.pack || size > topic.pack.length) {
        // Memory of 17 bytes and more is in one piece if there is one.
        const bytes = new Uint8Array(size > 17 ? size : 17);
        topic.pack = bytes;
        topic.text = E.toString(bytes);
        topic.head = name.length + 2;
        bytes[0] = PUBLISH;
        bytes.set(name, 2);
    }
    topic.pack[1] = size - 2;
    topic.fits = size === topic.pack.length;
    // Else the string is a copy, or there was no memory for one.
    const shared = topic.text !== undefined && topic.text.charCodeAt(1) === size - 2;
    topic.size = shared ? size : -1;
    return shared;
}

/** Of another file's transport the shortened names mean something else: it is not to be touched. */
function isForeign(stream: TcpTransport): boolean {
    return stream.free !== TcpTransport.prototype.free;
}

/** `publish` when the short way is not open: opens it, or takes the long one. */
function publishSlowly(insider: Insider, topic: Prepared, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
    const stream = insider.stream;
    const size = end + topic.encoded.length + 2;
    if (isForeign(stream)) return insider.later(topic, payload, start, end, qos, retain);
    stream.mark = -1;
    if (!qos && !start && !retain && end >= 0 && end <= payload.length && insider.state === CONNECTED
        // In order, and never into the middle of another packet.
        && insider.send.position === insider.send.tail && insider.controlSent === insider.controlEnd && (size === topic.size || prepare(topic, size))) {
        const free = stream.free() - LONGEST;
        if (free >= 0) {
            stream.mark = insider.bytesOut + free;
            return insider.publish(topic, payload, 0, end, 0, false);
        }
    }
    return insider.later(topic, payload, start, end, qos, retain);
}

function publish(this: Insider, topic: Prepared, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
    const stream = this.stream;
    const size = end + topic.head;
    if (size !== topic.size || qos || start || retain || end > payload.length || !(this.bytesOut <= stream.mark)) {
        return publishSlowly(this, topic, payload, start, end, qos, retain);
    }
    topic.pack.set(payload, topic.head);
    try {
        // A part is a copy, the whole is not.
        stream.socket!.write(topic.fits ? topic.text! : topic.text!.substring(0, size));
    } catch {
        stream.endLater(TRANSPORT_FAULT);
    }
    this.sent++;
    this.bytesOut += size;
    stream.said = getTime();
    return 0;
}

/** What went out the short way put the next ping off. */
function onWake(this: Insider): void {
    const stream = this.stream;
    if (isForeign(stream)) return this.wake();
    if (stream.said && this.state === CONNECTED && !this.pinging) {
        const silent = Math.floor((getTime() - stream.said) * 1000);
        const due = (this.host.now() - silent + this.pingAfter) | 0;
        // Not if somebody has set the clock in between.
        if (silent >= 0 && ((due - this.deadline) | 0) > 0) this.deadline = due;
    }
    stream.said = 0;
    this.wake();
}

/** Gives every client of this file the short way. */
export function publishFast(): void {
    const prototype = Publisher.prototype as unknown as Insider;
    prototype.later = prototype.publish;
    prototype.publish = publish;
    prototype.wake = prototype.onWake;
    prototype.onWake = onWake;
}
