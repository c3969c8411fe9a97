// Store and forward: a bounded queue of QoS 1 messages that leave in order and are given up when they are acknowledged, not before.
// What it holds lies in a Store, and so outlasts what that outlasts: a lasting one resets and power cuts. Knows topics and
// refusals; nothing of connections.
//
// records of the store: handed to the client, `pending` of them | waiting. A record is the number of its topic and the payload.
import { checksum } from '../checksum.ts';
import type { Topic } from '../codec/topic.ts';
import { misuse } from '../misuse.ts';
import type { Store } from '../store.ts';

/** A message that finds no room is not taken. */
export const REFUSE = 0;
/** A message that finds no room is given up, as if it had been taken. */
export const DROP_NEWEST = 1;
/** The oldest messages make room. */
export const DROP_OLDEST = 2;

/** What an outbox needs of a client: src/session has it. */
export interface Outlet {
    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number;
    isPending(handle: number): boolean;
}

export interface OutboxOptions {
    readonly store: Store;
    /** Every topic that messages have, in an order that stays the same from one run of the program to the next; at most 128. */
    readonly topics: readonly Topic[];
    /** What happens when there is no room: REFUSE, DROP_NEWEST or DROP_OLDEST. REFUSE if left out. */
    readonly policy?: number;
    /** Messages handed to the client and not yet acknowledged, at most. 8 if left out. */
    readonly window?: number;
    /** Bytes of the longest payload: a buffer of that size is made. 128 if left out. */
    readonly payloadSize?: number;
}

/** The client's refusal of a packet that can never go out (session/refusals.ts). */
const TOO_LARGE = -2;
const RETAINED = 0x80;
/** What a store may need for one record besides its bytes, generously. */
const ROOM_FOR_ONE = 64;

export class Outbox {
    /** Messages taken, and acknowledged, since this outbox was made. */
    taken = 0;
    acknowledged = 0;
    /** Messages that found no room and were not taken (REFUSE). */
    refused = 0;
    /** Messages given up by the policy. One that was on its way may arrive all the same. */
    dropped = 0;
    /** Records that the memory has damaged, that are of no topic, or whose message the client can never send. */
    damaged = 0;
    private readonly options: OutboxOptions;
    private readonly store: Store;
    private readonly outlet: Outlet;
    private readonly window: number;
    /** Handles of the oldest records, in a circle from `first` on; 0: nothing waits for that record any more. */
    private readonly handles: Uint16Array;
    private first = 0;
    private pending = 0;
    private readonly record: Uint8Array;

