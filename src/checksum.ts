// The checksum of what lies in memory that can fail: records, files, images. It knows nothing of them.

/** CRC-32 (ISO 3309) of bytes[start..end), continued from `crc`; begin with 0. Returns 0 to 2^32 - 1. */
export function checksum(crc: number, bytes: Uint8Array, start: number, end: number): number {
    crc = ~crc;
    for (let index = start; index < end; index++) {
        crc ^= bytes[index];
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
}
