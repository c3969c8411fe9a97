// motemq/moddable/client: ECMA-419's MQTT client class with motemq's session behind it. An application written for Moddable's
// `embedded:network/mqtt/client` imports this one instead, and gains: connections that are made again, messages that are sent
// again until they are acknowledged, subscriptions that are renewed, timeouts, and room for messages while there is no
// connection. QoS 2 is not implemented: asking for it throws, as the standard demands.
//
// Here is what the application sees. When something is sent is the session's affair (client-session.ts), unread messages are
// client-inbox.ts's, sockets and names client-socket.ts's.
import type { Message } from '../../src/codec/message-decoder.ts';
import { publishSize } from '../../src/codec/publish.ts';
import { fixedHeaderSize } from '../../src/codec/remaining-length.ts';
import { Topic } from '../../src/codec/topic.ts';
import { misuse } from '../../src/misuse.ts';
import { CLOSED_BY_APPLICATION, NOT_AUTHORIZED, SERVER_UNAVAILABLE, TRANSPORT_FAULT } from '../../src/reasons.ts';
import type { ClientOptions } from '../../src/session/options.ts';
import { CONNECTED, STOPPED } from '../../src/session/states.ts';
import { Subscription } from '../../src/session/subscription.ts';
import { Answers } from './client-answers.ts';
import type { Request } from './client-answers.ts';
import { Inbox } from './client-inbox.ts';
import type { Reader } from './client-inbox.ts';
import { bytesOf, checkOptions, sessionOptions } from './client-options.ts';
import { ClientSession } from './client-session.ts';
import type { SessionOwner } from './client-session.ts';
import { ClientTransport } from './client-socket.ts';
import type { Gate } from './client-socket.ts';
import { TextCache } from './client-texts.ts';
import type { ByteBuffer, ControlMessage, MQTTClientOptions, MessageOptions } from './client-types.ts';
import { ModdablePlatform } from './platform.ts';

/** Of a PUBLISH besides topic and message, at most: fixed header, length of the topic, packet identifier; in bytes. */
const OVERHEAD = 9;

/** A message that is written in parts and kept until it is whole, because the send buffer can hold it. */
interface Assembly {
    readonly topic: Topic;
    readonly options: MessageOptions;
    readonly bytes: Uint8Array;
    end: number;
}

export class MQTTClient {
    static readonly CONNECT = 1;
    static readonly CONNACK = 2;
    static readonly PUBLISH = 3;
    static readonly PUBACK = 4;
    static readonly PUBREC = 5;
    static readonly PUBREL = 6;
    static readonly PUBCOMP = 7;
    static readonly SUBSCRIBE = 8;
    static readonly SUBACK = 9;
    static readonly UNSUBSCRIBE = 10;
    static readonly UNSUBACK = 11;
    static readonly PINGREQ = 12;
    static readonly PINGRESP = 13;
    static readonly DISCONNECT = 14;

    /** The application's own. */
    target: unknown;

    private readonly options: MQTTClientOptions<MQTTClient>;
    private readonly platform: ModdablePlatform;
    private readonly session: ClientSession;
    private readonly inbox: Inbox;
    private readonly gate: Gate;
    private readonly answers = new Answers();
    private readonly topics: TextCache<Topic>;
    private readonly subscriptions: TextCache<Subscription>;
    private assembly: Assembly | null = null;
    /** How many bytes the application knows that it can write. */
    private told = 0;
    /** A first CONNACK has come. */
    private accepted = false;
    private closed = false;

    /** Starts to connect. Throws if an option is missing or breaks a rule of MQTT. No callback comes inside of it. */
    constructor(options: MQTTClientOptions<MQTTClient>) {
        checkOptions(options);
        this.options = options;
        if (options.target !== undefined) this.target = options.target;
        const platform = this.platform = new ModdablePlatform();
        this.gate = { current: null, isShut: () => this.inbox.occupied || this.session.obstructed };
        const transport = new ClientTransport(options as MQTTClientOptions<never>, this.gate);
        const reader: Reader = {
            onReadable: (count, what) => this.tell(options.onReadable, count, what),
            onEmpty: () => this.resume(),
        };
        this.inbox = new Inbox(reader);
        this.topics = new TextCache(8, text => new Topic(platform, text));
        this.subscriptions = new TextCache(0, text => new Subscription(platform, text, 0));
        const settings = sessionOptions(options as MQTTClientOptions<never>, platform, transport, transport.sendBuffer) as { -readonly [name in keyof ClientOptions]: ClientOptions[name] };
        settings.onStateChange = (state, reason) => this.onStateChange(state, reason);
        settings.onAcknowledged = handle => this.onAnswer(handle, 0, MQTTClient.PUBACK);
        settings.onMessage = message => this.onMessage(message);
        const owner: SessionOwner = {
            onTurn: () => this.onTurn(),
            onPong: () => this.control({ operation: MQTTClient.PINGRESP }),
            onAnswer: (packetIdentifier, code) => this.onAnswer(packetIdentifier, code, 0),
            onLargeLost: () => this.fail(TRANSPORT_FAULT),
        };
        this.session = new ClientSession(settings, owner);
        this.session.start();
    }

