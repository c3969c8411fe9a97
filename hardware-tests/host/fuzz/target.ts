// What a target of the fuzzer is: something that reads bytes which others wrote, and a judge of what it does with them.

/** An input worth having from the beginning. */
export interface Seed {
    /** Hexadecimal digits; blanks are ignored. */
    readonly hex: string;
    readonly why: string;
}

export interface Target {
    readonly name: string;
    /** Paths in the project, of files or of what lies below, whose blocks of code it is meant to reach. */
    readonly sources: readonly string[];
    /** Runs `input`, any bytes at all, and throws an Error that says what is wrong. The same input always does the same. */
    run(input: Uint8Array): void;
    /** What `input` means, for people. */
    explain(input: Uint8Array): string;
    readonly seeds: readonly Seed[];
    /** Pieces of inputs that belong together, in hexadecimal digits: packets, events, the bytes at which the format changes its mind. */
    readonly dictionary: readonly string[];
    /** The longest input that is tried, in bytes. */
    readonly longest: number;
}

/** Throws unless `holds`. */
export function require(holds: boolean, violation: string): asserts holds {
    if (!holds) throw new Error(violation);
}

export function fromHex(hex: string): Uint8Array {
    const digits = hex.replace(/\s/g, '');
    const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
    if (bytes.length * 2 !== digits.length) throw new RangeError(`no hexadecimal digits: ${hex}`);
    return bytes;
}

export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
}
