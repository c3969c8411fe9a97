// The chip's registers as a flashing tool sees them: plain words, but for the SPI controller, which asks the flash for its id.
import type { Chip } from './chips.ts';

const CHIP_MAGIC = 0x40001000;
/** SPI_CMD: "perform the user command"; reads 0 again when that is done. */
const SPI_USER = 1 << 18;
const READ_ID = 0x9f;

export class Registers {
    private readonly chip: Chip;
    private readonly flashId: number;
    private readonly words = new Map<number, number>();

    /** `flashSize`: bytes, a power of two: the third byte of a flash's id is its logarithm. */
    constructor(chip: Chip, flashSize: number) {
        this.chip = chip;
        // Manufacturer c8, type 40.
        this.flashId = (Math.log2(flashSize) << 16) | 0x40c8;
        this.words.set(CHIP_MAGIC, chip.magic);
    }

    read(address: number): number {
        return this.words.get(address) ?? 0;
    }

    /** Changes the bits of `mask`. */
    write(address: number, value: number, mask: number): void {
        this.words.set(address, ((this.read(address) & ~mask) | (value & mask)) >>> 0);
        const { spiBase, spiUser2, spiW0 } = this.chip;
        if (address !== spiBase || !(this.read(address) & SPI_USER)) return;
        this.words.set(spiBase, 0);
        if ((this.read(spiBase + spiUser2) & 0xff) === READ_ID) this.words.set(spiBase + spiW0, this.flashId);
    }
}
