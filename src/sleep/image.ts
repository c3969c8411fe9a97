// What a node must know after a sleep or a reset that costs it its RAM: a block of a few bytes, kept in a Store. Messages are not
// in it, they lie in the outbox; but what ties those that are on their way to the broker's session is. It knows the insides of a
// client and an outbox, and nothing of time.
//
// block = FORMAT | flags | failures | messages on their way | age (4) | pause (4) | owner (4) | messages known again by (4)
//         | what is granted to each subscription | packet identifiers of those messages (2 each) | checksum of all that (4).
// Big-endian. Packet identifiers that no message waits for are not kept: they may be used again at once (MQTT 3.1.1 §2.3.1).
import { checksum } from '../checksum.ts';
import { DUP } from '../codec/packets.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Publisher } from '../session/publisher.ts';
import type { Subscription } from '../session/subscription.ts';
import type { Platform } from '../transport.ts';
import { keepOnly } from '../store.ts';
import type { Store } from '../store.ts';

/** Other layouts have other numbers. */
const FORMAT = 0xb1;
const WAITS_FOR_CONNACK = 1;
const URGENT = 2;

const FLAGS = 1;
const FAILURES = 2;
const ON_THEIR_WAY = 3;
const AGE = 4;
const PAUSE = 8;
const OWNER = 12;
const KNOWN_BY = 16;
const HEADER = 20;
const CHECKSUM = 4;
/** What a byte can count. */
const MOST = 255;
/** The longest time that an image tells of, in ms. */
export const LONGEST_TIME = 0xffffffff;

/** What a client has of subscriptions, if it has any. */
interface Subscriber {
    first: Subscription | null;
}

function put(bytes: Uint8Array, at: number, value: number): void {
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
}

function get(bytes: Uint8Array, at: number): number {
    return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}

/** Bytes of the longest image of a node with so many subscriptions and so many messages on their way (the outbox's window). */
export function imageSize(subscriptions: number, window: number): number {
    return HEADER + subscriptions + 2 * window + CHECKSUM;
}

export class SessionImage {
    /** Wakes in a row that ended before everything was delivered, at most 255. */
    failures = 0;
    /** Something that must not wait has not been delivered. */
    urgent = false;
    /** Ms since everything was delivered; ms until the radio may be used again. 0 to 2^32 - 1. */
    age = 0;
    pause = 0;
    private readonly client: Publisher;
    private readonly outbox: Outbox;
    private readonly subscriptions: readonly Subscription[];
    private readonly keepsSession: boolean;
    private readonly bytes: Uint8Array;
    /** Length of the image that the store holds, which lies in the second half of `bytes`; 0: it holds none. */
    private kept = 0;
    private readonly half: number;
    private readonly owner: number;

    /**
     * Of `client`, which was just made, and its `outbox`. `subscriptions`: all that it ever makes, in the same order each time.
     * An image belongs to the client identifier and these subscriptions. `keepsSession`: false for a client with `cleanSession`.
     */
    constructor(platform: Platform, clientId: string, client: Publisher, outbox: Outbox, subscriptions: readonly Subscription[], window: number, keepsSession: boolean) {
        const name = platform.utf8(clientId);
        let owner = checksum(0, name, 0, name.length);
        for (let index = 0; index < subscriptions.length; index++) {
            const subscription = subscriptions[index];
            owner = checksum(owner ^ subscription.qos, subscription.encoded, 0, subscription.encoded.length);
        }
        this.owner = owner;
        this.client = client;
        this.outbox = outbox;
        this.subscriptions = subscriptions;
        this.keepsSession = keepsSession;
        this.half = imageSize(subscriptions.length, window);
        this.bytes = new Uint8Array(2 * this.half);
    }

    /**
     * Puts back what the youngest image in `store` tells: call it before anything is published or subscribed. False if there is none
     * of this node; then nothing has changed. An image that tells of messages on their way is used once: should the
     * board lose power before it has written another, those it names may be other messages by then.
     */
    load(store: Store): boolean {
        for (let index = store.count; index-- > 0;) {
            const size = store.read(index, this.bytes, this.half);
            if (size <= this.half && this.isImage(size)) {
                this.kept = size;
                this.restore(size);
                if (this.bytes[this.half + ON_THEIR_WAY]) {
                    store.drop(store.count);
                    this.kept = 0;
                }
                return true;
            }
        }
        return false;
    }

