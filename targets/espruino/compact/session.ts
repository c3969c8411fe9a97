// The client made for what this interpreter charges for: 5 variables for each function and one for each parameter, 3 more for one that
// is made inside another, and 3 to 10 for each call, number and byte of a loop, while texts are joined, cut and compared in native code.
// Hence few functions and plain variables, which only one file can write, and which make one client at a time; packets as texts; and the
// socket used directly: what it is given in one turn leaves together. The behaviour is that of src/session. MOTEMQ_RECEIVES: for the full client.
//
// The first `sent` entries of `queue` are on their way and await an answer. Flags are 0 and 1: a number lies in the variable's own name.
// SNTP may set the clock at any moment: time is counted in ticks of `patience`.
// `==` is one byte less than `===`, and the same where both sides are numbers, or both are texts.
// dialect-ok-file module-variable: one client at a time, and on Espruino alone
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
// dialect-ok-file clear-timeout: Espruino ignores 0, which stands for none
// dialect-ok-file closure-per-call: functions that do not stay, and on Espruino alone
// oxlint-disable no-unmodified-loop-condition, eqeqeq -- functions that are called change what loops look at; see above.
import { CONNACK, DUP, PINGRESP, PUBACK, PUBLISH, SUBACK, SUBSCRIBE, UNSUBACK, UNSUBSCRIBE } from '../../../src/codec/packets.ts';
import {
    ACKNOWLEDGEMENTS_BLOCKED, CLOSED_BY_APPLICATION, CONNACK_TIMEOUT, CONNECTION_LOST, CONNECT_FAILED, CONNECT_TIMEOUT, MALFORMED_PACKET, NAME_NOT_RESOLVED,
    PINGRESP_TIMEOUT, PUBACK_TIMEOUT, SUBACK_TIMEOUT, TRANSPORT_FAULT, UNEXPECTED_PACKET, UNSUBACK_TIMEOUT, UNSUPPORTED_QOS,
} from '../../../src/reasons.ts';
import { BUFFER_FULL, TOO_LARGE } from '../../../src/session/refusals.ts';
import { CONNECTED, CONNECTING, OPENING, STOPPING, WAITING } from '../../../src/session/states.ts';
import { NOT_SUBSCRIBED, REFUSED } from '../../../src/session/subscription.ts';
import type { Interpreter, Socket } from '../espruino.ts';
import type { Client, ClientOptions } from './options.ts';
import { connectPacket, lengthBytes, misuse, text } from './packets.ts';
import type { Subscription } from './subscription.ts';
import { isTopicName } from './topic.ts';
import type { Topic } from './topic.ts';

declare const E: Interpreter;
declare function getTime(): number;
declare function print(...values: unknown[]): void;

/** The longest time, in ms: keep-alive is turned off. */
const NEVER = 1e9;
/** First bytes below it are those of PUBLISH. */
const REQUEST = 64;

/** A packet that waits: its first byte, the rest of it, and its identifier, or 0 for none. */
type Entry = [first: number, rest: string, identifier: number];

// A name is looked up from the first that the file has to the last: those that each message needs come first.

/** The one client of this file, with what both kinds have. */
export const client = {
    get safeToSleep(): boolean {
        // What a socket has queued is lost with the power, too.
        return !(bytes || control || (socket && socket.dSnd));
    },

    publish(topic: Topic, payload: string | Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        const data = text(payload);
        let handle = 0;
        // Fixed header and topic of the message before are as a rule those of this one: then few steps are left. A sum with what is no number equals none.
        if (qos || retain || start || state != CONNECTED || queue[sent] || end != data.length || end + qos + start != topic.headFor || !write(topic.head + data)) {
            const part = data.substring(start, end);
            if ((qos & 1) != qos || part.length != end - start) misuse(MOTEMQ_TEXTS ? 'the range lies in the payload, the QoS of a message is 0 or 1' : '3.3');
            const head = text(lengthBytes(topic.encoded.length + end - start + qos * 2), topic.encoded);
            handle = enqueue(PUBLISH | (qos * 2) | (retain as unknown as number), qos, head, part);
            // It was taken, with QoS 0.
            if (!(handle || retain)) {
                // The first byte of PUBLISH, too.
                topic.head = '0' + head;
                topic.headFor = end - start;
            }
        }
        client.sent += (handle >= 0) as unknown as number;
        return handle;
    },

    start(): void {
        // When STOPPED (0).
        if (!state) {
            hesitant = options.waitForConnack as unknown as number;
            arm(0);
            enter(WAITING);
        }
    },

    stop(): void {
        if (state == CONNECTED) {
            // DISCONNECT waits until messages have left, and STOPPED until DISCONNECT has: who is told may turn off the power.
            room = 0;
            pinging = 1;
            arm(patience);
            enter(STOPPING);
            pump();
        // Not when STOPPED (0) or STOPPING (5).
        } else if (state % STOPPING) close(CLOSED_BY_APPLICATION);
    },
} as unknown as { -readonly [Key in keyof Client]: Client[Key] };

