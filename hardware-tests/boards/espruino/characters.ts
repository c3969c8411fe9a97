// What Espruino's E.toString and E.toUint8Array make of an argument, for those who stand in for the interpreter; quirks.test.ts holds
// it against that.

/** One character for each byte. Throws for what is no text, number, truth, bytes or array of these. */
export function characters(data: unknown): string {
    if (typeof data === 'string') return data;
    if (typeof data === 'number' || typeof data === 'boolean') return String.fromCharCode(Number(data) & 255);
    if (Array.isArray(data)) return data.map(characters).join('');
    if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    throw new TypeError(`Expecting Number or iterable, got ${String(data)}`);
}
