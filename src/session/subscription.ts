// A subscription: a topic filter and what the broker has granted (MQTT 3.1.1 §3.8).
import type { TextEncoding } from '../codec/text.ts';
import type { Message } from '../codec/message-decoder.ts';
import { TopicFilter } from '../codec/subscribe.ts';
import { misuse } from '../misuse.ts';

/** Values of `granted` besides 0 and 1. */
export const NOT_SUBSCRIBED = -1;
export const REFUSED = 0x80;

/** Make it once, hand it to `client.subscribe`. It belongs to one client. */
export class Subscription extends TopicFilter {
    /** The QoS that the broker has granted, NOT_SUBSCRIBED or REFUSED. */
    granted = NOT_SUBSCRIBED;
    /**
     * The SUBSCRIBE that is under way for it; 0: none.
     * @internal
     */
    askedBy = 0;
    /**
     * The next one of the client's chain.
     * @internal
     */
    successor: Subscription | null = null;
    readonly onMessage: ((message: Message) => void) | undefined;

    /**
     * `filter`: a topic filter (§4.7); `qos`: the highest QoS wanted, 0 or 1; anything else throws.
     * `onMessage`: gets the messages that match; without it they go to the client's `onMessage`.
     */
    constructor(encoding: TextEncoding, filter: string, qos: number, onMessage?: (message: Message) => void) {
        super(encoding, filter, qos);
        if (qos > 1) misuse(MOTEMQ_TEXTS ? 'the QoS of a subscription is 0 or 1' : 'qos', qos);
        this.onMessage = onMessage;
    }
}
