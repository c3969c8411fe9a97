// MQTT 3.1.1 packets as Espruino has bytes at hand: texts of one character a byte, which are joined and cut in native code.
// Pure; used at set-up, and once for each packet.
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import type { Credentials } from '../../../src/codec/connect.ts';
import { CONNECT } from '../../../src/codec/packets.ts';
import type { Interpreter } from '../espruino.ts';
import type { PublisherOptions } from './options.ts';

declare const E: Interpreter;

/** All arguments in one text; a number is the character with its lower 8 bits. */
export const text = E.toString;

/** Throws: which rule is broken. */
export function misuse(rule: string): never {
    throw Error('motemq: ' + rule); // oxlint-disable-line throw-new-error -- 4 bytes
}

type LengthBytes = number | readonly [number, LengthBytes];

/** A remaining length (§2.2.3) as `text` takes it: each number gives its lower 8 bits. */
export function lengthBytes(remainingLength: number): LengthBytes {
    return remainingLength > 127 ? [remainingLength | 128, lengthBytes(remainingLength >> 7)] : remainingLength;
}

/** What `prefixed` lets pass besides bytes: a text of §1.5.3, a topic name of §4.7. */
export const TEXT = 1;
export const TOPIC = 2;

/** Length-prefixed data (§1.5.3, §3.1.3.3), a text or bytes. Throws if it is longer than 65,535 bytes, or not of `kind`. */
export function prefixed(data: string | Uint8Array, kind?: number): string {
    const bytes = text(data);
    const length = bytes.length;
    if (length >> 16 || (kind && (kind > TEXT ? /[+#\0]|^$/ : /\0/).test(bytes))) misuse(MOTEMQ_TEXTS ? 'a text has at most 65,535 bytes and no U+0000, a topic also at least one and no + and # [MQTT-1.5.3-2] [MQTT-4.7.3-1]' : '1.5.3');
    return text(length >> 8, length, bytes);
}

/** CONNECT (§3.1). `identity`: where user name and password are; `keepAlive`: in s; `flags`: 2 for a clean session. Throws on what breaks a rule of §3.1. */
export function connectPacket(options: PublisherOptions, identity: Credentials, keepAlive: number, flags: number): string {
    const will = options.will;
    const userName = identity.userName;
    const password = identity.password;
    const hasName = userName !== undefined && userName !== null;
    const hasPassword = password !== undefined && password !== null;
    let fields = prefixed(options.clientId, TEXT);
    if ((keepAlive & 65535) !== keepAlive || !(flags || options.clientId) || (hasPassword && !hasName) || (will && will.qos! >>> 0 > 2)) {
        misuse(MOTEMQ_TEXTS ? 'keepAlive is 0 to 65535 seconds, an empty clientId needs cleanSession, a password needs a userName, the will has QoS 0, 1 or 2 [MQTT-3.1]' : '3.1');
    }
    if (will) {
        // A QoS or flag that was left out is 0.
        flags |= 4 | (will.qos! << 3) | ((will.retain as unknown as number) << 5);
        fields += prefixed(will.topic, TOPIC) + prefixed(will.payload);
    }
    if (hasName) {
        flags |= 128;
        fields += prefixed(userName, TEXT);
    }
    if (hasPassword) {
        flags |= 64;
        fields += prefixed(password);
    }
    return text(CONNECT, lengthBytes(fields.length + 10), 0, 4, 'MQTT', 4, flags, keepAlive >> 8, keepAlive, fields);
}
