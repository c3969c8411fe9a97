// CBOR against the examples of RFC 8949 Appendix A and against an independent decoder, at every buffer size, and every misuse.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { CborText, CborWriter, DOES_NOT_FIT, INDEFINITE } from '../index.ts';
import { Tagged, decode } from './cbor-decoder.ts';
import type { Cbor } from './cbor-decoder.ts';

const GUARD = 0xa5;
const encoder = new TextEncoder();
const encoding = { utf8: (text: string): Uint8Array => encoder.encode(text) };

/** Numbers that the writer is told how to write; a bare number is an integer. */
class Float {
    constructor(readonly size: 4 | 8, readonly value: number) {}
}
class Fixed {
    constructor(readonly value: number, readonly decimals: number) {}
}
class Indefinite {
    constructor(readonly items: Item[] | Map<Item, Item>) {}
}
type Item = null | boolean | number | string | Uint8Array | Float | Fixed | Indefinite | Item[] | Map<Item, Item>;

function write(writer: CborWriter, item: Item): number {
    if (item === null) return writer.nullValue();
    if (typeof item === 'boolean') return writer.boolean(item);
    if (typeof item === 'number') return writer.integer(item);
    if (typeof item === 'string') {
        const bytes = encoder.encode('<' + item + '>');
        return writer.text(bytes, 1, bytes.length - 1);
    }
    if (item instanceof Uint8Array) return writer.byteString(item, 0, item.length);
    if (item instanceof Float) return item.size === 4 ? writer.float32(item.value) : writer.float64(item.value);
    if (item instanceof Fixed) return writer.fixed(item.value, item.decimals);
    const indefinite = item instanceof Indefinite;
    const items = indefinite ? item.items : item;
    if (Array.isArray(items)) {
        writer.openArray(indefinite ? INDEFINITE : items.length);
        for (const next of items) write(writer, next);
    } else {
        writer.openMap(indefinite ? INDEFINITE : items.size);
        for (const [key, value] of items) {
            if (typeof key === 'string') writer.key(new CborText(encoding, key));
            else write(writer, key);
            write(writer, value);
        }
    }
    return writer.close();
}

