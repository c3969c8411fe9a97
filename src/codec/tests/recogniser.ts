// What a client may receive, as tables from MQTT 3.1.1 (§2.2, §3) and the Unicode standard, and a machine that reads them
// byte by byte: the judge of the decoders. It knows nothing of src. Its states are values, so that a tree of strings can
// be walked with each branch going on from the state of its stem.

/** What may be said of a string of bytes that a client received. */
export const ACCEPT = 'accept'; // whole packets
export const WAIT = 'wait'; // some continuation makes whole packets of it
export const DOOMED = 'doomed'; // none does, but the packet that is wrong has not come to its end: a decoder may wait for that
export const REJECT = 'reject';
export const TOO_LARGE = 'too large'; // a packet that this reader has to hold and cannot

/** Who reads: `capacity` is what it can hold of a packet, in bytes. */
export interface Reader {
    readonly capacity: number;
    /** It hands on what it cannot hold, instead of skipping it. */
    readonly streams: boolean;
    /** It subscribes to nothing: SUBACK and UNSUBACK answer what it never asked, a PUBLISH is skipped unread. */
    readonly acknowledgementsOnly: boolean;
}

/** Least bytes of each part of a body; those with `open` go on to the packet's end. */
const PARTS = {
    outcome: { least: 2, open: false }, // flags and return code of a CONNACK, §3.2.2
    identifier: { least: 2, open: false }, // §2.3.1
    topic: { least: 3, open: false }, // §3.3.2.1, of one character at least [MQTT-4.7.3-1]
    codes: { least: 1, open: true }, // §3.9.3
    payload: { least: 0, open: true }, // §3.3.3
} as const;
type Part = keyof typeof PARTS;

interface Row {
    readonly name: string;
    readonly parts: readonly Part[];
    readonly least: number;
    readonly open: boolean;
}

function row(name: string, ...parts: Part[]): Row {
    return { name, parts, least: parts.reduce((sum, part) => sum + PARTS[part].least, 0), open: parts.some(part => PARTS[part].open) };
}

const published = row('publish', 'topic', 'payload');
const identified = row('publish', 'topic', 'identifier', 'payload');
/**
 * By first byte, §2.2.1, §2.2.2 and §3.3.1: QoS 0 without DUP, QoS 1, QoS 2. PUBREC, PUBREL and PUBCOMP answer what no client
 * of ours sends.
 */
const ROWS: ReadonlyMap<number, Row> = new Map([
    [0x20, row('connack', 'outcome')], [0x40, row('puback', 'identifier')], [0x90, row('suback', 'identifier', 'codes')],
    [0xb0, row('unsuback', 'identifier')], [0xd0, row('pingresp')],
    ...[0x30, 0x31].map(first => [first, published] as const),
    ...[0x32, 0x33, 0x3a, 0x3b, 0x34, 0x35, 0x3c, 0x3d].map(first => [first, identified] as const),
]);

/** Flags and return code, §3.2.2.2, §3.2.2.3 [MQTT-3.2.2-4]. */
const OUTCOMES = [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [1, 0]];
/** §3.9.3 [MQTT-3.9.3-2]. */
const CODES = [0x00, 0x01, 0x02, 0x80];

