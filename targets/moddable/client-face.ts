// What stands behind the class of client.ts: passes the application's calls on to the session, and tells the application what comes
// back. When something is sent is the session's affair (client-session.ts), unread messages are client-inbox.ts's, sockets and names
// client-socket.ts's.
import type { Message } from '../../src/codec/message-decoder.ts';
import { publishSize } from '../../src/codec/publish.ts';
import { fixedHeaderSize } from '../../src/codec/remaining-length.ts';
import type { Topic } from '../../src/codec/topic.ts';
import { misuse } from '../../src/misuse.ts';
import { CLOSED_BY_APPLICATION, NOT_AUTHORIZED, SERVER_UNAVAILABLE, TRANSPORT_FAULT } from '../../src/reasons.ts';
import { CONNECTED, STOPPED, WAITING } from '../../src/session/states.ts';
import type { Subscription } from '../../src/session/subscription.ts';
import { Answers } from './client-answers.ts';
import type { Request } from './client-answers.ts';
import { Inbox } from './client-inbox.ts';
import type { Reader } from './client-inbox.ts';
import { CONNACK, DISCONNECT, PINGREQ, PINGRESP, PUBACK, PUBLISH, SUBACK, SUBSCRIBE, UNSUBACK, UNSUBSCRIBE } from './client-operations.ts';
import { bytesOf, sessionOptions } from './client-options.ts';
import { ClientSession } from './client-session.ts';
import type { SessionOwner } from './client-session.ts';
import { ClientTransport } from './client-socket.ts';
import type { Gate, GatedSocket } from './client-socket.ts';
import { SubscriptionTexts, TopicTexts } from './client-texts.ts';
import type { ByteBuffer, ControlMessage, MQTTClientOptions, MessageOptions, ReadableOptions } from './client-types.ts';
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

function overflow(): never {
    throw new Error('motemq: overflow');
}

export class ClientFace<This> implements Gate, Reader, SessionOwner {
    /** The socket in force. */
    current: GatedSocket | null = null;
    /** `this` of the application's callbacks. */
    private readonly client: This;
    private readonly options: MQTTClientOptions<This>;
    private readonly platform: ModdablePlatform;
    private readonly session: ClientSession;
    private readonly inbox: Inbox;
    private readonly answers: Answers;
    private readonly topics: TopicTexts;
    private readonly subscriptions: SubscriptionTexts;
    private assembly: Assembly | null = null;
    /** How many bytes the application knows that it can write. */
    private told = 0;
    /** A first CONNACK has come. */
    private accepted = false;
    /**
     * CONNACK is still to be told: before all else that came with it, at the latest when the turn ends. Applications subscribe
     * then, and where it arrives half of an ESP8266's stack is in use.
     */
    private connackDue = false;
    private closed = false;

    constructor(client: This, options: MQTTClientOptions<This>) {
        this.client = client;
        this.options = options;
        const platform = new ModdablePlatform();
        this.platform = platform;
        this.inbox = new Inbox(this);
        this.answers = new Answers();
        this.topics = new TopicTexts(platform);
        this.subscriptions = new SubscriptionTexts(platform);
        const transport = new ClientTransport(options as MQTTClientOptions<never>, this);
        this.session = new ClientSession(sessionOptions(options as MQTTClientOptions<never>, platform, transport, transport.sendBuffer, (state, reason) => this.onStateChange(state, reason)), this);
        this.session.start();
    }

    /** @internal */
    get isShut(): boolean {
        return this.inbox.occupied || this.session.obstructed;
    }

    write(data: ByteBuffer | null, options: MessageOptions | undefined): number {
        this.demandOpen();
        if (!this.accepted) throw new Error('motemq: write before CONNACK');
        if (!options) this.writePart(bytesOf(data as ByteBuffer));
        else if (this.assembly || this.session.writing) throw new Error('motemq: another message is not written to its end');
        else this.writePacket(data ? bytesOf(data) : new Uint8Array(0), options);
        const writable = this.writable;
        // The middle of a message: whoever waits for a call, as with a socket, gets one.
        this.told = this.assembly || this.session.writing ? 0 : writable;
        return writable;
    }

