// motemq/moddable/client: ECMA-419's MQTT client class with motemq's session behind it. An application written for Moddable's
// `embedded:network/mqtt/client` imports this one instead, and gains: connections that are made again, messages that are sent
// again until they are acknowledged, subscriptions that are renewed, timeouts, and room for messages while there is no
// connection. QoS 2 is not implemented: asking for it throws, as the standard demands.
import { misuse } from '../../src/misuse.ts';
import { ClientFace } from './client-face.ts';
import * as operations from './client-operations.ts';
import { checkOptions } from './client-options.ts';
import type { ByteBuffer, MQTTClientOptions, MessageOptions } from './client-types.ts';

export class MQTTClient {
    static readonly CONNECT = operations.CONNECT;
    static readonly CONNACK = operations.CONNACK;
    static readonly PUBLISH = operations.PUBLISH;
    static readonly PUBACK = operations.PUBACK;
    static readonly PUBREC = operations.PUBREC;
    static readonly PUBREL = operations.PUBREL;
    static readonly PUBCOMP = operations.PUBCOMP;
    static readonly SUBSCRIBE = operations.SUBSCRIBE;
    static readonly SUBACK = operations.SUBACK;
    static readonly UNSUBSCRIBE = operations.UNSUBSCRIBE;
    static readonly UNSUBACK = operations.UNSUBACK;
    static readonly PINGREQ = operations.PINGREQ;
    static readonly PINGRESP = operations.PINGRESP;
    static readonly DISCONNECT = operations.DISCONNECT;

    /** The application's own. */
    target: unknown;

    private readonly face: ClientFace<MQTTClient>;

    /** Starts to connect. Throws if an option is missing or breaks a rule of MQTT. No callback comes inside of it. */
    constructor(options: MQTTClientOptions<MQTTClient>) {
        checkOptions(options);
        if (options.target !== undefined) this.target = options.target;
        this.face = new ClientFace<MQTTClient>(this, options);
    }

    get format(): string {
        return 'buffer';
    }

    /** Throws on anything but 'buffer'. */
    set format(format: string) {
        if (format !== 'buffer') misuse(MOTEMQ_TEXTS ? "the format is always 'buffer'" : 'format', format);
    }

    /**
     * Queues a packet: by `options.operation` PUBLISH (also if left out), SUBSCRIBE, UNSUBSCRIBE, PINGREQ or DISCONNECT. `data`: the
     * message, or its first part if `options.byteLength` is larger; the parts that follow are written without options.
     * Returns how many bytes of topic and message can be written now, as `onWritable` tells it.
     * Throws, and takes nothing, if there is no room, before the first CONNACK, after `close`, and on what breaks a rule of MQTT or
     * is not implemented: QoS 2, and packets that are the session's to send.
     */
    write(data: ByteBuffer | null, options?: MessageOptions): number {
        return this.face.write(data, options);
    }

    /**
     * Bytes of the message, or part of one, that `onReadable` told of: all that are there, at most `into` of them as an ArrayBuffer,
     * or as many as fit into the Byte Buffer `into`, and then how many that were. undefined: there are none. Throws after `close`.
     */
    read(into?: number | ByteBuffer): ArrayBuffer | number | undefined {
        return this.face.read(into);
    }

    /** Closes the connection, without DISCONNECT (write that to be rid of the will), and forgets what is queued. Twice is fine. */
    close(): void {
        this.face.close();
    }
}

export default MQTTClient;
export type { ByteBuffer, ControlMessage, Item, MQTTClientOptions, MessageOptions, ReadableOptions, ResolverRecord, SocketRecord, WillOptions } from './client-types.ts';
