// Topics and filters that received topic names are held against, level by level on strings: another reading of §4.7 than
// that of src, which goes through bytes.
import { Topic } from '../../../../src/codec/topic.ts';
import { TopicFilter } from '../../../../src/codec/subscribe.ts';
import type { Message } from '../../../../src/codec/message-decoder.ts';
import { require } from '../target.ts';

const encoding = { utf8: (text: string): Uint8Array => new TextEncoder().encode(text) };
const TOPICS = ['a', 'a/b', '$SYS/b', 'ä/€'].map(text => ({ text, topic: new Topic(encoding, text) }));
const FILTERS = ['#', '+', 'a', 'a/#', '+/b', 'a/+', '/+', '+/+/#', '$SYS/#', 'ä/+'].map(text => ({ text, filter: new TopicFilter(encoding, text, 0) }));

/** §4.7.1, §4.7.2 [MQTT-4.7.2-1]. */
function isMatch(filter: string, topic: string): boolean {
    if (topic.startsWith('$') && !filter.startsWith('$')) return false;
    const wanted = filter.split('/');
    const levels = topic.split('/');
    const rest = wanted.indexOf('#');
    const depth = rest < 0 ? wanted.length : rest;
    if (rest < 0 ? levels.length !== depth : levels.length < depth) return false;
    return wanted.slice(0, depth).every((level, index) => level === '+' || level === levels[index]);
}

/** Throws if `message` says of its topic what is not so. */
export function checkMatching(message: Message): void {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message.topicBytes.subarray(message.topicStart, message.topicEnd));
    for (const { text, topic } of TOPICS) require(message.topicIs(topic) === (text === name), `'${name}' and the topic '${text}' are compared wrong`);
    for (const { text, filter } of FILTERS) require(message.matches(filter) === isMatch(text, name), `'${name}' is matched wrong with '${text}'`);
}
