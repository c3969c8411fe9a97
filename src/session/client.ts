// The full client: publisher.ts plus subscriptions and received messages (MQTT 3.1.1 §3.8 to §3.11, §4.3, §4.7).
import { MessageDecoder } from '../codec/message-decoder.ts';
import type { Message, MessageSink } from '../codec/message-decoder.ts';
import { SUBACK, SUBSCRIBE, UNSUBACK, UNSUBSCRIBE } from '../codec/packets.ts';
import { encodePuback } from '../codec/publish.ts';
import { fixedHeaderSize } from '../codec/remaining-length.ts';
import { encodeFilters } from '../codec/subscribe.ts';
import { misuse } from '../misuse.ts';
import { ACKNOWLEDGEMENTS_BLOCKED, UNEXPECTED_PACKET, UNSUPPORTED_QOS } from '../reasons.ts';
import type { ClientOptions } from './options.ts';
import { Publisher } from './publisher.ts';
import { CONNECTED, CONNECTING } from './states.ts';
import { NOT_SUBSCRIBED, REFUSED } from './subscription.ts';
import type { Subscription } from './subscription.ts';

/** PUBACKs that can wait for the transport, in bytes: 8 of them. */
const ACKNOWLEDGEMENT_ROOM = 32;

/** The broker may not keep all that is subscribed to: ask again. */
const RENEW = 1;
/** A message could not be acknowledged, so that none behind it may be on this connection [MQTT-4.6.0-2]. */
const BLOCKED = 2;

export class Client extends Publisher implements MessageSink {
    /** Messages handed to the application. */
    received = 0;
    /**
     * The chain of what is subscribed to.
     * @internal
     */
    first: Subscription | null = null;
    /** The subscription that gets the present message next: a handler may unsubscribe it. */
    private following: Subscription | null = null;
    /** A message is being handed to the chain. */
    private handingOn = false;
    /** The filter of the SUBSCRIBE or UNSUBSCRIBE that is being encoded. */
    private readonly asked: Subscription[] = [];
    /** RENEW, BLOCKED, both (|) or 0. */
    private chores = 0;

    /** Throws if an option breaks a rule of the standard or a buffer is too small. */
    constructor(options: ClientOptions) {
        super(options);
        const size = options.receiveBuffer.length;
        if (!(size > 7)) misuse(MOTEMQ_TEXTS ? 'receiveBuffer has at least 8 bytes' : 'receiveBuffer', size);
        this.decoder = new MessageDecoder(this, options.receiveBuffer, options.streamLarge ?? false);
    }

    /**
     * Queues a SUBSCRIBE; it goes out like a message, in its turn. From then on the subscription is renewed whenever the
     * broker has not kept the session. `onSubscribed` tells the answer.
     * Returns a handle or a refusal, as `publish` does. Subscribing again asks the broker again (for its retained messages).
     */
    subscribe(subscription: Subscription): number {
        const handle = this.request(SUBSCRIBE, subscription);
        if (handle > 0) {
            let last: Subscription | null = null;
            let each = this.first;
            while (each && each !== subscription) {
                last = each;
                each = each.successor;
            }
            if (!each && last && !this.handingOn) last.successor = subscription;
            else if (!each) {
                // In front of the handler that is called now: the present message is not for it.
                subscription.successor = this.first;
                this.first = subscription;
            }
        }
        return handle;
    }

    /** Queues an UNSUBSCRIBE. The subscription's handler gets no further message. Returns a handle or a refusal, as `publish` does. */
    unsubscribe(subscription: Subscription): number {
        const handle = this.request(UNSUBSCRIBE, subscription);
        if (handle > 0) {
            let before = this.first;
            if (this.following === subscription) this.following = subscription.successor;
            if (before === subscription) this.first = subscription.successor;
            while (before) {
                if (before.successor === subscription) before.successor = subscription.successor;
                before = before.successor;
            }
            subscription.successor = null;
            subscription.askedBy = 0;
            subscription.granted = NOT_SUBSCRIBED;
        }
        return handle;
    }

    /** @internal */
    onPublish(message: Message, packetIdentifier: number): number {
        if (message.qos > 1) return UNSUPPORTED_QOS;
        let handled = false;
        if (message.offset === 0) this.received++;
        this.handingOn = true;
        for (let each = this.first; each; each = this.following) {
            this.following = each.successor;
            // A handler before it may have called `stop`.
            if (each.onMessage && this.state === CONNECTED && message.matches(each)) {
                handled = true;
                this.callBack(each.onMessage, message, undefined);
            }
        }
        this.handingOn = false;
        if (!handled) this.callBack((this.options as ClientOptions).onMessage, message, undefined);
        return packetIdentifier && message.offset + message.end - message.start === message.total ? this.puback(packetIdentifier) : 0;
    }

