// What can go wrong with a board on a serial line while it is flashed. Data only.

export interface Faults {
    /** Says nothing at all. */
    readonly silent?: boolean;
    /** Speaks no protocol: answers whatever it hears with text. */
    readonly babbling?: boolean;
    /** GPIO0 is not wired to the serial adapter: after each reset the application runs. */
    readonly noBootWire?: boolean;
    /** GPIO0 is held low: after each reset the loader waits. */
    readonly heldInLoader?: boolean;
    /** Above this speed, in baud, the line garbles every byte. */
    readonly bestBaud?: number;
    /** These replies, counted from 0 since the board was made, are not sent. */
    readonly droppedReplies?: readonly number[];
    /** Bytes that are no frame come before these replies. */
    readonly noisyReplies?: readonly number[];
    /** These data blocks for the flash, counted from 0, are refused with a wrong checksum. */
    readonly refusedBlocks?: readonly number[];
    /** This data block for the flash is not taken, and never answered. */
    readonly stuckAtBlock?: number;
    /** At this data block for the flash the supply gives way, and the board restarts into the application. */
    readonly brownOutAtBlock?: number;
    /** MD5 sums are wrong from the time that something was written. */
    readonly wrongSums?: boolean;
    /** Output comes in pieces of this many bytes. */
    readonly pieces?: number;
    /** The cable is pulled after this many bytes from the host. */
    readonly unplugAfterInput?: number;
    /** The cable is pulled after this many bytes to the host. */
    readonly unplugAfterOutput?: number;
}
