// A subscription: a topic filter and what the broker has granted (MQTT 3.1.1 §3.8, §4.7).
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import type { Message } from './message.ts';
import { NOT_SUBSCRIBED } from '../../../src/session/subscription.ts';
import { misuse, prefixed, TEXT } from './packets.ts';

/** Make it once, hand it to `client.subscribe`. It belongs to one client. */
export interface Subscription {
    /** The QoS that the broker has granted, NOT_SUBSCRIBED or REFUSED. */
    granted: number;
    readonly qos: number;
    readonly onMessage: ((message: Message) => void) | undefined;
    /**
     * As it stands in a packet.
     * @internal
     */
    readonly encoded: string;
    /**
     * The SUBSCRIBE that is under way for it; 0: none.
     * @internal
     */
    askedBy: number;
}

/**
 * `filter`: a topic filter (§4.7); `qos`: the highest QoS wanted, 0 or 1; anything else throws. The first argument is left for that of src's Subscription.
 * `onMessage`: gets the messages that match; without it they go to the client's `onMessage`.
 */
export function makeSubscription(_platform: unknown, filter: string, qos: number, onMessage?: (message: Message) => void): Subscription {
    // + is alone in its level, # too, and in the last one [MQTT-4.7.1-2] [MQTT-4.7.1-3].
    // oxlint-disable-next-line no-useless-escape -- Espruino ends an expression at any other slash.
    if ((qos & 1) !== qos || !filter || /[^\/][#+]|[#+][^\/]|#\//.test(filter)) misuse(MOTEMQ_TEXTS ? 'in a filter # is alone and last, + alone in its level [MQTT-4.7.1-2]; the QoS wanted is 0 or 1' : '4.7.1');
    return { encoded: prefixed(filter, TEXT), qos, onMessage, granted: NOT_SUBSCRIBED, askedBy: 0 };
}
