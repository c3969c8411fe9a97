// A subscription: a topic filter and what the broker has granted (MQTT 3.1.1 §3.8, §4.7).
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import type { Message } from './message.ts';
import { NOT_SUBSCRIBED } from '../../../src/session/subscription.ts';
import { misuse, prefixed } from './packets.ts';

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
    const levels = filter.split('/');
    for (let index = 0; index < levels.length; index++) {
        const level = levels[index];
        // + is alone in its level, # too, and in the last one [MQTT-4.7.1-2] [MQTT-4.7.1-3].
        if ((level.length > 1 && (level.includes('#') || level.includes('+'))) || (level === '#' && index < levels.length - 1)) qos = NaN;
    }
    if (!filter || (qos & 1) !== qos) misuse(MOTEMQ_TEXTS ? 'in a filter # is alone and last, + alone in its level [MQTT-4.7.1-2]; the QoS wanted is 0 or 1' : '4.7.1');
    return { encoded: prefixed(filter, /\0/), qos, onMessage, granted: NOT_SUBSCRIBED, askedBy: 0 };
}

/** True if the topic `name` matches `filter` (§4.7.1); one that starts with a wildcard matches no topic that starts with `$` [MQTT-4.7.2-1]. */
export function matches(filter: string, name: string): boolean {
    if (filter === name) return true;
    const levels = filter.split('/');
    const names = name.split('/');
    if (name[0] === '$' && filter[0] !== '$') return false;
    for (let index = 0; index < levels.length; index++) {
        // `sport/#` also matches `sport`, its parent level.
        if (levels[index] === '#') return true;
        if (index >= names.length || (levels[index] !== '+' && levels[index] !== names[index])) return false;
    }
    return levels.length === names.length;
}
