// The value of a command's option that is a whole number.

/** Throws if `text`, the value of `--name`, is none: NaN would be a run that does nothing, and passes. */
export function whole(name: string, text: string): number {
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, not ${text}`);
    return Number(text);
}
