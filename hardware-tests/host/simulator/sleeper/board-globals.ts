// What the stores of boards use of their engines' globals, on Node. Nothing is taken away from what is there.
import { crc32 } from '../../../boards/espruino/crc32.ts';

const globals = globalThis as unknown as Record<string, unknown>;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

globals.trace ??= (): void => {};
globals.E = Object.assign(globals.E ?? {}, {
    toString: (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    CRC32: (text: string): number => crc32(latin1(text)),
});

/** Espruino's typed arrays also take strings, a byte for each character: its store relies on that. */
const set = Uint8Array.prototype.set;
// oxlint-disable-next-line no-extend-native
Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number> | string, offset?: number): void {
    set.call(this, typeof source === 'string' ? latin1(source) : source, offset);
};
