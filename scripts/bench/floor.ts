// The least that a client of this shape executes on XS: the same calls with the same arguments as the real one (publish, write,
// flush, wake, callback), the bytes of the packet, and nothing else: no queue, no check, no counter, no deadline, no second
// connection. What a ceiling leaves above these figures is all that a client may do for its user.
import type { Topic } from '../../src/codec/topic.ts';
import type { Platform, Transport } from '../../src/transport.ts';

export class FloorClient {
    constructor(
        private readonly platform: Platform,
        private readonly transport: Transport,
        private readonly bytes: Uint8Array,
        private readonly onMessage: (bytes: Uint8Array, start: number, end: number) => void,
    ) {}

    private end = 0;
    private waiting = 0;

    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, _retain: boolean): number {
        const bytes = this.bytes;
        const name = topic.encoded;
        const at = 2 + name.length;
        bytes[0] = 0x30 | (qos << 1);
        bytes[1] = at + end - start;
        bytes.set(name, 2);
        bytes.set(payload, at);
        this.end = at + end - start;
        this.waiting = 1;
        this.platform.wakeAfter(0);
        return 1;
    }

    onWake(): void {
        this.transport.write(this.bytes, 0, this.end);
        this.transport.flush();
        this.platform.wakeAfter(60000);
    }

    onPuback(bytes: Uint8Array, start: number, _end: number): void {
        if (bytes[start] === 0x40 && ((bytes[start + 2] << 8) | bytes[start + 3]) === this.waiting) this.waiting = 0;
    }

    onPublish(bytes: Uint8Array, start: number, end: number): void {
        const topicEnd = start + 4 + ((bytes[start + 2] << 8) | bytes[start + 3]);
        // The least that tells well-formed UTF-8 without wildcards: one comparison for each byte of an ASCII topic.
        for (let index = start + 4; index < topicEnd; index++) {
            if (bytes[index] > 0x7f) return;
        }
        this.onMessage(bytes, topicEnd, end);
    }
}
