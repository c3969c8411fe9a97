// UTF-8 strings (MQTT 3.1.1 §1.5.3), topic names and topic filters (§4.7): what is a text, what is refused, what matches.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { TopicFilter } from '../subscribe.ts';
import { encodeText, isText } from '../text.ts';
import { Topic, isFilter, matchesFilter } from '../topic.ts';
import { bytes, encoding, hex, refuses } from './record.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

/** Node's own opinion on UTF-8, and none of the bytes that MQTT forbids. */
function expectedText(sequence: Uint8Array, wildcards: boolean): boolean {
    if (sequence.includes(0) || (!wildcards && (sequence.includes(0x2b) || sequence.includes(0x23)))) return false;
    try {
        strict.decode(sequence);
        return true;
    } catch {
        return false;
    }
}

function sameAsNode(...sequence: number[]): void {
    const data = Uint8Array.from([0xff, ...sequence, 0x80]);
    for (const wildcards of [true, false]) {
        const actual = isText(data, 1, sequence.length + 1, wildcards);
        if (actual !== expectedText(Uint8Array.from(sequence), wildcards)) assert.unreachable(`${hex(Uint8Array.from(sequence))}, wildcards ${wildcards}: ${actual}`);
    }
}

/** The first and last byte of every range of table 3-7 of the Unicode standard, and their neighbours. */
const edges = [0x01, 0x23, 0x2b, 0x2c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff];

test('[MQTT-1.5.3-1] ill-formed UTF-8 is no text: overlong forms, surrogates, above U+10FFFF, cut sequences, stray bytes', () => {
    for (const sequence of [
        'c080', 'c1bf', 'e08080', 'e09fbf', 'f0808080', 'f08fbfbf', // overlong
        'eda080', 'edafbf', 'edb080', 'edbfbf', 'eda080edb080', // surrogates, also as a pair
        'f4908080', 'f5808080', 'f8888080 80', 'fc8480808080', 'fe', 'ff', // above U+10FFFF
        'c3', 'e2', 'e282', 'f0', 'f090', 'f0908d', '61c3', // cut
        '80', 'bf', 'c361', 'e28261', 'e26182', 'f0908d61', 'c3c3a9', 'c3a980', // stray
    ]) {
        const data = bytes(sequence);
        assert.is(isText(data, 0, data.length, true), false, sequence);
        assert.is(isText(bytes(`61${sequence}61`), 1, data.length + 1, true), false, `${sequence} within more`);
    }
});

test('[MQTT-1.5.3-1] well-formed UTF-8 is a text up to the last code point of each length', () => {
    for (const sequence of ['', '01', '7f', 'c280', 'dfbf', 'e0a080', 'ed9fbf', 'ee8080', 'efbfbf', 'efbfbe', 'f0908080', 'f48fbfbf', '61c3a9e282acf0908d8861']) {
        const data = bytes(sequence);
        assert.is(isText(data, 0, data.length, false), true, sequence);
    }
});

test('[MQTT-1.5.3-1] [MQTT-1.5.3-2] every sequence of one and two bytes, and every edge of three and four, is judged as Node judges it', () => {
    for (let first = 0; first < 256; first++) {
        sameAsNode(first);
        for (let second = 0; second < 256; second++) sameAsNode(first, second);
    }
    for (const first of edges) {
        for (const second of edges) {
            for (const third of edges) {
                sameAsNode(first, second, third);
                if (first >= 0xe0) for (const fourth of [0x7f, 0x80, 0xbf, 0xc0]) sameAsNode(first, second, third, fourth);
            }
        }
    }
});

test('[MQTT-1.5.3-1] a text with a lone surrogate, as a platform encodes it, is refused', () => {
    const surrogates = { utf8: (text: string) => (text === '\ud800' ? bytes('ed a0 80') : encoding.utf8(text)) };
    refuses(() => encodeText(surrogates, '\ud800', true), /1\.5\.3-1/);
    refuses(() => new Topic(surrogates, '\ud800'), /1\.5\.3-1/);
    refuses(() => new TopicFilter(surrogates, '\ud800', 0), /1\.5\.3-1/);
});

test('[MQTT-1.5.3-2] U+0000 is refused wherever it stands', () => {
    for (const text of ['\0', 'a\0', '\0a', 'a\0b']) {
        refuses(() => encodeText(encoding, text, true), /1\.5\.3-1/);
        refuses(() => new Topic(encoding, text), /1\.5\.3-1/);
        refuses(() => new TopicFilter(encoding, text, 0), /1\.5\.3-1/);
    }
});

test('[MQTT-1.5.3-3] U+FEFF is kept, in front too', () => {
    assert.is(hex(new Topic(encoding, '\ufeffa\ufeff').encoded), '0007' + 'efbbbf' + '61' + 'efbbbf');
});

const longest = 'x'.repeat(65535);

