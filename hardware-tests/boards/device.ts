// The far end of a serial line: what an emulated board is to the line that it hangs on. Ways to reach one are in rom/ends.ts and rom/in-process.ts.

export interface Device {
    /** Bytes for the host; set by the line. */
    onOutput: (bytes: Uint8Array) => void;
    /** The board has gone; set by the line. */
    onUnplug: () => void;
    /** What the host's end is set to, in baud; 0: it has no speed, like a socket. Set by the line. */
    hostBaud: number;
    /** The device has a USB port of its own, with these numbers; absent: it hangs on an adapter for serial lines. */
    readonly usb?: { readonly vendorId: number; readonly productId: number };
    /** Bytes from the host. */
    receive(bytes: Uint8Array): void;
    /** The modem lines, as the host has set them. */
    setLines(dtr: boolean, rts: boolean): void;
}
