// The image that a chip of Espressif's starts: header, one segment, checksum, SHA-256, as ESP-IDF's bootloader checks them ("Firmware Image
// Format" in the documentation of esptool). On a virtual board the segment holds scripts in place of machine code.
import { createHash } from 'node:crypto';

const MAGIC = 0xe9;
/** Header, extended header, header of the one segment. */
const HEADERS = 8 + 16 + 8;
const CHECKSUM_SEED = 0xef;

/** What a virtual board runs. */
export interface Program {
    readonly script: string;
    /** Scripts whose heap lies in flash, which run before (../xs/bundle.ts). */
    readonly preload: readonly string[];
}

/** `chipId`: as the header names the chip (`esp_chip_id_t`). */
export function makeImage(chipId: number, program: Program): Buffer {
    const text = Buffer.from(JSON.stringify(program));
    // A segment is a whole number of words.
    const segment = Buffer.alloc(Math.ceil(text.length / 4) * 4, ' ');
    text.copy(segment);
    const headers = Buffer.alloc(HEADERS);
    headers.set([MAGIC, 1, 2, 0x20]);
    headers.writeUInt32LE(0x40080000, 4);
    headers.writeUInt16LE(chipId, 12);
    headers[23] = 1; // A SHA-256 follows.
    headers.writeUInt32LE(0x3f400020, 24);
    headers.writeUInt32LE(segment.length, 28);
    // The checksum is the last byte of a block of 16.
    const tail = Buffer.alloc(16 - (HEADERS + segment.length) % 16);
    tail[tail.length - 1] = checksum(segment);
    const image = Buffer.concat([headers, segment, tail]);
    return Buffer.concat([image, sha256(image)]);
}

/** The program in the image that `flash` begins with; or why it starts none, in the words of the bootloader. */
export function readImage(flash: Uint8Array, chipId: number): { readonly program: Program } | { readonly because: string } {
    const bytes = Buffer.from(flash.buffer, flash.byteOffset, flash.length);
    if (bytes[0] !== MAGIC) return { because: `invalid header: 0x${bytes.readUInt32LE(0).toString(16).padStart(8, '0')}` };
    if (bytes.readUInt16LE(12) !== chipId) return { because: `E (56) boot_comm: mismatch chip ID, expected ${chipId}, found ${bytes.readUInt16LE(12)}` };
    const length = bytes.readUInt32LE(28);
    const end = HEADERS + length + (16 - (HEADERS + length) % 16);
    if (end + 32 > bytes.length) return { because: `E (56) esp_image: image at 0x10000 has invalid segment length 0x${length.toString(16)}` };
    const segment = bytes.subarray(HEADERS, HEADERS + length);
    if (bytes[end - 1] !== checksum(segment)) return { because: 'E (56) esp_image: Checksum failed' };
    if (!sha256(bytes.subarray(0, end)).equals(bytes.subarray(end, end + 32))) return { because: 'E (56) esp_image: Image hash failed - image is corrupt' };
    return { program: JSON.parse(segment.toString()) as Program };
}

function checksum(segment: Uint8Array): number {
    return segment.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);
}

function sha256(bytes: Uint8Array): Buffer {
    return createHash('sha256').update(bytes).digest();
}
