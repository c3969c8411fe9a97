// The full client: publisher.ts plus subscriptions and received messages (MQTT 3.1.1 §3.8 to §3.11, §4.3, §4.7).
import { MessageDecoder } from '../codec/message-decoder.ts';
import type { Message, MessageSink } from '../codec/message-decoder.ts';
import { DOES_NOT_FIT, SUBSCRIBE, UNSUBSCRIBE } from '../codec/packets.ts';
import { encodePuback } from '../codec/publish.ts';
import { encodeFilters } from '../codec/subscribe.ts';
import { misuse } from '../misuse.ts';
import { ACKNOWLEDGEMENTS_BLOCKED, UNSUPPORTED_QOS } from '../reasons.ts';
import type { ClientOptions } from './options.ts';
import { Publisher } from './publisher.ts';
import { CONNECTED } from './states.ts';
import type { Subscription } from './subscription.ts';
import { NOT_AWAITED, Subscriptions } from './subscriptions.ts';

/** PUBACKs that can wait for the transport, in bytes: 8 of them. */
const ACKNOWLEDGEMENT_ROOM = 32;
/** What a SUBSCRIBE has besides its filter, in bytes, and one that the ring keeps free. */
const SUBSCRIBE_OVERHEAD = 9;

export class Client extends Publisher implements MessageSink {
    /** Messages handed to the application. */
    received = 0;
    private readonly subscriptions: Subscriptions;
    /** A subscription may not be as it is wanted. */
    private requesting = false;

    /** Throws if an option breaks a rule of the standard or a buffer is too small. */
    constructor(options: ClientOptions) {
        super(options);
        this.subscriptions = new Subscriptions();
    }

    /**
     * Subscribes, now or as soon as there is a connection, and again whenever the broker has not kept the session. Without
     * effect when subscribed already. A message published before `onSubscribed` may overtake the subscription.
     * Throws if the filter is too long for the send buffer.
     */
    subscribe(subscription: Subscription): void {
        const size = subscription.encoded.length + SUBSCRIBE_OVERHEAD;
        if (size > this.send.capacity) misuse(MOTEMQ_TEXTS ? 'the filter does not fit the sendBuffer' : 'sendBuffer', size);
        this.subscriptions.add(subscription);
        subscription.wanted = true;
        this.request();
    }

    /** Unsubscribes, now or as soon as there is a connection. The subscription's handler gets no further message. */
    unsubscribe(subscription: Subscription): void {
        subscription.wanted = false;
        this.request();
    }

    onPublish(message: Message, packetIdentifier: number): void {
        if (message.qos > 1) {
            this.end(UNSUPPORTED_QOS);
            return;
        }
        let handled = false;
        if (message.offset === 0) this.received++;
        for (let each = this.subscriptions.first; each; each = each.next as Subscription | null) {
            if (each.onMessage && each.wanted && message.matches(each)) {
                handled = true;
                this.notify(each.onMessage, message, undefined);
            }
        }
        if (!handled) this.notify((this.options as ClientOptions).onMessage, message, undefined);
        if (packetIdentifier && message.offset + message.end - message.start === message.total) this.acknowledge(packetIdentifier);
    }

    override onSkipped(packetIdentifier: number): void {
        this.skipped++;
        // Left unacknowledged, it would come again with every connection.
        if (packetIdentifier) this.acknowledge(packetIdentifier);
    }

    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): void {
        const fault = this.subscriptions.verify(packetIdentifier, codes, start, end);
        if (fault === NOT_AWAITED) return;
        if (fault) {
            this.end(fault);
            return;
        }
        for (let each = this.subscriptions.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier === packetIdentifier) {
                each.packetIdentifier = 0;
                each.granted = codes[start++];
                this.notify((this.options as ClientOptions).onSubscribed, each, undefined);
            }
        }
        this.answered();
    }

    onUnsuback(packetIdentifier: number): void {
        this.subscriptions.unsubscribed(packetIdentifier);
        this.answered();
    }

    protected override makeDecoder(): MessageDecoder {
        const options = this.options as ClientOptions;
        const size = options.receiveBuffer.length;
        if (!(size > 7)) misuse(MOTEMQ_TEXTS ? 'receiveBuffer has at least 8 bytes' : 'receiveBuffer', size);
        return new MessageDecoder(this, options.receiveBuffer, options.streamLarge ?? false);
    }

    protected override acknowledgementRoom(): number {
        return ACKNOWLEDGEMENT_ROOM;
    }

    protected override identifierInUse(packetIdentifier: number): boolean {
        return this.subscriptions.marked(packetIdentifier) || super.identifierInUse(packetIdentifier);
    }

    protected override onSession(sessionPresent: boolean): void {
        this.subscriptions.begin(sessionPresent);
        this.requesting = true;
    }

    protected override answerOverdue(): number {
        return this.subscriptions.awaited();
    }

    protected override finishTurn(): void {
        if (this.requesting && this.state === CONNECTED) {
            this.subscriptions.prune();
            this.requesting = !(this.ask(SUBSCRIBE) && this.ask(UNSUBSCRIBE));
        }
        super.finishTurn();
    }

    /** Has what is wanted asked for at the end of this turn, or when there is a connection. */
    private request(): void {
        this.requesting = true;
        if (this.state === CONNECTED) this.requestTurn();
    }

    private answered(): void {
        this.answering = this.subscriptions.awaited() > 0;
        this.answerBy = this.platform.now() + this.responseTimeout;
        this.requesting = true;
    }

    /** Queues a SUBSCRIBE or UNSUBSCRIBE (`first`) with all subscriptions that need one. False if there is no room yet. */
    private ask(first: number): boolean {
        const subscriptions = this.subscriptions;
        // The answer has a byte for each filter and must fit the receive buffer.
        let most = (this.options as ClientOptions).receiveBuffer.length - 2;
        for (;;) {
            // Marking with 0 only counts.
            const marked = subscriptions.mark(first, 0, most);
            if (!marked) return true;
            const packetIdentifier = this.nextIdentifier();
            subscriptions.mark(first, packetIdentifier, most);
            const send = this.send;
            let at = send.tail;
            let end = encodeFilters(send.bytes, at, send.room(at), first, packetIdentifier, subscriptions.first);
            if (end < 0) {
                at = send.base;
                end = encodeFilters(send.bytes, at, send.room(at), first, packetIdentifier, subscriptions.first);
            }
            if (end > 0) {
                send.commit(at, end, false);
                this.answering = true;
                this.answerBy = this.platform.now() + this.responseTimeout;
            } else {
                // Fewer in a packet; a single one fits at the latest when the ring is empty.
                subscriptions.unmark(packetIdentifier);
                if (marked === 1) return false;
                most = marked >> 1;
            }
        }
    }

    /** PUBACK, in the order in which the messages came [MQTT-4.6.0-2]. */
    private acknowledge(packetIdentifier: number): void {
        if (this.state < CONNECTED) return;
        const bytes = this.send.bytes;
        const limit = this.controlStart + ACKNOWLEDGEMENT_ROOM;
        let end = encodePuback(bytes, this.controlEnd, limit, packetIdentifier);
        if (end === DOES_NOT_FIT) {
            this.transmit();
            end = encodePuback(bytes, this.controlEnd, limit, packetIdentifier);
        }
        if (end === DOES_NOT_FIT) this.end(ACKNOWLEDGEMENTS_BLOCKED);
        else this.controlEnd = end;
    }
}
