// An independent reading of what one connection has brought: the recogniser's, as lists of what must follow from it.
import { ACCEPT, BEGINNING, DOOMED, REJECT, TOO_LARGE, WAIT, step } from '../../../../src/codec/tests/recogniser.ts';
import type { Reader, State } from '../../../../src/codec/tests/recogniser.ts';
import {
    ACKNOWLEDGEMENTS_BLOCKED, CLOSED_BY_APPLICATION, MALFORMED_PACKET, NOT_AUTHORIZED, PACKET_TOO_LARGE, UNEXPECTED_PACKET, UNSUPPORTED_QOS,
} from '../../../../src/reasons.ts';
import { toHex } from '../target.ts';

/** What else decides whether a client may close a connection. */
export interface Circumstances {
    readonly cleanSession: boolean;
    readonly connectWritten: boolean;
    readonly linkTakesAll: boolean;
    readonly stopped: boolean;
}

/** A line of the recogniser's, in words: its kind, then what follows. */
type Line = readonly string[];

/** The first byte of a PUBLISH with QoS 2. */
const hasQos2 = (first: number): boolean => first >> 4 === 3 && (first & 6) === 4;
const isUnsupported = ([kind, first]: Line): boolean => kind === 'publish' && hasQos2(Number.parseInt(first, 16));

export class Reading {
    /** Packet identifiers of messages with QoS 1, in the order in which they came. */
    readonly identified: number[] = [];
    /** What the last bytes have told. */
    lines: readonly Line[] = [];
    private state: State = BEGINNING;

    constructor(private readonly reader: Reader) {}

    take(bytes: Uint8Array): void {
        const before = this.state.told.length;
        for (const byte of bytes) this.state = step(this.reader, this.state, byte);
        this.lines = this.state.told.slice(before).split('\n').filter(line => line !== '').map(line => line.split(' '));
        for (const [kind, first, , publishIdentifier] of this.lines) {
            const packetIdentifier = Number(kind === 'publish' ? publishIdentifier : kind === 'skipped' ? first : 0);
            if (packetIdentifier) this.identified.push(packetIdentifier);
        }
    }

    /** The messages among `lines` that a client without QoS 2 hands on: first byte, topic, payload. */
    get messages(): string[] {
        const end = this.lines.findIndex(isUnsupported);
        return (end < 0 ? this.lines : this.lines.slice(0, end)).filter(([kind]) => kind === 'publish').map(([, first, topic, , payload]) => `${first} ${topic} ${payload}`);
    }

    has(kind: string, packetIdentifier: number): boolean {
        return this.lines.some(line => line[0] === kind && line[1] === String(packetIdentifier));
    }

    /** A CONNACK has come. */
    get hasBegun(): boolean {
        return this.state.told !== '';
    }

    get isBetweenPackets(): boolean {
        return this.state.verdict === ACCEPT;
    }

    /** Must a client close the connection because of the last bytes? */
    forbidsToGoOn(cleanSession: boolean): boolean {
        const refused = this.lines.some(([kind, present, code]) => kind === 'connack' && (code !== '0' || (cleanSession && present === 'true')));
        return this.state.verdict === REJECT || this.state.verdict === TOO_LARGE || refused || this.lines.some(isUnsupported);
    }

    /** Is `payload` (hexadecimal) the beginning of that of the PUBLISH under way? */
    isUnderWay(payload: string): boolean {
        return this.state.verdict === WAIT && toHex(Uint8Array.from(this.state.body)).endsWith(payload);
    }

    /** May a client close for `reason` because of the last bytes? */
    explains(reason: number, { cleanSession, connectWritten, linkTakesAll, stopped }: Circumstances): boolean {
        const { verdict, first } = this.state;
        const told = (kind: string, holds: (line: Line) => boolean): boolean => this.lines.some(line => line[0] === kind && holds(line));
        switch (reason) {
            case MALFORMED_PACKET: return verdict === REJECT || verdict === DOOMED;
            case PACKET_TOO_LARGE: return verdict === TOO_LARGE;
            case UNEXPECTED_PACKET: return told('connack', ([, present]) => !connectWritten || (cleanSession && present === 'true')) || told('suback', ([, , codes]) => codes.length > 2);
            case UNSUPPORTED_QOS: return (verdict === WAIT && hasQos2(first)) || told('publish', isUnsupported) || told('skipped', () => true) || told('suback', ([, , codes]) => codes.startsWith('01') || codes.startsWith('02'));
            case ACKNOWLEDGEMENTS_BLOCKED: return !linkTakesAll;
            case CLOSED_BY_APPLICATION: return stopped;
            default: return reason > 0 && reason <= NOT_AUTHORIZED && told('connack', ([, , code]) => code === String(reason));
        }
    }

    /** For people. */
    get verdict(): string {
        return this.state.verdict === ACCEPT ? 'whole packets' : this.state.verdict;
    }
}
