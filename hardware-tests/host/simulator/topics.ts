// Topics and filters of the simulated world, and which filter matches which topic, worked out by hand (MQTT 3.1.1 §4.7).

/** Topics that the broker uses. */
export const TOPICS = ['a', 'b', 'a/x'];
/** Filters of the application. */
export const FILTERS = ['a', 'a/#', '+/x', 'b/#'];
/** This one of them has no handler of its own. */
export const WITHOUT_HANDLER = 2;
/** By topic: places of the filters that match it. */
export const MATCHES: Record<string, readonly number[]> = { 'a': [0, 1], 'b': [3], 'a/x': [1, 2] };
