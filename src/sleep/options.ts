// What a wake cycle is made from. The object is kept, not copied: do not change it afterwards.
import { misuse } from '../misuse.ts';
import type { OutboxOptions } from '../outbox/outbox.ts';
import { NEVER } from '../session/options.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Store } from '../store.ts';

export interface WakeCycleOptions extends OutboxOptions {
    /** Ms from the beginning of a wake to the next. */
    readonly interval: number;
    /** The board may sleep: for `ms` milliseconds, 1 and more. `delivered`: the broker has all that was accepted. */
    readonly onSleep: (ms: number, delivered: boolean) => void;
    /** Holds the session image: a Store of its own with records of `imageSize(…)` bytes, over RTC memory or flash. Without it nothing but the messages outlasts a reset. */
    readonly image?: Store;
    /** Everything that the client ever subscribes to, in the same order in each run of the program. For a Client only. */
    readonly subscriptions?: readonly Subscription[];
    /** Messages that must have gathered before the radio is used. 1 if left out: whatever there is. */
    readonly batchCount?: number;
    /** Ms after which the radio is used with fewer messages, too; with `downlinkWindow` without any. Never if left out. Written to the image with each sleep. */
    readonly maximumAge?: number;
    /** Ms to go on listening after the latest bytes of the broker; 0 if left out. With it the node connects to listen, too: at every wake, or when `maximumAge` is over. A window that a broken link cuts short begins again (`attempts`). */
    readonly downlinkWindow?: number;
    /** Ms that a wake takes at most, but for saying goodbye (5 s more at worst). Then it gives up; the messages are kept. 20,000 if left out. */
    readonly timeLimit?: number;
    /** Connections tried in a wake, at most. 2 if left out. One by which the client learns that the broker takes no packets before its CONNACK is not counted. */
    readonly attempts?: number;
    /**
     * Once a wake has given up the radio rests for a random time from 0 to `interval` * 2^failures, and at most so many ms (full jitter); the
     * wakes go on. What is urgent does not wait for that, but as a client does between its connections. 16 intervals if left out.
     */
    readonly maximumPause?: number;
    /** Ms that the radio needs to send the DISCONNECT before it may lose power. 50 if left out. */
    readonly goodbye?: number;
}

export function timeLimitOf(options: WakeCycleOptions): number {
    return options.timeLimit ?? 20000;
}

export function attemptsOf(options: WakeCycleOptions): number {
    return options.attempts ?? 2;
}

/** Throws if an option breaks its rule that is nobody else's to check. */
export function checkOptions(options: WakeCycleOptions): void {
    const times = [options.interval, timeLimitOf(options), options.downlinkWindow ?? 0, options.maximumAge ?? 0, options.goodbye ?? 0, options.maximumPause ?? 0];
    for (let index = 0; index < times.length; index++) {
        const time = times[index];
        if (!(time >= 0 && time <= NEVER)) misuse(MOTEMQ_TEXTS ? 'times of a wake cycle are 0 to 1,073,741,823 ms' : 'ms', time);
    }
    if (options.subscriptions && !options.downlinkWindow) misuse(MOTEMQ_TEXTS ? 'who subscribes listens: a downlinkWindow above 0' : 'downlinkWindow', options.downlinkWindow);
    const least = Math.min(options.batchCount ?? 1, attemptsOf(options));
    if (!(least >= 1)) misuse(MOTEMQ_TEXTS ? 'batchCount and attempts are at least 1' : 'count', least);
}
