// What Espruino's own clients are made from, and what they tell: the contract of src/session, with a socket in place of transport
// and platform, and sizes in place of buffers. The objects are kept, not copied: do not change them afterwards.
import type { ConnectOptions, Credentials } from '../../../src/codec/connect.ts';
import type { Message } from './message.ts';
import type { Network } from '../espruino.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

/** Where the broker is, and through what. Espruino keeps the object while a socket lives. */
export interface SocketOptions {
    /** `require('net')`, or `require('tls')` where the board has it. Espruino's TLS encrypts, but checks no certificate: anyone can pose as the broker. */
    readonly io: Network;
    /** A host name or an IP address. */
    readonly host: string;
    /** 1 to 65535, most often 1883. Espruino knows no other when it is left out. */
    readonly port: number;
    /**
     * Bytes that may wait in the socket, at most, or else one packet alone. 536 if left out: what Espruino sends at once on an ESP32;
     * an ESP8266 sends 268.
     */
    readonly queueSize?: number;
    /** PEM texts for `tls`. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
}

export interface PublisherOptions extends ConnectOptions {
    readonly transport: SocketOptions;
    /** How many bytes of packets may wait to be sent or acknowledged. */
    readonly sendBuffer: number;
    /** True: nothing follows CONNECT before CONNACK. False if left out: queued messages do (§3.1.4), which saves a round trip. */
    readonly waitForConnack?: boolean;
    /**
     * How long an answer (CONNACK, PUBACK, SUBACK, UNSUBACK, PINGRESP) and, where `connect` does not block, the connection itself are awaited at
     * least, and at most twice that, in ms. 15,000 if left out; never more than half of the keep-alive.
     */
    readonly responseTimeout?: number;
    /** Pause before a connection is tried again, in ms: random from 0 to `retryDelay` * 2^failures, at most `retryDelayMaximum`. 1,000 and 120,000 if left out. */
    readonly retryDelay?: number;
    readonly retryDelayMaximum?: number;
    /** The state has changed. `reason`: with WAITING and STOPPED why the connection ended, else 0. */
    readonly onStateChange?: (state: number, reason: number) => void;
    /** The PUBACK for the message with this handle came. */
    readonly onAcknowledged?: (packetIdentifier: number) => void;
    /** After `publish` returned BUFFER_FULL: there is room again. */
    readonly onWritable?: () => void;
}

export interface ClientOptions extends PublisherOptions {
    /** How many bytes of a received packet, without its fixed header, are held at once. A message that is larger is streamed or skipped. At least 8. */
    readonly receiveBuffer: number;
    /** True: messages larger than `receiveBuffer` are handed on in pieces as they arrive (`offset`, `total`). False if left out: they are skipped, acknowledged and counted. */
    readonly streamLarge?: boolean;
    /** Asked before each connection for user name and password in place of those above. If it throws, that is reported, and those before are used. */
    readonly credentials?: () => Credentials;
    /** A message that no subscription with a handler of its own matches. */
    readonly onMessage?: (message: Message) => void;
    /** The broker answered a subscription: `granted` of it is 0, 1 or REFUSED. */
    readonly onSubscribed?: (subscription: Subscription) => void;
}

/** The client that publishes. Members mean what those of src/session/publisher.ts do. */
export interface Publisher {
    readonly state: number;
    readonly closeReason: number;
    readonly connections: number;
    readonly sent: number;
    readonly acknowledged: number;
    readonly refused: number;
    /** Nothing is unacknowledged and nothing unsent: the board may lose power without losing a message. */
    readonly safeToSleep: boolean;
    /** Connects, and connects again whenever the connection ends, until `stop`. Without effect unless the state is STOPPED. */
    start(): void;
    /** Sends what may be sent, then DISCONNECT, and closes the connection (§3.14). Unacknowledged messages stay queued for the next `start`. */
    stop(): void;
    /**
     * Publishes payload[start..end), a text of one character a byte or bytes, with `qos` 0 or 1: at once, or when there is a connection.
     * Returns a handle, which is the packet identifier, or 0 for QoS 0; or a refusal below 0 (refusals.ts), counted in `refused`.
     * Throws if `qos` is not 0 or 1 or the range lies outside of the payload.
     */
    publish(topic: Topic, payload: string | Uint8Array, start: number, end: number, qos: number, retain: boolean): number;
}

/** The full client. Members mean what those of src/session/client.ts do. */
export interface Client extends Publisher {
    readonly received: number;
    readonly skipped: number;
    /** True while the packet with this handle waits for its acknowledgement. */
    isPending(handle: number): boolean;
    /** Queues a SUBSCRIBE, and renews it whenever the broker has not kept the session. Returns a handle or a refusal, as `publish` does. */
    subscribe(subscription: Subscription): number;
    /** Queues an UNSUBSCRIBE. The subscription's handler gets no further message. Returns a handle or a refusal, as `publish` does. */
    unsubscribe(subscription: Subscription): number;
}