test('[MQTT-4.7.1-1] [MQTT-3.3.2-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] a topic name: 1 to 65535 bytes, no wildcard, no U+0000', () => {
    for (const good of ['a', '/', '//', ' ', 'a b', 'a/b/c', '/finance', '$SYS/x', 'é', '𐍈', '\u0001', longest, 'é'.repeat(32767) + 'x']) {
        const encoded = new Topic(encoding, good).encoded;
        assert.is((encoded[0] << 8) | encoded[1], encoded.length - 2);
        assert.equal(encoded.subarray(2), encoding.utf8(good));
    }
    for (const bad of ['', '+', '#', 'a/+', 'a+b', 'a/#', '#a', 'a\0', longest + 'x', 'é'.repeat(32768)]) {
        refuses(() => new Topic(encoding, bad), /4\.7\.3-1|4\.7\.3-3|1\.5\.3-1/);
    }
    refuses(() => new Topic(encoding, 'a/+'), /1\.5\.3-1\]: a\/\+$/);
});

test('[MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.3-1] [MQTT-4.7.3-3] a topic filter: # alone and last, + alone in its level', () => {
    for (const good of ['#', '+', '/', '/#', '+/+', '/+', '+/', '+/#', 'a/#', 'a/+/b', 'sport/tennis/#', '+/tennis/#', '$SYS/#', 'a//b', longest, 'x'.repeat(65533) + '/#']) {
        const filter = new TopicFilter(encoding, good, 1);
        assert.is((filter.encoded[0] << 8) | filter.encoded[1], filter.encoded.length - 2);
        assert.equal(filter.encoded.subarray(2), encoding.utf8(good));
        assert.is(filter.qos, 1);
    }
    for (const bad of ['', '##', '#/', '#/a', 'a#', '#a', 'a/#/b', 'a/b#', '/##', '++', 'a+', '+a', 'a/+b', 'a/b+/c', '+#', '#+', '$+', 'a/+#', longest + 'x', longest + '/#']) {
        refuses(() => new TopicFilter(encoding, bad, 1), /4\.7\.1-2|4\.7\.3-3/);
    }
    assert.is(isFilter(bytes('0000')), false);
});

function matches(filter: string, topic: string): boolean {
    const name = encoding.utf8(topic);
    // In the middle of other bytes that would match more.
    const around = new Uint8Array(name.length + 4).fill(0x2f);
    around.set(name, 2);
    return matchesFilter(new TopicFilter(encoding, filter, 0).encoded, around, 2, name.length + 2);
}

test('[MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.2-1] filters match as §4.7 tells, and $-topics only by their first character', () => {
    for (const [filter, topic, expected] of [
        ['sport/tennis/player1/#', 'sport/tennis/player1', true], ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
        ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true], ['sport/#', 'sport', true], ['sport/#', 'sports', false],
        ['#', 'a', true], ['#', '/', true], ['sport/tennis/+', 'sport/tennis/player1', true], ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
        ['sport/+', 'sport', false], ['sport/+', 'sport/', true], ['+', '/finance', false], ['+/+', '/finance', true], ['/+', '/finance', true],
        ['+', 'finance', true], ['+/#', 'a', true], ['+/tennis/#', 'sport/tennis', true], ['/#', 'a', false], ['/', '/', true], ['a//b', 'a//b', true],
        ['a/+/b', 'a//b', true], ['a/b', 'a/b/', false], ['a/b/', 'a/b', false], ['A', 'a', false], ['a/+/+', 'a/b', false], ['ä/+', 'ä/ö', true],
        ['#', '$SYS/x', false], ['+/x', '$SYS/x', false], ['$SYS/#', '$SYS/x', true], ['$SYS/+', '$SYS/x', true], ['$SYS/#', '$SYS', true],
        ['/#', '/$SYS', true], ['a/+', 'a/$b', true], ['$SYS/#', '$', false], ['$', '$', true],
    ] as const) {
        assert.is(matches(filter, topic), expected, `${filter} on ${topic}`);
    }
});

test('[MQTT-4.7.2-1] matching agrees with the definition level by level, on generated filters and topics', () => {
    const byLevels = (filter: string[], topic: string[]): boolean => {
        if (filter[0] === '#') return true;
        if (filter.length === 0 || topic.length === 0) return filter.length === topic.length;
        return (filter[0] === '+' || filter[0] === topic[0]) && byLevels(filter.slice(1), topic.slice(1));
    };
    const word = fc.constantFrom('', 'a', 'ab', 'b', '$', '$a', 'é');
    const level = fc.oneof(word, fc.constant('+'));
    let matched = 0;
    fc.assert(fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean(), fc.array(word, { minLength: 1, maxLength: 4 }), (levels, hash, topic) => {
        const filter = hash ? [...levels, '#'] : levels;
        if (filter.join('/') === '' || topic.join('/') === '') return;
        const hidden = topic[0].startsWith('$') && filter[0] === '+';
        const expected = !hidden && byLevels(filter, topic);
        assert.is(matches(filter.join('/'), topic.join('/')), expected, `${filter.join('/')} on ${topic.join('/')}`);
        if (expected) matched++;
    }), { numRuns: 5000 });
    assert.ok(matched > 100, 'enough of the pairs match');
});

test.run();
