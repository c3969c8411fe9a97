// The client made for what this interpreter charges for: 5 variables for each function and one for each parameter, 3 more for one that
// is made inside another, and 3 to 10 for each call, number and byte of a loop, while texts are joined, cut and compared in native code.
// Hence few functions and plain variables, which only one file can write, and which make one client at a time; packets as texts; and the
// socket used directly: what it is given in one turn leaves together. The behaviour is that of src/session. MOTEMQ_RECEIVES: for the full client.
//
// A packet that waits is an entry of `queue`: its identifier in two bytes (0: it has none), then the packet. The first `sent` of
// them are on their way and await an answer. Flags are 0 and 1: a number lies in the variable's own name, true and false do not.
// SNTP may set the clock at any moment: while there is a connection, time is counted in ticks of `patience`.
// dialect-ok-file module-variable: one client at a time, and on Espruino alone
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
// dialect-ok-file clear-timeout: Espruino ignores 0, which stands for none
// oxlint-disable no-unmodified-loop-condition -- functions that are called change what loops look at.
import { CONNACK, DUP, PINGRESP, PUBACK, PUBLISH, SUBACK, SUBSCRIBE, UNSUBACK, UNSUBSCRIBE } from '../../../src/codec/packets.ts';
import { isText } from '../../../src/codec/text.ts';
import {
    ACKNOWLEDGEMENTS_BLOCKED, CLOSED_BY_APPLICATION, CONNACK_TIMEOUT, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, MALFORMED_PACKET, NAME_NOT_RESOLVED,
    PINGRESP_TIMEOUT, PUBACK_TIMEOUT, SUBACK_TIMEOUT, TRANSPORT_FAULT, UNEXPECTED_PACKET, UNSUBACK_TIMEOUT, UNSUPPORTED_QOS,
} from '../../../src/reasons.ts';
import { BUFFER_FULL, TOO_LARGE } from '../../../src/session/refusals.ts';
import { CONNECTED, CONNECTING, OPENING, STOPPED, STOPPING, WAITING } from '../../../src/session/states.ts';
import { NOT_SUBSCRIBED, REFUSED } from '../../../src/session/subscription.ts';
import type { ByteArray, Interpreter, Socket } from '../espruino.ts';
import type { Client, ClientOptions } from './options.ts';
import { connectPacket, fixedHeader, misuse, text } from './packets.ts';
import { matches } from './subscription.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

declare const E: Interpreter;
declare function getTime(): number;
declare function getSerial(): string;
declare function print(...values: unknown[]): void;

/** The longest time, in ms: keep-alive is turned off. */
const NEVER = 1e9;
/** A bit of a packet's first byte: it has an identifier. */
const IDENTIFIED = 2;
/** First bytes below it are those of PUBLISH. */
const REQUEST = 64;

// A name is looked up from the first that the file has to the last: those that each message needs come first.

/** The one client of this file, with what both kinds have. */
export const client = {
    get safeToSleep(): boolean {
        // What a socket has queued is lost with the power, too.
        return !bytes && !control && !(socket && socket.dSnd);
    },

    publish(topic: Topic, payload: string | Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        let data = text(payload);
        let handle = 0;
        // Fixed header and topic of the message before are as a rule those of this one: then few steps are left.
        if (qos || retain || start || !clear || end !== data.length || end !== topic.headFor || !write(topic.head + data)) {
            if ((qos & 1) !== qos || !(start >= 0 && start <= end && end <= data.length)) misuse(MOTEMQ_TEXTS ? 'the range lies in the payload, the QoS of a message is 0 or 1' : 'publish');
            data = data.substring(start, end);
            const head = fixedHeader(PUBLISH | (qos * 2) | (retain ? 1 : 0), topic.encoded.length + data.length + qos * 2) + topic.encoded;
            handle = enqueue(qos, head, data);
            if (!handle && !retain) {
                topic.head = head;
                topic.headFor = data.length;
            }
        }
        if (handle >= 0) client.sent++;
        return handle;
    },

    start(): void {
        if (state === STOPPED) {
            backoff = 0;
            arm(0);
            enter(WAITING, 0);
        }
    },

    stop(): void {
        if (state === CONNECTED) {
            // DISCONNECT waits until messages have left: who is told STOPPED may turn off the power.
            pinging = room = 0;
            arm(0);
            enter(STOPPING, 0);
        // Not when STOPPED (0) or STOPPING (5).
        } else if (state % STOPPING) close(CLOSED_BY_APPLICATION);
    },
} as unknown as { -readonly [Key in keyof Client]: Client[Key] };

