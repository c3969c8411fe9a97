// What the application receives: puts messages together from their pieces, and holds each against what the broker has sent.
import type { IPublishPacket } from 'mqtt-packet';
import type { Message } from '../../../src/index.ts';
import type { Entry } from './ledger.ts';
import { FILTERS, MATCHES, WITHOUT_HANDLER } from './topics.ts';
import type { World } from './world.ts';

/** Place of the client's onMessage, behind those of the handlers. */
export const NO_HANDLER = FILTERS.length;

export class Inbox {
    /** The messages whose last byte is being handed to the client. */
    private arriving: readonly IPublishPacket[] = [];
    /** How many of them somebody has got. */
    fresh = 0;
    /** Who has got which of them: `number of the message, handler`. */
    private readonly got = new Map<string, number>();
    /** How often the application has changed what it wants, and how often it had when they began to arrive. */
    private changes = 0;
    private changesBefore = 0;
    private readonly world: World;
    private readonly wanted: ReadonlySet<number>;
    /** What each handler has of a message in pieces. */
    private readonly pieces: number[][] = [...FILTERS, ''].map(() => []);
    /** Who has got a message whole since it was last delivered anew. */
    private readonly readers = new Map<Entry, Set<number>>();

    /** `wanted`: which filters the application has subscribed to. */
    constructor(world: World, wanted: ReadonlySet<number>) {
        this.world = world;
        this.wanted = wanted;
    }

    /** The client is about to get these messages, or the last bytes of them. */
    arrive(messages: readonly IPublishPacket[]): void {
        this.arriving = messages;
        this.got.clear();
        this.fresh = 0;
        this.changesBefore = this.changes;
    }

    /** The application has asked for a filter, or for its end. */
    wish(): void {
        const { down, settings } = this.world;
        this.changes++;
        // A handler that comes back in the middle of another message would seem to have its beginning.
        for (const index of this.pieces.keys()) this.pieces[index] = [];
        // A message that is coming in pieces may now get its pieces to two handlers.
        for (const entry of down.entries) entry.excused ||= entry.deliveries === 0 && settings.streamLarge && this.isLarge(entry);
    }

    /** The client has got them, and its connection goes on: they must have come to all handlers that were there all the time. */
    arrived(): void {
        if (this.changes !== this.changesBefore) return;
        const { judge, down } = this.world;
        for (const { topic, payload } of this.arriving) {
            const entry = down.find(Buffer.from(payload));
            if (!entry || this.isLarge(entry)) continue;
            for (const handler of MATCHES[topic]) {
                const missed = handler !== WITHOUT_HANDLER && this.wanted.has(handler) && !this.got.has(`${entry.number}, ${handler}`);
                judge.require(!missed, 'messages', `message ${entry.number} does not come to handler ${handler}`);
            }
        }
    }

    /** `handler` gets a message or a piece of one. True if it has a whole one now that nobody had before. */
    receive(message: Message, handler: number): boolean {
        const { judge, down } = this.world;
        const topic = Buffer.from(message.topicBytes.subarray(message.topicStart, message.topicEnd)).toString();
        const fits = handler !== NO_HANDLER ? this.wanted.has(handler) && MATCHES[topic]?.includes(handler)
            : !MATCHES[topic]?.some(index => index !== WITHOUT_HANDLER && this.wanted.has(index));
        judge.require(fits, 'messages', `a message for ${topic} comes to handler ${handler}`);
        if (message.offset === 0) this.pieces[handler] = [];
        const pieces = this.pieces[handler];
        // A handler that was not there at the beginning cannot have it whole.
        if (pieces.length === message.offset) pieces.push(...message.bytes.subarray(message.start, message.end));
        if (message.offset + message.end - message.start < message.total || pieces.length < message.total) return false;
        this.pieces[handler] = [];
        const entry = down.find(Uint8Array.from(pieces));
        if (!entry) return false;
        const asSent = this.arriving.some(sent => sent.topic === topic && sent.qos === message.qos && sent.retain === message.retain && sent.dup === message.dup
            && Buffer.compare(Buffer.from(sent.payload), Uint8Array.from(pieces)) === 0);
        judge.require(asSent, 'messages', `message ${entry.number} comes with QoS ${message.qos}, retain ${message.retain}, dup ${message.dup}, and was not sent so`);
        return this.read(entry, handler);
    }

    /** It may not fit the receive buffer. */
    private isLarge(entry: Entry): boolean {
        return entry.size + 8 > this.world.settings.receiveBuffer;
    }

    /** `handler` has got `entry` whole: a delivery, unless another handler of it has had the same one. */
    private read(entry: Entry, handler: number): boolean {
        const { judge, down } = this.world;
        let readers = this.readers.get(entry);
        if (!readers || readers.has(handler)) this.readers.set(entry, readers = new Set());
        const anew = readers.size === 0;
        const key = `${entry.number}, ${handler}`;
        const times = (this.got.get(key) ?? 0) + 1;
        this.got.set(key, times);
        const copies = this.arriving.filter(({ payload }) => down.find(Buffer.from(payload)) === entry).length;
        judge.require(times <= copies, 'messages', `message ${entry.number} comes to handler ${handler} for the ${times}th time, and was sent ${copies} times`);
        readers.add(handler);
        // What came in pieces to changing handlers may have been acknowledged, or overtaken, before any of them had it whole.
        if (anew) {
            this.fresh++;
            down.deliver(entry, entry.retain || entry.excused);
        }
        judge.note('client', `handler ${handler} has message ${entry.number}`);
        return anew;
    }
}