let options: ClientOptions;
let socket: Socket | 0;
/** Bytes that may wait in the socket. */
let room: number;
/** Ticks since something was sent, and how many make a PINGREQ due. */
let idle: number;
let pingAfter: number;
/** 0 is STOPPED. */
let state = 0;
let queue: Entry[];
let sent: number;
/** Packets that go before all others: CONNECT, PUBACKs, PINGREQ. */
let control: string;
/** How many bytes of packets may wait, each without its first. */
let capacity: number;
/** Those of the packets in `queue`; as many when one was refused for want of room, 0: none was. */
let bytes: number;
let fullAt: number;
/** What arrived and is not a whole packet yet. */
let rest: string;
/** Bytes behind it that are passed over. */
let beyond: number;
let lastIdentifier: number;
let connect: string;
/** Truthy: nothing follows CONNECT before CONNACK. */
let hesitant: number;
/** 2: the session begins anew with each connection; 0: it lasts. */
let clean: number;
/** The longest pause before the latest attempt, in ms; 0: a connection has proved stable since. */
let backoff: number;
let timer: ReturnType<typeof setTimeout> | 0 = 0;
/** How long an answer is awaited at least, and at most twice that, in ms. */
let patience: number;
/** 1: an answer to PINGREQ is awaited, or DISCONNECT is to be sent; 2: it was. */
let pinging: number;
/** The packet whose answer was awaited at the last tick. */
let oldest: Entry | 0;
/** What is subscribed to. A new array each time, so that one that is being gone through stays as it is. */
let subscriptions: readonly Subscription[];
/** Some of it must be asked for. */
let renewing: boolean;
/** A message could not be acknowledged, so that none behind it may be on this connection [MQTT-4.6.0-2]. */
let blocked: number;
/** What comes next of the PUBLISH under way (0: there is none), and bytes of its payload still to come. */
let stage: number;
let left: number;
/** Its topic, its packet identifier, and whether it is handed on. */
let name: string;
let identifier: string;
let kept: boolean;

/** What comes next of the PUBLISH under way: its packet identifier, its payload. */
const IDENTIFYING = 1;
const TAKING = 2;

/** The received message, as applications see it: src/codec/message-decoder.ts. */
const message = {
    bytes: null as unknown as Uint8Array, topicBytes: null as unknown as Uint8Array, topicStart: 0, topicEnd: 0, start: 0, end: 0, offset: 0, total: 0, qos: 0, retain: false, dup: false,

    topicIs(topic: Topic): boolean {
        return topic.encoded.substr(2) == name;
    },

    /** §4.7.1; a filter that starts with a wildcard matches no topic that starts with `$` [MQTT-4.7.2-1]. */
    matches(subscription: Subscription): boolean {
        const filter = subscription.encoded.substr(2);
        const levels = filter.split('/');
        const names = name.split('/');
        return filter == name || ((name[0] != '$' || filter[0] == '$')
            && levels.every((level, index) => level == '#' || level == names[index] || (level == '+' && index < names.length))
            // `sport/#` also matches `sport`, its parent level.
            && (levels.length == names.length || levels.pop() == '#'));
    },
};

function callBack<First, Second>(callback: ((first: First, second: Second) => void) | undefined, first?: First, second?: Second): void {
    try {
        if (callback) callback(first!, second!);
    } catch (error) {
        print('motemq:', error);
    }
}

