// What a message of the soak says: its number in its stream, and a filler that follows from the number, so that damage shows.
// Runs on every engine; reading and writing allocate nothing.

const DIGITS = 8;
const LONGEST_FILLER = 40;
/** Bytes that hold every payload. */
export const PAYLOAD_SIZE = DIGITS + LONGEST_FILLER;

/** Writes message `number` (from 1, below 10^8) from bytes[0] on and returns where it ends. */
export function writePayload(bytes: Uint8Array, number: number): number {
    let rest = number;
    for (let at = DIGITS - 1; at >= 0; at--) {
        bytes[at] = 48 + rest % 10;
        rest = (rest / 10) | 0;
    }
    const end = DIGITS + number % (LONGEST_FILLER + 1);
    for (let at = DIGITS; at < end; at++) bytes[at] = filler(number, at);
    return end;
}

/** The number of the message bytes[start..end), or -1 if it is none of ours. */
export function readPayload(bytes: Uint8Array, start: number, end: number): number {
    let number = 0;
    if (end - start < DIGITS) return -1;
    for (let at = start; at < start + DIGITS; at++) {
        const digit = bytes[at] - 48;
        if (digit < 0 || digit > 9) return -1;
        number = number * 10 + digit;
    }
    if (end - start !== DIGITS + number % (LONGEST_FILLER + 1)) return -1;
    for (let at = DIGITS; at < end - start; at++) {
        if (bytes[start + at] !== filler(number, at)) return -1;
    }
    return number;
}

function filler(number: number, at: number): number {
    return 97 + (number + at) % 26;
}
