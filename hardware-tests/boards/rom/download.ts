// One transfer of blocks to flash or memory, from its BEGIN to its END: which block comes next, and what of it is programmed. A block that
// comes again, because its reply was lost, changes nothing.
import { constants, inflateSync } from 'node:zlib';
import type { LoaderError } from './commands.ts';
import type { Flash } from './flash.ts';

export class Download {
    private readonly flash: Flash | null;
    private readonly compressed: boolean;
    private readonly size: number;
    private readonly blocks: number;
    private readonly blockSize: number;
    private readonly offset: number;
    private next = 0;
    private received = Buffer.alloc(0);
    private programmed = 0;

    /** `size`: bytes in the flash; `flash`: null, if the data is for memory. */
    constructor(flash: Flash | null, compressed: boolean, size: number, blocks: number, blockSize: number, offset: number) {
        this.flash = flash;
        this.compressed = compressed;
        this.size = size;
        this.blocks = blocks;
        this.blockSize = blockSize;
        this.offset = offset;
    }

    /** Takes block `sequence`. Returns what is wrong with it. */
    take(sequence: number, data: Uint8Array): LoaderError | null {
        if (data.length > this.blockSize) return 'bad block';
        if (sequence === this.next - 1) return null;
        if (sequence !== this.next || sequence >= this.blocks) return 'too much data';
        this.next++;
        this.received = Buffer.concat([this.received, data]);
        return this.flash ? this.program(this.flash) : null;
    }

    /** Every block is there. */
    get complete(): boolean {
        return this.next === this.blocks;
    }

    private program(flash: Flash): LoaderError | null {
        let plain: Uint8Array = this.received;
        if (this.compressed) {
            try {
                // As much as can be had from what has arrived.
                plain = inflateSync(this.received, this.complete ? {} : { finishFlush: constants.Z_SYNC_FLUSH });
            } catch {
                return 'inflate failed';
            }
        }
        const end = Math.min(plain.length, this.size);
        if (this.compressed && plain.length > this.size) return 'too much data';
        if (this.compressed && this.complete && plain.length < this.size) return 'not enough data';
        flash.program(this.offset + this.programmed, plain.subarray(this.programmed, end));
        this.programmed = end;
        return null;
    }
}
