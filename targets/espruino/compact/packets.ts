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
    throw new Error('motemq: ' + rule);
}

/** A fixed header (§2.2). */
export function fixedHeader(first: number, remainingLength: number): string {
    let header = text(first);
    for (; remainingLength > 127; remainingLength >>= 7) header += text(remainingLength | 128);
    return header + text(remainingLength);
}

/** Length-prefixed data (§1.5.3, §3.1.3.3), a text or bytes. Throws if it is longer than 65,535 bytes or `forbidden` finds something in it. */
export function prefixed(data: string | Uint8Array, forbidden?: RegExp): string {
    const bytes = text(data);
    const length = bytes.length;
    if (length > 65535 || (forbidden && forbidden.test(bytes))) misuse(MOTEMQ_TEXTS ? 'a text has at most 65,535 bytes and no U+0000, a topic also at least one and no + and # [MQTT-1.5.3-2] [MQTT-4.7.3-1]' : '1.5.3');
    return text(length >> 8, length, bytes);
}

/** CONNECT (§3.1). `identity`: where user name and password are; `keepAlive`: in s. Throws on what breaks a rule of §3.1. */
export function connectPacket(options: PublisherOptions, identity: Credentials, keepAlive: number): string {
    const will = options.will;
    const userName = identity.userName;
    const password = identity.password;
    const hasName = userName !== undefined && userName !== null;
    const hasPassword = password !== undefined && password !== null;
    let flags = options.cleanSession ? 2 : 0;
    let fields = prefixed(options.clientId, /\0/);
    if ((keepAlive & 65535) !== keepAlive || !(flags || options.clientId) || (hasPassword && !hasName)) {
        misuse(MOTEMQ_TEXTS ? 'keepAlive is 0 to 65535 seconds, an empty clientId needs cleanSession, a password needs a userName [MQTT-3.1]' : '3.1');
    }
    if (will) {
        // A QoS or flag that was left out is 0.
        flags |= 4 | (will.qos! << 3) | ((will.retain as unknown as number) << 5);
        fields += prefixed(will.topic || '#', /[+#\0]/) + prefixed(will.payload);
    }
    if (hasName) {
        flags |= 128;
        fields += prefixed(userName, /\0/);
    }
    if (hasPassword) {
        flags |= 64;
        fields += prefixed(password);
    }
    return fixedHeader(CONNECT, fields.length + 10) + text('\0', 4, 'MQTT', 4, flags, keepAlive >> 8, keepAlive, fields);
}
