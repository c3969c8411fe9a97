// What a client is made from. The objects are kept, not copied: do not change them afterwards.
import type { ConnectOptions, Credentials } from '../codec/connect.ts';
import type { Message } from '../codec/message-decoder.ts';
import { misuse } from '../misuse.ts';
import type { Platform, Transport } from '../transport.ts';
import type { Subscription } from './subscription.ts';

/** The longest time, in ms: 12 days. Two times that far apart still compare on a clock that wraps. */
export const NEVER = 0x3fffffff;

export interface PublisherOptions extends ConnectOptions {
    readonly transport: Transport;
    readonly platform: Platform;
    /**
     * Holds CONNECT, everything that waits to be sent or acknowledged, and 2 bytes for control packets (34 in a Client).
     * Its size bounds what can be queued. The client owns it from now on.
     */
    readonly sendBuffer: Uint8Array;
    /** Bytes of `sendBuffer` set aside for CONNECT when `credentials` may make it longer; the present size if left out. */
    readonly connectSize?: number;
    /** At most so many packets that await an acknowledgement (QoS 1 messages, SUBSCRIBE, UNSUBSCRIBE) are on their way; others wait in the send buffer. 8 if left out. */
    readonly window?: number;
    /** True: nothing follows CONNECT before CONNACK. False if left out: queued messages do (§3.1.4), which saves a round trip. */
    readonly waitForConnack?: boolean;
    /** Longest time to connect the transport, in ms. 30,000 if left out. */
    readonly connectTimeout?: number;
    /** Longest time to wait for CONNACK, PUBACK, SUBACK, UNSUBACK or PINGRESP, in ms. 15,000 if left out. */
    readonly responseTimeout?: number;
    /**
     * Pause before a connection is tried again, in ms: random from 0 to `retryDelay` * 2^failures, at most `retryDelayMaximum`
     * (full jitter). 1,000 and 120,000 if left out.
     */
    readonly retryDelay?: number;
    readonly retryDelayMaximum?: number;
    /** A connection that lasted so long has proved stable: failures are counted from 0 again. In ms; 60,000 if left out. */
    readonly stableAfter?: number;
    /**
     * Asked before each connection for user name and password in place of those above, for tokens that expire. Makes garbage.
     * If it throws or CONNECT gets longer than `connectSize`, that is reported to the platform and the previous ones are used.
     */
    readonly credentials?: () => Credentials;
    /** The state has changed. `reason`: with WAITING and STOPPED why the connection ended, else 0. */
    readonly onStateChange?: (state: number, reason: number) => void;
    /** The PUBACK for the message with this handle came. */
    readonly onAcknowledged?: (packetIdentifier: number) => void;
    /** After `publish` returned BUFFER_FULL: there is room again. */
    readonly onWritable?: () => void;
}

/** Throws if a number that is nobody else's to check breaks its rule. */
export function checkNumbers(options: PublisherOptions): void {
    const window = options.window ?? 8;
    if (!(window > 0)) misuse(MOTEMQ_TEXTS ? 'window is at least 1' : 'window', window);
    const times = [options.connectTimeout, options.responseTimeout, options.retryDelay, options.retryDelayMaximum, options.stableAfter];
    for (let index = 0; index < 5; index++) {
        const time = times[index] ?? 0;
        if (!(time >= 0 && time <= NEVER)) misuse(MOTEMQ_TEXTS ? 'timeouts, delays and stableAfter are 0 to 1,073,741,823 ms' : 'ms', time);
    }
}

export interface ClientOptions extends PublisherOptions {
    /** Holds a received packet that comes in pieces. A PUBLISH that is larger is streamed or skipped. */
    readonly receiveBuffer: Uint8Array;
    /** True: messages larger than `receiveBuffer` are handed on in pieces (`offset`, `total`). False if left out: they are skipped, acknowledged and counted. */
    readonly streamLarge?: boolean;
    /** A message that no subscription with a handler of its own matches. */
    readonly onMessage?: (message: Message) => void;
    /** The broker answered a subscription: `granted` of it is 0, 1 or REFUSED. */
    readonly onSubscribed?: (subscription: Subscription) => void;
}
