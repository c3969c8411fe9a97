// Lines of a modem and commands to it, as patterns: bytes among which some stand for a number. Made from text once, at set-up;
// matched and written without making anything. Knows no dialect.
//
//   in patterns                              in commands
//   %i  the number of the socket             %i  the number of the socket
//   %I  any number, kept as that of the socket
//   %n  any number, kept as `count`          %n  the number of bytes to send or to read
//   %l  that number of bytes: else a failure
//   %r  bytes that wait still, kept as `left`
//   %z  0: else a failure, of this number
//   %*  the rest of the line, whatever it is

const SOCKET = 1;
const NEW_SOCKET = 2;
const COUNT = 3;
const LENGTH = 4;
const LEFT = 5;
/** 6, between them, is %z. */
const REST = 7;

const LETTERS = 'iInlrz*';
const PERCENT = 0x25;
const MINUS = 0x2d;
const ZERO = 0x30;

/**
 * Writes the pattern for `text` to `into`, from `start` on: its bytes, with the numbers above in place of `%` and a letter. Other
 * characters behind `%` stay as they are. It needs as many bytes as `text` has characters at most. Returns its end.
 */
function compileInto(text: string, into: Uint8Array, start: number): number {
    let end = start;
    for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        let letter = code === PERCENT && index + 1 < text.length ? LETTERS.length : 0;
        while (letter > 0 && LETTERS.charAt(letter - 1) !== text.charAt(index + 1)) letter--;
        if (letter > 0) index++;
        into[end++] = letter || code;
    }
    return end;
}

/** The pattern for `text`. */
export function compile(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    return new Uint8Array(bytes.buffer, 0, compileInto(text, bytes, 0));
}

/** Most patterns are shorter than what an array of their own takes besides its bytes: these share theirs, by pages of so many bytes. */
const PAGE = 256;

export class PatternMaker {
    private page = new Uint8Array(PAGE);
    private end = 0;

    compile(text: string): Uint8Array {
        if (this.end + text.length > this.page.length) {
            this.page = new Uint8Array(text.length > PAGE ? text.length : PAGE);
            this.end = 0;
        }
        const start = this.end;
        this.end = compileInto(text, this.page, start);
        return new Uint8Array(this.page.buffer, start, this.end - start);
    }
}

/** The numbers of one exchange: what a pattern reads and a command writes. */
export class Numbers {
    /** The modem's number for our socket. */
    socket = 0;
    /** Bytes to send or to read: %n of a command, %l of a pattern. */
    length = 0;
    /** What %n of a pattern read last. */
    count = 0;
    /** What %r of a pattern read last. */
    left = 0;
    /** What %z of a pattern read last: 0, or the modem's number for what went wrong. -1: %l was another number. */
    result = 0;

    /** Does bytes[0..end) match the whole of `pattern`? If it does, the numbers are taken over; if not, nothing is changed. */
    match(pattern: Uint8Array, bytes: Uint8Array, end: number): boolean {
        let count = this.count;
        let left = this.left;
        let result = 0;
        let socket = this.socket;
        let at = 0;
        for (let index = 0; index < pattern.length; index++) {
            const code = pattern[index];
            if (code > REST) {
                if (at >= end || bytes[at++] !== code) return false;
                continue;
            }
            if (code === REST) {
                at = end;
                break;
            }
            const negative = at < end && bytes[at] === MINUS;
            if (negative) at++;
            const first = at;
            let value = 0;
            // Nine digits at most: a length beyond is no length.
            while (at < end && at < first + 9 && bytes[at] >= ZERO && bytes[at] < ZERO + 10) value = value * 10 + bytes[at++] - ZERO;
            if (at === first) return false;
            if (negative) value = -value;
            switch (code) {
                case SOCKET:
                    if (value !== socket) return false;
                    break;
                case NEW_SOCKET:
                    socket = value;
                    break;
                case COUNT:
                    count = value;
                    break;
                case LEFT:
                    left = value;
                    break;
                case LENGTH:
                    if (value !== this.length) result = -1;
                    break;
                default:
                    result = value;
            }
        }
        if (at !== end) return false;
        this.count = count;
        this.left = left;
        this.result = result;
        this.socket = socket;
        return true;
    }

    /** Writes `command` to `into`, with its numbers in digits. Returns the end; -1: it does not fit. */
    write(command: Uint8Array, into: Uint8Array): number {
        let at = 0;
        for (let index = 0; index < command.length; index++) {
            const code = command[index];
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