function enter(next: number, reason?: number): void {
    client.state = state = next;
    callBack(options.onStateChange, next, reason || 0);
}

function arm(ms: number, fault?: number): void {
    clearTimeout(timer as number);
    timer = setTimeout(tick, ms, fault);
}

/** Takes a packet made of its `first` byte, `head`, its identifier if it has one (`identified` 1), and `tail`. Returns a handle or a refusal. */
function enqueue(first: number, identified: number, head: string, tail: string): number {
    let handle = identified && lastIdentifier % 65535 + 1;
    const packet = head + (handle ? text(handle >> 8, handle) : '') + tail;
    const size = packet.length;
    // After 65,534 others the oldest one may come round that is still in use: then there is no room either.
    if (bytes + size > capacity || (handle && queue[0] && queue[0][2] == handle)) {
        client.refused++;
        if (size > capacity) handle = TOO_LARGE;
        else {
            handle = BUFFER_FULL;
            fullAt = bytes;
        }
    } else {
        lastIdentifier = handle || lastIdentifier;
        bytes += size;
        queue.push([first, packet, handle]);
        // That may end everything, which is told in a turn of its own.
        if (state != STOPPING) pump();
    }
    return handle;
}

/** Hands bytes to the socket. True: it took them, which Espruino tells by false; else it has no room, and will tell, or it is gone. */
function write(data: string): boolean | undefined {
    if (!(socket as Socket).dSnd || (socket as Socket).dSnd!.length + data.length <= room) {
        try {
            idle = 0;
            return !(socket as Socket).write(data);
        } catch {
            // Network or socket are gone, and perhaps no event tells it.
            arm(0, TRANSPORT_FAULT);
        }
    }
    // Again and again the same, which `on` would not do; and not before it is needed, as each message that leaves brings the event.
    (socket as Socket)['#ondrain'] = listen;
    return undefined;
}

/** SUBSCRIBE and UNSUBSCRIBE are never on their way together: one sent again later could undo the other. */
function conflicts(first: number): boolean {
    return first > REQUEST && queue.some((entry, index) => index < sent && entry[0] > REQUEST && entry[0] != first);
}

/** Queues a SUBSCRIBE or UNSUBSCRIBE (`first`). Returns a handle or a refusal. */
function request(first: number, subscription: Subscription): number {
    const qos = first == SUBSCRIBE ? text(subscription.qos) : '';
    const handle = enqueue(first, 1, text(lengthBytes(subscription.encoded.length + 2 + qos.length)), subscription.encoded + qos);
    if (handle > 0) subscription.askedBy = handle;
    return handle;
}

/** The broker may not have what it had: `all`, or what it has refused, is asked for again. */
function forget(all: boolean): void {
    subscriptions.forEach((each) => {
        if (all || each.granted == REFUSED) each.granted = NOT_SUBSCRIBED;
    });
    renewing = true;
}

/** Hands the message, or a piece of it, to the subscriptions that match. */
function deliver(): void {
    let handled: number | undefined;
    if (!message.offset) client.received++;
    subscriptions.forEach((each) => {
        // A handler before it may have called `stop` or unsubscribed it.
        if (each.onMessage && state == CONNECTED && subscriptions.includes(each) && message.matches(each)) {
            handled = 1;
            callBack(each.onMessage, message);
        }
    });
    if (!handled) callBack(options.onMessage, message);
}

/** Takes what has come of the PUBLISH under way from `rest` (as bytes: `heard`), from `at` on. Returns where that ends, which may be behind what has come. */
function receive(heard: Uint8Array, at: number): number {
    const end = heard.length;
    if (stage == IDENTIFYING && end >= at + message.qos * 2) {
        identifier = rest.substr(at, message.qos * 2);
        at += message.qos * 2;
        stage = TAKING;
        if (identifier == '\0\0') close(MALFORMED_PACKET);
    }
    if (stage == TAKING) {
        // A whole number lies in the variable's own name, and Math.min makes none.
        const length = kept ? Math.min(end - at, left) | 0 : left;
        left -= length;
        if (!left && at + length <= end) {
            stage = 0;
            if (!kept) client.skipped++;
            if (identifier) {
                if (control.length > 31) {
                    pump();
                    if (control) blocked = 1;
                }
                // Nothing leaves before the handler returns; if that stops the client, DISCONNECT comes behind.
                if (!blocked) control += text('@', 2, identifier);
            }
        }
        if (kept && (length || !left)) {
            message.bytes = heard;
            message.start = at;
            message.end = at + length;
            deliver();
            if (!left) message.bytes = message.topicBytes = null as unknown as Uint8Array;
        }
        message.offset += length;
        at += length;
    }
    return at;
}

