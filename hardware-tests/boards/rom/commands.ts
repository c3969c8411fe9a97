// Names and numbers of the serial protocol of Espressif's loaders ("Serial Protocol" in the documentation of esptool).

export const Op = {
    FLASH_BEGIN: 0x02, FLASH_DATA: 0x03, FLASH_END: 0x04, MEM_BEGIN: 0x05, MEM_END: 0x06, MEM_DATA: 0x07, SYNC: 0x08, WRITE_REG: 0x09, READ_REG: 0x0a,
    SPI_SET_PARAMS: 0x0b, SPI_ATTACH: 0x0d, CHANGE_BAUDRATE: 0x0f, DEFL_BEGIN: 0x10, DEFL_DATA: 0x11, DEFL_END: 0x12, SPI_FLASH_MD5: 0x13,
    GET_SECURITY_INFO: 0x14, ERASE_FLASH: 0xd0, ERASE_REGION: 0xd1, READ_FLASH: 0xd2, RUN_USER_CODE: 0xd3,
} as const;

/** What may go wrong, and the codes by which the ROM and the stub say so. */
export const errors = {
    'unknown command': { rom: 0x05, stub: 0xff },
    'bad length': { rom: 0x05, stub: 0xc0 },
    'bad checksum': { rom: 0x07, stub: 0xc1 },
    'bad block': { rom: 0x06, stub: 0xc2 },
    'flash failed': { rom: 0x08, stub: 0xc4 },
    'not begun': { rom: 0x06, stub: 0xc6 },
    'inflate failed': { rom: 0x0b, stub: 0xc7 },
    'not enough data': { rom: 0x06, stub: 0xc8 },
    'too much data': { rom: 0x06, stub: 0xc9 },
} as const;

export type LoaderError = keyof typeof errors;

/** A request, taken apart. */
export interface Request {
    readonly op: number;
    readonly checksum: number;
    readonly data: Uint8Array;
    /** The 32-bit word number `index` of the data; 0 beyond the end. */
    word(index: number): number;
}

/** The request in a frame; null if it is none. */
export function readRequest(frame: Uint8Array): Request | null {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    if (frame.length < 8 || frame[0] !== 0 || view.getUint16(2, true) !== frame.length - 8) return null;
    return {
        op: frame[1], checksum: view.getUint32(4, true), data: frame.subarray(8),
        word: index => 12 + index * 4 <= frame.length ? view.getUint32(8 + index * 4, true) : 0,
    };
}

/** A reply: the data of it, then the status. */
export function reply(op: number, value: number, data: Uint8Array, status: Uint8Array): Uint8Array {
    const frame = Buffer.alloc(8 + data.length + status.length);
    frame[0] = 1;
    frame[1] = op;
    frame.writeUInt16LE(data.length + status.length, 2);
    frame.writeUInt32LE(value >>> 0, 4);
    frame.set(data, 8);
    frame.set(status, 8 + data.length);
    return frame;
}

/** XOR over the data that follows the 16-byte header of a block. */
export function blockChecksum(request: Request): number {
    return request.data.subarray(16).reduce((sum, byte) => sum ^ byte, 0xef);
}
