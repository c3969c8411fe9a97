// Received messages of client.ts on their way to the application, which may read them when it likes and bit by bit. What is
// read while `onReadable` runs is read where it arrived. What is left over then is copied, and nothing more is taken from the
// network until that is read too.
import Timer from 'timer';
import type { Message } from '../../src/codec/message-decoder.ts';
import type { ByteBuffer, ReadableOptions } from './client-types.ts';

/** Whom the inbox tells. */
export interface Reader {
    /** So many bytes can be read. Never inside a call of the inbox other than `accept`. */
    onReadable(count: number, options: ReadableOptions): void;
    /** All is read: more may come. In a turn of its own. */
    onEmpty(): void;
}

/** A message, or a part of one, that `onReadable` has not been told of. */
interface Waiting {
    readonly bytes: Uint8Array;
    readonly options: ReadableOptions;
    next: Waiting | null;
}

/** XS's own: the text of some bytes of a buffer. */
const decoder = String as unknown as { fromArrayBuffer(buffer: ArrayBufferLike, start: number, length: number): string };

function describe(message: Message): ReadableOptions {
    const more = message.offset + message.end - message.start < message.total;
    if (message.offset > 0) return { more };
    const start = message.topicStart;
    const topic = decoder.fromArrayBuffer(message.topicBytes.buffer, message.topicBytes.byteOffset + start, message.topicEnd - start);
    const options: { -readonly [name in keyof ReadableOptions]: ReadableOptions[name] } = { more, topic, QoS: message.qos, byteLength: message.total };
    if (message.retain) options.retain = true;
    return options;
}

function copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const copied = new Uint8Array(end - start);
    copied.set(bytes.subarray(start, end));
    return copied;
}

export class Inbox {
    private readonly reader: Reader;
    /** What can be read: bytes[start..end). */
    private bytes: Uint8Array;
    private start = 0;
    private end = 0;
    /** Parts that came while something was unread. */
    private first: Waiting | null = null;
    private last: Waiting | null = null;
    /** `onReadable` is under way. */
    private telling = false;
    /** Goes on once all is read, in a turn of its own. */
    private timer: ReturnType<typeof Timer.set> | null = null;

    constructor(reader: Reader) {
        this.reader = reader;
        this.bytes = new Uint8Array(0);
    }

    /** Something is unread. */
    get occupied(): boolean {
        return this.start < this.end || this.first !== null || this.timer !== null;
    }

    /** Takes in a message or a part of one, which is valid during this call only. */
    accept(message: Message): void {
        const options = describe(message);
        if (this.occupied) {
            const waiting: Waiting = { bytes: copy(message.bytes, message.start, message.end), options, next: null };
            if (this.last) this.last.next = waiting;
            else this.first = waiting;
            this.last = waiting;
            return;
        }
        this.bytes = message.bytes;
        this.start = message.start;
        this.end = message.end;
        this.tell(options);
        if (this.start < this.end) {
            this.bytes = copy(this.bytes, this.start, this.end);
            this.end -= this.start;
            this.start = 0;
        }
    }

    /**
     * Reads from the present part: at most `into` bytes into a new ArrayBuffer, or as many as fit into a Byte Buffer. All that there
     * is without an argument. Returns the ArrayBuffer or the number of bytes; undefined if there is nothing.
     */
    read(into: number | ByteBuffer | undefined): ArrayBuffer | number | undefined {
        const start = this.start;
        let count = this.end - start;
        if (count === 0) return undefined;
        if (typeof into !== 'object') {
            if (into !== undefined && !(into >= count)) count = into >>> 0;
            this.take(count);
            const from = this.bytes.byteOffset + start;
            return (this.bytes.buffer as ArrayBuffer).slice(from, from + count); // dialect-ok: the caller is to own it
        }
        if (((into as Uint8Array).BYTES_PER_ELEMENT ?? 1) > 1) throw new TypeError('motemq: elements of one byte');
        if (into.byteLength < count) count = into.byteLength;
        this.take(count);
        const target = ArrayBuffer.isView(into) ? new Uint8Array(into.buffer, into.byteOffset, count) : new Uint8Array(into, 0, count);
        target.set(this.bytes.subarray(start, start + count));
        return count;
    }

    /** Forgets what is unread; no callback follows. */
    close(): void {
        this.start = this.end = 0;
        this.first = this.last = null;
        if (this.timer) Timer.clear(this.timer);
        this.timer = null;
    }

    private tell(options: ReadableOptions): void {
        this.telling = true;
        this.reader.onReadable(this.end - this.start, options);
        this.telling = false;
    }

    private take(count: number): void {
        this.start += count;
        if (this.start === this.end && !this.telling && !this.timer) {
            this.timer = Timer.set(() => this.goOn()); // dialect-ok: once for what was not read in time
        }
    }

    /** Tells of what came meanwhile, one part after the other, until one is left unread. */
    private goOn(): void {
        this.timer = null;
        while (this.first && this.start === this.end) {
            const next: Waiting = this.first;
            this.first = next.next;
            if (!this.first) this.last = null;
            this.bytes = next.bytes;
            this.start = 0;
            this.end = next.bytes.length;
            this.tell(next.options);
        }
        if (!this.occupied) this.reader.onEmpty();
    }
}
