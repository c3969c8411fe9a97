// Recorded connections as Ethernet frames. A trace knows bytes and times; TCP (RFC 9293), IPv4 and Ethernet around them are made up here, so
// that tools which read captures can read traces: handshake, sequence numbers, acknowledgements, ends, checksums are as they should be.
import { CONNECT_FAILED, CONNECT_TIMEOUT } from '../../../src/reasons.ts';
import type { Direction } from '../fault-proxy.ts';
import { lengthOf } from '../packets.ts';
import type { Frame } from './pcapng.ts';
import { isChunk } from './recording.ts';
import type { Chunk, Connection, Recording } from './recording.ts';

/** Bytes of one segment at most: what Ethernet's 1,500 leave. */
const MSS = 1460;
const WINDOW = 65535;
/** Segments that are sent before they are acknowledged: they fit the window. */
const BURST = 32;
const BROKER_PORT = 1883;
/** Ephemeral ports (RFC 6335 §6). A connection has one of its own, until there are no more at one address. */
const FIRST_PORT = 49152;
const PORTS = 65536 - FIRST_PORT;

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;

interface End {
    readonly mac: readonly number[];
    readonly address: readonly number[];
    readonly port: number;
    /** Sequence number of its SYN. */
    readonly initial: number;
    /** Of its next byte. */
    next: number;
    readonly framing: Framing;
    /** Bytes that wait for those behind them: the beginning of a fixed header. */
    rest: Buffer;
}

/**
 * Where packets begin in one direction. Wireshark takes a segment that ends within a remaining length for malformed: segments are made
 * so that none does.
 */
class Framing {
    private head: number[] = [];
    /** Bytes of the packet under way that are still to come. Infinity: nothing is known of the bytes that follow. */
    private remaining = 0;

    /** Takes the next bytes but for the beginning of a fixed header at their end. Returns how many these are. */
    take(bytes: Buffer): number {
        for (let at = 0; at < bytes.length;) {
            if (this.remaining > 0) {
                const size = Math.min(this.remaining, bytes.length - at);
                this.remaining -= size;
                at += size;
            } else {
                this.head.push(bytes[at++]);
                const length = lengthOf(this.head);
                if (length !== 0) {
                    this.remaining = length < 0 ? Infinity : length - this.head.length;
                    this.head = [];
                }
            }
        }
        return this.head.splice(0).length;
    }

    lose(): void {
        this.remaining = Infinity;
    }
}

function beginning(initial: number): Pick<End, 'initial' | 'next' | 'framing' | 'rest'> {
    return { initial, next: initial, framing: new Framing(), rest: Buffer.alloc(0) };
}

/** The Internet checksum (RFC 1071) of `bytes`. */
function internetChecksum(bytes: Buffer): number {
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 2) sum += at + 1 < bytes.length ? bytes.readUInt16BE(at) : bytes[at] << 8;
    while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
    return ~sum & 0xffff;
}

class Conversation {
    readonly frames: Frame[] = [];
    private readonly ends: Readonly<Record<Direction, End>>;
    private readonly epoch: number;
    private identification = 0;
    /** Handed over, not flushed yet. */
    private held: Chunk[] = [];

    /** `index`: which connection of the trace; `epoch`: time 0 in ms since 1970. */
    constructor(index: number, epoch: number) {
        this.epoch = epoch;
        // Addresses for documentation (RFC 5737), MAC addresses that are administered locally.
        const host = 1 + Math.floor(index / PORTS) % 254;
        this.ends = {
            up: { mac: [2, 0, 0, 0, 0, 1], address: [192, 0, 2, host], port: FIRST_PORT + index % PORTS, ...beginning(0x10000000) },
            down: { mac: [2, 0, 0, 0, 0, 2], address: [198, 51, 100, 1], port: BROKER_PORT, ...beginning(0x20000000) },
        };
    }

    play({ happenings }: Connection): void {
        const outcome = happenings.find(({ kind }) => kind === 'ready' || kind === 'close' || kind === 'reset' || kind === 'end');
        const reason = outcome && 'reason' in outcome ? outcome.reason : undefined;
        // Without a name, a network or a modem nothing went out.
        const dialled = outcome?.kind !== 'end' || reason === CONNECT_FAILED || reason === CONNECT_TIMEOUT;
        const flushes = happenings.some(({ kind }) => kind === 'flush');
        let begun = false;
        for (const happening of happenings) {
            const { time } = happening;
            if (isChunk(happening)) {
                if (!begun) this.beginLate();
                begun = true;
                if (happening.kind === 'up') this.held.push(happening);
                if (happening.kind === 'down' || !flushes) this.flush(time);
                if (happening.kind === 'down') this.send('down', time, happening.offset, happening.bytes);
            } else if (happening.kind === 'open') {
                if (dialled) this.segment('up', time, SYN);
            } else if (happening.kind === 'ready') {
                begun = true;
                this.segment('down', time, SYN | ACK);
                this.segment('up', time, ACK);
            } else {
                this.flush(time);
                if (happening.kind === 'flush') continue;
                this.sendRest('up', time);
                this.sendRest('down', time);
                if (dialled) this.end(happening.kind, time, begun);
            }
        }
        const { time } = happenings[happenings.length - 1];
        this.flush(time);
        this.sendRest('up', time);
        this.sendRest('down', time);
    }

