// `mqtt-packet` as an independent opinion on what bytes mean: it reads what we encode, and we read what it encodes, on
// generated packets.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import * as mqttPacket from 'mqtt-packet';
import type { ConnectOptions } from '../connect.ts';
import { encodeConnect } from '../connect.ts';
import { MessageDecoder } from '../message-decoder.ts';
import { DISCONNECT, DUP, PINGREQ, QOS_1, RETAIN, SUBSCRIBE, UNSUBSCRIBE } from '../packets.ts';
import { encodeEmpty, encodePuback, encodePublish } from '../publish.ts';
import { encodeFilters, TopicFilter } from '../subscribe.ts';
import { Topic } from '../topic.ts';
import { bytes, encoding, feedCut, hex, join, publishEvent, RecordingSink } from './record.ts';

/** What mqtt-packet reads in the packet that `encode` puts into a buffer, and that this is one packet and all of it. */
function parsed(encode: (target: Uint8Array, offset: number, limit: number) => number): Record<string, unknown> {
    const target = new Uint8Array(4000);
    const end = encode(target, 11, target.length);
    const found: unknown[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', packet => found.push(packet));
    parser.on('error', error => assert.unreachable(error.message));
    assert.is(parser.parse(Buffer.from(target.subarray(11, end))), 0);
    assert.is(found.length, 1);
    return found[0] as Record<string, unknown>;
}

const packetIdentifier = fc.integer({ min: 1, max: 65535 });
const text = fc.string({ unit: 'binary', maxLength: 40 }).map(value => value.replaceAll('\0', ''));
const payload = fc.uint8Array({ maxLength: 300 });
const topicName = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map(value => value.replace(/[\0+#]/g, '') || '/');
const topicFilter = fc.oneof(topicName, fc.tuple(topicName, topicName).map(([first, last]) => `${first}/+/${last}`), topicName.map(name => `${name}/#`), fc.constant('#'));
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<mqttPacket.QoS>;

const connectOptions: fc.Arbitrary<ConnectOptions> = fc.record({
    clientId: text.map(value => value || 'c'),
    keepAlive: fc.integer({ min: 0, max: 65535 }),
    cleanSession: fc.boolean(),
    will: fc.option(fc.record({ topic: topicName, payload, qos, retain: fc.boolean() }), { nil: undefined }),
    credentials: fc.option(fc.record({ userName: text, password: fc.oneof(fc.constant(undefined), text, payload) }), { nil: {} }),
}).map(({ credentials, ...options }) => ({ ...options, ...credentials }));

test('[MQTT-3.1.3-1] mqtt-packet reads the CONNECT that we encode', () => {
    fc.assert(fc.property(connectOptions, options => {
        const packet = parsed((target, offset, limit) => encodeConnect(target, offset, limit, options, encoding));
        assert.is(packet.cmd, 'connect');
        assert.is(packet.protocolId, 'MQTT');
        assert.is(packet.protocolVersion, 4);
        assert.is(packet.clientId, options.clientId);
        assert.is(packet.clean, options.cleanSession);
        assert.is(packet.keepalive, options.keepAlive);
        assert.is(packet.username, options.userName);
        assert.equal(packet.password, options.password === undefined ? undefined : Buffer.from(options.password as string));
        assert.equal(packet.will, options.will && { ...options.will, payload: Buffer.from(options.will.payload) });
    }));
});

test('[MQTT-3.3.2-1] mqtt-packet reads the PUBLISH that we encode, of any range of an array', () => {
    fc.assert(fc.property(topicName, payload, fc.nat(), fc.nat(), fc.option(packetIdentifier, { nil: 0 }), fc.boolean(), fc.boolean(), (name, data, from, to, identifier, retain, dup) => {
        const start = from % (data.length + 1);
        const end = start + to % (data.length - start + 1);
        const flags = (retain ? RETAIN : 0) | (identifier ? QOS_1 : 0) | (identifier && dup ? DUP : 0);
        const packet = parsed((target, offset, limit) => encodePublish(target, offset, limit, flags, identifier, new Topic(encoding, name), data, start, end));
        assert.is(packet.cmd, 'publish');
        assert.is(packet.topic, name);
        assert.is(hex(packet.payload as Buffer), hex(data, start, end));
        assert.is(packet.qos, identifier ? 1 : 0);
        assert.is(packet.retain, retain);
        assert.is(packet.dup, identifier !== 0 && dup);
        assert.is(packet.messageId, identifier || undefined);
    }));
});

test('[MQTT-3.8.3-1] [MQTT-3.10.3-1] mqtt-packet reads the SUBSCRIBE and the UNSUBSCRIBE that we encode', () => {
    fc.assert(fc.property(fc.array(fc.tuple(topicFilter, qos).map(([topic, wanted]) => ({ topic, qos: wanted })), { minLength: 1, maxLength: 8 }), packetIdentifier, (subscriptions, identifier) => {
        const filters = subscriptions.map(subscription => new TopicFilter(encoding, subscription.topic, subscription.qos));
        const subscribe = parsed((target, offset, limit) => encodeFilters(target, offset, limit, SUBSCRIBE, identifier, filters));
        assert.is(subscribe.cmd, 'subscribe');
        assert.is(subscribe.messageId, identifier);
        assert.equal(subscribe.subscriptions, subscriptions);
        const unsubscribe = parsed((target, offset, limit) => encodeFilters(target, offset, limit, UNSUBSCRIBE, identifier, filters));
        assert.is(unsubscribe.cmd, 'unsubscribe');
        assert.is(unsubscribe.messageId, identifier);
        assert.equal(unsubscribe.unsubscriptions, subscriptions.map(subscription => subscription.topic));
    }));
});

test('[MQTT-2.3.1-6] mqtt-packet reads the PUBACK, PINGREQ and DISCONNECT that we encode', () => {
    fc.assert(fc.property(packetIdentifier, identifier => {
        const packet = parsed((target, offset, limit) => encodePuback(target, offset, limit, identifier));
        assert.is(packet.cmd, 'puback');
        assert.is(packet.messageId, identifier);
    }));
    assert.is(parsed((target, offset, limit) => encodeEmpty(target, offset, limit, PINGREQ)).cmd, 'pingreq');
    assert.is(parsed((target, offset, limit) => encodeEmpty(target, offset, limit, DISCONNECT)).cmd, 'disconnect');
});

/** A packet for mqtt-packet to encode, and what our sink is told of it. */
interface Sent {
    readonly packet: mqttPacket.Packet;
    readonly event: string;
}

const connack: fc.Arbitrary<Sent> = fc.constantFrom<[boolean, number]>([false, 0], [true, 0], [false, 1], [false, 2], [false, 3], [false, 4], [false, 5])
    .map(([sessionPresent, returnCode]) => ({ packet: { cmd: 'connack', sessionPresent, returnCode }, event: `connack ${sessionPresent} ${returnCode}` }));

const publish: fc.Arbitrary<Sent> = fc.record({ topic: topicName, payload, qos, retain: fc.boolean(), dup: fc.boolean(), messageId: packetIdentifier }).map(fields => {
    const dup = fields.dup && fields.qos > 0;
    return {
        packet: { cmd: 'publish', ...fields, dup, payload: Buffer.from(fields.payload), messageId: fields.qos ? fields.messageId : undefined },
        event: publishEvent(fields.topic, fields.payload, fields.qos, fields.qos && fields.messageId, fields.retain, dup),
    };
});

const acknowledgement: fc.Arbitrary<Sent> = fc.oneof(
    packetIdentifier.map((messageId): Sent => ({ packet: { cmd: 'puback', messageId }, event: `puback ${messageId}` })),
    packetIdentifier.map((messageId): Sent => ({ packet: { cmd: 'unsuback', messageId, granted: [] }, event: `unsuback ${messageId}` })),
    fc.tuple(packetIdentifier, fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 20 }))
        .map(([messageId, granted]): Sent => ({ packet: { cmd: 'suback', messageId, granted }, event: `suback ${messageId}: ${hex(Uint8Array.from(granted))}` })),
    fc.constant<Sent>({ packet: { cmd: 'pingresp' }, event: 'pingresp' }),
);

/** Shares of the stream's length at which it is cut. */
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

function cutsAt(fractions: readonly number[], length: number): number[] {
    return fractions.map(fraction => Math.floor(fraction * length)).sort((a, b) => a - b);
}

test('[MQTT-7.1.2-1] we read what mqtt-packet encodes, in any order and cut anywhere, through receive buffers of any size that holds a topic', () => {
    fc.assert(fc.property(connack, fc.array(fc.oneof(publish, acknowledgement), { maxLength: 12 }), shares, fc.integer({ min: 170, max: 600 }), (first, others, fractions, bufferSize) => {
        const sent = [first, ...others];
        const stream = join(...sent.map(({ packet }) => mqttPacket.generate(packet)));
        const sink = new RecordingSink();
        assert.is(feedCut(new MessageDecoder(sink, new Uint8Array(bufferSize), true), stream, cutsAt(fractions, stream.length)), 0);
        assert.equal(sink.events, sent.map(({ event }) => event));
    }), { numRuns: 500 });
});

test('[MQTT-3.3.1-8] mqtt-packet and we agree on every PUBLISH of a stream that we both are given', () => {
    fc.assert(fc.property(fc.array(publish, { minLength: 1, maxLength: 6 }), sent => {
        const stream = join(bytes('20020000'), ...sent.map(({ packet }) => mqttPacket.generate(packet)));
        const theirs: string[] = [];
        const parser = mqttPacket.parser({ protocolVersion: 4 });
        parser.on('packet', packet => {
            if (packet.cmd === 'publish') theirs.push(publishEvent(packet.topic, Buffer.from(packet.payload), packet.qos, packet.messageId ?? 0, packet.retain, packet.dup));
        });
        parser.parse(Buffer.from(stream));
        const sink = new RecordingSink();
        assert.is(feedCut(new MessageDecoder(sink, new Uint8Array(600), true), stream, []), 0);
        assert.equal(sink.events.slice(1), theirs);
    }));
});

test.run();
