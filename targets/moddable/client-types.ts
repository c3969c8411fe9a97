// The interface of ECMA-419's MQTT client (clause "MQTT Client Class Pattern"), as Moddable's `embedded:network/mqtt/client`
// has it: what client.ts takes and hands out. Types only.
import type { SessionSettings } from './client-session.ts';

/** ECMA-419's Byte Buffer. The elements of a view have one byte. */
export type ByteBuffer = ArrayBuffer | Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer> | DataView<ArrayBuffer>;

/** The class of a socket, with options for it: `{ io: TCP }`, or a TLS socket with `secure` and what else it asks for. */
export interface SocketRecord {
    readonly io: new (options: never) => unknown;
    readonly [option: string]: unknown;
}

/** The class of a name resolver with options for it, as ECMA-419's `dns`. */
export interface ResolverRecord {
    readonly io: new (options: never) => unknown;
    readonly [option: string]: unknown;
}

/** The message that the broker publishes when the client is gone without DISCONNECT (MQTT 3.1.1 §3.1.2.5). */
export interface WillOptions {
    readonly topic: string;
    readonly message: string | ByteBuffer;
    /** 0 if left out. */
    readonly QoS?: number;
    readonly retain?: boolean | number;
}

/** A received control packet, for `onControl`. */
export interface ControlMessage {
    /** One of the class's constants: CONNACK, PUBACK, SUBACK, UNSUBACK or PINGRESP. */
    readonly operation: number;
    /** The `id` of the `write` that it answers; the packet's own identifier if that had none. Not with CONNACK and PINGRESP. */
    readonly id?: number;
    /** SUBACK: a return code for each item, 0 or 1 (granted) or 0x80 (refused), in the order of the items. */
    readonly payload?: readonly number[];
    /** CONNACK: 0. A broker that refuses is reported to `onError`. */
    readonly returnCode?: number;
    /** CONNACK: the broker has kept the session. */
    readonly sessionPresent?: boolean;
}

/** What `onReadable` is told about the bytes that it can read. */
export interface ReadableOptions {
    /** More of this message will come. */
    readonly more: boolean;
    /** With the first part of a message: its topic, its QoS and how many bytes it has in all. */
    readonly topic?: string;
    readonly QoS?: number;
    readonly byteLength?: number;
    /** With the first part of a message that the broker had stored before (MQTT 3.1.1 §3.3.1.3). */
    readonly retain?: true;
}

export interface Item {
    readonly topic: string | ArrayBuffer;
    /** For SUBSCRIBE: 0 or 1; 0 if left out. */
    readonly QoS?: number;
}

export interface MessageOptions {
    /** PUBLISH if left out. */
    readonly operation?: number;
    /** By what name PUBACK, SUBACK or UNSUBACK is reported. Only a label: the packet identifier is the session's. */
    readonly id?: number;
    /** For PUBLISH. */
    readonly topic?: string | ArrayBuffer;
    /** 0 or 1; 0 if left out. */
    readonly QoS?: number;
    readonly retain?: boolean | number;
    /** Without effect: the session sets DUP on what it sends again, and on nothing else [MQTT-3.3.1-1]. */
    readonly duplicate?: boolean;
    /** Bytes of the whole message if `data` is only its first part. */
    readonly byteLength?: number;
    /** For SUBSCRIBE and UNSUBSCRIBE: at least one. */
    readonly items?: readonly Item[];
}

/** `this` in every callback is the client. An exception that leaves one is traced and goes no further. */
export interface MQTTClientOptions<This> extends SessionSettings {
    /** A name or an address. */
    readonly host: string;
    /** 1883 if left out. */
    readonly port?: number | string;
    readonly socket: SocketRecord;
    readonly dns: ResolverRecord;
    /** The client identifier. '' if left out: the broker makes one up. */
    readonly id?: string;
    readonly user?: string;
    readonly password?: string | ByteBuffer;
    /** Milliseconds; 0, none, if left out. Rounded up to seconds. */
    readonly keepAlive?: number;
    /** The same, as Moddable's client called it before. */
    readonly keepalive?: number;
    /** MQTT's clean session; true if left out. False needs an `id`. */
    readonly clean?: boolean;
    readonly will?: WillOptions | null;
    readonly target?: unknown;
    /** Only 'buffer'. */
    readonly format?: string;

    /** A control packet came. CONNACK comes once for each connection: after the first one, for each time that it was made anew. */
    onControl?(this: This, message: ControlMessage): void;
    /** So many bytes of a message can be read; 0 for a message without payload. Not again before they are. */
    onReadable?(this: This, count: number, options: ReadableOptions): void;
    /** A message whose topic and payload have so many bytes together can be written. */
    onWritable?(this: This, count: number): void;
    /** The client is of no more use, and closed after this call: see `reconnect`. */
    onError?(this: This, error: Error): void;
    /** The state of the session has changed (`states.ts`), with a reason if a connection ended (`reasons.ts`). Not in the standard. */
    onStateChange?(this: This, state: number, reason: number): void;

    // What follows is not in the standard.

    /**
     * True if left out: a connection that ends or cannot be made is made again, and what was written goes on. Then `onError`
     * only tells that the broker refuses this client (CONNACK codes 1, 2, 4, 5), that DISCONNECT was sent, or that a message in
     * parts was cut which is larger than `sendBufferSize` can hold. False: `onError` tells every end, as the standard has it.
     */
    readonly reconnect?: boolean;
    /** Bytes for what waits to be sent or acknowledged, CONNECT included. 1,536 if left out. */
    readonly sendBufferSize?: number;
    /** A received message of up to so many bytes, topic included, is handed over in one part. 512 if left out. */
    readonly receiveBufferSize?: number;
}
