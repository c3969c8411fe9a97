// Digits against BigInt and toFixed as independent oracles, refusals at every buffer size.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { DOES_NOT_FIT, toFixedPoint, writeBoolean, writeDecimal, writeFixed, writeInteger } from '../index.ts';

const GUARD = 0xa5;
const START = 3;
const utf8 = new TextDecoder();

/** What `write` leaves in a buffer with more than enough room. */
function written(write: (bytes: Uint8Array, offset: number, limit: number) => number): string {
    const bytes = new Uint8Array(64).fill(GUARD);
    const end = write(bytes, START, 60);
    assert.ok(bytes.subarray(0, START).every((byte) => byte === GUARD), 'bytes before the offset are touched');
    assert.ok(bytes.subarray(end).every((byte) => byte === GUARD), 'bytes after the end are touched');
    return utf8.decode(bytes.subarray(START, end));
}

const integer = (value: number): string => written((bytes, offset, limit) => writeInteger(bytes, offset, limit, value));
const fixed = (value: number, decimals: number): string => written((bytes, offset, limit) => writeFixed(bytes, offset, limit, value, decimals));
const decimal = (value: number, decimals: number): string => written((bytes, offset, limit) => writeDecimal(bytes, offset, limit, value, decimals));

const anyInteger = fc.oneof(
    fc.integer({ min: -20, max: 20 }), fc.integer(), fc.maxSafeInteger(),
    fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -1, max: 1 }), fc.boolean())
        .map(([exponent, step, negative]) => (negative ? -1 : 1) * (10 ** exponent + step)),
);

test('integers that computers stumble over have the right digits', () => {
    assert.is(integer(0), '0');
    assert.is(integer(-0), '0');
    assert.is(integer(-1), '-1');
    assert.is(integer(2147483647), '2147483647');
    assert.is(integer(2147483648), '2147483648');
    assert.is(integer(-2147483648), '-2147483648');
    assert.is(integer(4294967295), '4294967295');
    assert.is(integer(4294967296), '4294967296');
    assert.is(integer(9007199254740991), '9007199254740991');
    assert.is(integer(9007199254740992), '9007199254740992');
    assert.is(integer(-9007199254740992), '-9007199254740992');
});

test('an integer has the digits that BigInt has', () => {
    fc.assert(fc.property(anyInteger, (value) => assert.is(integer(value), BigInt(value).toString())), { numRuns: 2000 });
});

test('a fixed-point number has its point where it belongs', () => {
    assert.is(fixed(2134, 2), '21.34');
    assert.is(fixed(-5, 3), '-0.005');
    assert.is(fixed(0, 2), '0.00');
    assert.is(fixed(-0, 1), '0.0');
    assert.is(fixed(100, 2), '1.00');
    assert.is(fixed(9007199254740992, 11), '90071.99254740992');
    fc.assert(fc.property(anyInteger, fc.integer({ min: 1, max: 11 }), (value, decimals) => {
        const digits = BigInt(Math.abs(value)).toString().padStart(decimals + 1, '0');
        const sign = value < 0 ? '-' : '';
        assert.is(fixed(value, decimals), sign + digits.slice(0, -decimals) + '.' + digits.slice(-decimals));
    }), { numRuns: 2000 });
});

test('a fraction where an integer belongs is dropped', () => {
    assert.is(integer(21.9), '21');
    assert.is(integer(-21.9), '-21');
    assert.is(integer(-0.9), '0');
    assert.is(integer(0.99), '0');
    assert.is(integer(4294967296.5), '4294967296');
    assert.is(fixed(99.9, 2), '0.99');
    const double = fc.double({ min: -9007199254740992, max: 9007199254740992, noNaN: true });
    fc.assert(fc.property(double, (value) => assert.is(integer(value), BigInt(Math.trunc(value)).toString())));
});

test('what is not a number, or too large to be exact, is null', () => {
    for (const value of [NaN, Infinity, -Infinity, 9007199254740994, -9007199254740994, 1e21, 1e300]) {
        assert.is(integer(value), 'null');
        assert.is(fixed(value, 3), 'null');
        assert.is(decimal(value, 3), 'null');
    }
    assert.is(decimal(1e14, 2), 'null');
});

test('zero has no sign, from whichever side it was rounded', () => {
    for (const value of [0, -0, 0.004, -0.004]) assert.ok(Object.is(toFixedPoint(value, 2), 0));
});

