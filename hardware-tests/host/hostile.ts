// What a hostile or broken broker, or a neighbour behind it, can say to a client, as bytes, and how a client must take it:
// the connection ends with a reason, or it lasts and everything goes on. Data for hostile*.test.ts; bytes are put together here by
// the standard's tables, so that what no honest encoder makes can be said too.
import {
    BAD_USER_NAME_OR_PASSWORD, IDENTIFIER_REJECTED, MALFORMED_PACKET, NOT_AUTHORIZED, PACKET_TOO_LARGE, SERVER_UNAVAILABLE,
    UNACCEPTABLE_PROTOCOL_VERSION, UNEXPECTED_PACKET, UNSUPPORTED_QOS,
} from '../../src/reasons.ts';

export interface Attack {
    readonly name: string;
    /** Comes instead of CONNACK; undefined: an ordinary CONNACK comes. */
    readonly first?: Uint8Array;
    /** Comes then: whole packets if the connection lasts, so that it can be repeated and mixed with others. */
    readonly bytes: Uint8Array;
    /** The reason for which the client closes the connection; 0: it must not. */
    readonly reason: number;
}

export const ACCEPTED = Buffer.from('20020000', 'hex');

const hex = (digits: string): Buffer => Buffer.from(digits.replace(/ /g, ''), 'hex');

function uint16(value: number): Buffer {
    return Buffer.from([value >> 8, value & 255]);
}

/** §2.2.3 */
function remainingLength(length: number): Buffer {
    const bytes: number[] = [];
    do {
        bytes.push((length & 127) | (length > 127 ? 128 : 0));
        length >>= 7;
    } while (length > 0);
    return Buffer.from(bytes);
}

export function packet(first: number, ...body: Uint8Array[]): Buffer {
    const whole = Buffer.concat(body);
    return Buffer.concat([Buffer.of(first), remainingLength(whole.length), whole]);
}

/** A PUBLISH; with QoS above 0 its packet identifier is 7. */
export function publish(topic: string | Uint8Array, payload: string | Uint8Array = '21', flags = 0): Buffer {
    const name = Buffer.from(topic as string);
    return packet(0x30 | flags, uint16(name.length), name, flags & 6 ? uint16(7) : Buffer.alloc(0), Buffer.from(payload as string));
}

function repeated(bytes: Uint8Array, times: number): Buffer {
    return Buffer.concat(Array.from({ length: times }, () => bytes));
}

const malformedTopics: Record<string, string> = {
    'U+0000': '612f0062', 'an overlong slash': '61c0af62', 'an overlong U+0000': '61c08062', 'a surrogate': '61eda08062', 'a surrogate pair': 'eda080edb080',
    'a code point above U+10FFFF': 'f4908080', 'a cut sequence': '61e282', 'a stray byte': '8061', 'FF FE': 'fffe', 'a +': '612f2b', 'a #': '612f23', 'no characters': '',
};

const refusals: Record<string, number> = {
    'the protocol version': UNACCEPTABLE_PROTOCOL_VERSION, 'the identifier': IDENTIFIER_REJECTED, 'the server': SERVER_UNAVAILABLE,
    'the password': BAD_USER_NAME_OR_PASSWORD, 'the authorization': NOT_AUTHORIZED,
};

const onlyFromClients: Record<string, string> = {
    'type 0': '0000', 'CONNECT': '100c00044d5154540402003c0000', 'PUBREC': '50020007', 'PUBREL': '62020007', 'PUBCOMP': '70020007',
    'SUBSCRIBE': '82060007000161 00', 'UNSUBSCRIBE': 'a20500070001 61', 'PINGREQ': 'c000', 'DISCONNECT, as if to redirect us': 'e000', 'AUTH of MQTT 5': 'f000',
};