    /** @internal */
    override onSkipped(packetIdentifier: number): number {
        if ((this.decoder as MessageDecoder).qos > 1) return UNSUPPORTED_QOS;
        this.skipped++;
        // Left unacknowledged, it would come again with every connection.
        return packetIdentifier ? this.puback(packetIdentifier) : 0;
    }

    /** @internal */
    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        if (!this.send.acknowledge(SUBACK, packetIdentifier)) return 0;
        const code = codes[start];
        for (let each = this.first; each; each = each.successor) {
            if (each.askedBy === packetIdentifier) {
                each.askedBy = 0;
                // One code for the one filter [MQTT-3.8.4-5]; less may be granted than was asked for, not more.
                if (end - start > 1) return UNEXPECTED_PACKET;
                if (code > each.qos && code !== REFUSED) return UNSUPPORTED_QOS;
                each.granted = code;
                this.callBack((this.options as ClientOptions).onSubscribed, each, undefined);
                break;
            }
        }
        return 0;
    }

    /** @internal */
    onUnsuback(packetIdentifier: number): number {
        this.send.acknowledge(UNSUBACK, packetIdentifier);
        return 0;
    }

    protected override acknowledgementRoom(): number {
        return ACKNOWLEDGEMENT_ROOM;
    }

    protected override onSession(sessionPresent: boolean): void {
        for (let each = this.first; each; each = each.successor) {
            if (!sessionPresent || each.granted === REFUSED) each.granted = NOT_SUBSCRIBED;
        }
        this.chores = RENEW;
    }

    protected override finishTurn(): void {
        if (!this.chores) return super.finishTurn(); // A tail call, as in onBytes.
        this.tidy();
        super.finishTurn();
        // What was sent may have made room, and no event need follow.
        if (this.chores) this.tidy();
    }

    protected override disconnect(reason: number): void {
        // Whether CONNECT began a new session is unknown, and the next CONNACK would call that one present.
        if (this.state === CONNECTING) this.onSession(false);
        super.disconnect(reason);
    }

    /** Asks for what the broker has not granted and was not asked for yet, as far as there is room. Ends a connection that is BLOCKED. */
    private tidy(): void {
        if (this.state !== CONNECTED) return;
        if (this.chores & BLOCKED) {
            // What could be acknowledged was: the broker sends the rest again, and so gets on with every connection.
            if (this.controlSent === this.controlEnd) this.disconnect(ACKNOWLEDGEMENTS_BLOCKED);
            return;
        }
        for (let each = this.first; each; each = each.successor) {
            if (each.granted === NOT_SUBSCRIBED && !each.askedBy && !this.ask(SUBSCRIBE, each)) return;
        }
        this.chores = 0;
    }

    /** Queues a SUBSCRIBE or UNSUBSCRIBE (`first`). Returns a handle or a refusal. */
    private request(first: number, subscription: Subscription): number {
        // Packet identifier, filter and, in a SUBSCRIBE, the QoS wanted.
        const remainingLength = subscription.encoded.length + (first === SUBSCRIBE ? 3 : 2);
        return this.ask(first, subscription) || this.refuse(fixedHeaderSize(remainingLength) + remainingLength);
    }

    /** Queues a SUBSCRIBE or UNSUBSCRIBE (`first`). Returns a handle, or 0 if there is no room. */
    private ask(first: number, subscription: Subscription): number {
        const send = this.send;
        const packetIdentifier = this.nextIdentifier();
        let packetEnd: number;
        this.asked[0] = subscription;
        do {
            packetEnd = encodeFilters(send.memory, send.tail, send.limit, first, packetIdentifier, this.asked);
        } while (packetEnd < 0 && send.compact());
        if (packetEnd < 0) return 0;
        subscription.askedBy = packetIdentifier;
        send.unseen = 0;
        send.commit(packetEnd);
        this.requestTurn();
        return packetIdentifier;
    }

    /** PUBACK, in the order in which the messages came [MQTT-4.6.0-2]. Returns 0: the connection goes on. */
    private puback(packetIdentifier: number): number {
        const bytes = this.send.memory;
        const limit = this.controlStart + ACKNOWLEDGEMENT_ROOM;
        // After `stop` it might follow DISCONNECT [MQTT-3.14.4-2]: the broker sends the message again.
        if (this.controlEnd + 4 > limit && this.state === CONNECTED) this.transmit();
        const end = this.chores & BLOCKED ? -1 : encodePuback(bytes, this.controlEnd, limit, packetIdentifier);
        if (end > 0) this.controlEnd = end;
        else this.chores |= BLOCKED;
        return 0;
    }
}
