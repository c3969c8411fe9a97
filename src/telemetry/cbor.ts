// CBOR (RFC 8949) written straight into a caller's buffer. Knows bytes.ts and numbers.ts.
import { DOES_NOT_FIT } from '../codec/packets.ts';
import type { TextEncoding } from '../codec/text.ts';
import { misuse } from '../misuse.ts';
import { checkRange, writeAll } from './bytes.ts';
import { LARGEST, checkDecimals, toFixedPoint } from './numbers.ts';

/** The `count` of a map or array whose size is not known when it is opened (RFC 8949 §3.2.2). */
export const INDEFINITE = -1;

/** Major types (RFC 8949 §3.1) in their place, the upper three bits of an item's first byte. */
const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTE_STRING = 0x40;
const TEXT_STRING = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;
/** Simple values, floats and the break (RFC 8949 §3.3). */
const SIMPLE = 0xe0;

const FALSE = 20;
const TRUE = 21;
const NULL = 22;
/** As the two-byte argument of SIMPLE: NaN in half precision, the one form that RFC 8949 §4.2.2 prefers for it. */
const NAN = 0x7e00;
const FLOAT_32 = 0xfa;
const FLOAT_64 = 0xfb;
const DECIMAL_FRACTION = 4;

/**
 * The deepest nesting, and how what is due in a level of indefinite length is marked; a count is what is left of a definite one. ANY is
 * INDEFINITE items, KEY_OR_END twice as many: as with counts.
 */
const LEVELS = 16;
const ANY = -1;
const KEY_OR_END = -2;
const VALUE = -3;

/**
 * Writes the head of an item (RFC 8949 §3): its major type and its argument in the shortest form. `value` is that argument,
 * 0 to 2^53, or INDEFINITE; with NEGATIVE it is the integer itself, -1 to -2^53. Returns the end, or DOES_NOT_FIT.
 */
function writeHead(bytes: Uint8Array, offset: number, limit: number, majorType: number, value: number): number {
    const argument = majorType === NEGATIVE ? -1 - value : +value;
    const size = argument < 24 ? 0 : argument < 256 ? 1 : argument < 65536 ? 2 : argument < 4294967296 ? 4 : 8;
    const end = offset + 1 + size;
    if (offset < 0 || end > limit) return DOES_NOT_FIT;
    // 24 to 27 tell 1, 2, 4 or 8 bytes, 31 is indefinite.
    bytes[offset] = majorType | (size === 0 ? argument & 31 : size === 8 ? 27 : 24 + (size >> 1));
    let rest = argument;
    for (let at = end - 1; at > offset; at--) {
        // The shifts below work on the lower 32 bits.
        if (size === 8 && at === offset + 4) rest = Math.floor(argument / 4294967296);
        bytes[at] = rest & 255;
        rest >>>= 8;
    }
    return end;
}

/** Writes a string of the given major type. */
function writeString(
    bytes: Uint8Array, offset: number, limit: number, majorType: number, source: Uint8Array, start: number, end: number,
): number {
    checkRange(source, start, end);
    let at = writeHead(bytes, offset, limit, majorType, end - start);
    if (at < 0 || at + end - start > limit) return DOES_NOT_FIT;
    for (let index = start; index < end; index++) bytes[at++] = source[index];
    return at;
}

/** A text that is written often, above all a map's key: encoded once, then copied in one piece. Make it at set-up and keep it. */
export class CborText {
    /** The text string with its head. */
    readonly encoded: Uint8Array;

    constructor(encoding: TextEncoding, text: string) {
        const utf8 = encoding.utf8(text);
        const longest = utf8.length + 5;
        const buffer = new Uint8Array(longest);
        this.encoded = new Uint8Array(buffer.subarray(0, writeString(buffer, 0, longest, TEXT_STRING, utf8, 0, utf8.length)));
    }
}

/**
 * Writes one CBOR item, of any depth, into a part of the caller's buffer. Make it once and keep it: writing allocates nothing.
 *
 * Every method that writes returns the end of what is written so far, which `end` also tells, or DOES_NOT_FIT. After that all
 * of them return DOES_NOT_FIT until the next `begin`, so that it is enough to look at the last one. Nothing at or after the
 * limit is ever touched; what lies before it is then not usable.
 *
 * What could not be CBOR throws, whether it fits or not, and changes nothing: an item more than the count that was given, a
 * `close` before there are as many or without a key's value, a second item at the top, a map or array inside of 15 others.
 * Keys are items like others: that each is unique in its map is the caller's care.
 */
export class CborWriter {
    /** The caller's buffer. */
    readonly bytes: Uint8Array;
    /** Where the next byte will be written, or DOES_NOT_FIT. */
    end!: number;
    private limit!: number;
    private view: DataView;
    /** What each level expects: how many items, or ANY, KEY_OR_END, VALUE. Level 0 expects the one item at the top. */
    private due: Int32Array;
    private level!: number;

    /** Ready to write, as after `begin(0, bytes.length)`. */
    constructor(bytes: Uint8Array) {
        this.bytes = bytes;
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.due = new Int32Array(LEVELS);
        this.begin(0, bytes.length);
    }

    /** Starts anew, at bytes[start..limit). A range outside of the buffer throws. */
    begin(start: number, limit: number): void {
        checkRange(this.bytes, start, limit);
        this.end = start;
        this.limit = limit;
        this.due[0] = 1;
        this.level = 0;
    }

    /** A map of `pairs` keys and values (RFC 8949 §3.1, major type 5), or INDEFINITE. Then for each `key` and a value, then `close`. */
    openMap(pairs: number): number {
        return this.open(MAP, pairs, pairs * 2);
    }

