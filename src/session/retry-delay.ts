// How long to wait before a connection is tried again.
import type { PublisherOptions } from './options.ts';

/**
 * Exponential backoff with full jitter, in ms: nodes that lost their broker together do not come back together.
 * `failures`: attempts since the last connection that proved stable. `random`: 32 random bits.
 */
export function retryDelay(options: Pick<PublisherOptions, 'retryDelay' | 'retryDelayMaximum'>, failures: number, random: number): number {
    const maximum = options.retryDelayMaximum ?? 120000;
    // From 2^16 on every sensible first delay is beyond every sensible maximum.
    let longest = (options.retryDelay ?? 1000) * (1 << (failures < 16 ? failures : 16));
    if (longest > maximum) longest = maximum;
    return (random >>> 0) % (longest + 1);
}
