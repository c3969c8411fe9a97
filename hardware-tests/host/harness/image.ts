// The images that Espressif's chips start from: their header, and the sums that tell whether one is whole ("Firmware Image Format" in the
// documentation of esptool). Knows no flash.
import { createHash } from 'node:crypto';

const MAGIC = 0xe9;
/** Bytes of the header of an ESP8266, and of the chips after it. */
const HEADER = { esp8266: 8, later: 24 };
/** Offsets in the header: speed and size of the flash; 16 bits, the chip; whether a SHA-256 follows. */
const FLASH_PARAMETERS = 3;
const CHIP = 12;
const HASH_APPENDED = 23;
/** The checksum is the last byte of a block of 16, and this exclusive-or all bytes of the segments. */
const SEED = 0xef;

/** Chips that can be flashed, and the number by which the header of an image names them (ESP-IDF, `esp_chip_id_t`); the ESP8266 has none. */
export const chipIds: Readonly<Record<string, number | null>> = { esp8266: null, esp32: 0, esp32s2: 2, esp32c3: 5, esp32s3: 9, esp32c6: 13 };

export const isImage = (data: Buffer): boolean => data[0] === MAGIC && data.length > HEADER.later;

/** Name of the chip that the image `data` is made for, if that is another than `chip`. */
export function otherChip(data: Buffer, chip: string): string | undefined {
    const id = chipIds[chip];
    if (id === null || !isImage(data) || data.readUInt16LE(CHIP) === id) return undefined;
    return Object.keys(chipIds).find(name => chipIds[name] === data.readUInt16LE(CHIP));
}

/** What is wrong with the image `data` for `chip`, for people; empty if it is whole. */
export function imageFault(data: Buffer, chip: string): string {
    if (data[0] !== MAGIC) return 'it is no image of firmware';
    let at = chip === 'esp8266' ? HEADER.esp8266 : HEADER.later;
    let sum = SEED;
    for (let segments = data[1]; segments > 0; segments--) {
        if (at + 8 > data.length) return 'it is cut short';
        const size = data.readUInt32LE(at + 4);
        at += 8;
        if (at + size > data.length) return 'it is cut short';
        for (const byte of data.subarray(at, at + size)) sum ^= byte;
        at += size;
    }
    at = (at + 16) & ~15;
    if (at > data.length) return 'it is cut short';
    if (data[at - 1] !== sum) return 'its checksum is wrong';
    if (chip === 'esp8266' || data[HASH_APPENDED] !== 1) return '';
    if (at + 32 > data.length) return 'it is cut short';
    return createHash('sha256').update(data.subarray(0, at)).digest().equals(data.subarray(at, at + 32)) ? '' : 'its SHA-256 is wrong';
}

/** `data` with the code of the flash's speed and size in its header. Only for an ESP8266: on later chips the header is under a sum. */
export function withFlashParameters(data: Buffer, code: number): Buffer {
    const changed = Buffer.from(data);
    if (changed[0] === MAGIC) changed[FLASH_PARAMETERS] = code;
    return changed;
}
