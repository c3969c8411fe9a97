// CONNECT (MQTT 3.1.1 §3.1).
import { misuse } from '../misuse.ts';
import { CONNECT, DOES_NOT_FIT } from './packets.ts';
import { fixedHeaderSize, writeFixedHeader } from './remaining-length.ts';
import { encodeText } from './text.ts';
import type { TextEncoding } from './text.ts';
import { Topic } from './topic.ts';

/** The message that the broker publishes when the client is gone without a DISCONNECT (§3.1.2.5). */
export interface Will {
    readonly topic: string;
    readonly payload: Uint8Array;
    /** 0, 1 or 2; 0 if left out. Other values throw [MQTT-3.1.2-14]. */
    readonly qos?: number;
    readonly retain?: boolean;
}

/** Who the client says it is (§3.1.3.4, §3.1.3.5). */
export interface Credentials {
    readonly userName?: string;
    /** A text or bytes. Not without a user name [MQTT-3.1.2-22]. */
    readonly password?: string | Uint8Array;
}

export interface ConnectOptions extends Credentials {
    /** Names the session. May be empty only with `cleanSession` [MQTT-3.1.3-7]; 1 to 23 letters and digits are understood by every broker [MQTT-3.1.3-5]. */
    readonly clientId: string;
    /** Seconds, 0 to 65,535; 0 turns keep-alive off. 60 if left out (§3.1.2.10). */
    readonly keepAlive?: number;
    /** True: the broker forgets the session with the connection. False if left out (§3.1.2.4). */
    readonly cleanSession?: boolean;
    readonly will?: Will;
}

/** The keep-alive in force, in seconds. */
export function keepAliveOf(options: ConnectOptions): number {
    return options.keepAlive ?? 60;
}

/** Length-prefixed binary data (will message, password: §3.1.3.3, §3.1.3.5). */
function encodeData(encoding: TextEncoding, data: string | Uint8Array): Uint8Array {
    if (typeof data === 'string') return encodeText(encoding, data, true);
    const length = data.length;
    if (!(length < 65536)) misuse(MOTEMQ_TEXTS ? 'will payload and password are at most 65535 bytes' : '3.1.3', length);
    const encoded = new Uint8Array(length + 2);
    encoded[0] = length >> 8;
    encoded[1] = length;
    encoded.set(data, 2);
    return encoded;
}

/**
 * Encodes a CONNECT at bytes[offset..limit) and returns where it ends, or DOES_NOT_FIT. For set-up: it makes garbage.
 * `credentials`, if given, stand in place of those in `options`. What breaks a rule of §3.1 throws.
 */
export function encodeConnect(
    bytes: Uint8Array, offset: number, limit: number,
    options: ConnectOptions, encoding: TextEncoding, credentials?: Credentials,
): number {
    const identity = credentials ?? options;
    const keepAlive = keepAliveOf(options);
    if ((keepAlive & 65535) !== keepAlive) misuse(MOTEMQ_TEXTS ? 'keepAlive is 0 to 65535 seconds' : '3.1.2.10', keepAlive);
    const fields = [encodeText(encoding, options.clientId, true)];
    let flags = options.cleanSession ? 2 : 0;
    if (!flags && !options.clientId) misuse(MOTEMQ_TEXTS ? 'an empty clientId needs cleanSession [MQTT-3.1.3-7]' : '3.1.3-7', options.clientId);
    const will = options.will;
    if (will) {
        const qos = will.qos ?? 0;
        if (qos !== 0 && qos !== 1 && qos !== 2) misuse(MOTEMQ_TEXTS ? 'the will has QoS 0, 1 or 2 [MQTT-3.1.2-14]' : '3.1.2-14', qos);
        flags |= 4 | (qos << 3) | (will.retain ? 32 : 0);
        fields.push(new Topic(encoding, will.topic).encoded, encodeData(encoding, will.payload));
    }
    if (identity.userName !== undefined) {
        flags |= 128;
        fields.push(encodeText(encoding, identity.userName, true));
    }
    if (identity.password !== undefined) {
        if (flags < 128) misuse(MOTEMQ_TEXTS ? 'a password needs a userName [MQTT-3.1.2-22]' : '3.1.2-22', 'password');
        flags |= 64;
        fields.push(encodeData(encoding, identity.password));
    }
    // Protocol name and level (§3.1.2.1, §3.1.2.2), connect flags, keep-alive.
    const variableHeader = [0, 4, 0x4d, 0x51, 0x54, 0x54, 4, flags, keepAlive >> 8, keepAlive & 255];
    let remainingLength = 10;
    for (let index = 0; index < fields.length; index++) remainingLength += fields[index].length;
    if (offset + fixedHeaderSize(remainingLength) + remainingLength > limit) return DOES_NOT_FIT;
    let at = writeFixedHeader(bytes, offset, CONNECT, remainingLength);
    bytes.set(variableHeader, at);
    at += 10;
    for (let index = 0; index < fields.length; index++) {
        bytes.set(fields[index], at);
        at += fields[index].length;
    }
    return at;
}
