// What tells one chip from another to a flashing tool: registers, commands of its ROM, speed of its banner.

export interface Chip {
    /** As a manifest names it. */
    readonly name: string;
    /** The word at 0x40001000. */
    readonly magic: number;
    /** Registers of the SPI controller that the flash hangs on, and offsets in it. */
    readonly spiBase: number;
    readonly spiW0: number;
    readonly spiUser2: number;
    /** Bytes of the answer to GET_SECURITY_INFO; 0: the chip does not know that command. */
    readonly securityInfo: 0 | 12 | 20;
    /** In that answer, if it is long enough. */
    readonly chipId: number;
    /** Bytes of the status at the end of what the ROM answers. */
    readonly romStatus: number;
    /** Baud of the ROM's banner. That of the ESP8266 follows from its 26 MHz crystal. */
    readonly bannerBaud: number;
    /** The ROM can only do what the first chip's could: no SPI_ATTACH, compressed data, MD5 or CHANGE_BAUDRATE. */
    readonly plainRom: boolean;
}

const later = { romStatus: 4, bannerBaud: 115200, plainRom: false };

export const chips: readonly Chip[] = [
    { name: 'esp8266', magic: 0xfff0c101, spiBase: 0x60000200, spiW0: 0x40, spiUser2: 0x24, securityInfo: 0, chipId: 0, romStatus: 2, bannerBaud: 74880, plainRom: true },
    { name: 'esp32', magic: 0x00f01d83, spiBase: 0x3ff42000, spiW0: 0x80, spiUser2: 0x24, securityInfo: 0, chipId: 0, ...later },
    { name: 'esp32s2', magic: 0x000007c6, spiBase: 0x3f402000, spiW0: 0x58, spiUser2: 0x20, securityInfo: 12, chipId: 2, ...later },
    { name: 'esp32c3', magic: 0x1b31506f, spiBase: 0x60002000, spiW0: 0x58, spiUser2: 0x20, securityInfo: 20, chipId: 5, ...later },
    { name: 'esp32s3', magic: 0x00000009, spiBase: 0x60002000, spiW0: 0x58, spiUser2: 0x20, securityInfo: 20, chipId: 9, ...later },
    { name: 'esp32c6', magic: 0x2ce0806f, spiBase: 0x60003000, spiW0: 0x58, spiUser2: 0x20, securityInfo: 20, chipId: 13, ...later },
];

/** Throws for a name that is none of them. */
export function chipNamed(name: string): Chip {
    const chip = chips.find(chip => chip.name === name);
    if (!chip) throw new Error(`there is no chip ${name}; there are ${chips.map(({ name }) => name).join(', ')}`);
    return chip;
}
