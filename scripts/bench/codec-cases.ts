// The same work for three codecs: motemq, mqtt-packet and u8-mqtt-packet. Each operation tallies what it produced, packets and a
// sum over what an application would look at, so that nothing can be optimised away and unequal work shows.
import mqttPacket, { type Packet } from 'mqtt-packet';
import u8Options from 'u8-mqtt-packet/esm/codec_v4_client.js';
import u8Context from 'u8-mqtt-packet/esm/codec_bind.js';
import { MessageDecoder, QOS_1, Topic, encodePublish, publishSize, type Message, type MessageSink } from '../../src/codec/index.ts';
import type { CeilingName } from '../ceilings.ts';
import type { Scenarios } from '../../hardware-tests/host/heap-meter.ts';

export const codecs = ['motemq', 'mqtt-packet', 'u8-mqtt-packet'] as const;
export type CodecName = typeof codecs[number];

/** What an operation has produced so far. Both wrap, so that they stay small integers. */
export class Tally {
    packets = 0;
    sum = 0;

    add(value: number): void {
        this.packets = (this.packets + 1) & 0xffffff;
        this.sum = (this.sum + value) & 0xffffff;
    }
}

export interface Workload {
    readonly operation: () => void;
    readonly tally: Tally;
}

export interface Case {
    readonly name: string;
    /** Packets of one operation, on average. */
    readonly packets: number;
    /** How many times faster than mqtt-packet the design wants it. */
    readonly ceiling?: CeilingName;
    readonly setUp: Readonly<Record<CodecName, () => Workload>>;
}

const topicName = 'site/7/node/12/telemetry'; // 24 bytes
const payload = Buffer.alloc(64, '{"celsius":21.35,"volts":3.712}');
const topic = new Topic({ utf8: text => new TextEncoder().encode(text) }, topicName);

const publishPacket = mqttPacket.generate({ cmd: 'publish', topic: topicName, payload, qos: 1, messageId: 0x1234, dup: false, retain: false });
const puback = Buffer.from([0x40, 2, 0x12, 0x34]);
const suback = Buffer.from([0x90, 3, 0x12, 0x34, 1]);

/** `bytes` in pieces of 1 to 7 bytes: the same sizes in every run (Numerical Recipes' linear congruential generator). */
function cut(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let seed = 1;
    for (let start = 0; start < bytes.length;) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        const size = 1 + (seed >>> 16) % 7;
        pieces.push(bytes.subarray(start, start + size));
        start += size;
    }
    return pieces;
}

/** Tallies messages of `topic` and acknowledgements. A message of another topic counts nothing. */
class TallySink implements MessageSink {
    readonly tally = new Tally();

    onPublish(message: Message, packetIdentifier: number): number {
        const { bytes, start, end } = message;
        if (message.topicIs(topic)) this.tally.add(packetIdentifier + end - start + bytes[start] + bytes[end - 1]);
        return 0;
    }

    onPuback(packetIdentifier: number): number {
        this.tally.add(packetIdentifier);
        return 0;
    }

    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        this.tally.add(packetIdentifier + end - start + codes[start]);
        return 0;
    }

    onConnack(): number { return 0; }
    onPingresp(): number { return 0; }
    onSkipped(): number { return 0; }
    onUnsuback(): number { return 0; }
}

