// JSON (RFC 8259) written straight into a caller's buffer. Knows bytes.ts and numbers.ts; keeps its state in three numbers.
import type { TextEncoding } from '../codec/text.ts';
import { misuse } from '../misuse.ts';
import { checkRange, writeAll, writeBoolean, writeCharacters } from './bytes.ts';
import { BACKSLASH, COLON, COMMA, ESCAPE, NULL, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './characters.ts';
import { toFixedPoint, writeFixed } from './numbers.ts';

/**
 * Writes the UTF-8 text[start..end) as a JSON string (RFC 8259 §7): in quotes, quote and backslash behind a backslash, control
 * characters as \u00XX. Other bytes are copied as they are. Returns the end, or DOES_NOT_FIT. A range outside of `text` throws.
 */
export function writeText(
    bytes: Uint8Array, offset: number, limit: number, text: Uint8Array, start: number, end: number,
): number {
    checkRange(text, start, end);
    let at = writeCharacters(bytes, offset, limit, QUOTE);
    for (let index = start; index < end; index++) {
        let characters = text[index];
        if (characters < 32) {
            at = writeCharacters(bytes, at, limit, ESCAPE);
            // Two hexadecimal digits, the first of them 0 or 1.
            const digit = characters & 15;
            characters = (0x30 + (characters >> 4)) | ((digit + (digit < 10 ? 0x30 : 0x57)) << 8);
        } else if (characters === QUOTE || characters === BACKSLASH) {
            characters = (characters << 8) | BACKSLASH;
        }
        at = writeCharacters(bytes, at, limit, characters);
    }
    return writeCharacters(bytes, at, limit, QUOTE);
}

/** A text that is written often, above all a member's name: encoded and escaped once, then copied in one piece. Make it at set-up and keep it. */
export class JsonText {
    /** As it stands in JSON, with its quotes. */
    readonly encoded: Uint8Array;

    constructor(encoding: TextEncoding, text: string) {
        const utf8 = encoding.utf8(text);
        const longest = utf8.length * 6 + 2;
        const buffer = new Uint8Array(longest);
        this.encoded = new Uint8Array(buffer.subarray(0, writeText(buffer, 0, longest, utf8, 0, utf8.length)));
    }
}

/**
 * Writes one JSON text into a part of the caller's buffer. Make it once and keep it: writing allocates nothing.
 *
 * Every method that writes returns the end of what is written so far, which `end` also tells, or DOES_NOT_FIT. After that all
 * of them return DOES_NOT_FIT until the next `begin`, so that it is enough to look at the last one. Nothing at or after the
 * limit is ever touched; what lies before it is then not usable.
 *
 * What could not be JSON throws, whether it fits or not, and changes nothing: a value in an object without its key, a key
 * elsewhere or without its value, a second value at the top, a `close` too many, an object or array inside of 30 others.
 */
export class JsonWriter {
    /** The caller's buffer. */
    readonly bytes: Uint8Array;
    /** Where the next byte will be written, or DOES_NOT_FIT. */
    end!: number;
    private limit!: number;
    /** What is open: below a leading 1 a bit for each level, the innermost lowest, 1 for an array. Just 1: nothing. */
    private levels!: number;
    /** The character due before the next key or value; COLON also says that a key waits for its value. */
    private due!: number;

    /** Ready to write, as after `begin(0, bytes.length)`. */
    constructor(bytes: Uint8Array) {
        this.bytes = bytes;
        this.begin(0, bytes.length);
    }

    /** Starts anew, at bytes[start..limit). A range outside of the buffer throws. */
    begin(start: number, limit: number): void {
        checkRange(this.bytes, start, limit);
        this.end = start;
        this.limit = limit;
        this.levels = 1;
        this.due = 0;
    }

    /** `{` (RFC 8259 §4). Then for each member `key` and a value, then `close`. */
    openObject(): number {
        return this.open(OPEN_OBJECT);
    }

    /** `[` (RFC 8259 §5). Then the values, then `close`. */
    openArray(): number {
        return this.open(OPEN_ARRAY);
    }

    /** Ends the innermost object or array that is open. */
    close(): number {
        const levels = this.levels;
        if (levels === 1 || this.due === COLON) misuse(MOTEMQ_TEXTS ? 'close ends an object or array, not a key' : 'close', this.end);
        this.levels = levels >> 1;
        return this.wrote(writeCharacters(this.bytes, this.end, this.limit, (levels & 1 ? OPEN_ARRAY : OPEN_OBJECT) + 2), COMMA);
    }

    /** The name of an object's next member. */
    key(name: JsonText): number {
        return this.wrote(writeAll(this.bytes, this.next(true), this.limit, name.encoded), COLON);
    }

    /** An integer from -2^53 to 2^53, in digits; else as `writeFixed` says. */
    integer(value: number): number {
        return this.fixed(value, 0);
    }

    /** `value` / 10^`decimals` with that many decimals, `decimals` 0 to 11: see `writeFixed`. */
    fixed(value: number, decimals: number): number {
        return this.wrote(writeFixed(this.bytes, this.next(false), this.limit, value, decimals), COMMA);
    }

    /** `value` rounded to `decimals` digits after the point, `decimals` 0 to 11: see `toFixedPoint` and `writeFixed`. */
    decimal(value: number, decimals: number): number {
        return this.fixed(toFixedPoint(value, decimals), decimals);
    }

    /** `true` or `false`. */
    boolean(value: boolean): number {
        return this.wrote(writeBoolean(this.bytes, this.next(false), this.limit, value), COMMA);
    }

    /** `null`. */
    nullValue(): number {
        return this.wrote(writeCharacters(this.bytes, this.next(false), this.limit, NULL), COMMA);
    }

    /** The UTF-8 text[start..end) as a string: see `writeText`. */
    text(text: Uint8Array, start: number, end: number): number {
        return this.wrote(writeText(this.bytes, this.next(false), this.limit, text, start, end), COMMA);
    }

    /** A text that was encoded at set-up, as a value. */
    prepared(text: JsonText): number {
        return this.wrote(writeAll(this.bytes, this.next(false), this.limit, text.encoded), COMMA);
    }

    private open(bracket: number): number {
        const levels = this.levels;
        if (levels >= 0x40000000) misuse(MOTEMQ_TEXTS ? 'at most 30 objects and arrays are open at once' : 'depth', this.end);
        this.wrote(writeCharacters(this.bytes, this.next(false), this.limit, bracket), 0);
        this.levels = (levels << 1) | (bracket === OPEN_ARRAY ? 1 : 0);
        return this.end;
    }

    /** Writes what is due before a key or value and returns where that goes. Only `wrote` makes it count, so that an exception changes nothing. */
    private next(isKey: boolean): number {
        const inObject = (this.levels & 1) === 0;
        const due = this.due;
        if (isKey !== (inObject && due !== COLON) || (due && this.levels === 1)) {
            misuse(MOTEMQ_TEXTS ? 'in an object each value has its key, nothing else has, and one value stands at the top' : 'key', this.end);
        }
        return writeCharacters(this.bytes, this.end, this.limit, due);
    }

    /** `due`: what comes before the next key or value. */
    private wrote(end: number, due: number): number {
        this.due = due;
        this.end = end;
        return end;
    }
}