const ends: Attack[] = [
    { name: 'a PUBLISH before CONNACK', first: publish('a'), bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'a PUBACK before CONNACK', first: hex('40020001'), bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'a second CONNACK', bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'a flood of CONNACKs', bytes: repeated(ACCEPTED, 50), reason: MALFORMED_PACKET },
    { name: 'a CONNACK with a reserved bit', first: hex('20020200'), bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'a CONNACK with an unknown code', first: hex('20020006'), bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'a CONNACK that is too long, as in MQTT 5', first: hex('2003000000'), bytes: ACCEPTED, reason: MALFORMED_PACKET },
    { name: 'session present to a clean session', first: hex('20020100'), bytes: ACCEPTED, reason: UNEXPECTED_PACKET },
    ...Object.entries(refusals).map(([what, code]) => ({ name: `a refusal for ${what}`, first: hex(`2002000${code}`), bytes: ACCEPTED, reason: code })),
    { name: 'a remaining length of five bytes', bytes: hex('30ffffffff7f'), reason: MALFORMED_PACKET },
    { name: 'a topic longer than its packet', bytes: hex('3005ffff616263'), reason: MALFORMED_PACKET },
    { name: 'a topic longer than its large packet', bytes: Buffer.concat([hex('30c801ffff'), Buffer.alloc(200, 'a')]), reason: MALFORMED_PACKET },
    { name: 'a packet identifier of 0', bytes: hex('3206000161000021'), reason: MALFORMED_PACKET },
    { name: 'a SUBACK of 1 MB', bytes: Buffer.concat([Buffer.of(0x90), remainingLength(1 << 20), uint16(1), Buffer.alloc(200)]), reason: PACKET_TOO_LARGE },
    { name: 'a SUBACK of 268,435,455 bytes', bytes: hex('90ffffff7f'), reason: PACKET_TOO_LARGE },
    { name: 'a PUBACK of 268,435,455 bytes', bytes: hex('40ffffff7f'), reason: MALFORMED_PACKET },
    { name: 'a PINGRESP with a body', bytes: hex('d00100'), reason: MALFORMED_PACKET },
    { name: 'QoS 2', bytes: publish('a', '21', 4), reason: UNSUPPORTED_QOS },
    { name: 'QoS 2 in a message that is too large', bytes: publish('a', Buffer.alloc(300), 4), reason: UNSUPPORTED_QOS },
    { name: 'QoS 3', bytes: publish('a', '21', 6), reason: MALFORMED_PACKET },
    { name: 'DUP with QoS 0', bytes: publish('a', '21', 8), reason: MALFORMED_PACKET },
    ...Object.entries(onlyFromClients).map(([what, digits]) => ({ name: `a ${what}, which no broker sends`, bytes: hex(digits), reason: MALFORMED_PACKET })),
    ...Object.entries(malformedTopics).map(([what, digits]) => ({ name: `a topic with ${what}`, bytes: publish(hex(digits)), reason: MALFORMED_PACKET })),
];

const confusing = ['/', '//', '\u{feff}a', 'a\u{feff}', '$SYS/a', '$', ' ', '\u0001', '\u{ffff}', '\u{202e}a', '__proto__', 'constructor', `a${'/'.repeat(90)}`, '/+'.replace('+', '-')];

/** 5 to 14 packets each. */
const lasts: Attack[] = [
    { name: 'retained messages without end, QoS 0', bytes: repeated(publish('a/b', 'x'.repeat(40), 1), 10), reason: 0 },
    { name: 'retained messages without end, QoS 1', bytes: repeated(publish('a/b', 'x'.repeat(40), 3), 10), reason: 0 },
    { name: 'the smallest QoS 1 messages without end, each to be acknowledged', bytes: repeated(publish('a', '', 2), 10), reason: 0 },
    { name: 'one QoS 1 message again and again, DUP set', bytes: repeated(publish('a', '21', 10), 5), reason: 0 },
    { name: 'messages larger than the receive buffer', bytes: repeated(publish('a', Buffer.alloc(400), 2), 5), reason: 0 },
    { name: 'topics larger than the receive buffer', bytes: repeated(publish('t'.repeat(300), '21', 2), 5), reason: 0 },
    { name: 'topics that confuse', bytes: Buffer.concat(confusing.map((topic) => publish(topic))), reason: 0 },
    { name: 'PUBACKs that nothing waits for', bytes: repeated(hex('4002fffe'), 10), reason: 0 },
    { name: 'SUBACKs that nothing waits for, with too many codes', bytes: repeated(packet(0x90, uint16(0xfffe), Buffer.alloc(100)), 5), reason: 0 },
    { name: 'UNSUBACKs that nothing waits for', bytes: repeated(hex('b002fffe'), 10), reason: 0 },
    { name: 'PINGRESPs that nobody asked for', bytes: repeated(hex('d000'), 10), reason: 0 },
];

export const attacks: readonly Attack[] = [...ends, ...lasts];
