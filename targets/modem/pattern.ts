// Lines of a modem and commands to it, as patterns: bytes among which some stand for a number. They lie in one array for all of a
// transport, the book (book.ts), each behind its length; matched and written without making anything. Knows no dialect.
//
//   in patterns                              in commands
//   %i  the number of the socket             %i  the number of the socket
//   %I  any number, kept as that of the socket
//   %n  any number, kept as `count`          %n  the number of bytes to send or to read
//   %l  that number of bytes: else a failure
//   %t  the bytes sent on the socket so far: else a failure
//   %r  bytes that wait still, kept as `left`
//   %z  0: else a failure, of this number
//   %*  the rest of the line, whatever it is

/** What stands for a number in a pattern is its place here, counted from 1. */
export const NUMBERS = 'iInltrz*';

const SOCKET = 1;
const NEW_SOCKET = 2;
const COUNT = 3;
const LENGTH = 4;
/** 5, between them, is %t. */
const LEFT = 6;
const RESULT = 7;
const REST = 8;

const MINUS = 0x2d;
const ZERO = 0x30;

/** In place of the bytes behind each pattern of a list: it is no list. */
export const ALONE = -1;

/** `result` of a pattern with %l or %t that brought another number: fewer or more bytes went out than were handed over. */
export const MISCOUNTED = -1;

/** The numbers of one exchange: what a pattern reads and a command writes. */
export class Numbers {
    /** The modem's number for our socket. */
    socket = 0;
    /** Bytes to send or to read: %n of a command, %l of a pattern. */
    length = 0;
    /** Bytes sent on the socket since it was opened. */
    total = 0;
    /** What %n of a pattern read last. */
    count = 0;
    /** What %r of a pattern read last. */
    left = 0;
    /** What %z of a pattern read last: 0, or the modem's number for what went wrong. MISCOUNTED: see there. */
    result = 0;
    private readonly book: Uint8Array;

    constructor(book: Uint8Array) {
        this.book = book;
    }

    /**
     * The place of the first pattern that matches the whole of bytes[0..end), with its numbers taken over; -1: none does, and nothing is
     * changed. `place`: where the list begins, each of whose patterns has `extra` bytes behind it; with ALONE the only pattern.
     */
    find(place: number, extra: number, bytes: Uint8Array, end: number): number {
        const book = this.book;
        for (let pattern = place; book[pattern]; pattern += book[pattern] + 1 + extra) {
            const last = pattern + book[pattern];
            let count = this.count;
            let left = this.left;
            let result = 0;
            let socket = this.socket;
            // -1: it does not match.
            let at = 0;
            for (let index = pattern + 1; index <= last && at >= 0; index++) {
                const code = book[index];
                if (code > REST) at = at < end && bytes[at] === code ? at + 1 : -1;
                else if (code === REST) at = end;
                else {
                    const negative = at < end && bytes[at] === MINUS;
                    if (negative) at++;
                    const first = at;
                    let value = 0;
                    // Nine digits at most: a length beyond is no length.
                    while (at < end && at < first + 9 && bytes[at] >= ZERO && bytes[at] < ZERO + 10) value = value * 10 + bytes[at++] - ZERO;
                    if (negative) value = -value;
                    if (at === first || code === SOCKET && value !== socket) at = -1;
                    else if (code === NEW_SOCKET) socket = value;
                    else if (code === COUNT) count = value;
                    else if (code === LEFT) left = value;
                    else if (code === RESULT) result = value;
                    else if (code !== SOCKET && value !== (code === LENGTH ? this.length : this.total)) result = MISCOUNTED;
                }
            }
            if (at === end) {
                this.count = count;
                this.left = left;
                this.result = result;
                this.socket = socket;
                return pattern;
            }
            if (extra === ALONE) break;
        }
        return -1;
    }

    /** Writes the command book[place..last) to `into`, with its numbers in digits. Returns the end; -1: it does not fit. */
    write(place: number, last: number, into: Uint8Array): number {
        const book = this.book;
        let at = 0;
        for (let index = place; index < last; index++) {
            const code = book[index];
            let value = code === SOCKET ? this.socket : this.length;
            let digits = 1;
            if (code <= REST) {
                for (let rest = value; rest > 9; rest = (rest / 10) >> 0) digits++;
            }
            if (at + digits > into.length) return -1;
            if (code > REST) into[at] = code;
            else {
                for (let place = digits - 1; place >= 0; place--) {
                    const tenth = (value / 10) >> 0;
                    into[at + place] = ZERO + value - tenth * 10;
                    value = tenth;
                }
            }
            at += digits;
        }
        return at;
    }
}