/** Hands to the socket what may be sent now, in order. */
function pump(): void {
    while (state > OPENING) {
        const next = queue[sent];
        // Nothing follows DISCONNECT. Before CONNACK a QoS 0 message would be lost if the broker refused.
        if (pinging > 1 || (!control && (!next || (state == CONNECTING && (hesitant || !next[2])) || (MOTEMQ_RECEIVES && conflicts(next[0]))))) {
            if (state != STOPPING || !write(pinging > 1 ? '' : '\xe0\0')) return;
            if (pinging++ > 1) close(CLOSED_BY_APPLICATION);
        } else {
            if (!write(control || text(next[0], next[1]))) return;
            if (control) control = '';
            else if (next[2]) sent++;
            else {
                bytes -= next[1].length;
                queue.splice(sent, 1);
            }
        }
    }
}

/** The connection is over, or never came about. */
function close(reason: number): void {
    while (sent) {
        // [MQTT-3.3.1-1]; what the broker has forgotten is published anew [MQTT-3.1.2-6].
        queue[--sent][0] |= clean || (MOTEMQ_RECEIVES && queue[sent][0] > REQUEST) ? 0 : DUP;
    }
    control = rest = '';
    if (MOTEMQ_RECEIVES) {
        stage = blocked = 0;
        // Whether CONNECT began a new session is unknown, and the next CONNACK would call that one present.
        if (state == CONNECTING) forget(true);
    }
    try {
        // What waits would keep a socket for ever whose peer takes nothing any more.
        (socket as Socket).dSnd = '';
        (socket as Socket).end();
    } catch {
        // There is none, or without a network nothing is left to end.
    }
    socket = beyond = pinging = oldest = 0;
    // As a rule it is the broker that closes, when it has DISCONNECT.
    if (state == STOPPING) reason = CLOSED_BY_APPLICATION;
    // Full jitter, from the microseconds of the clock: Math.random() begins alike on every board. 97 lays neighbouring ones apart.
    // A tick in STOPPED does nothing.
    arm(reason - CLOSED_BY_APPLICATION && getTime() * 97e6 % (backoff = Math.min(backoff * 2 || options.retryDelay || 1000, options.retryDelayMaximum || 120000)));
    client.closeReason = reason;
    // STOPPED (0) or WAITING.
    enter(reason - CLOSED_BY_APPLICATION && WAITING, reason);
}

/** The time for which `arm` was asked has passed. `fault`: why the connection ends, told in a turn of its own. */
function tick(fault?: number): void {
    timer = 0;
    if (fault) close(fault);
    else if (state == WAITING) {
        if (MOTEMQ_RECEIVES && options.credentials) {
            callBack(() => {
                const identity = options.credentials!();
                // Who is asked may have stopped this client, and made another one.
                if (!timer) connect = connectPacket(options, identity, options.keepAlive ?? 60, clean);
            });
            if (timer) return;
        }
        enter(OPENING);
        if ((state as number) == OPENING) {
            try {
                const transport = options.transport;
                // Where memory runs out in `connect`, which `catch` does not see, the next attempt is due all the same.
                arm(patience);
                room = transport.queueSize ?? 536;
                socket = transport.io.connect(transport);
                socket.on('data', listen);
                socket.on('close', listen);
                // What is written before there is a connection leaves when there is one.
                control = connect;
                arm(patience);
                enter(CONNECTING);
                pump();
            } catch (error) {
                // There is nothing else to tell "Unable to locate host" from "Unable to create socket" by.
                close(MOTEMQ_RECEIVES && ('' + error).includes('host') ? NAME_NOT_RESOLVED : CONNECT_FAILED);
            }
        }
    } else if (state < CONNECTED) {
        // Not when STOPPED (0).
        if (state) close((socket as Socket).dSnd ? CONNECT_TIMEOUT : CONNACK_TIMEOUT);
    } else if (pinging) close(PINGRESP_TIMEOUT);
    else if (oldest && oldest == queue[0]) close(MOTEMQ_RECEIVES && oldest[0] == SUBSCRIBE ? SUBACK_TIMEOUT : MOTEMQ_RECEIVES && oldest[0] == UNSUBSCRIBE ? UNSUBACK_TIMEOUT : PUBACK_TIMEOUT);
    else {
        backoff = 0;
        oldest = sent && queue[0];
        arm(patience);
        if (++idle > pingAfter) {
            pinging = 1;
            control += '\xc0\0';
            pump();
        }
    }
}