/** Truthy: all that was queued is on its way, and more may follow. */
let clear: number | boolean;
let options: ClientOptions;
let socket: Socket | 0;
/** Bytes that may wait in it. */
let room: number;
/** Ticks since something was sent, and how many make a PINGREQ due. */
let idle: number;
let pingAfter: number;
let state = STOPPED;
/** Why the connection ends, told in a turn of its own; 0: it does not. */
let fault: number;
let queue: string[];
let sent: number;
/** Packets that go before all others: CONNECT, PUBACKs, PINGREQ. */
let control: string;
/** Bytes of the packets in `queue`; as many when one was refused for want of room, 0: none was. */
let bytes: number;
let fullAt: number;
/** What arrived and is not a whole packet yet. */
let rest: string;
/** Bytes still to come: of a PUBLISH that is skipped, or of the payload of the one that is received. */
let left: number;
let lastIdentifier: number;
let connect: string;
/** The socket before, if it had something to send when it was left. */
let farewell: Socket | 0;
/** Truthy: nothing follows CONNECT before CONNACK. */
let hesitant: number | boolean | undefined;
/** The longest pause before the latest attempt, in ms; 0: a connection has proved stable since. */
let backoff: number;
let timer: ReturnType<typeof setTimeout> | 0;
/** When it was set, in s of the time of day. */
let since: number;
/** How long an answer is awaited at least, and at most twice that, in ms. */
let patience: number;
/** 1: an answer to PINGREQ is awaited, or DISCONNECT was tried. */
let pinging: number;
/** The packet whose answer was awaited at the last tick. */
let oldest: string;
/** What is subscribed to. A new array each time, so that one that is being gone through stays as it is. */
let subscriptions: readonly Subscription[];
/** Some of it must be asked for. */
let renewing: number;
/** A message could not be acknowledged, so that none behind it may be on this connection [MQTT-4.6.0-2]. */
let blocked: number;
/** What comes next of the PUBLISH under way (0: there is none); bytes of its topic that are passed over; topic, packet identifier, and whether it is handed on. */
let stage: number;
let ahead: number;
let name: string;
let identifier: string;
let kept: boolean;

/** What comes next of the PUBLISH under way: its topic, which is passed over; its packet identifier; its payload. */
const PASSING = 1;
const IDENTIFYING = 2;
const TAKING = 3;

/** The received message, as applications see it: src/codec/message-decoder.ts. */
const message = {
    bytes: null as unknown as Uint8Array, topicBytes: null as unknown as Uint8Array, topicStart: 2, topicEnd: 0, start: 0, end: 0, offset: 0, total: 0, qos: 0, retain: false, dup: false,

    topicIs(topic: Topic): boolean {
        return topic.encoded.substr(2) === name;
    },

    matches(filter: Subscription): boolean {
        return matches(filter.encoded.substr(2), name);
    },
};

function callBack<First, Second>(callback: ((first: First, second: Second) => void) | undefined, first?: First, second?: Second): void {
    try {
        if (callback) callback(first!, second!);
    } catch (error) {
        print('motemq: a callback threw:', error);
    }
}

function enter(next: number, reason: number): void {
    client.state = state = next;
    if (reason) client.closeReason = reason;
    callBack(options.onStateChange, next, reason);
}

function arm(ms: number): void {
    clearTimeout(timer as number);
    since = getTime();
    timer = setTimeout(tick, ms);
}

/** Takes a packet made of `head`, its identifier if it has one (`identified` 1), and `tail`. Returns a handle or a refusal. */
function enqueue(identified: number, head: string, tail: string): number {
    let handle = identified && lastIdentifier % 65535 + 1;
    const identifier = text(handle >> 8, handle);
    head += (handle ? identifier : '') + tail;
    // After 65,534 others the oldest one may come round that is still in use: then there is no room either.
    if (bytes + head.length > options.sendBuffer || (handle && queue[0] && queue[0].startsWith(identifier))) {
        client.refused++;
        handle = TOO_LARGE;
        if (head.length <= options.sendBuffer) {
            handle = BUFFER_FULL;
            fullAt = bytes;
        }
    } else {
        if (handle) lastIdentifier = handle;
        bytes += head.length;
        queue.push(identifier + head);
        clear = 0;
        // The turn that ends everything comes by itself.
        if (state !== STOPPING) pump();
    }
    return handle;
}