/** One operation takes the next `step` pieces; after the last comes the first. */
function decodingWith(pieces: readonly Buffer[], step: number): Record<CodecName, () => Workload> {
    const going = (take: (piece: Buffer) => void) => {
        let next = 0;
        return () => {
            for (let taken = 0; taken < step; taken++) {
                take(pieces[next]);
                next = next + 1 === pieces.length ? 0 : next + 1;
            }
        };
    };
    return {
        'motemq'() {
            const sink = new TallySink();
            const decoder = new MessageDecoder(sink, new Uint8Array(256), false);
            // A connection begins with CONNACK.
            decoder.decode(new Uint8Array([0x20, 2, 0, 0]), 0, 4);
            return { tally: sink.tally, operation: going(piece => decoder.decode(piece, 0, piece.length)) };
        },
        'mqtt-packet'() {
            const tally = new Tally();
            const parser = mqttPacket.parser({ protocolVersion: 4 });
            parser.on('packet', (packet: Packet) => {
                if (packet.cmd === 'publish') {
                    const message = packet.payload as Buffer;
                    if (packet.topic === topicName) tally.add(packet.messageId! + message.length + message[0] + message[message.length - 1]);
                } else if (packet.cmd === 'puback') {
                    tally.add(packet.messageId!);
                } else if (packet.cmd === 'suback') {
                    tally.add(packet.messageId! + packet.granted.length + (packet.granted[0] as number));
                }
            });
            return { tally, operation: going(piece => parser.parse(piece)) };
        },
        'u8-mqtt-packet'() {
            const tally = new Tally();
            const stream = u8Context(4, u8Options).mqtt_stream();
            return {
                tally,
                operation: going(piece => {
                    for (const packet of stream.decode(piece)) {
                        if (packet.type === 'publish') {
                            const message = packet.payload;
                            if (packet.topic === topicName) tally.add(packet.pkt_id + message.length + message[0] + message[message.length - 1]);
                        } else if (packet.type === 'puback') {
                            tally.add(packet.pkt_id);
                        } else if (packet.type === 'suback') {
                            tally.add(packet.pkt_id + packet.answers.length + Number(packet.answers[0]));
                        }
                    }
                }),
            };
        },
    };
}

/** Each takes the message's topic as it wants to have it, made once, and a new packet identifier each time. */
const encoding: Record<CodecName, () => Workload> = {
    'motemq'() {
        const tally = new Tally();
        const buffer = new Uint8Array(publishSize(topic, payload.length, 1));
        let packetIdentifier = 0;
        return {
            tally,
            operation() {
                packetIdentifier = packetIdentifier % 65535 + 1;
                const end = encodePublish(buffer, 0, buffer.length, QOS_1, packetIdentifier, topic, payload, 0, payload.length);
                tally.add(end + buffer[28] + buffer[29] + buffer[end - 1]);
            },
        };
    },
    'mqtt-packet'() {
        const tally = new Tally();
        const packet = { cmd: 'publish' as const, topic: topicName, payload, qos: 1 as const, messageId: 0, dup: false, retain: false };
        return {
            tally,
            operation() {
                packet.messageId = packet.messageId % 65535 + 1;
                const bytes = mqttPacket.generate(packet);
                tally.add(bytes.length + bytes[28] + bytes[29] + bytes[bytes.length - 1]);
            },
        };
    },
    'u8-mqtt-packet'() {
        const tally = new Tally();
        const context = u8Context(4, u8Options);
        const packet = { topic: topicName, payload, qos: 1, pkt_id: 0 };
        return {
            tally,
            operation() {
                packet.pkt_id = packet.pkt_id % 65535 + 1;
                const bytes = context.encode_pkt('publish', packet);
                tally.add(bytes.length + bytes[28] + bytes[29] + bytes[bytes.length - 1]);
            },
        };
    },
};

/** A stream that is cut in pieces, and how many of them an operation takes: about one packet, never a whole one. */
const STREAM_PACKETS = 8;
const STEP = 24;
const pieces = cut(Buffer.concat(Array.from({ length: STREAM_PACKETS }, () => publishPacket)));

export const cases: readonly Case[] = [
    { name: 'encode PUBLISH', packets: 1, ceiling: 'encodeRatio', setUp: encoding },
    { name: 'parse PUBLISH', packets: 1, ceiling: 'parseRatio', setUp: decodingWith([publishPacket], 1) },
    { name: 'parse PUBLISH in pieces of 1 to 7 bytes', packets: STEP * STREAM_PACKETS / pieces.length, ceiling: 'piecesRatio', setUp: decodingWith(pieces, STEP) },
    { name: 'parse PUBACK', packets: 1, setUp: decodingWith([puback], 1) },
    { name: 'parse SUBACK', packets: 1, setUp: decodingWith([suback], 1) },
];

/** Name of a case's scenario for the heap meter. */
export function scenarioName(one: Case, codec: CodecName): string {
    return `${one.name}: ${codec}`;
}

/** For hardware-tests/host/heap-meter.ts. */
export const scenarios: Scenarios = Object.fromEntries(cases.flatMap(one => codecs.map(codec => [scenarioName(one, codec), () => one.setUp[codec]().operation])));