/** Table 3-7 of the Unicode standard: well-formed UTF-8, ranges of the first byte, the second and so on, without U+0000 [MQTT-1.5.3-2]. */
const TEXT: readonly (readonly (readonly [from: number, to: number])[])[] = [
    [[0x01, 0x7f]],
    [[0xc2, 0xdf], [0x80, 0xbf]],
    [[0xe0, 0xe0], [0xa0, 0xbf], [0x80, 0xbf]],
    [[0xe1, 0xec], [0x80, 0xbf], [0x80, 0xbf]],
    [[0xed, 0xed], [0x80, 0x9f], [0x80, 0xbf]],
    [[0xee, 0xef], [0x80, 0xbf], [0x80, 0xbf]],
    [[0xf0, 0xf0], [0x90, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
    [[0xf1, 0xf3], [0x80, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
    [[0xf4, 0xf4], [0x80, 0x8f], [0x80, 0xbf], [0x80, 0xbf]],
];
const WILDCARDS = [0x23, 0x2b]; // [MQTT-3.3.2-2]

/** Can text of `length` bytes begin with `bytes`? */
export function mayBeText(bytes: readonly number[], length: number, wildcards: boolean): boolean {
    for (let at = 0; at < bytes.length;) {
        const ranges = TEXT.find(([[from, to]]) => bytes[at] >= from && bytes[at] <= to);
        if (!ranges || at + ranges.length > length || (!wildcards && WILDCARDS.includes(bytes[at]))) return false;
        for (const [from, to] of ranges) {
            if (at < bytes.length && (bytes[at] < from || bytes[at] > to)) return false;
            at++;
        }
    }
    return true;
}

/** How far the reading has come. Never changed, but made by the million: hence no literals that copy one another. */
export class State {
    constructor(
        readonly verdict: string,
        /** What was received, a line for each packet; empty before the CONNACK. */
        readonly told: string,
        readonly first = 0,
        /** The remaining length, as far as it has come, and in how many bytes. */
        readonly length = 0,
        readonly lengthBytes = 0,
        readonly headerEnded = false,
        readonly body: readonly number[] = [],
    ) {}

    /** The same packet, of which `verdict` is to be said. */
    judged(verdict: string): State {
        return verdict === this.verdict ? this : new State(verdict, this.told, this.first, this.length, this.lengthBytes, this.headerEnded, this.body);
    }
}

export const BEGINNING = new State(ACCEPT, '');

const digits = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');

/** How a sink should write a CONNACK down. Made once: most strings that are tried follow one. */
const CONNACK_LINES = [false, true].map(sessionPresent => Array.from({ length: 256 }, (_, returnCode) => `connack ${sessionPresent} ${returnCode}\n`));
export function connackLine(sessionPresent: boolean, returnCode: number): string {
    return CONNACK_LINES[sessionPresent ? 1 : 0][returnCode];
}

/** How a sink should write a PUBLISH down, topic and payload as hexadecimal. */
export function publishLine(first: number, topic: string, packetIdentifier: number, payload: string): string {
    return `publish ${first.toString(16)} ${topic} ${packetIdentifier} ${payload}\n`;
}

/** What becomes of `state` with one more byte. */
export function step(reader: Reader, state: State, byte: number): State {
    if (state.verdict === REJECT || state.verdict === TOO_LARGE) return state;
    if (state.verdict === ACCEPT) {
        // CONNACK comes first and once [MQTT-3.2.0-1].
        const allowed = ROWS.has(byte) && (byte === 0x20) === (state.told === '');
        return new State(allowed ? doom(reader, byte) : REJECT, state.told, byte);
    }
    const rules = ROWS.get(state.first)!;
    const unread = doom(reader, state.first) === DOOMED;
    if (!state.headerEnded) {
        const lengthBytes = state.lengthBytes + 1;
        const length = state.length + (byte % 128) * 128 ** state.lengthBytes;
        const next = new State(state.verdict, state.told, state.first, length, lengthBytes, byte < 128);
        if (byte > 127) {
            // §2.2.3: at most four bytes. More than needed are not forbidden.
            if (lengthBytes === 4) return next.judged(REJECT);
            return next.judged(unread || (!rules.open && length !== rules.least % 128 ** lengthBytes) ? DOOMED : WAIT);
        }
        if (!unread && (rules.open ? length < rules.least : length !== rules.least)) return next.judged(REJECT);
        if (!unread && rules.name === 'suback' && length > reader.capacity) return next.judged(TOO_LARGE);
        return settle(reader, next, unread);
    }
    return settle(reader, new State(state.verdict, state.told, state.first, state.length, state.lengthBytes, true, [...state.body, byte]), state.verdict === DOOMED);
}

/** To a reader of acknowledgements alone a SUBACK or UNSUBACK is wrong from its first byte. */
function doom(reader: Reader, first: number): string {
    return reader.acknowledgementsOnly && (first === 0x90 || first === 0xb0) ? DOOMED : WAIT;
}

/** The verdict on a packet whose header is known, and what is told if it is whole. */
function settle(reader: Reader, state: State, doomed: boolean): State {
    const line = doomed ? null : read(reader, state);
    if (state.body.length < state.length) return state.judged(line === null ? DOOMED : WAIT);
    return line === null ? state.judged(REJECT) : new State(ACCEPT, state.told + line);
}

/** What the packet says, nothing before it is whole; null if it is wrong. */
function read(reader: Reader, { first, length, body }: State): string | null {
    const { name, parts, least } = ROWS.get(first)!;
    if (name === 'publish' && reader.acknowledgementsOnly) return 'skipped 0\n';
    const held = length <= reader.capacity;
    let packetIdentifier = 0;
    let topic: readonly number[] = [];
    let readable = true;
    let at = 0;
    for (const part of parts) {
        if (part === 'payload') break; // any bytes will do
        const seen = body.slice(at);
        if (part === 'outcome') {
            if (!OUTCOMES.some(pair => seen.every((byte, index) => byte === pair[index]))) return null;
        } else if (part === 'identifier') {
            if (seen[0] === 0 && seen[1] === 0) return null;
            packetIdentifier = seen[0] * 256 + seen[1];
        } else if (part === 'topic' && seen.length > 0) {
            // With one byte of the length: the least that it can become.
            const size = seen[0] * 256 + (seen[1] ?? (seen[0] ? 0 : 1));
            if (size === 0 || size + least - 1 > length) return null;
            topic = seen.slice(2, 2 + size);
            readable = held || 2 + size <= reader.capacity;
            if (readable && !mayBeText(topic, size, false)) return null;
            at += size - 1;
        } else if (part === 'codes') {
            if (!seen.every(byte => CODES.includes(byte))) return null;
        }
        at += PARTS[part].least;
    }
    if (body.length < length) return '';
    if (name === 'connack') return connackLine(body[0] === 1, body[1]);
    if (name === 'suback') return `suback ${packetIdentifier} ${digits(body.slice(2))}\n`;
    if (name !== 'publish') return name === 'pingresp' ? 'pingresp\n' : `${name} ${packetIdentifier}\n`;
    if (!held && !(readable && reader.streams)) return `skipped ${packetIdentifier}\n`;
    return publishLine(first, digits(topic), packetIdentifier, digits(body.slice(at)));
}

/** Bytes that make `state` whole, by trying: the empty list if it is, null if none does in `most` bytes. */
export function completion(reader: Reader, state: State, most: number): number[] | null {
    const added: number[] = [];
    while (state.verdict === WAIT && added.length < most) {
        // Zero and one suit lengths, identifiers and codes; the others follow a lead byte of UTF-8.
        const byte = [0, 1, 3, 0x80, 0x90, 0xa0].find(value => [ACCEPT, WAIT].includes(step(reader, state, value).verdict));
        if (byte === undefined) return null;
        added.push(byte);
        state = step(reader, state, byte);
    }
    return state.verdict === ACCEPT ? added : null;
}