/** Hands bytes to the socket. 0: it has no room, and will tell. */
function write(data: string): number {
    if ((socket as Socket).dSnd && (socket as Socket).dSnd!.length + data.length > room) {
        // Not for ever: each message that leaves would bring the event. And not twice.
        (socket as Socket).removeAllListeners('drain');
        (socket as Socket).on('drain', listen);
        return clear = 0;
    }
    try {
        (socket as Socket).write(data);
    } catch {
        // Network or socket are gone, and perhaps no event tells it.
        fault = TRANSPORT_FAULT;
        arm(0);
    }
    idle = 0;
    return 1;
}

/** SUBSCRIBE and UNSUBSCRIBE are never on their way together: one sent again later could undo the other. */
function conflicts(first: number): boolean {
    let index = sent;
    while (index--) {
        const other = queue[index].charCodeAt(2);
        if (other > REQUEST && other !== first) return true;
    }
    return false;
}

/** Queues a SUBSCRIBE or UNSUBSCRIBE (`first`). Returns a handle or a refusal. */
function request(first: number, subscription: Subscription): number {
    const qos = first === SUBSCRIBE ? text(subscription.qos) : '';
    const handle = enqueue(1, fixedHeader(first, subscription.encoded.length + 2 + qos.length), subscription.encoded + qos);
    if (handle > 0) subscription.askedBy = handle;
    return handle;
}

/** Asks for what the broker has not granted and was not asked for yet, as far as there is room. */
function renew(): void {
    for (let index = 0; index < subscriptions.length; index++) {
        const each = subscriptions[index];
        if (each.granted === NOT_SUBSCRIBED && !each.askedBy) {
            if (bytes + each.encoded.length + 8 > options.sendBuffer || request(SUBSCRIBE, each) < 0) return;
        }
    }
    renewing = 0;
}

/** The broker may not have what it had: `all`, or what it has refused, is asked for again. */
function forget(all: boolean): void {
    for (let index = 0; index < subscriptions.length; index++) {
        if (all || subscriptions[index].granted === REFUSED) subscriptions[index].granted = NOT_SUBSCRIBED;
    }
    renewing = 1;
}

/** Hands the message, or a piece of it, to the subscriptions that match. */
function deliver(): void {
    const all = subscriptions;
    let handled = false;
    if (!message.offset) client.received++;
    for (let index = 0; index < all.length; index++) {
        const each = all[index];
        // A handler before it may have called `stop` or unsubscribed it.
        if (each.onMessage && state === CONNECTED && subscriptions.includes(each) && message.matches(each)) {
            handled = true;
            callBack(each.onMessage, message);
        }
    }
    if (!handled) callBack(options.onMessage, message);
}

/** Takes what has come of the PUBLISH under way from rest[at..). Returns where that ends. */
function receive(at: number): number {
    let length: number;
    if (stage === PASSING) {
        length = Math.min(rest.length - at, ahead);
        at += length;
        ahead -= length;
        if (ahead) return at;
        stage = IDENTIFYING;
    }
    if (stage === IDENTIFYING && message.qos) {
        if (rest.length < at + 2) return at;
        identifier = rest.substr(at, 2);
        at += 2;
        if (identifier === '\0\0') {
            close(MALFORMED_PACKET);
            return at;
        }
    }
    stage = TAKING;
    do {
        length = Math.min(rest.length - at, left);
        if (kept) {
            length = Math.min(length, options.receiveBuffer.length - message.start);
            if (length || !left) {
                (options.receiveBuffer as Uint8Array & ByteArray).set(rest.substr(at, length), message.start);
                message.end = message.start + length;
                deliver();
            }
        }
        message.offset += length;
        at += length;
        left -= length;
    } while (left && length && state === CONNECTED);
    if (!left) {
        stage = 0;
        if (!kept) client.skipped++;
        if (identifier) {
            // Not when the handler has stopped the client: DISCONNECT would go first.
            if (control.length > 31 && state === CONNECTED) {
                pump();
                if (control) blocked = 1;
            }
            if (!blocked) control += text('@', 2, identifier);
        }
    }
    return at;
}

