// Bugs that the simulator must find in the client made for Espruino, and what each must be found to break. That client is reshaped to
// save bytes, more often than others, so no text in it can be relied on. A bug sits at its edges instead, where it shows and nothing else
// can be seen: in what the client writes to its socket and asks of its timer, in what its application hands to it and gets of it. To those
// on both sides that is a client with this bug.
import { BUFFER_FULL, CONNECTED } from '../../../src/index.ts';
import type { Client, ClientOptions, Message } from '../../../src/index.ts';
import type { Invariant } from './invariants.ts';

/** What passes the edges of a client, and what passes in its place. What is left out passes as it is. */
export interface Edges {
    /** Packets that leave together, a character a byte. */
    leave?(packets: readonly string[]): readonly string[];
    /** For how long the timer is set, in ms; below 0: it is not. */
    wait?(ms: number): number;
    /** A message, on its way to a handler. */
    hear?(message: Changeable<Message>, handler: (message: Message) => void): void;
    /** An exception that is caught. */
    report?(error: unknown): void;
    /** What the client is made with. */
    begin?(options: Changeable<ClientOptions>): void;
    /** The client, which may get other members. */
    made?(client: Changeable<Client>, options: ClientOptions): void;
}

type Changeable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export interface EdgeBug {
    readonly name: string;
    readonly breaks: Invariant;
    /** The edges of one client, from power-up to power cut. */
    make(): Edges;
}

/** Invariants that this client cannot break: it has no window, and no node with it sleeps in the simulator. */
export const beyondEspruino: readonly Invariant[] = ['window', 'kept', 'counted', 'bound', 'radio', 'remembered'];

const first = (packet: string): number => packet.charCodeAt(0);
const isMessage = (packet: string): boolean => first(packet) >> 4 === 3;
const isConnect = (packet: string): boolean => first(packet) === 0x10;
const isDup = (packet: string): boolean => isMessage(packet) && (first(packet) & 8) > 0;
/** PUBLISH with QoS 1, SUBSCRIBE or UNSUBSCRIBE. */
const hasIdentifier = (packet: string): boolean => (first(packet) & 2) > 0;
const PINGREQ = '\xc0\0';
const DISCONNECT = '\xe0\0';

/** Where the body of the packet at the beginning of `text` begins. */
function bodyOf(text: string): number {
    let at = 1;
    while (text.charCodeAt(at) > 127) at++;
    return at + 1;
}

/** The packets that `text` consists of; the last may be a part. */
export function packetsIn(text: string): string[] {
    const packets: string[] = [];
    for (let start = 0, end = 0; start < text.length; start = end) {
        const body = bodyOf(text.slice(start));
        let length = 0;
        for (let at = body - 1; at > 0; at--) length = length * 128 + (text.charCodeAt(start + at) & 127);
        end = start + body + length;
        packets.push(text.slice(start, end));
    }
    return packets;
}

const number = (packet: string, at: number): number => packet.charCodeAt(at) * 256 + packet.charCodeAt(at + 1);

/** Where the packet identifier of `packet` stands, of those that have one. */
function identifierAt(packet: string): number {
    const body = bodyOf(packet);
    return isMessage(packet) ? body + 2 + number(packet, body) : body;
}

const identifierOf = (packet: string): number => number(packet, identifierAt(packet));

function withIdentifier(packet: string, packetIdentifier: number): string {
    const at = identifierAt(packet);
    return packet.slice(0, at) + String.fromCharCode(packetIdentifier >> 8, packetIdentifier & 255) + packet.slice(at + 2);
}

const withFirst = (packet: string, byte: number): string => String.fromCharCode(byte) + packet.slice(1);
const each = (change: (packet: string) => string): Edges => ({ leave: packets => packets.map(change) });

/** Tells `change` of which connection, from 1, a packet is. */
function onConnections(change: (packet: string, connection: number) => string): Edges {
    let connection = 0;
    return each(packet => {
        if (isConnect(packet)) connection++;
        return change(packet, connection);
    });
}

