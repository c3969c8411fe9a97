// The Remaining Length field of the fixed header (MQTT 3.1.1 §2.2.3): one to four bytes, seven bits each, least significant first.

/** Bytes of the fixed header of a packet with this remaining length: 2 to 5, or Infinity for a length that no packet can have, so that it fits nowhere. */
export function fixedHeaderSize(remainingLength: number): number {
    return remainingLength < 128 ? 2 : remainingLength < 16384 ? 3 : remainingLength < 2097152 ? 4 : remainingLength < 268435456 ? 5 : Infinity;
}

/** Writes the fixed header at `offset`, returns where it ends. The caller has checked that it fits. */
export function writeFixedHeader(bytes: Uint8Array, offset: number, first: number, remainingLength: number): number {
    bytes[offset++] = first;
    while (remainingLength > 127) {
        bytes[offset++] = remainingLength | 128;
        remainingLength >>= 7;
    }
    bytes[offset++] = remainingLength;
    return offset;
}