    get format(): string {
        return 'buffer';
    }

    /** Throws on anything but 'buffer'. */
    set format(format: string) {
        if (format !== 'buffer') misuse(MOTEMQ_TEXTS ? "the format is always 'buffer'" : 'format', format);
    }

    /**
     * Queues a packet: by `options.operation` PUBLISH (also if left out), SUBSCRIBE, UNSUBSCRIBE, PINGREQ or DISCONNECT. `data`: the
     * message, or its first part if `options.byteLength` is larger; the parts that follow are written without options.
     * Returns how many bytes of topic and message can be written now, as `onWritable` tells it.
     * Throws, and takes nothing, if there is no room, before the first CONNACK, after `close`, and on what breaks a rule of MQTT or
     * is not implemented: QoS 2, and packets that are the session's to send.
     */
    write(data: ByteBuffer | null, options?: MessageOptions): number {
        this.demandOpen();
        if (!this.accepted) throw new Error('motemq: write before CONNACK');
        if (!options) this.writePart(bytesOf(data as ByteBuffer));
        else if (this.assembly || this.session.writing) throw new Error('motemq: another message is not written to its end');
        else this.writePacket(data ? bytesOf(data) : new Uint8Array(0), options);
        return this.told = this.writable;
    }

    /**
     * Bytes of the message, or part of one, that `onReadable` told of: all that are there, at most `into` of them as an ArrayBuffer,
     * or as many as fit into the Byte Buffer `into`, and then how many that were. undefined: there are none. Throws after `close`.
     */
    read(into?: number | ByteBuffer): ArrayBuffer | number | undefined {
        this.demandOpen();
        return this.inbox.read(into);
    }

    /** Closes the connection, without DISCONNECT (write that to be rid of the will), and forgets what is queued. Twice is fine. */
    close(): void {
        if (this.closed) return;
        this.closed = true;
        this.inbox.close();
        this.session.abort();
        this.platform.close();
    }

    private demandOpen(): void {
        if (this.closed) throw new Error('motemq: closed');
    }

    private get writable(): number {
        const session = this.session;
        if (this.assembly) return this.assembly.bytes.length - this.assembly.end;
        if (session.writing) return session.partRoom;
        return session.room > OVERHEAD ? session.room - OVERHEAD : 0;
    }

    private writePacket(data: Uint8Array, options: MessageOptions): void {
        switch (options.operation ?? MQTTClient.PUBLISH) {
            case MQTTClient.PUBLISH: return this.publish(data, options);
            case MQTTClient.SUBSCRIBE: return this.request(MQTTClient.SUBACK, options);
            case MQTTClient.UNSUBSCRIBE: return this.request(MQTTClient.UNSUBACK, options);
            case MQTTClient.PINGREQ: return this.session.pingNow();
            case MQTTClient.DISCONNECT: return this.session.stop();
            default: misuse(MOTEMQ_TEXTS ? 'an operation that the session itself cares for' : 'operation', options.operation);
        }
    }