    /** The handshake is not in the trace: as in a capture that began later. */
    private beginLate(): void {
        for (const end of [this.ends.up, this.ends.down]) end.next = end.initial + 1;
    }

    private end(how: 'close' | 'reset' | 'end', time: number, begun: boolean): void {
        if (!begun) {
            // Whom nobody answered gives up in silence; who is refused hears so.
            if (how !== 'close') this.segment('down', time, RST | ACK);
        } else if (how === 'reset') {
            this.segment('down', time, RST | ACK);
        } else {
            const first = how === 'close' ? 'up' : 'down';
            this.segment(first, time, FIN | ACK);
            this.segment(first === 'up' ? 'down' : 'up', time, FIN | ACK);
            this.segment(first, time, ACK);
        }
    }

    /** What was handed over leaves: bytes that follow on each other together. */
    private flush(time: number): void {
        const chunks = this.held;
        this.held = [];
        for (let from = 0, to = 1; from < chunks.length; from = to, to++) {
            while (to < chunks.length && chunks[to].offset === chunks[to - 1].offset + chunks[to - 1].bytes.length) to++;
            this.send('up', time, chunks[from].offset, Buffer.concat(chunks.slice(from, to).map(({ bytes }) => bytes)));
        }
    }

    private send(direction: Direction, time: number, offset: number, bytes: Buffer): void {
        const sender = this.ends[direction];
        const sequence = (sender.initial + 1 + offset) % 2 ** 32;
        if (sequence === (sender.next + sender.rest.length) % 2 ** 32) {
            this.emit(direction, time, Buffer.concat([sender.rest, bytes]));
        } else {
            this.sendRest(direction, time);
            sender.framing.lose();
            sender.next = sequence;
            this.emit(direction, time, bytes);
        }
    }

    /** Nothing comes behind what waits. */
    private sendRest(direction: Direction, time: number): void {
        const sender = this.ends[direction];
        sender.framing.lose();
        if (sender.rest.length > 0) this.emit(direction, time, sender.rest);
    }

    private emit(direction: Direction, time: number, bytes: Buffer): void {
        const sender = this.ends[direction];
        const other = direction === 'up' ? 'down' : 'up';
        for (let at = 0, count = 1; ; count++) {
            const most = bytes.subarray(at, at + MSS);
            const part = most.subarray(0, most.length - sender.framing.take(most));
            const isLast = at + MSS >= bytes.length;
            if (part.length > 0) this.segment(direction, time, isLast ? PSH | ACK : ACK, part);
            at += part.length;
            if (part.length > 0 && (isLast || count % BURST === 0)) this.segment(other, time, ACK);
            if (isLast) {
                sender.rest = bytes.subarray(at);
                return;
            }
        }
    }

    private segment(direction: Direction, time: number, flags: number, payload: Buffer = Buffer.alloc(0)): void {
        const from = this.ends[direction];
        const to = this.ends[direction === 'up' ? 'down' : 'up'];
        const options = flags & SYN ? Buffer.from([2, 4, MSS >> 8, MSS & 255]) : Buffer.alloc(0);
        const tcp = Buffer.alloc(20 + options.length);
        tcp.writeUInt16BE(from.port, 0);
        tcp.writeUInt16BE(to.port, 2);
        tcp.writeUInt32BE(from.next, 4);
        tcp.writeUInt32BE(flags & ACK ? to.next : 0, 8);
        tcp[12] = tcp.length << 2;
        tcp[13] = flags;
        tcp.writeUInt16BE(flags & RST ? 0 : WINDOW, 14);
        options.copy(tcp, 20);
        const length = tcp.length + payload.length;
        const pseudoHeader = Buffer.from([...from.address, ...to.address, 0, 6, length >> 8, length & 255]);
        tcp.writeUInt16BE(internetChecksum(Buffer.concat([pseudoHeader, tcp, payload])), 16);
        from.next = (from.next + payload.length + (flags & (SYN | FIN) ? 1 : 0)) % 2 ** 32;
        this.frames.push({ time: Math.max(0, Math.round((this.epoch + time) * 1000)), bytes: Buffer.concat([Buffer.from([...to.mac, ...from.mac, 8, 0]), this.ipHeader(from, to, length), tcp, payload]) });
    }

    private ipHeader(from: End, to: End, length: number): Buffer {
        const identification = this.identification++ & 0xffff;
        const total = 20 + length;
        // Version and length, total length, identification, not to be fragmented, time to live, TCP.
        const header = Buffer.from([0x45, 0, total >> 8, total & 255, identification >> 8, identification & 255, 0x40, 0, 64, 6, 0, 0, ...from.address, ...to.address]);
        header.writeUInt16BE(internetChecksum(header), 10);
        return header;
    }
}

/** All connections of a trace as frames in the order of time. Where the trace does not tell the time of day, it begins in 1970. */
export function framesOf({ connections, epoch }: Recording): Frame[] {
    const frames = connections.flatMap((connection, index) => {
        const conversation = new Conversation(index, epoch ?? 0);
        conversation.play(connection);
        return conversation.frames;
    });
    return frames.sort((a, b) => a.time - b.time);
}
