// The control packets of a recorded connection, both ways, as mqtt-packet reads them: a codec that is not ours, so that a trace
// shows what ours did wrong. Which packet may go which way, and in how many pieces it went, is found here.
import type { Packet } from 'mqtt-packet';
import type { Direction } from '../fault-proxy.ts';
import { lengthOf, readPacket } from '../packets.ts';
import type { Level, MqttPacket } from '../packets.ts';
import { objectionTo } from './objections.ts';
import { isChunk } from './recording.ts';
import type { Chunk, Connection } from './recording.ts';

export interface PacketRow {
    readonly direction: Direction;
    /** Of its first and of its last byte, in ms since the trace's beginning. */
    readonly time: number;
    readonly endTime: number;
    /** Which of the connection's happenings brought the first byte. */
    readonly happening: number;
    /** `PUBLISH`; of bytes that begin no packet `bytes`. */
    readonly type: string;
    /** In bytes, fixed header included; of a truncated one what its header says; 0 if it does not. */
    readonly length: number;
    /** In how many writes, or reads, it went. */
    readonly pieces: number;
    /** Null if it cannot be read; `fault` says why. A packet can be both read and at fault. */
    readonly packet: Packet | null;
    readonly fault: string | null;
    /** What there is of it. */
    readonly bytes: Buffer;
    /** Bytes among them that are left out: of user name and password. */
    readonly hidden: number;
}

/** By packet type (MQTT 3.1.1 §2.2.1): its name, and who sends it. */
const types: readonly [name: string, sender: Direction | 'both' | 'none'][] = [
    ['type 0', 'none'], ['CONNECT', 'up'], ['CONNACK', 'down'], ['PUBLISH', 'both'], ['PUBACK', 'both'], ['PUBREC', 'both'], ['PUBREL', 'both'],
    ['PUBCOMP', 'both'], ['SUBSCRIBE', 'up'], ['SUBACK', 'down'], ['UNSUBSCRIBE', 'up'], ['UNSUBACK', 'down'], ['PINGREQ', 'up'], ['PINGRESP', 'down'],
    ['DISCONNECT', 'up'], ['AUTH', 'both'],
];

/** The protocol level in the body of a CONNECT (§3.1.2.2): behind the protocol name with its two length bytes. */
function levelOf(body: Buffer): Level | undefined {
    const level = body.length > 2 ? body[2 + body.readUInt16BE(0)] : undefined;
    return level === 3 || level === 4 || level === 5 ? level : undefined;
}

class DirectionReading {
    private readonly parts: Buffer[] = [];
    private head: number[] = [];
    /** Of the packet under way; 0: not known yet. */
    private length = 0;
    private have = 0;
    private missing = 0;
    private hidden = 0;
    private pieces = 0;
    private first: { time: number; happening: number } | null = null;
    private endTime = 0;
    private packets = 0;
    private offset = 0;
    /** What follows cannot be cut into packets. */
    private lost: string | null = null;

    constructor(
        private readonly mqtt: MqttPacket, private readonly direction: Direction, private readonly level: { value: Level }, private readonly rows: PacketRow[],
    ) {}

    take(chunk: Chunk, happening: number): void {
        const { bytes, offset, time, hidden } = chunk;
        if (offset !== this.offset) this.skip(offset - this.offset);
        this.offset = offset + bytes.length;
        for (let at = 0; at < bytes.length;) {
            this.first ??= { time, happening };
            this.endTime = time;
            this.pieces++;
            this.hidden += hidden;
            const part = bytes.subarray(at, at + this.partOf(bytes.subarray(at)));
            this.parts.push(part);
            this.have += part.length;
            at += part.length;
            if (this.length > 0 && this.have + this.missing === this.length) this.whole();
        }
    }