function written(item: Item): Uint8Array {
    const writer = new CborWriter(new Uint8Array(100000));
    const end = write(writer, item);
    assert.is(end, writer.end);
    return writer.bytes.slice(0, end);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const map = (...pairs: Array<[Item, Item]>): Map<Item, Item> => new Map(pairs);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** RFC 8949 Appendix A, less what the writer does not write: bignums, half floats but NaN, other simple values and tags, strings in chunks. */
const examples: Array<[Item, string]> = [
    [0, '00'], [1, '01'], [10, '0a'], [23, '17'], [24, '1818'], [25, '1819'], [100, '1864'], [1000, '1903e8'],
    [1000000, '1a000f4240'], [1000000000000, '1b000000e8d4a51000'],
    [-1, '20'], [-10, '29'], [-100, '3863'], [-1000, '3903e7'],
    [new Float(8, 1.1), 'fb3ff199999999999a'], [new Float(4, 100000), 'fa47c35000'],
    [new Float(4, 3.4028234663852886e38), 'fa7f7fffff'], [new Float(8, 1e300), 'fb7e37e43c8800759c'],
    [new Float(8, -4.1), 'fbc010666666666666'],
    [new Float(4, NaN), 'f97e00'], [new Float(8, NaN), 'f97e00'],
    [new Float(4, Infinity), 'fa7f800000'], [new Float(4, -Infinity), 'faff800000'],
    [new Float(8, Infinity), 'fb7ff0000000000000'], [new Float(8, -Infinity), 'fbfff0000000000000'],
    [false, 'f4'], [true, 'f5'], [null, 'f6'],
    [new Uint8Array(0), '40'], [Uint8Array.of(1, 2, 3, 4), '4401020304'],
    ['', '60'], ['a', '6161'], ['IETF', '6449455446'], ['"\\', '62225c'], ['\u00fc', '62c3bc'], ['\u6c34', '63e6b0b4'], ['\ud800\udd51', '64f0908591'],
    [[], '80'], [[1, 2, 3], '83010203'], [[1, [2, 3], [4, 5]], '8301820203820405'],
    [upTo(25), '98190102030405060708090a0b0c0d0e0f101112131415161718181819'],
    [map(), 'a0'], [map([1, 2], [3, 4]), 'a201020304'], [map(['a', 1], ['b', [2, 3]]), 'a26161016162820203'],
    [['a', map(['b', 'c'])], '826161a161626163'],
    [map(['a', 'A'], ['b', 'B'], ['c', 'C'], ['d', 'D'], ['e', 'E']), 'a56161614161626142616361436164614461656145'],
    [new Indefinite([]), '9fff'], [new Indefinite([1, [2, 3], new Indefinite([4, 5])]), '9f018202039f0405ffff'],
    [new Indefinite([1, [2, 3], [4, 5]]), '9f01820203820405ff'], [[1, [2, 3], new Indefinite([4, 5])], '83018202039f0405ff'],
    [[1, new Indefinite([2, 3]), [4, 5]], '83019f0203ff820405'],
    [new Indefinite(upTo(25)), '9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff'],
    [new Indefinite(map(['a', 1], ['b', new Indefinite([2, 3])])), 'bf61610161629f0203ffff'],
    [['a', new Indefinite(map(['b', 'c']))], '826161bf61626163ff'],
    [new Indefinite(map(['Fun', true], ['Amt', -2])), 'bf6346756ef563416d7421ff'],
    // §3.4.4: 273.15 as a decimal fraction.
    [new Fixed(27315, 2), 'c48221196ab3'],
];

test('the examples of RFC 8949 Appendix A and §3.4.4 come out byte for byte', () => {
    for (const [item, expected] of examples) assert.is(hex(written(item)), expected);
});

test('an integer takes the shortest form on both sides of every width, and is exact up to 2^53', () => {
    const edges: Array<[number, string]> = [
        [-0, '00'], [255, '18ff'], [256, '190100'], [65535, '19ffff'], [65536, '1a00010000'],
        [2147483648, '1a80000000'], [4294967295, '1affffffff'], [4294967296, '1b0000000100000000'],
        [9007199254740991, '1b001fffffffffffff'], [9007199254740992, '1b0020000000000000'],
        [-24, '37'], [-25, '3818'], [-256, '38ff'], [-257, '390100'], [-65536, '39ffff'], [-65537, '3a00010000'],
        [-2147483648, '3a7fffffff'], [-4294967296, '3affffffff'], [-4294967297, '3b0000000100000000'],
        [-9007199254740992, '3b001fffffffffffff'],
        // A fraction is dropped.
        [23.9, '17'], [-0.5, '00'], [-1.5, '20'], [255.5, '18ff'], [4294967295.5, '1affffffff'],
    ];
    for (const [value, expected] of edges) assert.is(hex(written(value)), expected);
});

test('a number that has no exact integer is NaN', () => {
    for (const value of [NaN, Infinity, -Infinity, 9007199254740994, -1e300]) {
        assert.is(hex(written(value)), 'f97e00');
        assert.is(hex(written(new Fixed(value, 2))), 'f97e00');
    }
});

test('a rounded number is a decimal fraction of its digits', () => {
    const writer = new CborWriter(new Uint8Array(20));
    writer.decimal(-9.996, 2);
    assert.equal(decode(writer.bytes.slice(0, writer.end)), new Tagged(4, [-2, -1000]));
    writer.begin(0, 20);
    writer.decimal(2.5, 0);
    assert.is(decode(writer.bytes.slice(0, writer.end)), 3);
    writer.begin(0, 20);
    writer.decimal(NaN, 2);
    assert.is(hex(writer.bytes.slice(0, writer.end)), 'f97e00');
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 20, maxLength: 300 }));
const { item } = fc.letrec<{ item: Item }>((tie) => {
    const pairs = fc.uniqueArray(fc.tuple(fc.oneof(text, fc.integer()), tie('item')), { maxLength: 4, selector: ([key]) => key }).map((list) => new Map(list));
    const items = fc.array(tie('item'), { maxLength: 4 });
    return {
        item: fc.oneof(
            { depthSize: 'small', withCrossShrink: true },
            fc.constant(null), fc.boolean(), fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }), text,
            fc.uint8Array({ maxLength: 300 }),
            fc.double().map((value) => new Float(8, value)), fc.float().map((value) => new Float(4, value)),
            fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 11 })).map(([value, decimals]) => new Fixed(value, decimals)),
            items, pairs, items.map((list) => new Indefinite(list)), pairs.map((list) => new Indefinite(list)),
        ),
    };
});

