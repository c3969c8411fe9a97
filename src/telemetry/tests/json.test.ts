// JSON against JSON.parse as an independent oracle, at every buffer size, and every misuse.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { DOES_NOT_FIT, JsonText, JsonWriter, writeText } from '../index.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const GUARD = 0xa5;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const encoding = { utf8: (text: string): Uint8Array => encoder.encode(text) };

function write(writer: JsonWriter, value: Json): number {
    if (value === null) return writer.nullValue();
    if (typeof value === 'boolean') return writer.boolean(value);
    if (typeof value === 'number') return writer.integer(value);
    if (typeof value === 'string') {
        // With other bytes around it, which must not come along.
        const bytes = encoder.encode('<' + value + '>');
        return writer.text(bytes, 1, bytes.length - 1);
    }
    if (Array.isArray(value)) {
        writer.openArray();
        for (const item of value) write(writer, item);
    } else {
        writer.openObject();
        for (const name of Object.keys(value)) {
            writer.key(new JsonText(encoding, name));
            write(writer, value[name]);
        }
    }
    return writer.close();
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('"', '\\', '\u0000\u001f\b\f\n\r\t\u007f', 'é😀', ''));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant(null), fc.boolean(), fc.maxSafeInteger().map((value) => value || 0), text,
        fc.array(tie('json'), { maxLength: 5 }),
        fc.uniqueArray(fc.tuple(text, tie('json')), { maxLength: 5, selector: ([name]) => name })
            .map((members) => Object.fromEntries(members) as Json),
    ),
}));

/** One of everything, with bytes of which each has been thought about. */
const sample = '{"t":21.34,"é\\"":[true,false,null,-1,"a\\u000a\\\\\\"\\u001f"],"e":{},"f":[[],{}],"r":10.00,"p":"mote-7"}';
function writeSample(writer: JsonWriter): number {
    const line = encoder.encode('a\n\\"\u001f');
    writer.openObject();
    writer.key(new JsonText(encoding, 't'));
    writer.fixed(2134, 2);
    writer.key(new JsonText(encoding, 'é"'));
    writer.openArray();
    writer.boolean(true);
    writer.boolean(false);
    writer.nullValue();
    writer.integer(-1);
    writer.text(line, 0, line.length);
    writer.close();
    writer.key(new JsonText(encoding, 'e'));
    writer.openObject();
    writer.close();
    writer.key(new JsonText(encoding, 'f'));
    writer.openArray();
    writer.openArray();
    writer.close();
    writer.openObject();
    writer.close();
    writer.close();
    writer.key(new JsonText(encoding, 'r'));
    writer.decimal(9.996, 2);
    writer.key(new JsonText(encoding, 'p'));
    writer.prepared(new JsonText(encoding, 'mote-7'));
    return writer.close();
}

test('every kind of value stands in the buffer as RFC 8259 has it', () => {
    const writer = new JsonWriter(new Uint8Array(200));
    const end = writeSample(writer);
    assert.is(end, writer.end);
    assert.is(decoder.decode(writer.bytes.subarray(0, end)), sample);
});

test('JSON.parse reads back what was written, for any value', () => {
    const writer = new JsonWriter(new Uint8Array(100000));
    fc.assert(fc.property(json, fc.integer({ min: 0, max: 9 }), (value, start) => {
        writer.begin(start, writer.bytes.length);
        const end = write(writer, value);
        assert.is(end, writer.end);
        assert.equal(JSON.parse(decoder.decode(writer.bytes.subarray(start, end))), value);
    }), { numRuns: 2000 });
});

test('every ASCII character of a text survives, escaped only where RFC 8259 §7 asks for it', () => {
    const bytes = new Uint8Array(16);
    for (let code = 0; code < 128; code++) {
        const end = writeText(bytes, 0, 16, Uint8Array.of(code), 0, 1);
        const character = String.fromCharCode(code);
        assert.is(JSON.parse(decoder.decode(bytes.subarray(0, end))), character);
        assert.is(end, code < 32 ? 8 : character === '"' || character === '\\' ? 4 : 3);
    }
});

test('a value that JSON has no number for is null', () => {
    const writer = new JsonWriter(new Uint8Array(100));
    writer.openArray();
    writer.integer(NaN);
    writer.decimal(-Infinity, 2);
    writer.fixed(1e300, 1);
    writer.close();
    assert.is(decoder.decode(writer.bytes.subarray(0, writer.end)), '[null,null,null]');
});

test('a JSON text is refused exactly where it does not fit, stays refused, and no byte outside of start and limit changes', () => {
    const size = encoder.encode(sample).length;
    const start = 5;
    for (let room = 0; room <= size + 1; room++) {
        const bytes = new Uint8Array(start + size + 8).fill(GUARD);
        const writer = new JsonWriter(bytes);
        writer.begin(start, start + room);
        const fits = room >= size;
        assert.is(writeSample(writer), fits ? start + size : DOES_NOT_FIT);
        assert.is(writer.end, fits ? start + size : DOES_NOT_FIT);
        assert.ok(bytes.subarray(0, start).every((byte) => byte === GUARD));
        assert.ok(bytes.subarray(start + room).every((byte) => byte === GUARD));
        if (fits) assert.is(decoder.decode(bytes.subarray(start, writer.end)), sample);
    }
});