    read(into: number | ByteBuffer | undefined): ArrayBuffer | number | undefined {
        this.demandOpen();
        return this.inbox.read(into);
    }

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
        const room = session.room - OVERHEAD;
        return room > 0 ? room : 0;
    }

    private writePacket(data: Uint8Array, options: MessageOptions): void {
        switch (options.operation ?? PUBLISH) {
            case PUBLISH: return this.publish(data, options);
            case SUBSCRIBE: return this.request(SUBACK, options);
            case UNSUBSCRIBE: return this.request(UNSUBACK, options);
            case PINGREQ: return this.session.pingNow();
            case DISCONNECT: return this.session.stop();
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
            this.assembly = { topic, options, bytes: new Uint8Array(length), end: 0 };
        } else {
            const packetIdentifier = session.beginLarge(topic, length, qos, !!options.retain);
            if (qos) this.answers.expect(packetIdentifier, { operation: PUBACK, id: options.id ?? packetIdentifier, missing: 0, codes: [] });
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
        this.session.askForTurn();
        this.completeAssembly();
    }

    /** Hands a message that came in parts to the session, once it is whole and there is room. */
    private completeAssembly(): void {
        const assembly = this.assembly;
        if (assembly && assembly.end === assembly.bytes.length && this.take(assembly.topic, assembly.bytes, assembly.options)) this.assembly = null;
    }

    /** Queues a whole message. False: there is no room. */
    private take(topic: Topic, bytes: Uint8Array, options: MessageOptions): boolean {
        const handle = this.session.publish(topic, bytes, 0, bytes.length, options.QoS ?? 0, !!options.retain);
        if (handle > 0 && options.id !== undefined) {
            this.answers.expect(handle, { operation: PUBACK, id: options.id, missing: 0, codes: [] });
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
            if (operation === SUBACK && qos !== 0 && qos !== 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a subscription is 0 or 1' : 'qos', qos);
            wanted[index] = this.subscriptions.get(items[index].topic);
            const remainingLength = wanted[index].encoded.length + 3;
            size += fixedHeaderSize(remainingLength) + remainingLength;
        }
        if (size > session.room) overflow();
        const request: Request = { operation, id: 0, missing: 0, codes: [] };
        for (let index = 0; index < wanted.length; index++) {
            const subscription = wanted[index];
            let handle: number;
            if (operation === SUBACK) {
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
    private tell<First, Second>(callback: ((this: This, first: First, second: Second) => void) | undefined, first: First, second: Second): void {
        if (this.closed || !callback) return;
        try {
            callback.call(this.client, first, second);
        } catch (error) {
            this.platform.caught(error);
        }
    }

    private control(message: ControlMessage): void {
        this.tell(this.options.onControl, message, undefined);
    }

    private tellConnack(): void {
        this.connackDue = false;
        this.control({ operation: CONNACK, returnCode: 0, sessionPresent: this.session.sessionPresent });
    }

    private onStateChange(state: number, reason: number): void {
        this.connackDue = false;
        // The first one comes inside the constructor, where no callback may.
        if (state === WAITING && reason === 0) return;
        this.tell(this.options.onStateChange, state, reason);
        if (state === CONNECTED) {
            this.accepted = this.connackDue = true;
            this.told = 0;
        } else if (reason && (state === STOPPED || this.options.reconnect === false || (reason <= NOT_AUTHORIZED && reason !== SERVER_UNAVAILABLE))) {
            this.fail(reason);
        }
    }

    /**
     * The answer to a packet. One that no `write` asked for is not told: a renewed subscription's.
     * @internal
     */
    onAnswer(packetIdentifier: number, code: number, operation: number): void {
        if (this.connackDue) this.tellConnack();
        const request = this.answers.take(packetIdentifier, code);
        if (request && request.operation === SUBACK) this.control({ operation: SUBACK, id: request.id, payload: request.codes });
        else if (request) this.control({ operation: request.operation, id: request.id });
        else if (operation === PUBACK) this.control({ operation, id: packetIdentifier });
    }

    /** @internal */
    onMessage(message: Message): void {
        if (this.connackDue) this.tellConnack();
        if (!this.closed) return this.inbox.accept(message);
    }

    /** @internal */
    onReadable(count: number, options: ReadableOptions): void {
        return this.tell(this.options.onReadable, count, options);
    }

    /** @internal */
    onPong(): void {
        if (this.connackDue) this.tellConnack();
        this.control({ operation: PINGRESP });
    }

    /** @internal */
    onLargeLost(): void {
        this.fail(TRANSPORT_FAULT);
    }

    /**
     * A turn of the session is over: room may have come of it.
     * @internal
     */
    onTurn(): void {
        if (this.connackDue) this.tellConnack();
        if (this.assembly) this.completeAssembly();
        if (this.session.state !== CONNECTED || this.closed) return;
        const writable = this.writable;
        if (writable > this.told) {
            this.told = writable;
            this.tell(this.options.onWritable, writable, undefined);
        }
        if (this.current) return this.current.pump();
    }

    /** @internal */
    onEmpty(): void {
        if (this.current) this.current.pump();
    }

    /** The client is of no more use. */
    private fail(reason: number): void {
        if (this.closed) return;
        const error = new Error('motemq: ' + (reason === CLOSED_BY_APPLICATION ? 'disconnected' : 'the connection ended, reason ' + reason));
        this.tell(this.options.onError, error, undefined);
        this.close();
    }
}
