// Topics made to confuse: what a peer may name a message cannot make it match what it should not, nor cost more than its length.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { Subscription, Topic } from '../../src/index.ts';
import type { Message } from '../../src/index.ts';
import { isText } from '../../src/codec/text.ts';
import { matchesFilter } from '../../src/codec/topic.ts';
import { TopicFilter } from '../../src/codec/subscribe.ts';
import { connected, utf8 } from '../../src/session/tests/world.ts';
import { publish } from '../host/hostile.ts';

const encoding = { utf8 };

/** Bytes whose reads are counted. */
function counted(bytes: Uint8Array, count: { reads: number }): Uint8Array {
    return new Proxy(bytes, {
        get(target, key) {
            if (typeof key === 'string' && /^\d+$/.test(key)) count.reads++;
            return Reflect.get(target, key, target) as unknown;
        },
    });
}

/** §4.7 on texts, level by level: as the standard says it, not as src does it. */
function matches(filter: string, topic: string): boolean {
    const wanted = filter.split('/');
    const levels = topic.split('/');
    if (topic.startsWith('$') && !filter.startsWith('$')) return false;
    for (let index = 0; index < wanted.length; index++) {
        if (wanted[index] === '#') return true;
        if (index >= levels.length) return false;
        if (wanted[index] !== '+' && wanted[index] !== levels[index]) return false;
    }
    return wanted.length === levels.length;
}

test('[MQTT-4.7.1-1] to [MQTT-4.7.3-4]: any filter against any topic of confusing levels, judged by the standard\'s text', () => {
    const level = fc.constantFrom('', 'a', 'aa', '$', '$SYS', '\ufeff', '\ufeffa', ' ', 'A', 'é', 'e\u0301', '\u{10ffff}', '..', '__proto__');
    const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/')).filter((topic) => topic !== '');
    const filters = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 5 }), fc.boolean())
        .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/')).filter((filter) => filter !== '');
    let matched = 0;
    fc.assert(fc.property(filters, topics, (filter, topic) => {
        const name = utf8(topic);
        const expected = matches(filter, topic);
        if (expected) matched++;
        assert.is(matchesFilter(new TopicFilter(encoding, filter, 0).encoded, name, 0, name.length), expected, `${JSON.stringify(filter)} ${JSON.stringify(topic)}`);
    }), { numRuns: 5000 });
    assert.ok(matched > 100, `${matched} pairs matched`);
});

const longest = 65_535;
const hostile: [filter: string, topic: string][] = [
    ['+/'.repeat(32_767) + '+', 'a/'.repeat(32_767) + 'a'],
    ['+/'.repeat(32_767) + '#', '/'.repeat(longest)],
    ['/'.repeat(65_000) + 'b', '/'.repeat(65_000) + 'a'],
    ['+/+/+/+/+/b', 'a'.repeat(13_000) + ('/' + 'a'.repeat(10_000)).repeat(5)],
    ['#', '/'.repeat(longest)],
    ['a'.repeat(longest), 'a'.repeat(longest - 1) + 'b'],
    ['+/b', 'a'.repeat(longest)],
];
test('matching reads each byte of filter and topic a bounded number of times, at any depth', () => {
    for (const [filter, topic] of hostile) {
        const count = { reads: 0 };
        const name = utf8(topic);
        matchesFilter(counted(new TopicFilter(encoding, filter, 0).encoded, count), counted(name, count), 0, name.length);
        assert.ok(count.reads <= 3 * (filter.length + topic.length) + 10, `${count.reads} reads for ${filter.length} and ${topic.length} bytes`);
    }
});

test('judging a topic reads each byte twice at most', () => {
    for (const topic of ['/'.repeat(longest), '\u{10ffff}'.repeat(16_383), '\ufeff'.repeat(21_845)]) {
        const count = { reads: 0 };
        const name = utf8(topic);
        assert.ok(isText(counted(name, count), 0, name.length, false));
        assert.ok(count.reads <= 2 * name.length, `${count.reads} reads for ${name.length} bytes`);
    }
});

test('[MQTT-1.5.3-3] U+FEFF is a character like any other: it is kept, and makes another topic', () => {
    const heard: string[] = [];
    const { client, platform, transport } = connected({ receiveBuffer: new Uint8Array(256) });
    const plain = new Topic(platform, 'a');
    const listen = (filter: string) => client.subscribe(new Subscription(platform, filter, 0, (message: Message) => heard.push(`${filter} ${message.topicIs(plain)}`)));
    listen('a');
    listen('\ufeffa');
    platform.turn();
    transport.sends(...publish('a'), ...publish('\ufeffa'));
    assert.equal(heard, ['a true', '\ufeffa false']);
});

test('[MQTT-4.7.2-1] $SYS does not reach who asked for everything', () => {
    const heard: string[] = [];
    const { client, platform, transport, log } = connected({ receiveBuffer: new Uint8Array(256) });
    for (const filter of ['#', '+/a', '$SYS/#']) client.subscribe(new Subscription(platform, filter, 0, () => heard.push(filter)));
    platform.turn();
    log.length = 0;
    transport.sends(...publish('$SYS/a'), ...publish('$'), ...publish('$SYS'));
    assert.equal(heard, ['$SYS/#', '$SYS/#']);
    assert.equal(log, ['message 21'], 'what nobody asked for goes to onMessage');
});

test.run();
