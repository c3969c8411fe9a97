// The subscriptions of a client as a chain: what is wanted of the broker beside what it has granted. Knows no connection.
// A subscription whose packetIdentifier is not 0 has a SUBSCRIBE (if not granted) or an UNSUBSCRIBE under way.
import { SUBSCRIBE } from '../codec/packets.ts';
import { SUBACK_TIMEOUT, UNEXPECTED_PACKET, UNSUBACK_TIMEOUT, UNSUPPORTED_QOS } from '../reasons.ts';
import { NOT_SUBSCRIBED, REFUSED } from './subscription.ts';
import type { Subscription } from './subscription.ts';

/** What `verify` returns for an answer that nothing waits for. */
export const NOT_AWAITED = -1;

export class Subscriptions {
    first: Subscription | null = null;

    /** Appends `subscription` unless it is in the chain already. */
    add(subscription: Subscription): void {
        let last = this.first;
        if (!last) {
            this.first = subscription;
            return;
        }
        while (last !== subscription && last.next) last = last.next as Subscription;
        if (last !== subscription) last.next = subscription;
    }

    /** Takes out what is neither wanted nor known to the broker. */
    prune(): void {
        let before: Subscription | null = null;
        for (let each = this.first; each;) {
            const next = each.next as Subscription | null;
            if (each.wanted || each.packetIdentifier || (each.granted !== NOT_SUBSCRIBED && each.granted !== REFUSED)) {
                before = each;
            } else {
                if (before) before.next = next;
                else this.first = next;
                each.next = null;
                each.granted = NOT_SUBSCRIBED;
            }
            each = next;
        }
    }

    /** Marks with `packetIdentifier` at most `most` subscriptions that need the packet `first`, SUBSCRIBE or UNSUBSCRIBE. Returns how many. */
    mark(first: number, packetIdentifier: number, most: number): number {
        let count = 0;
        for (let each = this.first; each; each = each.next as Subscription | null) {
            const granted = each.granted;
            const needs = first === SUBSCRIBE ? each.wanted && granted === NOT_SUBSCRIBED : !each.wanted && (granted === 0 || granted === 1);
            if (needs && each.packetIdentifier === 0 && count < most) {
                each.packetIdentifier = packetIdentifier;
                count++;
            }
        }
        return count;
    }

    /** The packet with this identifier is not under way any more. */
    unmark(packetIdentifier: number): void {
        for (let each = this.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier === packetIdentifier) each.packetIdentifier = 0;
        }
    }

    /** Is a packet with this identifier under way? */
    marked(packetIdentifier: number): boolean {
        for (let each = this.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier === packetIdentifier) return true;
        }
        return false;
    }

    /** Is codes[start..end) the answer to the SUBSCRIBE with this identifier? 0: yes; NOT_AWAITED; or why the connection must be closed. */
    verify(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        let at = start;
        for (let each = this.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier === packetIdentifier && each.granted === NOT_SUBSCRIBED) {
                // The broker may grant less than was asked for, not more (§3.9.3).
                if (at < end && codes[at] !== REFUSED && codes[at] > each.qos) return UNSUPPORTED_QOS;
                at++;
            }
        }
        // One return code for each filter [MQTT-3.8.4-5].
        return at === start ? NOT_AWAITED : at === end ? 0 : UNEXPECTED_PACKET;
    }

    /** The UNSUBSCRIBE with this identifier was answered. */
    unsubscribed(packetIdentifier: number): void {
        for (let each = this.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier === packetIdentifier && each.granted !== NOT_SUBSCRIBED) {
                each.packetIdentifier = 0;
                each.granted = NOT_SUBSCRIBED;
            }
        }
    }

    /** A connection was accepted. What the broker has not kept, or has refused before, is to be asked for again. */
    begin(sessionPresent: boolean): void {
        for (let each = this.first; each; each = each.next as Subscription | null) {
            each.packetIdentifier = 0;
            if (!sessionPresent || each.granted === REFUSED) each.granted = NOT_SUBSCRIBED;
        }
    }

    /** The reason for closing the connection if an answer is awaited for too long; 0: none is awaited. */
    awaited(): number {
        for (let each = this.first; each; each = each.next as Subscription | null) {
            if (each.packetIdentifier) return each.granted === NOT_SUBSCRIBED ? SUBACK_TIMEOUT : UNSUBACK_TIMEOUT;
        }
        return 0;
    }
}
