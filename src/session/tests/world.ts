// A world for session tests: a virtual clock, a transport whose every answer the test decides, and a record of all that
// the client wrote. Nothing here is faster or slower than the test says.
import { CONNECTION_LOST, Client, Topic, WAITING } from '../../index.ts';
import type { ClientOptions, Message, Platform, PlatformOwner, Transport, TransportOwner } from '../../index.ts';

/** The clock: time passes in `pass` only. At most one wake is pending, as the contract says. */
export class VirtualPlatform implements Platform {
    time = 0;
    wakes = 0;
    /** What callbacks of the application threw. */
    readonly errors: unknown[] = [];
    /** What the client's clock shows at `time`. */
    clock = (time: number): number => time;
    /** What `random` returns next; 500 when used up: with the defaults the pause before the next connection, in ms. */
    readonly randoms: number[] = [];
    private owner: PlatformOwner | null = null;
    private wakeTime = -1;

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return this.clock(this.time);
    }

    wakeAfter(ms: number): void {
        this.wakeTime = ms < 0 ? -1 : this.time + ms;
    }

    random(): number {
        return this.randoms.shift() ?? 500;
    }

    utf8(text: string): Uint8Array {
        return utf8(text);
    }

    caught(error: unknown): void {
        this.errors.push(error);
    }

    /** Ms until the pending wake; -1: none is pending. */
    get pending(): number {
        return this.wakeTime < 0 ? -1 : this.wakeTime - this.time;
    }

    /** Lets `ms` milliseconds pass without any wake, as if the timer were late. */
    sleep(ms: number): void {
        this.time += ms;
    }

    /** Lets `ms` milliseconds pass; every wake that falls due in them comes at its time. */
    pass(ms: number): void {
        const end = this.time + ms;
        for (let turns = 0; this.wakeTime >= 0 && this.wakeTime <= end; turns++) {
            if (turns > 10000) throw new Error('the client wakes without end');
            // A late wake does not turn the clock back.
            this.time = Math.max(this.time, this.wakeTime);
            this.wakeTime = -1;
            this.wakes++;
            this.owner?.onWake();
        }
        this.time = end;
    }

    /** Ends the current turn: what was asked for with wakeAfter(0) happens. */
    turn(): void {
        this.pass(0);
    }
}

/** The other end of one connection, in the test's hands. */
export class VirtualTransport implements Transport {
    /** Bytes written on the present connection and not yet read by `take`. */
    private held: number[] = [];
    opens = 0;
    closes = 0;
    writes = 0;
    flushes = 0;
    /** Bytes that `write` still takes before it takes no more. */
    room = Infinity;
    owner: TransportOwner | null = null;

    open(owner: TransportOwner): void {
        this.opens++;
        this.held = [];
        this.owner = owner;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        if (!this.owner) throw new Error('write on a closed transport');
        const taken = Math.min(end - start, this.room);
        this.room -= taken;
        this.writes++;
        for (let index = start; index < start + taken; index++) this.held.push(bytes[index]);
        return taken;
    }

    flush(): void {
        this.flushes++;
    }

    close(): void {
        this.closes++;
        this.owner = null;
    }

    /** The connection is made. */
    opened(): void {
        this.owner!.onOpen();
    }

    /** The broker sends `bytes`. */
    sends(...bytes: number[]): void {
        // In the middle of a larger array: what a client reads outside of its range shows.
        const chunk = new Uint8Array(bytes.length + 4).fill(0xaa);
        chunk.set(bytes, 2);
        this.owner?.onBytes(chunk, 2, bytes.length + 2);
    }

    /** The connection breaks. */
    breaks(reason = CONNECTION_LOST): void {
        const owner = this.owner!;
        this.owner = null;
        owner.onClose(reason);
    }

    /** There is room for `bytes` more. */
    takes(bytes: number): void {
        this.room = bytes;
        this.owner!.onWritable();
    }

    /** What the client has written since the last call, as hexadecimal. */
    take(): string {
        const text = Buffer.from(this.held).toString('hex');
        this.held = [];
        return text;
    }
}

export function utf8(text: string): Uint8Array {
    return new TextEncoder().encode(text);
}

/** Hexadecimal digits, blanks ignored, to numbers. */
export function bytes(hex: string): number[] {
    return [...Buffer.from(hex.replace(/ /g, ''), 'hex')];
}

/** A client in a world of its own, and what it told the application, a line for each callback. */
export interface World {
    readonly platform: VirtualPlatform;
    readonly transport: VirtualTransport;
    readonly client: Client;
    readonly log: string[];
    /** Opens the connection that the client waits for and accepts it; what the client wrote meanwhile is forgotten. */
    connect(sessionPresent?: boolean): void;
    /** Queues `text` for the topic `t`. The turn is not over then. */
    publish(text: string, qos: number): number;
}

/** A client that has not been started: `options` on top of the client identifier `c` and buffers of moderate size. */
export function world(options: Partial<ClientOptions> = {}): World {
    const platform = new VirtualPlatform();
    const transport = new VirtualTransport();
    const log: string[] = [];
    const client = new Client({
        platform, transport, clientId: 'c', sendBuffer: new Uint8Array(300), receiveBuffer: new Uint8Array(64),
        onStateChange: (state, reason) => log.push('state ' + state + (reason ? ' for ' + reason : '')),
        onAcknowledged: packetIdentifier => log.push('acknowledged ' + packetIdentifier),
        onWritable: () => log.push('writable'),
        onMessage: message => log.push('message ' + payloadOf(message)),
        onSubscribed: subscription => log.push('granted ' + textOf(subscription) + ' ' + subscription.granted),
        ...options,
    });
    const topic = new Topic(platform, 't');
    return {
        platform, transport, client, log,
        connect(sessionPresent = false) {
            while (client.state === WAITING) platform.pass(Math.max(0, platform.pending));
            transport.opened();
            transport.sends(0x20, 2, sessionPresent ? 1 : 0, 0);
            transport.take();
        },
        publish(text, qos) {
            const payload = utf8(text);
            return client.publish(topic, payload, 0, payload.length, qos, false);
        },
    };
}

/** A world whose client has been started and accepted. */
export function connected(options: Partial<ClientOptions> = {}): World {
    const made = world(options);
    made.client.start();
    made.platform.turn();
    made.connect();
    made.log.length = 0;
    return made;
}

export function payloadOf(message: Message): string {
    return Buffer.from(message.bytes.subarray(message.start, message.end)).toString();
}

export function textOf(filter: { readonly encoded: Uint8Array }): string {
    return Buffer.from(filter.encoded.subarray(2)).toString();
}

/** The bytes of a PUBLISH for the topic `t`, as hexadecimal, short enough for a remaining length of one byte. */
export function publishHex(text: string, packetIdentifier: number, dup = false): string {
    const body = '000174' + (packetIdentifier ? packetIdentifier.toString(16).padStart(4, '0') : '') + Buffer.from(text).toString('hex');
    const first = (packetIdentifier ? 0x32 : 0x30) | (dup ? 8 : 0);
    return first.toString(16) + (body.length / 2).toString(16).padStart(2, '0') + body;
}

/** The bytes of the CONNECT of a world's client, as hexadecimal: keep-alive 60 s, no clean session, client identifier `c`. */
export const CONNECT_HEX = '100d00044d515454' + '0400003c' + '000163';
