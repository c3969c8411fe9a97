// How nodes may come back to a broker: motemq's own way, and three that are common. All of them are played by the same client; what
// differs is its options, and whether its dice are loaded.
import type { PublisherOptions } from '../../../src/publisher.ts';

export interface Policy {
    readonly name: string;
    readonly options: Partial<PublisherOptions>;
    /** What the client gets for its 32 random bits: `bits`, or what makes its pause the one of this policy. `failures`: attempts since CONNACK. */
    readonly draw: (bits: number, failures: number) => number;
}

/** motemq's maximum, in ms. */
const MAXIMUM = 120000;

function fixed(name: string, ms: number): Policy {
    return { name, options: { retryDelay: ms, retryDelayMaximum: ms }, draw: () => ms };
}

export const motemq: Policy = { name: 'motemq', options: {}, draw: (bits) => bits };

export const policies: readonly Policy[] = [
    motemq,
    { name: 'exponential, no jitter', options: {}, draw: (_bits, failures) => Math.min(1000 * 2 ** failures, MAXIMUM) },
    fixed('every 5 s', 5000),
    fixed('every 1 s, as MQTT.js', 1000),
];

/** motemq if it forgot its failures with each CONNACK. */
export const forgetful: Policy = { name: 'reset by CONNACK', options: { stableAfter: 0 }, draw: (bits) => bits };