/** What a decoder must find for an item. */
function expected(value: Item): Cbor {
    if (value instanceof Float) return value.value;
    if (value instanceof Fixed) return value.decimals ? new Tagged(4, [-value.decimals, value.value || 0]) : value.value || 0;
    if (value instanceof Indefinite) return expected(value.items);
    if (Array.isArray(value)) return value.map(expected);
    if (value instanceof Map) return new Map([...value].map(([key, next]) => [expected(key), expected(next)]));
    return typeof value === 'number' ? value || 0 : value;
}

test('a decoder made from the RFC reads back what was written, for any item', () => {
    fc.assert(fc.property(item, (value) => assert.equal(decode(written(value)), expected(value))), { numRuns: 2000 });
});

test('an item is refused exactly where it does not fit, stays refused, and no byte outside of start and limit changes', () => {
    const everything: Item = new Indefinite(map(
        ['a', [1, -500, 70000, 2 ** 40, true, null]], ['b', new Float(4, 1.5)], ['c', new Float(8, 1.1)], ['d', new Float(8, NaN)],
        ['e', new Fixed(-2134, 2)], ['f', 'a text'], ['g', Uint8Array.of(1, 2, 3)], ['h', map()], ['i', new Indefinite([])],
    ));
    const whole = written(everything);
    const start = 5;
    for (let room = 0; room <= whole.length + 1; room++) {
        const bytes = new Uint8Array(start + whole.length + 16).fill(GUARD);
        // A view inside of a larger buffer: floats must not land relative to the larger one.
        const outer = new Uint8Array(bytes.length + 20).fill(GUARD);
        for (const target of [bytes, outer.subarray(10, 10 + bytes.length)]) {
            const writer = new CborWriter(target);
            writer.begin(start, start + room);
            const fits = room >= whole.length;
            assert.is(write(writer, everything), fits ? start + whole.length : DOES_NOT_FIT);
            assert.is(writer.end, fits ? start + whole.length : DOES_NOT_FIT);
            assert.ok(target.subarray(0, start).every((byte) => byte === GUARD));
            assert.ok(target.subarray(start + room).every((byte) => byte === GUARD));
            if (fits) assert.equal(target.slice(start, writer.end), whole);
        }
        assert.ok(outer.subarray(0, 10).every((byte) => byte === GUARD));
        assert.ok(outer.subarray(10 + bytes.length).every((byte) => byte === GUARD));
    }
});

test('each item alone fits in as many bytes as it has, from the first of the buffer on', () => {
    for (const value of [0, -1000, null, true, 'text', Uint8Array.of(1, 2), new Float(4, 1.5), new Float(8, 1.1), new Fixed(2134, 2), [], map()]) {
        const whole = written(value);
        for (const room of [whole.length, whole.length - 1]) {
            assert.is(write(new CborWriter(new Uint8Array(room)), value), room === whole.length ? room : DOES_NOT_FIT);
        }
    }
    const { encoded } = new CborText(encoding, 'text');
    for (const room of [encoded.length, encoded.length - 1]) {
        const writer = new CborWriter(new Uint8Array(room));
        assert.is(writer.prepared(new CborText(encoding, 'text')), room === encoded.length ? room : DOES_NOT_FIT);
    }
});

test('an array has up to 2,147,483,647 items, and a map half as many pairs', () => {
    const writer = new CborWriter(new Uint8Array(16));
    writer.openArray(2147483647);
    writer.openMap(1073741823);
    assert.is(hex(writer.bytes.slice(0, writer.end)), '9a7fffffff' + 'ba3fffffff');
    for (const open of [() => writer.openArray(2147483648), () => writer.openMap(1073741824)]) assert.throws(open, /motemq: a count/);
});