/** Hands to the socket what may be sent now, in order. */
function pump(): void {
    while (state > OPENING && !fault) {
        const next = queue[sent];
        const first = next ? next.charCodeAt(2) : 0;
        // Before CONNACK a QoS 0 message would be lost if the broker refused.
        if (!control && (!next || (state === CONNECTING && (hesitant || !(first & IDENTIFIED))) || (MOTEMQ_RECEIVES && first > REQUEST && conflicts(first)))) {
            clear = state === CONNECTED && !next;
            if (state === STOPPING && write('\xe0\0')) close(CLOSED_BY_APPLICATION);
            return;
        }
        if (!write(control || next.substr(2))) return;
        if (control) control = '';
        else if (first & IDENTIFIED) sent++;
        else {
            bytes -= next.length - 2;
            queue.splice(sent, 1);
        }
    }
}

/** The connection is over, or never came about. */
function close(reason: number): void {
    const before = state;
    const old = socket;
    // [MQTT-3.3.1-1]; what the broker has forgotten is published anew [MQTT-3.1.2-6].
    while (sent) {
        const entry = queue[--sent];
        if (!options.cleanSession) queue[sent] = text(entry.substr(0, 2), entry.charCodeAt(2) | (MOTEMQ_RECEIVES && entry.charCodeAt(2) > REQUEST ? 0 : DUP), entry.substr(3));
    }
    control = rest = oldest = '';
    socket = 0;
    if (MOTEMQ_RECEIVES) {
        stage = blocked = 0;
        // Whether CONNECT began a new session is unknown, and the next CONNACK would call that one present.
        if (before === CONNECTING) forget(true);
    }
    fault = left = pinging = clear = 0;
    if (old) {
        // It still sends what waits. But a peer that takes nothing any more would keep it for ever: one is left in peace, not more.
        if (farewell) farewell.dSnd = '';
        farewell = old.dSnd ? old : 0;
        try {
            old.end();
        } catch {
            // Without a network nothing is left to end.
        }
    }
    if (reason === CLOSED_BY_APPLICATION || before === STOPPING) {
        clearTimeout(timer as number);
        timer = 0;
        enter(STOPPED, reason);
    } else {
        // Full jitter. Math.random() begins alike on every board.
        backoff = Math.min(backoff * 2 || (options.retryDelay ?? 1000), options.retryDelayMaximum ?? 120000) | 0;
        arm((E.CRC32(getSerial() + getTime()) >>> 0) % (backoff + 1));
        enter(WAITING, reason);
    }
}

/** The time for which `arm` was asked has passed. */
function tick(): void {
    timer = 0;
    if (fault) close(fault);
    else if (state === WAITING) {
        if (MOTEMQ_RECEIVES && options.credentials) {
            try {
                connect = connectPacket(options, options.credentials(), options.keepAlive ?? 60);
            } catch (error) {
                print('motemq: a callback threw:', error);
            }
            if ((state as number) !== WAITING) return;
        }
        enter(OPENING, 0);
        if ((state as number) !== OPENING) return;
        try {
            room = options.transport.queueSize ?? 536;
            socket = options.transport.io.connect(options.transport);
            socket.on('drain', listen);
            socket.on('data', listen);
            socket.on('close', listen);
            arm(patience);
        } catch (error) {
            // There is nothing else to tell "Unable to locate host" from "Unable to create socket" by.
            close(MOTEMQ_RECEIVES && ('' + error).includes('host') ? NAME_NOT_RESOLVED : CONNECT_FAILED);
        }
    } else if (state === STOPPING && !pinging) {
        pinging = 1;
        arm(patience);
        pump();
    } else if (state !== CONNECTED) close(state < CONNECTING ? CONNECT_TIMEOUT : state < CONNECTED ? CONNACK_TIMEOUT : CLOSED_BY_APPLICATION);
    else if (pinging) close(PINGRESP_TIMEOUT);
    else if (oldest && oldest === queue[0]) close(MOTEMQ_RECEIVES && oldest.charCodeAt(2) === SUBSCRIBE ? SUBACK_TIMEOUT : MOTEMQ_RECEIVES && oldest.charCodeAt(2) === UNSUBSCRIBE ? UNSUBACK_TIMEOUT : PUBACK_TIMEOUT);
    else {
        backoff = 0;
        oldest = sent ? queue[0] : '';
        // At least a tick: then a clock that was set makes a PINGREQ early, never late.
        idle += Math.max(1, (getTime() - since) * 1000 / patience);
        arm(patience);
        if (idle > pingAfter) {
            pinging = 1;
            control += '\xc0\0';
            pump();
        }
    }
}

