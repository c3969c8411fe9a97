// Operations of the codec for the heap meter: what repeats on a client's hot paths, and two that allocate, to try the meter.
import type { Scenarios } from '../../../hardware-tests/host/heap-meter.ts';
import { Decoder } from '../decoder.ts';
import { MessageDecoder } from '../message-decoder.ts';
import type { Message, MessageSink } from '../message-decoder.ts';
import { DUP, PINGREQ, QOS_1, SUBSCRIBE } from '../packets.ts';
import { encodeEmpty, encodePuback, encodePublish, publishSize } from '../publish.ts';
import { encodeFilters, TopicFilter } from '../subscribe.ts';
import { Topic } from '../topic.ts';
import { bytes, encoding } from './record.ts';

const topic = new Topic(encoding, 'site/42/temperature/room');
const payload = new Uint8Array(64).fill(0x37);
const filter = new TopicFilter(encoding, 'site/+/temperature/#', 1);

/** Adds up what it is told, as a client that looks at everything would. */
class CountingSink implements MessageSink {
    count = 0;

    onConnack(): number {
        this.count = 1;
        return 0;
    }

    onPuback(packetIdentifier: number): number {
        this.add(packetIdentifier);
        return 0;
    }

    onPingresp(): number {
        this.add(1);
        return 0;
    }

    onSkipped(packetIdentifier: number): number {
        this.add(packetIdentifier);
        return 0;
    }

    onSuback(packetIdentifier: number, codes: Uint8Array, start: number): number {
        this.add(packetIdentifier + codes[start]);
        return 0;
    }

    onUnsuback(packetIdentifier: number): number {
        this.add(packetIdentifier);
        return 0;
    }

    onPublish(message: Message, packetIdentifier: number): number {
        if (!message.topicIs(topic) || !message.matches(filter)) throw new Error('another topic');
        this.add(packetIdentifier + message.bytes[message.end - 1] + message.offset + message.total + message.qos + (message.retain || message.dup ? 1 : 0));
        return 0;
    }

    private add(value: number): void {
        this.count = (this.count + value) & 0xffff;
    }
}

/** Decodes `stream` in pieces of `size` bytes, again and again on one connection. */
function decoding(stream: Uint8Array, size: number, make: (sink: CountingSink) => Decoder): () => () => void {
    return () => {
        const decoder = make(new CountingSink());
        decoder.decode(bytes('20020000'), 0, 4);
        return () => {
            for (let start = 0; start < stream.length; start += size) {
                if (decoder.decode(stream, start, Math.min(start + size, stream.length))) throw new Error('refused');
            }
        };
    };
}

function whole(sink: CountingSink): Decoder {
    return new MessageDecoder(sink, new Uint8Array(200), true);
}

/** Encodes 40 bytes out of 64: by a native copy if the buffer has `room` around the packet, else by the loop. */
function publishing(flags: number, packetIdentifier: number, room: number): () => () => void {
    return () => {
        const target = new Uint8Array(publishSize(topic, 40, packetIdentifier) + room);
        return () => {
            if (encodePublish(target, 0, target.length, flags, packetIdentifier, topic, payload, 8, 48) < 0) throw new Error('does not fit');
        };
    };
}

const target = new Uint8Array(200);
const published = target.slice(0, encodePublish(target, 0, 200, QOS_1, 0xfedc, topic, payload, 0, 64));
const acknowledgements = bytes('4002fedc 4002ffff 9004fedc0180 b002fedc d000');

/** What must allocate nothing. */
const codec: Scenarios = {
    'encode PUBLISH QoS 0': publishing(0, 0, 100),
    'encode PUBLISH QoS 1': publishing(QOS_1, 0xfedc, 100),
    'encode PUBLISH QoS 1 again, exact fit': publishing(QOS_1 | DUP, 0xfedc, 0),
    'encode PUBLISH that does not fit': () => () => {
        if (encodePublish(target, 0, 50, QOS_1, 1, topic, payload, 0, 64) >= 0) throw new Error('fits');
    },
    'encode PUBACK, PINGREQ and SUBSCRIBE': () => {
        const filters = [filter];
        return () => {
            const end = encodeEmpty(target, encodePuback(target, 0, 200, 0xfedc), 200, PINGREQ);
            if (encodeFilters(target, end, 200, SUBSCRIBE, 0xfedc, filters) < 0) throw new Error('does not fit');
        };
    },
    'parse PUBLISH': decoding(published, 1000, whole),
    'parse PUBLISH in pieces of 1': decoding(published, 1, whole),
    'parse PUBLISH in pieces of 7': decoding(published, 7, whole),
    'parse PUBLISH streamed in pieces of 7': decoding(published, 7, sink => new MessageDecoder(sink, new Uint8Array(32), true)),
    'parse PUBLISH skipped in pieces of 7': decoding(published, 7, sink => new Decoder(sink)),
    'parse acks': decoding(acknowledgements, 1000, whole),
    'parse acks in pieces of 1': decoding(acknowledgements, 1, whole),
};

const kept = { view: payload };

/** What allocates once an operation, however little: a meter that reads 0 here measures nothing. */
const allocating: Scenarios = {
    'one view an operation': () => () => {
        kept.view = payload.subarray(1, 2);
    },
    'parse PUBLISH and one view': () => {
        const parse = codec['parse PUBLISH']();
        return () => {
            parse();
            kept.view = published.subarray(4);
        };
    },
    'one boxed number an operation': () => {
        // Beside a text, so that V8 keeps no place for a bare number.
        const values: (number | string)[] = [0.5, ''];
        return () => {
            values[0] = (values[0] as number) * 0.5 + 0.3;
        };
    },
};

export const scenarios: Scenarios = { ...codec, ...allocating };
export const withoutAllocation = Object.keys(codec);
export const withAllocation = Object.keys(allocating);
