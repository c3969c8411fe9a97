// What every writer needs: characters given as a number, and the check of a range. Knows only bytes.
//
// The rule of this room: a function writes at bytes[offset..limit), which the caller has made sure is part of `bytes`, and returns
// where it ended, or DOES_NOT_FIT. Given DOES_NOT_FIT as `offset` it returns that again, so that a row of calls is checked once, at its end.
import { DOES_NOT_FIT } from '../codec/packets.ts';
import { misuse } from '../misuse.ts';
import { ALSE, F, TRUE } from './characters.ts';

/**
 * Writes one to four characters, packed as in characters.ts; 0 is none. A number needs neither a string, whose every use costs
 * heap on XS, nor a table in memory.
 */
export function writeCharacters(bytes: Uint8Array, offset: number, limit: number, characters: number): number {
    let at = offset;
    for (let rest = characters; rest > 0; rest >>= 8) {
        if (at < 0 || at >= limit) return DOES_NOT_FIT;
        bytes[at++] = rest;
    }
    return at;
}

/** Writes `true` or `false`. */
export function writeBoolean(bytes: Uint8Array, offset: number, limit: number, value: boolean): number {
    return writeCharacters(bytes, writeCharacters(bytes, offset, limit, value ? 0 : F), limit, value ? TRUE : ALSE);
}

/** Writes all of `source`; one native copy. */
export function writeAll(bytes: Uint8Array, offset: number, limit: number, source: Uint8Array): number {
    const end = offset + source.length;
    if (offset < 0 || end > limit) return DOES_NOT_FIT;
    bytes.set(source, offset);
    return end;
}

/** Throws unless 0 <= start <= end <= bytes.length. */
export function checkRange(bytes: Uint8Array, start: number, end: number): void {
    if (start >>> 0 !== start || end >>> 0 !== end || start > end || end > bytes.length) {
        misuse(MOTEMQ_TEXTS ? 'start and end are a range of the bytes' : 'range', start + '..' + end);
    }
}