    /** An array of `items` (RFC 8949 §3.1, major type 4), or INDEFINITE. Then the items, then `close`. */
    openArray(items: number): number {
        return this.open(ARRAY, items, items);
    }

    /** Ends the innermost map or array that is open; takes a byte only where the length is indefinite. */
    close(): number {
        const due = this.due[this.level];
        if (this.level === 0 || due > 0 || due === VALUE) {
            misuse(MOTEMQ_TEXTS ? 'close ends a map or array that is complete, items missing' : 'close', due);
        }
        this.level--;
        if (due < 0) this.end = writeHead(this.bytes, this.end, this.limit, SIMPLE, INDEFINITE);
        return this.end;
    }

    /** The key of a map's next pair: a text, as in JSON. Other items can be keys too. */
    key(name: CborText): number {
        return this.prepared(name);
    }

    /** An integer from -2^53 to 2^53 in its shortest form (RFC 8949 §3.1, major types 0 and 1); else as `fixed` says. */
    integer(value: number): number {
        return this.fixed(value, 0);
    }

    /**
     * `value` / 10^`decimals`, exactly: a decimal fraction (RFC 8949 §3.4.4), tag 4 around [-decimals, value], and with no decimals
     * an integer. 2134 with 2 takes 6 bytes, where a float64 takes 9. A fraction of `value` itself is dropped. NaN, infinities and
     * whatever lies outside of -2^53..2^53 are written as a half-precision NaN. `decimals`: 0 to 11, anything else throws.
     */
    fixed(value: number, decimals: number): number {
        checkDecimals(decimals);
        if (!(value >= -LARGEST && value <= LARGEST)) return this.simple(NAN);
        const bytes = this.bytes;
        const limit = this.limit;
        let at = this.next();
        if (decimals) {
            at = writeHead(bytes, at, limit, TAG, DECIMAL_FRACTION);
            at = writeHead(bytes, at, limit, ARRAY, 2);
            at = writeHead(bytes, at, limit, NEGATIVE, -decimals);
        }
        return this.wrote(writeHead(bytes, at, limit, value <= -1 ? NEGATIVE : UNSIGNED, value));
    }

    /** `value` rounded to `decimals` digits after the point, `decimals` 0 to 11, as a decimal fraction: see `toFixedPoint` and `fixed`. */
    decimal(value: number, decimals: number): number {
        return this.fixed(toFixedPoint(value, decimals), decimals);
    }

    /** `value` rounded to single precision (RFC 8949 §3.3), 5 bytes; NaN takes 3. */
    float32(value: number): number {
        return this.float(FLOAT_32, 4, value);
    }

    /** `value` in double precision (RFC 8949 §3.3), 9 bytes; NaN takes 3. */
    float64(value: number): number {
        return this.float(FLOAT_64, 8, value);
    }

    /** `true` or `false` (RFC 8949 §3.3). */
    boolean(value: boolean): number {
        return this.simple(value ? TRUE : FALSE);
    }

    /** `null` (RFC 8949 §3.3). */
    nullValue(): number {
        return this.simple(NULL);
    }

    /** The UTF-8 text[start..end) as a text string (RFC 8949 §3.1, major type 3). A range outside of `text` throws. */
    text(text: Uint8Array, start: number, end: number): number {
        return this.wrote(writeString(this.bytes, this.next(), this.limit, TEXT_STRING, text, start, end));
    }

    /** data[start..end) as a byte string (RFC 8949 §3.1, major type 2). A range outside of `data` throws. */
    byteString(data: Uint8Array, start: number, end: number): number {
        return this.wrote(writeString(this.bytes, this.next(), this.limit, BYTE_STRING, data, start, end));
    }

    /** A text that was encoded at set-up, as an item. */
    prepared(text: CborText): number {
        return this.wrote(writeAll(this.bytes, this.next(), this.limit, text.encoded));
    }

    private open(majorType: number, count: number, due: number): number {
        const level = this.level + 1;
        if (level >= LEVELS) misuse(MOTEMQ_TEXTS ? 'at most 15 maps and arrays are open at once' : 'depth', level);
        if (count !== INDEFINITE && (count >>> 0 !== count || due > 2147483647)) {
            misuse(MOTEMQ_TEXTS ? 'a count is an integer from 0 up, or INDEFINITE' : 'count', count);
        }
        this.wrote(writeHead(this.bytes, this.next(), this.limit, majorType, count));
        this.level = level;
        this.due[level] = due;
        return this.end;
    }

    private simple(value: number): number {
        return this.wrote(writeHead(this.bytes, this.next(), this.limit, SIMPLE, value));
    }

    private float(first: number, size: number, value: number): number {
        // Engines differ in the bits of a NaN.
        if (value !== value) return this.simple(NAN);
        const at = this.next();
        const end = at + 1 + size;
        if (at < 0 || end > this.limit) return this.wrote(DOES_NOT_FIT);
        this.bytes[at] = first;
        if (size === 4) this.view.setFloat32(at + 1, value, false);
        else this.view.setFloat64(at + 1, value, false);
        return this.wrote(end);
    }

    /** Where the next item goes. Only `wrote` counts it, so that an exception changes nothing. */
    private next(): number {
        if (this.due[this.level] === 0) misuse(MOTEMQ_TEXTS ? 'no item more than the count that was given, and one at the top' : 'item', this.end);
        return this.end;
    }

    /** Counts the item that ends here. */
    private wrote(end: number): number {
        const due = this.due[this.level];
        if (due !== ANY) this.due[this.level] = due > 0 ? due - 1 : KEY_OR_END + VALUE - due;
        this.end = end;
        return end;
    }
}
