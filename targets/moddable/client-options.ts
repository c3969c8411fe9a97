// From the options of ECMA-419's MQTT client to those of the session.
import { misuse } from '../../src/misuse.ts';
import type { Platform, Transport } from '../../src/transport.ts';
import type { ClientOptions } from '../../src/session/options.ts';
import type { ByteBuffer, MQTTClientOptions, WillOptions } from './client-types.ts';

/** A view of all bytes of a Byte Buffer. */
export function bytesOf(data: ByteBuffer): Uint8Array {
    if (data instanceof Uint8Array) return data;
    return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

function willOf(platform: Platform, will: WillOptions | null | undefined): ClientOptions['will'] {
    if (!will || will.topic === undefined) return undefined;
    const message = will.message;
    return { topic: will.topic, payload: typeof message === 'string' ? platform.utf8(message) : bytesOf(message), qos: will.QoS, retain: !!will.retain };
}

/** Throws if an option that is required is missing, or `format` or `keepAlive` cannot be. */
export function checkOptions(options: MQTTClientOptions<never>): void {
    if (!options.host || !options.socket || !options.dns) misuse(MOTEMQ_TEXTS ? 'host, socket and dns are required' : 'options', options.host);
    if (options.format !== undefined && options.format !== 'buffer') misuse(MOTEMQ_TEXTS ? "the format is always 'buffer'" : 'format', options.format);
}

/** What the session is made from. `sendBuffer`: the transport's. */
export function sessionOptions(
    options: MQTTClientOptions<never>, platform: Platform, transport: Transport, sendBuffer: Uint8Array, onStateChange: (state: number, reason: number) => void,
): ClientOptions {
    const password = options.password;
    return {
        platform, transport, sendBuffer, onStateChange,
        receiveBuffer: new Uint8Array(options.receiveBufferSize ?? 512),
        streamLarge: true,
        clientId: options.id ?? '',
        cleanSession: options.clean ?? true,
        // Milliseconds there, seconds in the packet.
        keepAlive: Math.ceil((options.keepAlive ?? options.keepalive ?? 0) / 1000),
        // Empty means none, as in Moddable's client.
        userName: options.user || undefined,
        password: !password || typeof password === 'string' ? password || undefined : bytesOf(password),
        will: willOf(platform, options.will),
        connectTimeout: options.connectTimeout, responseTimeout: options.responseTimeout,
        retryDelay: options.retryDelay, retryDelayMaximum: options.retryDelayMaximum, stableAfter: options.stableAfter,
        waitForConnack: options.waitForConnack, window: options.window,
    };
}