/** Hears all that the socket tells: a text that arrived, itself when there is room, and true or false when it is closed. */
function listen(this: Socket, told: string | Socket | boolean): void {
    let at = 0;
    let body: number;
    let first: number;
    let length: number;
    let byte: number;
    if (this !== socket) return;
    if (told === socket) {
        socket.removeAllListeners('drain');
        if (state === OPENING) {
            control = connect;
            arm(patience);
            enter(CONNECTING, 0);
        }
    } else if (told === !!told) {
        // A broker that does not take what follows CONNECT.
        if (state === CONNECTING && sent) hesitant = 1;
        close(state === OPENING ? CONNECT_FAILED : CONNECTION_LOST);
    } else if (state !== STOPPING) {
        rest += told as string;
        if (!MOTEMQ_RECEIVES) at = left;
        for (;;) {
            if (MOTEMQ_RECEIVES && stage) {
                at = receive(at);
                if (state !== CONNECTED) return;
                if (stage) break;
            }
            body = at;
            length = 0;
            do {
                byte = rest.charCodeAt(++body);
                length |= (byte & 127) << ((body - at) * 7 - 7);
            } while (byte > 127 && body < at + 4);
            if (body >= rest.length) break;
            body++;
            first = rest.charCodeAt(at);
            if (byte > 127 || (first === CONNACK) !== (state < CONNECTED)
                || (first >> 4 !== PUBLISH >> 4 && (first === PINGRESP ? length : MOTEMQ_RECEIVES && first === SUBACK ? length !== 3
                    : length !== 2 || (first !== PUBACK && first !== CONNACK && !(MOTEMQ_RECEIVES && first === UNSUBACK))))) {
                return close(MOTEMQ_RECEIVES && first === SUBACK && length > 3 && state === CONNECTED ? UNEXPECTED_PACKET : MALFORMED_PACKET);
            }
            if (first >> 4 === PUBLISH >> 4) {
                if (MOTEMQ_RECEIVES) {
                    if (rest.length < body + 2) break;
                    const size = rest.charCodeAt(body) * 256 + rest.charCodeAt(body + 1) + 2;
                    const capacity = options.receiveBuffer.length;
                    const whole = length <= capacity;
                    left = length - size - (first & 6);
                    // QoS 3 [MQTT-3.3.1-4], DUP with QoS 0 [MQTT-3.3.1-2], a topic of no length [MQTT-4.7.3-1].
                    if ((first & 6) === 6 || (first & 14) === 8 || size < 3 || left < 0) return close(MALFORMED_PACKET);
                    if (first & 4) return close(UNSUPPORTED_QOS);
                    kept = whole || (options.streamLarge === true && size < capacity);
                    if (kept && rest.length < body + (whole ? length : size)) break;
                    at = body + 2;
                    ahead = size - 2;
                    stage = PASSING;
                    identifier = '';
                    message.qos = (first >> 1) & 3;
                    message.retain = (first & 1) > 0;
                    message.dup = (first & 8) > 0;
                    message.topicEnd = message.start = size;
                    message.offset = 0;
                    message.total = left;
                    if (kept) {
                        (options.receiveBuffer as Uint8Array & ByteArray).set(rest.substr(body, size));
                        name = rest.substr(at, ahead);
                        at += ahead;
                        ahead = 0;
                        if (!isText(options.receiveBuffer, 2, size, false)) return close(MALFORMED_PACKET);
                    }
                } else at = body + length;
                continue;
            }
            if (rest.length < body + length) break;
            at = body + length;
            // Only a SUBACK has one.
            const code = MOTEMQ_RECEIVES ? rest.charCodeAt(at - 1) : 0;
            length = rest.charCodeAt(body) * 256 + rest.charCodeAt(body + 1);
            if (first === PINGRESP) pinging = 0;
            else if (first === CONNACK) {
                // Return code; session present to a clean session; reserved bits, codes above 5, session present with a refusal [MQTT-3.2.2-4].
                if (length && (length !== 256 || options.cleanSession)) return close(length < 6 ? length : length === 256 ? UNEXPECTED_PACKET : MALFORMED_PACKET);
                // Brokers change, and a link that broke when something followed CONNECT looks the same as one that refused it.
                if (!(++client.connections & 127)) hesitant = options.waitForConnack;
                // CONNECT was sent at most a tick ago.
                idle = 1;
                arm(patience);
                if (MOTEMQ_RECEIVES) forget(!length);
                enter(CONNECTED, 0);
            } else {
                if (MOTEMQ_RECEIVES && (!length || (first === SUBACK && code > 2 && code !== REFUSED))) return close(MALFORMED_PACKET);
                const acknowledged = rest.substr(body, 2);
                body = queue.findIndex(entry => entry.startsWith(acknowledged)); // dialect-ok: a function that does not stay
                if (body >= 0 && body < sent && (!MOTEMQ_RECEIVES || (queue[body].charCodeAt(2) >> 4) + 1 === first >> 4)) {
                    bytes -= queue[body].length - 2;
                    queue.splice(body, 1);
                    sent--;
                    if (!MOTEMQ_RECEIVES || first === PUBACK) {
                        client.acknowledged++;
                        callBack(options.onAcknowledged, length);
                    } else if (first === SUBACK) {
                        for (body = 0; body < subscriptions.length; body++) {
                            const each = subscriptions[body];
                            if (each.askedBy === length) {
                                each.askedBy = 0;
                                // Less may be granted than was asked for, not more.
                                if (code > each.qos && code !== REFUSED) return close(UNSUPPORTED_QOS);
                                each.granted = code;
                                callBack(options.onSubscribed, each);
                                break;
                            }
                        }
                    }
                }
            }
            if (state !== CONNECTED) return;
        }
        // What is skipped may reach beyond what has come.
        if (!MOTEMQ_RECEIVES) left = at > rest.length ? at - rest.length : 0;
        rest = rest.substr(at);
    }
    if (MOTEMQ_RECEIVES && renewing && state === CONNECTED) renew();
    pump();
    // What could be acknowledged was, and the broker sends the rest again: slow, but each connection gets on.
    if (MOTEMQ_RECEIVES && blocked && !control) close(ACKNOWLEDGEMENTS_BLOCKED);
    // Not when STOPPED (0) or STOPPING (5).
    if (bytes < fullAt && state % STOPPING) {
        fullAt = 0;
        callBack(options.onWritable);
    }
}