    private publish(data: Uint8Array, options: MessageOptions): void {
        const topic = this.topics.get(options.topic);
        const length = options.byteLength ?? data.length;
        const qos = options.QoS ?? 0;
        if (data.length > length) misuse(MOTEMQ_TEXTS ? 'byteLength counts all of the message' : 'byteLength', length);
        if (data.length === length) {
            if (!this.take(topic, data, options)) overflow();
            return;
        }
        // As in take(); a message in parts does not pass it before its end.
        if (qos !== 0 && qos !== 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a message is 0 or 1' : 'qos', qos);
        const session = this.session;
        const size = publishSize(topic, length, qos);
        if (size <= session.largestPacket) {
            if (size > session.room) overflow();
            this.assembly = { topic, options, bytes: new Uint8Array(length), end: 0 };
        } else {
            const packetIdentifier = session.beginLarge(topic, length, qos, !!options.retain);
            if (qos) this.answers.expect(packetIdentifier, { operation: MQTTClient.PUBACK, id: options.id ?? packetIdentifier, missing: 0, codes: [] });
        }
        this.writePart(data);
    }

    /** The next part of a message. */
    private writePart(data: Uint8Array): void {
        const assembly = this.assembly;
        if (data.length > (assembly || this.session.writing ? this.writable : -1)) overflow();
        if (!assembly) return this.session.writePart(data);
        assembly.bytes.set(data, assembly.end);
        assembly.end += data.length;
        this.completeAssembly();
    }

    /** Hands a message that came in parts to the session, once it is whole and, after a renewal of subscriptions, once there is room. */
    private completeAssembly(): void {
        const assembly = this.assembly;
        if (assembly && assembly.end === assembly.bytes.length && this.take(assembly.topic, assembly.bytes, assembly.options)) this.assembly = null;
    }

    /** Queues a whole message. False: there is no room. */
    private take(topic: Topic, bytes: Uint8Array, options: MessageOptions): boolean {
        const handle = this.session.publish(topic, bytes, 0, bytes.length, options.QoS ?? 0, !!options.retain);
        if (handle > 0 && options.id !== undefined) {
            this.answers.expect(handle, { operation: MQTTClient.PUBACK, id: options.id, missing: 0, codes: [] });
        }
        return handle >= 0;
    }

    /** Queues a SUBSCRIBE or UNSUBSCRIBE for each item, all or none, to be answered by one control message. */
    private request(operation: number, options: MessageOptions): void {
        const session = this.session;
        const items = options.items ?? [];
        const wanted: Subscription[] = [];
        let size = 0;
        if (items.length === 0) misuse(MOTEMQ_TEXTS ? 'items has at least one [MQTT-3.8.3-3]' : '3.8.3-3', 0);
        for (let index = 0; index < items.length; index++) {
            const qos = items[index].QoS ?? 0;
            if (operation === MQTTClient.SUBACK && qos !== 0 && qos !== 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a subscription is 0 or 1' : 'qos', qos);
            wanted[index] = this.subscriptions.get(items[index].topic);
            const remainingLength = wanted[index].encoded.length + 3;
            size += fixedHeaderSize(remainingLength) + remainingLength;
        }
        if (size > session.room) overflow();
        const request: Request = { operation, id: 0, missing: 0, codes: [] };
        for (let index = 0; index < wanted.length; index++) {
            const subscription = wanted[index];
            let handle: number;
            if (operation === MQTTClient.SUBACK) {
                (subscription as { qos: number }).qos = items[index].QoS ?? 0;
                handle = session.subscribe(subscription);
            } else {
                handle = session.unsubscribe(subscription);
                this.subscriptions.remove(subscription);
            }
            if (index === 0) request.id = options.id ?? handle;
            this.answers.expect(handle, request);
        }
    }

    /** Calls back the application, unless it has closed the client. What it throws goes no further: out of native code it would end the machine. */
    private tell<First, Second>(callback: ((this: MQTTClient, first: First, second: Second) => void) | undefined, first: First, second: Second): void {
        if (this.closed || !callback) return;
        try {
            callback.call(this, first, second);
        } catch (error) {
            this.platform.caught(error);
        }
    }

    private control(message: ControlMessage): void {
        this.tell(this.options.onControl, message, undefined);
    }

    private onStateChange(state: number, reason: number): void {
        this.tell(this.options.onStateChange, state, reason);
        if (state === CONNECTED) {
            this.accepted = true;
            this.told = 0;
            this.control({ operation: MQTTClient.CONNACK, returnCode: 0, sessionPresent: this.session.sessionPresent });
        } else if (reason && (state === STOPPED || this.options.reconnect === false || (reason <= NOT_AUTHORIZED && reason !== SERVER_UNAVAILABLE))) {
            this.fail(reason);
        }
    }

    /** The answer to a packet; `operation`: what to report if the application gave the packet no name of its own, else 0. */
    private onAnswer(packetIdentifier: number, code: number, operation: number): void {
        const request = this.answers.take(packetIdentifier, code);
        if (request && request.operation === MQTTClient.SUBACK) this.control({ operation: MQTTClient.SUBACK, id: request.id, payload: request.codes });
        else if (request) this.control({ operation: request.operation, id: request.id });
        else if (operation) this.control({ operation, id: packetIdentifier });
    }

    private onMessage(message: Message): void {
        if (!this.closed) this.inbox.accept(message);
    }

    /** A turn of the session is over: room may have come of it. */
    private onTurn(): void {
        this.completeAssembly();
        if (this.session.state !== CONNECTED || this.closed) return;
        const writable = this.writable;
        if (writable > this.told) {
            this.told = writable;
            this.tell(this.options.onWritable, writable, undefined);
        }
        if (!this.gate.isShut()) this.resume();
    }

    /** Goes on reading. */
    private resume(): void {
        if (this.gate.current) this.gate.current.pump();
    }

    /** The client is of no more use. */
    private fail(reason: number): void {
        if (this.closed) return;
        const error = new Error('motemq: ' + (reason === CLOSED_BY_APPLICATION ? 'disconnected' : 'the connection ended, reason ' + reason));
        this.tell(this.options.onError, error, undefined);
        this.close();
    }
}

function overflow(): never {
    throw new Error('motemq: overflow');
}

export default MQTTClient;
export type { ByteBuffer, ControlMessage, Item, MQTTClientOptions, MessageOptions, ReadableOptions, ResolverRecord, SocketRecord, WillOptions } from './client-types.ts';