    /** How many of `bytes` belong to the packet under way. */
    private partOf(bytes: Buffer): number {
        for (let at = 0; this.length === 0 && this.lost === null && at < bytes.length; at++) {
            this.head.push(bytes[at]);
            const length = lengthOf(this.head);
            if (length < 0) this.lose('malformed: a remaining length of more than four bytes; what follows cannot be cut into packets');
            else this.length = length;
        }
        return this.length > 0 ? Math.min(bytes.length, this.length - this.have - this.missing) : bytes.length;
    }

    /** The connection has ended, or the trace has. */
    finish(): void {
        if (this.have === 0 && this.missing === 0) return;
        const wanting = this.length - this.have - this.missing;
        this.row(null, this.lost ?? (this.length === 0 ? 'truncated: the end came within its fixed header' : `truncated: ${wanting} of its bytes never came`));
    }

    /** `count` bytes are not in the trace; negative: the offset went back, which no line can repair. */
    private skip(count: number): void {
        if (count > 0 && this.length > 0 && this.have + this.missing + count <= this.length) {
            this.missing += count;
            if (this.have + this.missing === this.length) this.whole();
        } else if (this.lost === null) {
            this.lose(`${count < 0 ? 'the trace repeats itself here' : `${count} bytes are not in the trace`}: what follows cannot be cut into packets`);
        }
    }

    private lose(why: string): void {
        this.lost = why;
        this.length = 0;
    }

    private whole(): void {
        const isFirst = this.packets++ === 0;
        if (this.missing > 0) return this.row(null, `${this.missing} of its bytes are not in the trace`);
        const [name, sender] = types[this.head[0] >> 4];
        const bytes = Buffer.concat(this.parts);
        if (name === 'CONNECT') this.level.value = levelOf(bytes.subarray(this.head.length)) ?? this.level.value;
        const read = readPacket(this.mqtt, bytes, this.level.value);
        const isPacket = typeof read === 'object';
        if (!isPacket && name === 'CONNECT' && this.hidden > 0) return this.row(null, `of protocol level ${this.level.value}: what may be user name and password is left out`);
        const peer = this.direction === 'up' ? 'a client' : 'a broker';
        const opening = this.direction === 'up' ? 'CONNECT' : 'CONNACK';
        const objection = isPacket ? (this.level.value < 5 ? objectionTo(read) : null) : read;
        let fault = objection === null ? null : `malformed: ${objection}`;
        // MQTT 5 has DISCONNECT both ways.
        if (sender !== 'both' && sender !== this.direction && !(this.level.value === 5 && name === 'DISCONNECT')) fault ??= `${peer} does not send it`;
        else if ((name === opening) !== isFirst && name !== 'AUTH') fault ??= name === opening ? 'a second one' : `not ${opening}, with which ${peer} begins`;
        this.row(isPacket ? read : null, fault);
    }

    private row(packet: Packet | null, fault: string | null): void {
        const bytes = Buffer.concat(this.parts);
        this.rows.push({
            direction: this.direction, time: this.first!.time, endTime: this.endTime, happening: this.first!.happening,
            type: this.lost === null ? types[this.head[0] >> 4][0] : 'bytes',
            length: this.length > 0 ? this.length : 0, pieces: this.pieces, packet, fault,
            bytes, hidden: this.lost !== null || this.head[0] >> 4 === 1 ? this.hidden : 0,
        });
        this.parts.length = 0;
        this.head = [];
        this.length = this.have = this.missing = this.hidden = this.pieces = 0;
        this.first = null;
    }
}

/** All packets of a connection in the order in which they began, truncated and malformed ones too. */
export function packetsOf(mqtt: MqttPacket, { happenings }: Connection): PacketRow[] {
    const rows: PacketRow[] = [];
    const level: { value: Level } = { value: 4 };
    const readings = { up: new DirectionReading(mqtt, 'up', level, rows), down: new DirectionReading(mqtt, 'down', level, rows) };
    happenings.forEach((happening, index) => {
        if (isChunk(happening)) readings[happening.kind].take(happening, index);
    });
    readings.up.finish();
    readings.down.finish();
    return rows.sort((a, b) => a.happening - b.happening || Number(a.direction === 'down') - Number(b.direction === 'down'));
}