    /** Throws if an option breaks its rule. What the store holds already goes out first. */
    constructor(outlet: Outlet, options: OutboxOptions) {
        const window = options.window ?? 8;
        const size = 1 + (options.payloadSize ?? 128);
        if (!(window > 0 && window < 1000 && window % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'window is 1 to 999' : 'window', window);
        if (!(size > 0 && size <= options.store.recordSize && size % 1 === 0)) misuse(MOTEMQ_TEXTS ? 'payloadSize is less than recordSize of the store' : 'payloadSize', size - 1);
        if (!(options.topics.length > 0 && options.topics.length <= RETAINED)) misuse(MOTEMQ_TEXTS ? 'an outbox has 1 to 128 topics' : 'topics', options.topics.length);
        this.options = options;
        this.store = options.store;
        this.outlet = outlet;
        this.window = window;
        this.handles = new Uint16Array(window);
        this.record = new Uint8Array(size);
    }

    /** Messages held: handed to the client or waiting, and not acknowledged. */
    get count(): number {
        return this.store.count;
    }

    /**
     * Takes payload[start..end) for the topic with number `topic`, and hands to the client what it takes. True: it goes out, at
     * least once, or is given up by the policy and counted. False: no room (REFUSE), or the memory failed. Throws if there is no such
     * topic or the payload is longer than `payloadSize`.
     */
    add(topic: number, payload: Uint8Array, start: number, end: number, retain: boolean): boolean {
        const record = this.record;
        const size = 1 + end - start;
        if (!(topic >= 0 && topic < this.options.topics.length)) misuse(MOTEMQ_TEXTS ? 'topic is the number of one of the topics' : 'topic', topic);
        if (!(start >= 0 && start <= end && end <= payload.length && size <= record.length)) misuse(MOTEMQ_TEXTS ? 'the payload has at most payloadSize bytes' : 'payload', end - start);
        let at = 1;
        for (let from = start; from < end; from++) record[at++] = payload[from];
        record[0] = retain ? topic | RETAINED : topic;
        let kept = this.store.append(record, 0, size);
        if (!kept && this.options.policy === DROP_OLDEST) kept = this.makeRoom(size);
        if (kept) this.taken++;
        else if (this.options.policy === DROP_NEWEST) {
            this.dropped++;
            return true;
        } else this.refused++;
        this.pump();
        return kept;
    }

    /** Hands to the client what it takes. Call it in `onWritable` of the client; `onAcknowledged` and `add` do it themselves. */
    pump(): void {
        while (this.pending < this.window && this.pending < this.store.count) {
            const handle = this.handOver();
            if (handle < 0) return;
            this.awaitFor(handle);
            if (!handle) this.settle();
        }
    }

    /**
     * Hands the next message to the client. Returns its handle; 0 if it can never be sent; the client's refusal, if it has no room.
     * For a session that is resumed: `awaitFor` must follow unless it was refused.
     * @internal
     */
    handOver(): number {
        const record = this.record;
        const topics = this.options.topics;
        const size = this.store.read(this.pending, record, 0);
        const topic = record[0] & ~RETAINED;
        let handle = TOO_LARGE;
        if (size > 0 && size <= record.length && topic < topics.length) handle = this.outlet.publish(topics[topic], record, 1, size, 1, record[0] > topic);
        if (handle !== TOO_LARGE) return handle;
        this.damaged++;
        return 0;
    }

    /**
     * The oldest message that no `handle` is awaited for waits for this one now. 0: for none, it has arrived or never will.
     * @internal
     */
    awaitFor(handle: number): void {
        this.handles[(this.first + this.pending) % this.window] = handle;
        this.pending++;
    }

    /**
     * The handle that message `index` (0: the oldest) waits for; 0: none any more; -1: it was not handed to the client.
     * @internal
     */
    handleOf(index: number): number {
        if (index >= this.pending) return -1;
        const handle = this.handles[(this.first + index) % this.window];
        return handle && this.outlet.isPending(handle) ? handle : 0;
    }

    /**
     * A checksum over the `count` oldest messages, by which they are known again; 0 if there are not so many.
     * @internal
     */
    checksumOf(count: number): number {
        let sum = 0;
        for (let index = 0; index < count; index++) {
            const size = this.store.read(index, this.record, 0);
            if (!(size > 0 && size <= this.record.length)) return 0;
            sum = checksum(sum, this.record, 0, size);
        }
        return sum;
    }

    /** Call it in `onAcknowledged` of the client: gives up what was acknowledged, and hands on what waits. */
    onAcknowledged(): void {
        this.settle();
        return this.pump(); // A tail call: XS takes this frame off its stack.
    }

    /** Lets go of the oldest records that wait for nothing any more. Acknowledgements come in order, but for a careless broker. */
    private settle(): void {
        let done = 0;
        while (done < this.pending) {
            const handle = this.handles[(this.first + done) % this.window];
            if (handle && this.outlet.isPending(handle)) break;
            if (handle) this.acknowledged++;
            done++;
        }
        if (done) return this.giveUp(done); // Tail calls, as in onAcknowledged.
    }

    /** Gives up the oldest records until that of `size` bytes, which lies in `record`, is kept; not all of them if the memory has failed. */
    private makeRoom(size: number): boolean {
        const store = this.store;
        let freed = 0;
        while (store.count && freed < 2 * size + ROOM_FOR_ONE) {
            // There is no room to copy it to: only its length is wanted.
            freed += store.read(0, this.record, this.record.length);
            this.dropped++;
            this.giveUp(1);
            if (store.append(this.record, 0, size)) return true;
        }
        return false;
    }

    private giveUp(count: number): void {
        const gone = count < this.pending ? count : this.pending;
        this.first = (this.first + gone) % this.window;
        this.pending -= gone;
        return this.store.drop(count);
    }
}
