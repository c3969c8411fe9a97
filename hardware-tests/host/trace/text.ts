// A trace for people: one line a packet, and what happened to each connection. Whatever comes from the wire is made harmless for a terminal.
import type { Packet } from 'mqtt-packet';
import { reasonText } from '../../../src/session/reason-texts.ts';
import type { MqttPacket } from '../packets.ts';
import { figuresOf } from './figures.ts';
import type { Figures } from './figures.ts';
import { packetsOf } from './packets.ts';
import type { PacketRow } from './packets.ts';
import type { Change, Connection, Recording } from './recording.ts';

/** Bytes of a payload, or of what is no packet, that are shown. */
const SHOWN = 32;

/** `text` in quotation marks, without anything that a terminal would obey or that cannot be seen. */
export function quoted(text: string): string {
    const safe = text.replace(/[\\"\p{C}\p{Zl}\p{Zp}]/gu, char => (char === '\\' || char === '"' ? `\\${char}` : `\\u{${char.codePointAt(0)!.toString(16)}}`));
    return `"${safe}"`;
}

/** The beginning of `bytes`: as text if it is that, else in hexadecimal digits. */
function excerpt(bytes: Buffer): string {
    const shown = bytes.subarray(0, SHOWN);
    const rest = bytes.length > SHOWN ? '…' : '';
    try {
        // What was cut off within a character is no fault of the text.
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(shown, { stream: rest !== '' });
        if (!/[^\P{Cc}\t\n\r]/u.test(text)) return quoted(text) + rest;
    } catch {
        // No text.
    }
    return shown.toString('hex') + rest;
}

const bytesOf = (count: number): string => `${count.toLocaleString('en')} B`;
const returnCodes = ['accepted', 'unacceptable protocol version', 'identifier rejected', 'server unavailable', 'bad user name or password', 'not authorized'];

function detailsOf(packet: Packet, hidden: number): string[] {
    const identifier = packet.messageId === undefined ? [] : [`identifier ${packet.messageId}`];
    switch (packet.cmd) {
        case 'connect': {
            const secret = (name: string, value: string | Buffer | undefined): string[] => (value === undefined ? [] : [`${name} ${hidden > 0 ? 'hidden' : quoted(value.toString())}`]);
            const { will } = packet;
            return [
                `client ${quoted(packet.clientId)}`, packet.clean ? 'clean session' : 'session kept', `keep-alive ${packet.keepalive} s`,
                ...(packet.protocolVersion === 4 ? [] : [`protocol level ${packet.protocolVersion}`]), ...secret('user', packet.username), ...secret('password', packet.password),
                ...(will ? [`will ${quoted(will.topic)} QoS ${will.qos}${will.retain ? ' retain' : ''}, ${bytesOf(Buffer.byteLength(will.payload))}`] : []),
            ];
        }
        case 'connack': return [returnCodes[packet.returnCode ?? -1] ?? `code ${packet.returnCode ?? packet.reasonCode}`, ...(packet.sessionPresent ? ['session present'] : [])];
        case 'publish': {
            const payload = Buffer.from(packet.payload);
            const flags = `QoS ${packet.qos}${packet.dup ? ' DUP' : ''}${packet.retain ? ' RETAIN' : ''}`;
            return [...identifier, flags, quoted(packet.topic), bytesOf(payload.length) + (payload.length > 0 ? ` ${excerpt(payload)}` : '')];
        }
        case 'subscribe': return [...identifier, ...packet.subscriptions.map(({ topic, qos }) => `${quoted(topic)} QoS ${qos}`)];
        case 'suback': return [...identifier, `granted ${packet.granted.map(code => (Number(code) > 2 ? 'refused' : `QoS ${Number(code)}`)).join(', ')}`];
        case 'unsubscribe': return [...identifier, ...packet.unsubscriptions.map(quoted)];
        default: return identifier;
    }
}

/** What a packet says, and what is wrong with it. */
export function describeRow({ packet, hidden, fault, bytes, pieces }: PacketRow): string {
    const details = packet === null ? [] : detailsOf(packet, hidden);
    if (pieces > 1) details.push(`in ${pieces} pieces`);
    if (fault !== null) details.push(`! ${fault}`);
    if (packet === null && bytes.length > 0) details.push(excerpt(bytes));
    return details.join(', ');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(6);
const plural = (count: number, what: string): string => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

const changeTexts: Readonly<Record<Exclude<Change['kind'], 'end' | 'flush'>, string>> = {
    open: 'begins to connect', ready: 'connected', close: 'the client ends the connection', reset: 'the connection is reset',
};

function describeFigures({ bytesUp, bytesDown, writes, roundTrips, active, pubackAfter }: Figures, packets: number): string {
    const parts = [plural(packets, 'packet'), `${bytesOf(bytesUp)} up, ${bytesOf(bytesDown)} down`];
    if (writes > 0) parts.push(plural(writes, 'write'));
    if (roundTrips > 0) parts.push(plural(roundTrips, 'round trip'));
    parts.push(`${(active / 1000).toFixed(3)} s`);
    if (pubackAfter !== null) parts.push(`last PUBACK after ${(pubackAfter / 1000).toFixed(3)} s`);
    return parts.join(', ');
}

function connectionLines(mqtt: MqttPacket, connection: Connection): string[] {
    const rows = packetsOf(mqtt, connection);
    const lines: (readonly [order: number, line: string])[] = rows.map(row =>
        [row.happening, `${seconds(row.time).padStart(14)} ${row.direction === 'up' ? '>' : '<'} ${row.type.padEnd(11)} ${bytesOf(row.length || row.bytes.length).padStart(9)}  ${describeRow(row)}`.trimEnd()]);
    connection.happenings.forEach((happening, index) => {
        if (happening.kind === 'up' || happening.kind === 'down' || happening.kind === 'flush') return;
        const text = happening.kind === 'end' ? `the connection has ended: ${reasonText(happening.reason!)}` : changeTexts[happening.kind];
        lines.push([index, `${seconds(happening.time).padStart(14)}   ${text}`]);
    });
    const last = connection.happenings.at(-1)?.kind;
    const sorted = lines.sort((a, b) => a[0] - b[0]).map(([, line]) => line);
    return [
        `connection ${connection.name}`, ...sorted, ...(last === 'close' || last === 'end' || last === 'reset' ? [] : [`${' '.repeat(17)}the trace ends here`]),
        `${' '.repeat(17)}${describeFigures(figuresOf(connection, rows), rows.length)}`,
    ];
}

/** All of a trace. Times are seconds since its beginning. */
export function describeRecording(mqtt: MqttPacket, recording: Recording): string {
    const { connections, epoch, damaged, torn } = recording;
    return [
        ...(epoch === null ? [] : [`time 0 is ${new Date(epoch).toISOString()}`]),
        ...connections.map(connection => connectionLines(mqtt, connection).join('\n')),
        ...(damaged > 0 ? [`${plural(damaged, 'line')} of the trace cannot be read: damaged, or mixed with other output`] : []),
        ...(torn ? ['the last line of the trace is torn: whoever wrote it was stopped'] : []),
    ].join('\n');
}
