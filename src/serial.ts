// The contract for a serial line, which a target implements and the modem transport uses. It knows nothing of modems.

/** What a serial port reports to. */
export interface SerialOwner {
    /** Bytes have arrived. `bytes` belongs to the port and is valid during the call only. `start` inclusive, `end` exclusive. */
    onBytes(bytes: Uint8Array, start: number, end: number): void;
    /** After a `write` that took less than all: there is room again. May also come unasked. */
    onWritable(): void;
    /** The port is gone: unplugged, or it could not be opened. Exactly once; nothing follows. */
    onGone(): void;
}

export interface SerialPort {
    /**
     * Opens the line with `baud` bits a second, 8N1, or changes the speed of an open one. A failure is an `onGone`, which may
     * come during this call, never an exception.
     */
    open(owner: SerialOwner, baud: number): void;
    /**
     * Takes all, part or nothing of bytes[start..end), copies or sends it, and returns how many it took. Taking less than all
     * promises a later `onWritable` or `onGone`. No callback comes during this call.
     */
    write(bytes: Uint8Array, start: number, end: number): number;
    /** Closes the line. Safe at any moment, twice too. No callback follows. */
    close(): void;
}
