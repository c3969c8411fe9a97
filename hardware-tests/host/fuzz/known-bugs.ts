// Bugs that the fuzzer must find: each a small change of one source, put in while it is bundled, and the target that finds it.
import type { KnownBug } from '../simulator/known-bugs.ts';
import { Fuzzer } from './fuzzer.ts';
import type { Violation } from './fuzzer.ts';
import { loadTargets } from './instrument.ts';
import { fromHex } from './target.ts';

export interface FuzzedBug extends KnownBug {
    readonly target: string;
}

const decoder = 'src/codec/decoder.ts';
const messages = 'src/codec/message-decoder.ts';
const text = 'src/codec/text.ts';
const topic = 'src/codec/topic.ts';
const client = 'src/session/client.ts';
const link = 'src/session/link.ts';
const buffer = 'src/session/send-buffer.ts';
const engine = 'targets/modem/at-engine.ts';

const inDecoder: readonly KnownBug[] = [
    { name: 'a remaining length of five bytes', file: decoder, from: 'if (this.number > 21) return MALFORMED_PACKET;', to: '' },
    { name: 'CONNACK at any time', file: decoder, from: 'if ((first === CONNACK) !== (this.first < 0)) return false;', to: '' },
    { name: 'QoS 3', file: decoder, from: 'qosBits !== (QOS_1 | QOS_2) && ', to: '' },
    { name: 'a PUBACK without identifier', file: decoder, from: 'this.first !== PUBACK || value === 0', to: 'this.first !== PUBACK' },
    { name: 'reserved bits of a CONNACK', file: decoder, from: 'value > 5 && value !== 0x0100', to: '(value & 255) > 5' },
    { name: 'an acknowledgement of any length', file: decoder, from: 'return this.remaining === 2 ? 0 : MALFORMED_PACKET;', to: 'return 0;' },
    { name: 'a packet under way outlives a reset', file: decoder, from: 'reset(): void {\n        this.phase = FIRST_BYTE;', to: 'reset(): void {' },
    { name: 'a body that consumes nothing', file: decoder, from: 'start = this.resume;', to: '' },
    { name: 'a skipped message eats what follows', file: decoder, from: 'end - start < this.remaining ? end - start : this.remaining', to: 'end - start' },
    { name: 'a topic longer than its packet', file: messages, from: 'payload > end || ', to: '' },
    { name: 'an empty topic', file: messages, from: 'if (number === 0) return MALFORMED_PACKET;', to: '' },
    { name: 'any code in a SUBACK', file: messages, from: 'if (bytes[index] > 2 && bytes[index] !== 0x80) return MALFORMED_PACKET;', to: '' },
    { name: 'a packet one byte too large for the buffer', file: messages, from: 'this.remaining > this.holder.length', to: 'this.remaining > this.holder.length + 1' },
    { name: 'a piece in the wrong place', file: messages, from: 'this.offset += this.end - this.start;', to: 'this.offset += end - start;' },
    { name: 'an identifier behind the end of a large message', file: messages, from: 'this.topicEnd + (this.qos ? 2 : 0) > this.remaining + 2', to: 'this.topicEnd > this.remaining + 2' },
    { name: 'a topic that is not checked if it came in pieces', file: messages, from: 'held && !isText(', to: 'held && this.stream && !isText(' },
    { name: 'a surrogate in a topic', file: text, from: ' || (lead === 0xed && second > 0x9f)', to: '' },
    { name: 'a character that goes on behind its text', file: text, from: ' || start + more > end', to: '' },
    { name: 'a filter with a wildcard matches $ topics', file: topic, from: 'if (topic[start] === DOLLAR && filter[2] !== DOLLAR) return false;', to: '' },
    { name: 'a level that matches beyond its end', file: topic, from: 'while (start < end && topic[start] !== SLASH) start++;', to: 'while (topic[start] !== SLASH && start < topic.length) start++;' },
];

