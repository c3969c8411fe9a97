// Puts messages together from the pieces in which a decoder hands them on, and holds each piece against its ranges.
import type { Message } from '../../../src/codec/message-decoder.ts';
import { require, toHex } from './target.ts';

/** A message as the wire has it: first byte of its packet, topic and payload in hexadecimal digits. */
export interface Whole {
    readonly first: number;
    readonly topic: string;
    readonly payload: string;
}

function within(bytes: Uint8Array, start: number, end: number): boolean {
    return bytes instanceof Uint8Array && start >= 0 && start <= end && end <= bytes.length;
}

export class Pieces {
    /** The payload of a message that has not ended, so far, in hexadecimal digits; null: none is under way. */
    payload: string | null = null;
    private head = '';

    /** The next piece; returns the message if that was the last one. */
    take(message: Message): Whole | null {
        const { bytes, start, end, offset, total, topicBytes, topicStart, topicEnd, qos } = message;
        require(within(bytes, start, end) && within(topicBytes, topicStart, topicEnd), 'a message lies outside of its array');
        const first = 0x30 | (message.dup ? 8 : 0) | (qos << 1) | (message.retain ? 1 : 0);
        const topic = toHex(topicBytes, topicStart, topicEnd);
        const head = `${first} ${topic} ${total}`;
        require((offset === 0) === (this.payload === null), 'a piece of one message among those of another');
        if (this.payload === null) {
            this.payload = '';
            this.head = head;
        }
        require(head === this.head, 'pieces of a message differ in topic, flags or total');
        require(this.payload.length === 2 * offset, 'a piece is not where the one before ended');
        require(end > start || total === 0, 'an empty piece');
        require(offset + end - start <= total, 'more of a message than was announced');
        this.payload += toHex(bytes, start, end);
        if (offset + end - start < total) return null;
        const whole = { first, topic, payload: this.payload };
        this.payload = null;
        return whole;
    }
}
