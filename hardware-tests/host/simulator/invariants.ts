// What must hold in every run, whatever goes wrong. A violation names the one that it breaks, and for each there is a known bug
// (known-bugs.ts) which the simulator must find by that one.

export const invariants = {
    'delivered': 'a QoS 1 message that was accepted reaches the other side at least once, unless the power was cut before',
    'acknowledged': 'nothing is acknowledged, by either side, that the other has not got',
    'order': 'messages are sent, and arrive for the first time, in the order in which they were accepted; PUBACKs in that of the messages',
    'once': 'within one connection nothing is sent twice, and a QoS 0 message never',
    'DUP': 'a QoS 1 message has DUP when it was sent before in the same session, and only then [MQTT-3.3.1-1]',
    'identifiers': 'packet identifiers are 1 to 65,535, and those in use differ [MQTT-2.3.1-1] [MQTT-2.3.1-2]',
    'window': 'no more packets await an answer than the window allows',
    'wire': 'every packet is well-formed for an independent decoder, has its place in the connection and says what was asked for',
    'keep-alive': 'a connected client is never quiet for longer than the keep-alive, and leaves nothing unflushed [MQTT-3.1.2-23]',
    'patience': 'no connection is given up for an answer that is not overdue',
    'one wake': 'one wake is pending unless the client is stopped, and none comes without need',
    'silence': 'after stop no callback comes but onStateChange, and nothing follows DISCONNECT [MQTT-3.14.4-1]',
    'progress': 'when nothing goes wrong any more, all that was promised happens within a time that follows from the options',
    'subscriptions': 'the broker keeps the filters that the application wants, and no others of those it asked for',
    'messages': 'a received message is intact, comes to the right handlers and has the flags that it was sent with',
    'memory': 'nothing is written outside of the client\'s buffers, nothing kept of what was lent, and no more is held than at the beginning',
    'told truly': 'states follow each other as documented; counters, handles and safeToSleep agree with what happened',
    'exceptions': 'none leaves the client, none is its own, and each of the application is reported once',
    'contract': 'the transport and the platform are used as their contracts say',
    'kept': 'what an outbox has accepted is in its store, whole and in order, until it is acknowledged or given up, whenever the power fails',
    'counted': 'an outbox counts each message that it does not take and each that it gives up, as its policy says',
    'bound': 'a store takes no more memory than what it holds needs',
    'radio': 'a node that sleeps uses its radio when its options say so, within its attempts and its time, and rests after wakes in vain',
    'remembered': 'a node that sleeps knows again what the broker has granted, and that it takes nothing early',
    'return': 'every call into the client returns',
} as const;

export type Invariant = keyof typeof invariants;