/** Hears all that the socket tells: a text that arrived, itself when there is room, and true or false when it is closed. */
function listen(this: Socket, told: string | Socket | boolean): void {
    let at: number;
    let body: number;
    let first: number;
    let length: number;
    let byte: number;
    if (this !== socket) return;
    if (told === !!told) {
        // A broker that does not take what follows CONNECT.
        hesitant |= (state == CONNECTING && sent) as number;
        // CONNECT leaves when there is a connection.
        close(socket.dSnd && state < CONNECTED ? CONNECT_FAILED : CONNECTION_LOST);
    } else if (told !== socket && state != STOPPING) {
        rest += told as string;
        const heard = E.toUint8Array(rest);
        const end = heard.length;
        at = beyond;
        for (;;) {
            if (MOTEMQ_RECEIVES && stage) {
                at = receive(heard, at);
                if (state != CONNECTED) return;
                if (stage) break;
            }
            body = at;
            length = 0;
            do {
                byte = heard[++body];
                length |= (byte & 127) << ((body - at) * 7 - 7);
            } while (byte > 127 && body < at + 4);
            if (++body > end) break;
            first = heard[at];
            if (byte > 127 || (first == CONNACK) != (state < CONNECTED)
                || (first >> 4 != PUBLISH >> 4 && (first == PINGRESP ? length : MOTEMQ_RECEIVES && first == SUBACK ? length != 3
                    : length != 2 || (first != PUBACK && first != CONNACK && !(MOTEMQ_RECEIVES && first == UNSUBACK))))) {
                return close(MOTEMQ_RECEIVES && first == SUBACK && length > 3 && state == CONNECTED ? UNEXPECTED_PACKET : MALFORMED_PACKET);
            }
            if (MOTEMQ_RECEIVES && first >> 4 == PUBLISH >> 4) {
                if (end < body + 2) break;
                const size = heard[body] * 256 + heard[body + 1] + 2;
                const whole = length <= options.receiveBuffer;
                left = length - size - (first & 6);
                // QoS 3 [MQTT-3.3.1-4], DUP with QoS 0 [MQTT-3.3.1-2], a topic of no length [MQTT-4.7.3-1].
                if ((first & 6) == 6 || (first & 14) == 8 || size < 3 || left < 0) return close(MALFORMED_PACKET);
                if (first & 4) return close(UNSUPPORTED_QOS);
                kept = whole || (options.streamLarge === true && size < options.receiveBuffer);
                if (kept && end < body + (whole ? length : size)) break;
                at = body + size;
                stage = IDENTIFYING;
                message.qos = (first >> 1) & 1;
                message.retain = (first & 1) > 0;
                message.dup = (first & 8) > 0;
                message.topicBytes = heard;
                message.topicStart = body + 2;
                message.topicEnd = at;
                message.offset = 0;
                message.total = left;
                name = rest.substr(body + 2, size - 2);
                if (kept && !isTopicName(heard, body + 2, at)) return close(MALFORMED_PACKET);
                continue;
            }
            if ((MOTEMQ_RECEIVES || first >> 4 != PUBLISH >> 4) && end < body + length) break;
            at = body + length;
            length = heard[body] * 256 + heard[body + 1];
            if (first == PINGRESP) pinging = 0;
            else if (first == CONNACK) {
                // Return code; session present to a clean session; reserved bits, codes above 5, session present with a refusal [MQTT-3.2.2-4].
                if (length && (length != 256 || clean)) return close(length < 6 ? length : MOTEMQ_RECEIVES && length == 256 ? UNEXPECTED_PACKET : MALFORMED_PACKET);
                client.connections++;
                // CONNECT was sent at most a tick ago; and what is stable has lasted a tick.
                idle = 1;
                arm(patience);
                if (MOTEMQ_RECEIVES) forget(!length);
                enter(CONNECTED);
            } else if (MOTEMQ_RECEIVES || first == PUBACK) {
                // `heard[at - 1]` is that of a SUBACK.
                if (MOTEMQ_RECEIVES && (!length || (first == SUBACK && heard[at - 1] > 2 && heard[at - 1] != REFUSED))) return close(MALFORMED_PACKET);
                queue.some((entry, index) => {
                    if (index < sent && entry[2] == length && (!MOTEMQ_RECEIVES || (entry[0] >> 4) + 1 == first >> 4)) {
                        bytes -= entry[1].length;
                        queue.splice(index, 1);
                        sent--;
                        if (!MOTEMQ_RECEIVES || first == PUBACK) {
                            client.acknowledged++;
                            callBack(options.onAcknowledged, length);
                        } else if (first == SUBACK) {
                            subscriptions.forEach((each) => {
                                if (each.askedBy == length) {
                                    each.askedBy = 0;
                                    // Less may be granted than was asked for, not more.
                                    if (heard[at - 1] > each.qos && heard[at - 1] != REFUSED) close(UNSUPPORTED_QOS);
                                    else {
                                        each.granted = heard[at - 1];
                                        callBack(options.onSubscribed, each);
                                    }
                                }
                            });
                        }
                        return 1;
                    }
                    return 0;
                });
            }
            if (state != CONNECTED) return;
        }
        // What is passed over may reach beyond what has come.
        beyond = at > end ? at - end : 0;
        rest = rest.substr(at);
    }
    if (MOTEMQ_RECEIVES && renewing && state == CONNECTED) {
        // What the broker has not granted and was not asked for yet, as far as there is room.
        renewing = subscriptions.some(each => each.granted == NOT_SUBSCRIBED && !each.askedBy && ((bytes && bytes + each.encoded.length + 6 > capacity) || request(SUBSCRIBE, each) < 0));
    }
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
    return handle > 0 && queue.some(entry => entry[2] == handle);
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
        subscriptions = subscriptions.filter(each => each !== subscription);
        subscription.granted = NOT_SUBSCRIBED;
    }
    return handle;
}