test('a number is rounded to its decimals with every carry, and a tie that only seems one is none', () => {
    assert.is(decimal(9.996, 2), '10.00');
    assert.is(decimal(99.9999, 3), '100.000');
    assert.is(decimal(-9.996, 2), '-10.00');
    assert.is(decimal(0.5, 0), '1');
    assert.is(decimal(-0.5, 0), '-1');
    assert.is(decimal(2.5, 0), '3');
    assert.is(decimal(-0.004, 2), '0.00');
    // Stored below and above what is written here; multiplied naively all four are exact ties.
    assert.is(decimal(9.995, 2), (9.995).toFixed(2));
    assert.is(decimal(1.45, 1), (1.45).toFixed(1));
    assert.is(decimal(8.345, 2), (8.345).toFixed(2));
    assert.is(decimal(1.005, 2), (1.005).toFixed(2));
});

test('rounding agrees with toFixed for every double of telemetry and for all half-way cases', () => {
    const decimals = fc.integer({ min: 0, max: 11 });
    const check = (value: number, count: number): void => {
        const expected = value.toFixed(count);
        // Below 2^53 after scaling. toFixed keeps the sign of a zero, JSON needs none.
        if (Math.abs(value) * 10 ** count < 2 ** 53) assert.is(decimal(value, count), Number(expected) === 0 ? expected.replace('-', '') : expected);
    };
    fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), decimals, check), { numRuns: 5000 });
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), decimals, check), { numRuns: 5000 });
    // x.xxx5 as a literal, and its neighbours among the doubles.
    const half = fc.tuple(fc.integer({ min: -1000000, max: 1000000 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: -2, max: 2 }));
    fc.assert(fc.property(half, ([digits, count, step]) => {
        const literal = Number(`${digits}5e-${count + 1}`);
        const bits = new BigInt64Array(new Float64Array([literal]).buffer);
        if (literal !== 0) bits[0] += BigInt(step);
        check(new Float64Array(bits.buffer)[0], count);
    }), { numRuns: 20000 });
});

test('toFixedPoint gives the integer that fixed-point writers take', () => {
    assert.is(toFixedPoint(21.34, 2), 2134);
    assert.is(toFixedPoint(-21.345678, 3), -21346);
    assert.is(toFixedPoint(7, 0), 7);
    assert.ok(Number.isNaN(toFixedPoint(NaN, 2)));
    assert.is(toFixedPoint(-Infinity, 2), -Infinity);
});

test('a number of decimals that is no integer from 0 to 11 throws', () => {
    const bytes = new Uint8Array(32);
    for (const decimals of [-1, 12, 1.5, NaN, Infinity]) {
        assert.throws(() => writeFixed(bytes, 0, 32, 1, decimals), new RegExp(`motemq: decimals .*: ${decimals}`));
        assert.throws(() => toFixedPoint(1, decimals), new RegExp(`motemq: decimals .*: ${decimals}`));
    }
});

test('a number or boolean is refused exactly where it does not fit, and no byte at or after the limit changes', () => {
    const writers: Array<[string, (bytes: Uint8Array, offset: number, limit: number) => number]> = [
        ['-2147483648', (bytes, offset, limit) => writeInteger(bytes, offset, limit, -2147483648)],
        ['0', (bytes, offset, limit) => writeInteger(bytes, offset, limit, 0)],
        ['-0.005', (bytes, offset, limit) => writeFixed(bytes, offset, limit, -5, 3)],
        ['10.00', (bytes, offset, limit) => writeDecimal(bytes, offset, limit, 9.996, 2)],
        ['null', (bytes, offset, limit) => writeInteger(bytes, offset, limit, NaN)],
        ['true', (bytes, offset, limit) => writeBoolean(bytes, offset, limit, true)],
        ['false', (bytes, offset, limit) => writeBoolean(bytes, offset, limit, false)],
    ];
    for (const [text, write] of writers) {
        assert.is(written(write), text);
        for (let limit = START; limit < START + text.length + 3; limit++) {
            const bytes = new Uint8Array(64).fill(GUARD);
            const end = write(bytes, START, limit);
            assert.is(end, limit < START + text.length ? DOES_NOT_FIT : START + text.length);
            assert.ok(bytes.subarray(0, START).every((byte) => byte === GUARD));
            assert.ok(bytes.subarray(limit).every((byte) => byte === GUARD));
        }
        const untouched = new Uint8Array(64).fill(GUARD);
        assert.is(write(untouched, DOES_NOT_FIT, 64), DOES_NOT_FIT, 'a refusal is passed on');
        assert.ok(untouched.every((byte) => byte === GUARD));
    }
});

test.run();