test('after an overflow every call refuses, however small, until begin', () => {
    const writer = new CborWriter(new Uint8Array(4));
    writer.openArray(INDEFINITE);
    assert.is(writer.float32(1), DOES_NOT_FIT);
    const before = writer.bytes.slice();
    assert.is(writer.integer(1), DOES_NOT_FIT);
    assert.is(writer.fixed(1, 1), DOES_NOT_FIT);
    assert.is(writer.float64(1), DOES_NOT_FIT);
    assert.is(writer.boolean(true), DOES_NOT_FIT);
    assert.is(writer.nullValue(), DOES_NOT_FIT);
    assert.is(writer.text(new Uint8Array(0), 0, 0), DOES_NOT_FIT);
    assert.is(writer.prepared(new CborText(encoding, '')), DOES_NOT_FIT);
    assert.is(writer.openMap(0), DOES_NOT_FIT);
    assert.is(writer.close(), DOES_NOT_FIT);
    assert.is(writer.close(), DOES_NOT_FIT);
    assert.equal(writer.bytes, before);
    assert.throws(() => writer.close(), /close/, 'misuse is found although nothing fits');
    writer.begin(0, 4);
    assert.is(writer.integer(1000), 3);
});

test('what could not be CBOR throws and changes nothing', () => {
    const one = new Uint8Array(1);
    const item1 = /motemq: no item more than the count/;
    const close = /motemq: close/;
    const refused: Array<[(writer: CborWriter) => void, (writer: CborWriter) => void, RegExp]> = [
        [() => {}, (writer) => writer.close(), close],
        [(writer) => writer.integer(1), (writer) => writer.integer(2), item1],
        [(writer) => { writer.openArray(0); writer.close(); }, (writer) => writer.nullValue(), item1],
        [(writer) => writer.openArray(0), (writer) => writer.float32(2), item1],
        [(writer) => writer.openArray(2), (writer) => writer.close(), close],
        [(writer) => { writer.openArray(1); writer.integer(1); }, (writer) => writer.openArray(0), item1],
        [(writer) => { writer.openMap(1); writer.integer(1); }, (writer) => writer.close(), close],
        [(writer) => { writer.openMap(INDEFINITE); writer.integer(1); }, (writer) => writer.close(), close],
        [(writer) => { writer.openMap(INDEFINITE); for (const item of [1, 2, 3]) writer.integer(item); }, (writer) => writer.close(), close],
        [(writer) => writer.openArray(1), (writer) => writer.openMap(-2), /motemq: a count .*: -2/],
        [(writer) => writer.openArray(1), (writer) => writer.openArray(1.5), /motemq: a count .*: 1.5/],
        [(writer) => writer.openArray(1), (writer) => writer.openMap(2 ** 30), /motemq: a count .*: 1073741824/],
        [(writer) => writer.openArray(1), (writer) => writer.fixed(1, -1), /motemq: decimals .*: -1/],
        [(writer) => writer.openArray(1), (writer) => writer.text(one, 0, 2), /motemq: start and end .*: 0\.\.2/],
        [(writer) => writer.openArray(1), (writer) => writer.byteString(one, -1, 1), /motemq: start and end .*: -1\.\.1/],
    ];
    for (const [prepare, misuse, message] of refused) {
        const writer = new CborWriter(new Uint8Array(64));
        prepare(writer);
        const before = writer.bytes.slice();
        const end = writer.end;
        assert.throws(() => misuse(writer), message);
        assert.throws(() => misuse(writer), message, 'the second time it is refused for the same reason');
        assert.is(writer.end, end);
        assert.equal(writer.bytes, before);
    }
});

test('15 maps and arrays can be open, and 16 cannot', () => {
    const writer = new CborWriter(new Uint8Array(64));
    for (let level = 0; level < 15; level++) writer.openArray(level % 2 ? 1 : INDEFINITE);
    assert.throws(() => writer.openArray(1), /motemq: at most 15/);
    writer.integer(7);
    for (let level = 0; level < 15; level++) writer.close();
    let value = decode(writer.bytes.slice(0, writer.end));
    for (let level = 0; level < 15; level++) value = (value as Cbor[])[0];
    assert.is(value, 7);
});

test('a prepared text has its shortest head at every width', () => {
    for (const length of [0, 23, 24, 255, 256, 65535, 65536]) {
        const value = 'x'.repeat(length);
        assert.is(decode(new CborText(encoding, value).encoded), value);
    }
});

test.run();