/** True while the packet with this handle waits for its acknowledgement. */
export function isPending(handle: number): boolean {
    return handle > 0 && queue.some(entry => entry.startsWith(text(handle >> 8, handle))); // dialect-ok: a function that does not stay
}

/** Queues a SUBSCRIBE, and renews it whenever the broker has not kept the session. */
export function subscribe(subscription: Subscription): number {
    const handle = request(SUBSCRIBE, subscription);
    if (handle > 0 && !subscriptions.includes(subscription)) subscriptions = subscriptions.concat([subscription]);
    return handle;
}

/** Queues an UNSUBSCRIBE. */
export function unsubscribe(subscription: Subscription): number {
    const handle = request(UNSUBSCRIBE, subscription);
    if (handle > 0) {
        subscriptions = subscriptions.filter(each => each !== subscription); // dialect-ok: a function that does not stay
        subscription.askedBy = 0;
        subscription.granted = NOT_SUBSCRIBED;
    }
    return handle;
}

/** Makes a client. Throws if an option breaks a rule of the standard, or if there is one that is not STOPPED. */
export function makeClient(given: ClientOptions): Client {
    const keepAlive = given.keepAlive ?? 60;
    // 5 % early, so that neither a late timer nor a slow link makes it late [MQTT-3.1.2-23].
    const silence = keepAlive * 950 || NEVER;
    if (state || !(given.sendBuffer > 0 && given.transport.port > 0)) misuse(MOTEMQ_TEXTS ? 'sendBuffer is a number of bytes, port a number, and there is one client at a time' : 'sendBuffer');
    options = given;
    connect = connectPacket(given, given, keepAlive);
    patience = Math.min(given.responseTimeout || 15000, silence / 2);
    pingAfter = silence / patience - 1;
    client.state = client.closeReason = client.connections = client.sent = client.acknowledged = client.refused = 0;
    queue = [];
    control = rest = oldest = '';
    bytes = fullAt = sent = lastIdentifier = left = fault = timer = pinging = clear = backoff = socket = farewell = 0;
    hesitant = given.waitForConnack;
    if (MOTEMQ_RECEIVES) {
        if (!(given.receiveBuffer.length > 7)) misuse(MOTEMQ_TEXTS ? 'receiveBuffer has at least 8 bytes' : 'receiveBuffer');
        subscriptions = [];
        message.bytes = message.topicBytes = given.receiveBuffer;
        client.received = client.skipped = stage = blocked = renewing = 0;
    }
    return client;
}