    /**
     * Takes down what is so now and keeps it in `store`, in place of what is there; flash is not touched if it is there already.
     * The client must be STOPPED or WAITING. False if the store did not take it.
     */
    save(store: Store): boolean {
        const bytes = this.bytes;
        const half = this.half;
        const size = this.take();
        let same = size === this.kept;
        for (let index = 0; same && index < size; index++) same = bytes[index] === bytes[half + index];
        if (same) return true;
        const kept = keepOnly(store, bytes, 0, size);
        for (let index = 0; index < size; index++) bytes[half + index] = bytes[index];
        this.kept = kept ? size : 0;
        return kept;
    }

    /** Writes the image to the first half of `bytes` and returns its length. */
    private take(): number {
        const bytes = this.bytes;
        const client = this.client;
        const outbox = this.outbox;
        const subscriptions = this.subscriptions;
        const send = client.send;
        let at = HEADER;
        let count = 0;
        for (let index = 0; index < subscriptions.length; index++) bytes[at++] = this.keepsSession ? subscriptions[index].granted : -1;
        for (let handle = outbox.handleOf(0); handle >= 0 && count < MOST; handle = outbox.handleOf(count)) {
            // Messages are begun in order: none behind one that was not has been.
            if (handle && !(send.memory[send.locate(0, handle, send.tail)] & DUP)) break;
            bytes[at++] = handle >> 8;
            bytes[at++] = handle;
            count++;
        }
        bytes[0] = FORMAT;
        bytes[FLAGS] = (client.hesitant ? WAITS_FOR_CONNACK : 0) | (this.urgent ? URGENT : 0);
        bytes[FAILURES] = this.failures < MOST ? this.failures : MOST;
        bytes[ON_THEIR_WAY] = count;
        put(bytes, AGE, this.age);
        put(bytes, PAUSE, this.pause);
        put(bytes, OWNER, this.owner);
        put(bytes, KNOWN_BY, outbox.checksumOf(count));
        put(bytes, at, checksum(0, bytes, 0, at));
        return at + CHECKSUM;
    }

    /** True if the `size` bytes of the second half are an image of this node. */
    private isImage(size: number): boolean {
        const bytes = this.bytes;
        const half = this.half;
        const end = half + size - CHECKSUM;
        return bytes[half] === FORMAT && get(bytes, half + OWNER) === this.owner
            && size === imageSize(this.subscriptions.length, bytes[half + ON_THEIR_WAY]) && checksum(0, bytes, half, end) === get(bytes, end);
    }

    private restore(size: number): void {
        const bytes = this.bytes;
        const half = this.half;
        const client = this.client;
        const subscriptions = this.subscriptions;
        const flags = bytes[half + FLAGS];
        if (flags & WAITS_FOR_CONNACK) client.hesitant = true;
        this.urgent = (flags & URGENT) !== 0;
        this.failures = bytes[half + FAILURES];
        this.age = get(bytes, half + AGE);
        this.pause = get(bytes, half + PAUSE);
        for (let index = subscriptions.length; index-- > 0;) {
            const granted = bytes[half + HEADER + index];
            if (granted <= 1) {
                const subscriber = client as unknown as Subscriber;
                subscriptions[index].granted = granted;
                subscriptions[index].successor = subscriber.first;
                subscriber.first = subscriptions[index];
            }
        }
        const identifiers = half + HEADER + subscriptions.length;
        const known = this.outbox.checksumOf(bytes[half + ON_THEIR_WAY]);
        if (known && known === get(bytes, half + KNOWN_BY)) this.resume(identifiers, half + size - CHECKSUM);
    }

    /** Messages with the packet identifiers at bytes[at..end) are sent again with these, and DUP set [MQTT-4.4.0-1] [MQTT-3.3.1-1]. */
    private resume(at: number, end: number): void {
        const bytes = this.bytes;
        const client = this.client;
        const outbox = this.outbox;
        const send = client.send;
        for (; at < end; at += 2) {
            let handle = bytes[at] << 8 | bytes[at + 1];
            if (handle) {
                const packet = send.tail;
                client.identifier = handle - 1;
                handle = outbox.handOver();
                if (handle < 0) return; // The send buffer was larger then.
                if (handle) send.memory[packet] |= DUP;
            }
            outbox.awaitFor(handle);
            // Others may follow them in the circle: each identifier is looked up from now on.
            client.issued = 65535;
        }
    }
}
