// Numbers as decimal digits, for JSON (RFC 8259 §6) and for payloads that are a bare number. Knows only bytes; see bytes.ts for the rule.
import { DOES_NOT_FIT } from '../codec/packets.ts';
import { misuse } from '../misuse.ts';
import { writeCharacters } from './bytes.ts';
import { MINUS, NULL, POINT, ZERO } from './characters.ts';

/** Up to 2^53 every integer is exact, here and at the receiver (RFC 8259 §6 recommends to stay below). */
export const LARGEST = 9007199254740992;

/** Throws unless `decimals` is an integer from 0 to 11: powers of ten up to 10^11 have 26 significant bits, see `toFixedPoint`. */
export function checkDecimals(decimals: number): void {
    if (decimals >>> 0 !== decimals || decimals > 11) {
        misuse(MOTEMQ_TEXTS ? 'decimals are an integer from 0 to 11' : 'decimals', decimals);
    }
}

/**
 * `value` x 10^`decimals`, rounded to the nearest integer, a tie away from zero: what `writeFixed` takes. Exact for every value,
 * as `toFixed` is: 9.995 is stored as 9.99499..., which makes 999, and 9.996 makes 1000. `decimals`: 0 to 11, anything else throws.
 * A result above 2^53 may be off by its last digit; NaN and infinities stay what they are.
 */
export function toFixedPoint(value: number, decimals: number): number {
    checkDecimals(decimals);
    let power = 1;
    for (let count = decimals; count > 0; count--) power *= 10;
    // The plus tells V8 that this is a number, which it then keeps off its heap.
    const magnitude = value < 0 ? -value : +value;
    const scaled = magnitude * power;
    const whole = Math.floor(scaled);
    // `scaled` is rounded and may look like a tie that it is not. Half of the value's bits times `power` is exact, and so is
    // each difference here (Dekker 1971): `error` is what the rounding took away.
    const shifted = magnitude * 134217729;
    const upper = shifted - (shifted - magnitude);
    const error = upper * power - scaled + (magnitude - upper) * power;
    const rounded = scaled - whole - 0.5 + error < 0 ? whole : whole + 1;
    // From 0, and also if it is -0, because a negative zero would stand on V8's heap.
    return value <= 0 ? 0 - rounded : rounded;
}

/**
 * Writes `value` / 10^`decimals` with exactly that many decimals: 2134 with 2 is `21.34`, -5 with 3 is `-0.005`, 7 with 0 is `7`.
 * A fraction of `value` itself is dropped; zero has no sign. NaN, infinities and whatever lies outside of -2^53..2^53, which JSON
 * cannot carry exactly, are written as `null`. `decimals`: 0 to 11, anything else throws.
 * Returns the end, or DOES_NOT_FIT.
 */
export function writeFixed(bytes: Uint8Array, offset: number, limit: number, value: number, decimals: number): number {
    checkDecimals(decimals);
    let rest = value < 0 ? -value : +value;
    // So written, the comparison is false for NaN too.
    if (!(rest <= LARGEST)) return writeCharacters(bytes, offset, limit, NULL);
    let digits = 1;
    for (let bound = 10; rest >= bound; bound *= 10) digits++;
    if (digits <= decimals) digits = decimals + 1;
    const first = value <= -1 ? offset + 1 : offset;
    const end = first + digits + (decimals ? 1 : 0);
    if (offset < 0 || end > limit) return DOES_NOT_FIT;
    // Without a sign the first digit overwrites it.
    bytes[offset] = MINUS;
    const point = decimals ? end - decimals : 0;
    for (let at = end; at > first; ) {
        if (at === point) bytes[--at] = POINT;
        // Integer arithmetic as soon as the number allows it: doubles are software on these chips.
        const quotient = rest > 2147483647 ? Math.floor(rest / 10) : (rest / 10) | 0;
        bytes[--at] = ZERO + (rest - quotient * 10);
        rest = quotient;
    }
    return end;
}

/** Writes an integer: `writeFixed` without decimals. */
export function writeInteger(bytes: Uint8Array, offset: number, limit: number, value: number): number {
    return writeFixed(bytes, offset, limit, value, 0);
}

/** Writes `value` rounded to `decimals` digits after the point: `writeFixed` of `toFixedPoint`. */
export function writeDecimal(bytes: Uint8Array, offset: number, limit: number, value: number, decimals: number): number {
    return writeFixed(bytes, offset, limit, toFixedPoint(value, decimals), decimals);
}
