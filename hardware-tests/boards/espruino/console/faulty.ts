// A serial line that does what lines do: loses and garbles bytes, or goes away. Between any device and any port.
import type { Device } from '../../device.ts';

/** Bytes are counted from 0 since the line was made. */
export interface LineFaults {
    /** These bytes to the board are lost. */
    readonly lostToBoard?: readonly number[];
    /** These bytes to the board arrive with a bit turned over. */
    readonly garbledToBoard?: readonly number[];
    /** These bytes from the board are lost. */
    readonly lostToHost?: readonly number[];
    /** Before this byte from the board comes noise. */
    readonly noiseAt?: number;
    /** Nothing from the board arrives. */
    readonly silent?: boolean;
    /** The cable is pulled after this many bytes to the board. */
    readonly unplugAfter?: number;
}

export class FaultyLine implements Device {
    onOutput: (bytes: Uint8Array) => void = () => {};
    onUnplug: () => void = () => {};
    /** Bytes that the host has sent. */
    toBoard = 0;
    private readonly device: Device;
    private readonly faults: LineFaults;
    private toHost = 0;
    private unplugged = false;

    constructor(device: Device, faults: LineFaults) {
        this.device = device;
        this.faults = faults;
        device.onOutput = bytes => this.pass(bytes);
        device.onUnplug = () => this.onUnplug();
    }

    get hostBaud(): number {
        return this.device.hostBaud;
    }

    set hostBaud(baud: number) {
        this.device.hostBaud = baud;
    }

    setLines(dtr: boolean, rts: boolean): void {
        this.device.setLines(dtr, rts);
    }

    receive(bytes: Uint8Array): void {
        const { lostToBoard = [], garbledToBoard = [], unplugAfter = Infinity } = this.faults;
        const arriving: number[] = [];
        for (const byte of bytes) {
            if (this.unplugged) return;
            const place = this.toBoard++;
            if (!lostToBoard.includes(place)) arriving.push(garbledToBoard.includes(place) ? byte ^ 0x10 : byte);
            if (this.toBoard >= unplugAfter) {
                this.unplugged = true;
                this.onUnplug();
            }
        }
        if (arriving.length) this.device.receive(Uint8Array.from(arriving));
    }

    private pass(bytes: Uint8Array): void {
        const { lostToHost = [], noiseAt = -1, silent } = this.faults;
        if (this.unplugged || silent) return;
        const arriving: number[] = [];
        for (const byte of bytes) {
            const place = this.toHost++;
            if (place === noiseAt) arriving.push(0xff, 0x00, 0x80, 0xfe);
            if (!lostToHost.includes(place)) arriving.push(byte);
        }
        if (arriving.length) this.onOutput(Uint8Array.from(arriving));
    }
}
