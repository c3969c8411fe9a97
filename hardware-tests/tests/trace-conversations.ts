// Conversations for the tests of traces: packets both ways, made by mqtt-packet, in any pieces; and how they become a trace.
import * as fc from 'fast-check';
import { generate } from 'mqtt-packet';
import type { Packet, QoS } from 'mqtt-packet';
import { CONNECTION_LOST } from '../../src/reasons.ts';
import { ConnectionTrace } from '../../src/trace/index.ts';
import type { TraceOptions } from '../../src/trace/index.ts';
import type { Direction } from '../host/fault-proxy.ts';

export interface Step {
    readonly direction: Direction;
    readonly packet: Packet;
}

export interface Conversation {
    readonly steps: readonly Step[];
    /** Sizes of pieces, used in turn. */
    readonly pieces: readonly number[];
    readonly ending: 'close' | 'reset' | `end ${number}`;
}

const identifier = fc.integer({ min: 1, max: 65535 });
const text = fc.string({ unit: 'binary', maxLength: 20 }).map(value => value.replaceAll('\0', ''));
const topic = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map(value => value.replace(/[\0+#]/g, '') || '/');
const qos = fc.constantFrom<QoS>(0, 1, 2);
const payload = fc.oneof({ weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }) }, { weight: 1, arbitrary: fc.integer({ min: 1000, max: 70000 }).map(size => new Uint8Array(size).fill(size)) })
    .map(bytes => Buffer.from(bytes));

const connect: fc.Arbitrary<Packet> = fc.record({
    clientId: text.map(value => value || 'c'), clean: fc.boolean(), keepalive: fc.integer({ min: 0, max: 65535 }),
    credentials: fc.option(fc.record({ username: text, password: fc.option(payload.map(bytes => bytes.subarray(0, 50)), { nil: undefined }) }), { nil: {} }),
    will: fc.option(fc.record({ topic, payload: payload.map(bytes => bytes.subarray(0, 60)), qos, retain: fc.boolean() }), { nil: undefined }),
}).map(({ credentials, ...options }) => ({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, ...options, ...credentials }));

const publish: fc.Arbitrary<Packet> = fc.record({ topic, payload, qos, retain: fc.boolean(), dup: fc.boolean(), messageId: identifier })
    .map(packet => ({ cmd: 'publish', ...packet, dup: packet.dup && packet.qos > 0, messageId: packet.qos > 0 ? packet.messageId : undefined }));

const acknowledged = (cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'): fc.Arbitrary<Packet> => identifier.map(messageId => ({ cmd, messageId }));
const acknowledgement = fc.oneof(acknowledged('puback'), acknowledged('pubrec'), acknowledged('pubrel'), acknowledged('pubcomp'));
const subscribe: fc.Arbitrary<Packet> = fc.record({ messageId: identifier, subscriptions: fc.array(fc.record({ topic: topic.map(name => `${name}/#`), qos }), { minLength: 1, maxLength: 4 }) }).map(packet => ({ cmd: 'subscribe', ...packet }));
const unsubscribe: fc.Arbitrary<Packet> = fc.record({ messageId: identifier, unsubscriptions: fc.array(topic, { minLength: 1, maxLength: 4 }) }).map(packet => ({ cmd: 'unsubscribe', ...packet }));
const suback: fc.Arbitrary<Packet> = fc.record({ messageId: identifier, granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 4 }) }).map(packet => ({ cmd: 'suback', ...packet }));
const unsuback: fc.Arbitrary<Packet> = identifier.map(messageId => ({ cmd: 'unsuback', messageId }) as Packet);
const connack: fc.Arbitrary<Packet> = fc.record({ sessionPresent: fc.boolean(), returnCode: fc.integer({ min: 0, max: 5 }) })
    .map(({ sessionPresent, returnCode }) => ({ cmd: 'connack', sessionPresent: sessionPresent && returnCode === 0, returnCode }));

const up = fc.oneof(publish, acknowledgement, subscribe, unsubscribe, fc.constant<Packet>({ cmd: 'pingreq' }));
const down = fc.oneof(publish, acknowledgement, suback, unsuback, fc.constant<Packet>({ cmd: 'pingresp' }));
const step: fc.Arbitrary<Step> = fc.oneof(up.map((packet): Step => ({ direction: 'up', packet })), down.map((packet): Step => ({ direction: 'down', packet })));

export const conversation: fc.Arbitrary<Conversation> = fc.record({
    connect, connack, steps: fc.array(step, { maxLength: 12 }), pieces: fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }),
    ending: fc.constantFrom<Conversation['ending']>('close', 'reset', `end ${CONNECTION_LOST}`),
}).map(({ connect: first, connack: answer, steps, ...rest }) => ({ ...rest, steps: [{ direction: 'up', packet: first }, { direction: 'down', packet: answer }, ...steps] }));

/** A clock that is read as often as it is asked: no two lines have one time. */
export function ticking(start = 0): { now(): number } {
    let time = start;
    return { now: () => Math.round((time += 0.25) * 1000) / 1000 };
}

/** Steps that follow on each other one way are one run of bytes, cut into pieces. */
export function record({ steps, pieces, ending }: Conversation, options: TraceOptions, name: string, encoding: { protocolVersion?: number } = {}): void {
    const trace = new ConnectionTrace(options, name);
    trace.line('open');
    trace.line('ready');
    let count = 0;
    for (let from = 0, to = 1; from < steps.length; from = to, to++) {
        const { direction } = steps[from];
        while (to < steps.length && steps[to].direction === direction) to++;
        const bytes = Buffer.concat(steps.slice(from, to).map(({ packet }) => generate(packet, encoding)));
        for (let start = 0; start < bytes.length;) {
            const end = Math.min(bytes.length, start + pieces[count++ % pieces.length]);
            if (direction === 'up') trace.sent(bytes, start, end);
            else trace.received(bytes, start, end);
            start = end;
        }
        if (direction === 'up') trace.line('flush');
    }
    trace.line(ending);
}

/** `play` as the text of a trace. */
export function traceOf(play: (options: TraceOptions) => void, secrets = true): string {
    const lines: string[] = [];
    play({ print: line => lines.push(line), clock: ticking(), lineSize: 1000, secrets });
    return `${lines.join('\n')}\n`;
}