export const edgeBugs: readonly EdgeBug[] = [
    // Messages to the broker.
    {
        name: 'messages that were sent are forgotten with the connection', breaks: 'delivered', make() {
            const sent = new Set<number>();
            let forgotten = new Set<number>();
            return {
                ...each(packet => {
                    if (isConnect(packet)) forgotten = new Set(sent);
                    else if (hasIdentifier(packet)) sent.add(identifierOf(packet));
                    return isDup(packet) ? '' : packet;
                }),
                made(client) {
                    const isPending = client.isPending.bind(client);
                    client.isPending = handle => !forgotten.has(handle) && isPending(handle);
                },
            };
        },
    },
    {
        name: 'message told acknowledged when it leaves', breaks: 'acknowledged', make() {
            let options: ClientOptions;
            return {
                begin: given => void (options = given),
                ...each(packet => {
                    if (isMessage(packet) && hasIdentifier(packet)) options.onAcknowledged!(identifierOf(packet));
                    return packet;
                }),
            };
        },
    },
    {
        name: 'message that is sent again overtaken by the next one', breaks: 'order', make() {
            let held = '';
            return each(packet => {
                if (isConnect(packet)) held = '';
                if (!isMessage(packet)) return packet;
                const both = held ? packet + held : '';
                held = isDup(packet) && !held ? packet : '';
                return held ? '' : both || packet;
            });
        },
    },
    {
        name: 'QoS 0 sent again after a cut', breaks: 'once', make() {
            let last = '';
            return each(packet => {
                if (isMessage(packet) && !hasIdentifier(packet)) last = packet;
                return isConnect(packet) ? packet + last : packet;
            });
        },
    },
    { name: 'PINGREQ sent twice', breaks: 'once', make: () => each(packet => packet === PINGREQ ? PINGREQ + PINGREQ : packet) },
    { name: 'no DUP on a resend', breaks: 'DUP', make: () => each(packet => isDup(packet) ? withFirst(packet, first(packet) & ~8) : packet) },
    {
        name: 'DUP on what was never sent', breaks: 'DUP',
        make: () => onConnections((packet, connection) => connection > 1 && isMessage(packet) && hasIdentifier(packet) ? withFirst(packet, first(packet) | 8) : packet),
    },
    { name: 'SUBSCRIBE without its reserved bits', breaks: 'wire', make: () => each(packet => first(packet) === 0x82 ? withFirst(packet, 0x80) : packet) },
    { name: 'clean session asked for each time', breaks: 'wire', make: () => each(packet => isConnect(packet) ? packet.slice(0, 9) + String.fromCharCode(packet.charCodeAt(9) | 2) + packet.slice(10) : packet) },
    { name: 'byte of more than 8 bits', breaks: 'contract', make: () => each(packet => packet.startsWith('@') ? withFirst(packet, first(packet) | 256) : packet) },

    // Packet identifiers.
    { name: 'identifiers from 1 to 3', breaks: 'identifiers', make: () => each(packet => hasIdentifier(packet) ? withIdentifier(packet, identifierOf(packet) % 3 + 1) : packet) },
    {
        name: 'identifier 65,536 behind 65,535', breaks: 'identifiers', make: () => ({
            made(client) {
                const publish = client.publish.bind(client);
                client.publish = (...message) => {
                    const handle = publish(...message);
                    return handle === 65535 ? 65536 : handle;
                };
            },
        }),
    },

    // The connection.
    { name: 'ticks of three times their length', breaks: 'keep-alive', make: () => ({ wait: ms => ms * 3 }) },
    { name: 'ticks of a tenth of their length', breaks: 'patience', make: () => ({ wait: ms => Math.ceil(ms / 10) }) },
    { name: 'PINGREQ that does not leave', breaks: 'patience', make: () => each(packet => packet === PINGREQ ? '' : packet) },
    {
        name: 'no tick behind that of a ping', breaks: 'one wake', make() {
            let pinged = false;
            return {
                ...each(packet => {
                    pinged ||= packet === PINGREQ;
                    return packet;
                }),
                wait: ms => pinged ? -1 : ms,
            };
        },
    },
    { name: 'goodbye without DISCONNECT', breaks: 'progress', make: () => each(packet => packet === DISCONNECT ? '' : packet) },
    { name: 'onWritable never called', breaks: 'progress', make: () => ({ begin: options => void (options.onWritable = undefined) }) },
    {
        name: 'publish that waits for room', breaks: 'return', make: () => ({
            made(client) {
                const publish = client.publish.bind(client);
                client.publish = (...message) => {
                    let handle = publish(...message);
                    while (handle === BUFFER_FULL) handle = publish(...message);
                    return handle;
                };
            },
        }),
    },

    // Messages from the broker.
    {
        name: 'message from before a power cut taken for a duplicate', breaks: 'acknowledged', make() {
            let client: { connections: number };
            return {
                made: made => void (client = made),
                hear(message, handler) {
                    if (!message.dup || client.connections > 1) handler(message);
                },
            };
        },
    },
    { name: 'acknowledgements in the wrong order', breaks: 'order', make: () => ({ leave: packets => packets.every(packet => packet.startsWith('@')) ? packets.map((_, index) => packets[packets.length - 1 - index]) : packets }) },
    {
        name: 'RETAIN not told', breaks: 'messages', make: () => ({
            hear(message, handler) {
                message.retain = false;
                handler(message);
            },
        }),
    },
    {
        name: 'message handed to the first handler only', breaks: 'messages', make() {
            const handed = new Set<string>();
            return {
                hear(message, handler) {
                    const content = Buffer.from(message.bytes.subarray(message.start, message.end)).toString('latin1');
                    if (!handed.has(content) || message.dup || message.retain) handler(message);
                    handed.add(content);
                },
            };
        },
    },

    // Subscriptions.
    {
        name: 'filter cut short when it is sent again', breaks: 'subscriptions',
        make: () => onConnections((packet, connection) => connection > 1 && first(packet) === 0x82 ? packet.replace('#', 'y') : packet),
    },

    // The application.
    {
        name: 'onWritable behind stop', breaks: 'silence', make: () => ({
            made(client, options) {
                const stop = client.stop.bind(client);
                client.stop = () => {
                    stop();
                    options.onWritable!();
                };
            },
        }),
    },
    { name: 'PINGREQ behind DISCONNECT', breaks: 'silence', make: () => each(packet => packet === DISCONNECT ? DISCONNECT + PINGREQ : packet) },
    {
        name: 'exception of a callback thrown on', breaks: 'exceptions', make: () => ({
            report(error) {
                throw error;
            },
        }),
    },
    { name: 'exception of a callback kept secret', breaks: 'exceptions', make: () => ({ report() {} }) },
    { name: 'safe to sleep whenever connected', breaks: 'told truly', make: () => ({ made: client => void Object.defineProperty(client, 'safeToSleep', { get: () => client.state === CONNECTED, enumerable: true }) }) },
    {
        name: 'acknowledgement counted twice', breaks: 'told truly', make() {
            let client: { acknowledged: number };
            return {
                made: made => void (client = made),
                begin(options) {
                    const { onAcknowledged } = options;
                    options.onAcknowledged = handle => {
                        client.acknowledged++;
                        onAcknowledged!(handle);
                    };
                },
            };
        },
    },
    {
        name: 'payload written to', breaks: 'memory', make: () => ({
            made(client) {
                const publish = client.publish.bind(client);
                client.publish = (topic, payload, start, end, qos, retain) => {
                    const handle = publish(topic, payload, start, end, qos, retain);
                    payload[start] ^= 1;
                    return handle;
                };
            },
        }),
    },
    {
        name: 'a list that grows with every message', breaks: 'memory', make: () => ({
            made(client) {
                const publish = client.publish.bind(client);
                const all: number[] = [];
                Object.assign(client, { all });
                client.publish = (...message) => all[all.length] = publish(...message);
            },
        }),
    },
];