const inSession: readonly KnownBug[] = [
    { name: 'more granted than was asked', file: client, from: 'if (code > each.qos && code !== REFUSED) return UNSUPPORTED_QOS;', to: '' },
    { name: 'QoS 2 handed on', file: client, from: 'if (message.qos > 1) return UNSUPPORTED_QOS;', to: '' },
    { name: 'acknowledgements behind the end of their room', file: client, from: 'if (end > 0) this.controlEnd = end;', to: 'if (end !== 0) this.controlEnd = end;' },
    { name: 'a connection goes on that has left messages unacknowledged', file: client, from: 'if (this.controlSent === this.controlEnd) this.disconnect(ACKNOWLEDGEMENTS_BLOCKED);', to: 'this.chores = 0;' },
    { name: 'a session present that was to be clean', file: link, from: '(sessionPresent && this.options.cleanSession) || ', to: '' },
    { name: 'acknowledged before it was sent', file: buffer, from: 'this.locate(type, packetIdentifier, this.position)', to: 'this.locate(type, packetIdentifier, this.tail)' },
    { name: 'acknowledged by an answer to something else', file: buffer, from: '(!type || (memory[at] >> 4) + 1 === type >> 4)', to: 'true' },
    { name: 'an exception leaves a callback', file: link, from: '                callback(first, second);\n            } catch (error) {', to: '                callback(first, second);\n            } catch (error) {\n                if (this.state === CONNECTED) throw error;' },
    { name: 'the silence behind half a packet is never noticed', file: link, from: '} else if (this.send.timed && ((now - this.acknowledgeBy) | 0) >= 0) {', to: '} else if (this.send.timed && this.pinging) {' },
    { name: 'a large message acknowledged with its first piece', file: client, from: 'packetIdentifier && message.offset + message.end - message.start === message.total', to: 'packetIdentifier && message.offset === 0' },
];

const inEngine: readonly KnownBug[] = [
    { name: 'a byte lost of a read is not noticed', file: engine, from: 'if (!returned || (trailer ? end !== 1 || line[0] !== trailer : end)) return this.finish(GARBLED);', to: '' },
    { name: 'a read of more bytes than were asked for', file: engine, from: 'count < 0 || count > this.numbers.length', to: 'count < 0' },
    { name: 'two runs of bytes in one read', file: engine, from: ' || exchange.headed)', to: ')' },
    { name: 'a prompt without a prompt', file: engine, from: 'if (byte === this.prompt && this.phase', to: 'if (this.phase' },
    { name: 'a line longer than its buffer is told', file: engine, from: 'if (end > line.length) {', to: 'if (end > line.length + 8) {' },
    { name: 'counted bytes cut where a piece ends', file: engine, from: 'this.counted -= size;', to: 'this.counted = 0;' },
    { name: 'an end is told twice', file: engine, from: '        this.phase = IDLE;\n        this.sender.stop();\n        this.counted = this.trailing', to: '        this.counted = this.trailing' },
];

const image = 'src/sleep/image.ts';
const outbox = 'src/outbox/outbox.ts';

const inLasting: readonly KnownBug[] = [
    { name: 'a record that leads out of its memory', file: 'src/outbox/memory-store.ts', from: 'while (total && this.used + total + END <= this.size) {', to: 'while (total && this.count < 100) {' },
    { name: 'a record of no topic handed on', file: outbox, from: ' && topic < topics.length) handle', to: ') handle' },
    { name: 'a record longer than its buffer handed on', file: outbox, from: 'size > 0 && size <= record.length && topic', to: 'size > 0 && topic' },
    { name: 'an image of other messages', file: image, from: 'if (known && known === get(bytes, half + KNOWN_BY)) this.resume', to: 'if (known) this.resume' },
    { name: 'an image that knows its messages by nothing', file: image, from: 'if (known && known ===', to: 'if (known ===' },
    { name: 'an image of another node', file: image, from: ' && get(bytes, half + OWNER) === this.owner', to: '' },
    { name: 'an identifier given to two messages', file: image, from: '            client.issued = 65535;', to: '' },
];

export const knownBugs: readonly FuzzedBug[] = [
    ...inDecoder.map(bug => ({ ...bug, target: 'decoder' })),
    ...inSession.map(bug => ({ ...bug, target: 'session' })),
    ...inLasting.map(bug => ({ ...bug, target: 'lasting' })),
    ...inEngine.map(bug => ({ ...bug, target: 'at-engine' })),
];

/** Fuzzes with `bug` put in, from the seeds alone, until the first violation; undefined if there is none in `most` runs. */
export async function findBug(bug: FuzzedBug, seed: number, most: number): Promise<Violation | undefined> {
    const bundle = await loadTargets(bug);
    const target = bundle.targets.find(({ name }) => name === bug.target)!;
    const fuzzer = new Fuzzer(target, bundle, seed);
    for (const { hex, why } of target.seeds) fuzzer.load({ bytes: fromHex(hex), why });
    while (fuzzer.violations.length === 0 && fuzzer.runs < most) fuzzer.step();
    return fuzzer.violations[0];
}
