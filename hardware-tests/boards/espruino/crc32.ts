// The CRC-32 of zlib and Ethernet, which Espruino's E.CRC32 computes: to see that what was uploaded is what lies there.

/** Of bytes; 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
    let sum = ~0;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
}