/** Makes a client. Throws if an option breaks a rule of the standard, or if there is one that is not STOPPED. */
export function makeClient(given: ClientOptions): Client {
    const keepAlive = given.keepAlive ?? 60;
    // 5 % early, so that neither a late timer nor a slow link makes it late [MQTT-3.1.2-23].
    const silence = keepAlive * 950 || NEVER;
    if (state || !(given.sendBuffer * given.transport.port > 0)) misuse(MOTEMQ_TEXTS ? 'sendBuffer is a number of bytes, port a number, and there is one client at a time' : 'option');
    if (MOTEMQ_RECEIVES && !(given.receiveBuffer > 7)) misuse(MOTEMQ_TEXTS ? 'receiveBuffer is a number of bytes, at least 8' : 'receiveBuffer');
    options = given;
    capacity = given.sendBuffer;
    connect = connectPacket(given, given, keepAlive, clean = given.cleanSession ? 2 : 0);
    patience = Math.min(given.responseTimeout || 15000, silence / 2);
    pingAfter = silence / patience - 1;
    client.state = client.closeReason = client.connections = client.sent = client.acknowledged = client.refused = 0;
    queue = [];
    control = rest = '';
    bytes = fullAt = sent = lastIdentifier = beyond = backoff = 0;
    if (MOTEMQ_RECEIVES) {
        subscriptions = [];
        name = identifier = '';
        client.received = client.skipped = 0;
    }
    return client;
}