test('a prepared text alone fits in as many bytes as it has, from the first of the buffer on', () => {
    const text = new JsonText(encoding, 'text');
    assert.is(new JsonWriter(new Uint8Array(6)).prepared(text), 6);
    assert.is(new JsonWriter(new Uint8Array(5)).prepared(text), DOES_NOT_FIT);
});

test('after an overflow every call refuses, however small, until begin', () => {
    const name = new JsonText(encoding, 'n');
    const writer = new JsonWriter(new Uint8Array(4));
    writer.openObject();
    assert.is(writer.key(new JsonText(encoding, 'long')), DOES_NOT_FIT);
    const before = writer.bytes.slice();
    assert.is(writer.integer(1), DOES_NOT_FIT);
    assert.is(writer.key(name), DOES_NOT_FIT);
    assert.is(writer.openArray(), DOES_NOT_FIT);
    assert.is(writer.boolean(true), DOES_NOT_FIT);
    assert.is(writer.nullValue(), DOES_NOT_FIT);
    assert.is(writer.decimal(0.1, 1), DOES_NOT_FIT);
    assert.is(writer.text(new Uint8Array(0), 0, 0), DOES_NOT_FIT);
    assert.is(writer.prepared(name), DOES_NOT_FIT);
    assert.is(writer.close(), DOES_NOT_FIT);
    assert.is(writer.close(), DOES_NOT_FIT);
    assert.equal(writer.bytes, before);
    assert.throws(() => writer.close(), /close/, 'misuse is found although nothing fits');
    writer.begin(0, 4);
    assert.is(writer.integer(1234), 4);
});

test('what could not be JSON throws and changes nothing', () => {
    const name = new JsonText(encoding, 'n');
    const one = new Uint8Array(1);
    const bytes = new Uint8Array(64);
    const key = /motemq: in an object each value has its key, .*: \d+/;
    const refused: Array<[(writer: JsonWriter) => void, (writer: JsonWriter) => void, RegExp, string]> = [
        [() => {}, (writer) => writer.close(), /motemq: close .*: 0/, '1'],
        [() => {}, (writer) => writer.key(name), key, '1'],
        [(writer) => writer.openArray(), (writer) => writer.key(name), key, '[1'],
        [(writer) => writer.openObject(), (writer) => writer.integer(1), key, '{"n":1'],
        [(writer) => writer.openObject(), (writer) => writer.openArray(), key, '{"n":1'],
        [(writer) => { writer.openObject(); writer.key(name); }, (writer) => writer.key(name), key, '{"n":1'],
        [(writer) => { writer.openObject(); writer.key(name); }, (writer) => writer.close(), /motemq: close/, '{"n":1'],
        [(writer) => { writer.openArray(); writer.integer(2); }, (writer) => writer.fixed(1, 12), /motemq: decimals .*: 12/, '[2,1'],
        [(writer) => { writer.openArray(); writer.integer(2); }, (writer) => writer.text(one, 0, 2), /motemq: start and end .*: 0\.\.2/, '[2,1'],
        [(writer) => { writer.openArray(); writer.integer(2); }, (writer) => writer.text(one, 1, 0), /motemq: start and end .*: 1\.\.0/, '[2,1'],
    ];
    for (const [prepare, misuse, message, after] of refused) {
        const writer = new JsonWriter(bytes);
        prepare(writer);
        const end = writer.end;
        assert.throws(() => misuse(writer), message);
        assert.is(writer.end, end);
        if (after.startsWith('{') && !bytes.subarray(0, end).includes(0x6e)) writer.key(name);
        writer.integer(1);
        assert.is(decoder.decode(bytes.subarray(0, writer.end)), after);
    }
});

test('one JSON text has one value at its top', () => {
    const writer = new JsonWriter(new Uint8Array(64));
    writer.integer(1);
    assert.throws(() => writer.integer(2), /one value stands at the top/);
    writer.begin(0, 64);
    writer.openArray();
    writer.close();
    assert.throws(() => writer.openArray(), /one value stands at the top/);
    assert.throws(() => writer.close(), /close/);
});

test('30 levels of objects and arrays in any order can be open, and 31 cannot', () => {
    const name = new JsonText(encoding, '');
    fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (arrays) => {
        const writer = new JsonWriter(new Uint8Array(300));
        for (const [level, isArray] of arrays.entries()) {
            if (level > 0 && !arrays[level - 1]) writer.key(name);
            if (isArray) writer.openArray();
            else writer.openObject();
        }
        if (!arrays[29]) writer.key(name);
        assert.throws(() => writer.openArray(), /motemq: at most 30/);
        writer.nullValue();
        for (let level = 0; level < 30; level++) writer.close();
        let value = JSON.parse(decoder.decode(writer.bytes.subarray(0, writer.end)));
        for (const isArray of arrays) {
            assert.is(Array.isArray(value), isArray);
            value = isArray ? value[0] : value[''];
        }
        assert.is(value, null);
    }), { examples: [[Array(30).fill(false)], [Array(30).fill(true)]] });
});

test('a part of the buffer that it does not have is refused', () => {
    const writer = new JsonWriter(new Uint8Array(8));
    for (const [start, limit] of [[-1, 8], [0, 9], [5, 4], [0.5, 8], [0, NaN]]) {
        assert.throws(() => writer.begin(start, limit), /motemq: start and end are a range/);
    }
    writer.begin(8, 8);
    assert.is(writer.integer(1), DOES_NOT_FIT);
});

test.run();
