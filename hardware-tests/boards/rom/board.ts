// A board with one of Espressif's chips at the end of a serial line: power, auto-reset circuit, boot mode, speed, ROM loader and flash, an
// application that prints when it starts, and faults. In process; ends.ts puts it on a socket or a pseudo-terminal.
import type { Device } from '../device.ts';
import { chipNamed } from './chips.ts';
import type { Chip } from './chips.ts';
import type { Faults } from './faults.ts';
import { Flash } from './flash.ts';
import { Loader } from './loader.ts';
import type { LoaderOwner } from './loader.ts';
import { Registers } from './registers.ts';
import { SlipReader, slipFrame } from '../../host/harness/slip.ts';

/** USB Serial/JTAG of a C3, C6 or S3. */
const USB_PORT = { vendorId: 0x303a, productId: 0x1001 };
/** Baud of the loader after a reset, and of the application. */
const BAUD = 115200;

/** What runs on a board that does not wait in its loader. */
export interface Application {
    /** Bytes from the host. */
    receive(bytes: Uint8Array): void;
    /** The board is reset or loses its power: nothing that it does afterwards is heard. */
    stop(): void;
}

/** The chip, as its application sees it. */
export interface ChipOwner {
    readonly flash: Flash;
    print(bytes: Uint8Array | string): void;
    /** Restarts the chip; not while the application is being started. `reason`: as the ROM prints it, `rst:0xc (SW_CPU_RESET)` for instance; `before`: printed first, a panic for instance. */
    reset(reason?: string, before?: string): void;
}

export interface BoardOptions {
    /** Name of a chip. */
    readonly chip: string;
    /** Bytes, a power of two. Default 4 MB. */
    readonly flashSize?: number;
    readonly faults?: Faults;
    /** Starts in its loader, as a board does whose button is held. Default: runs the application. */
    readonly inLoader?: boolean;
    /** Hangs on the chip's own USB port (USB Serial/JTAG), not on an adapter for serial lines. */
    readonly usbPort?: boolean;
    /** Starts the application. Default: one that prints `application started` and hears nothing. */
    readonly application?: (owner: ChipOwner) => Application;
}

const defaultApplication = (owner: ChipOwner): Application => {
    owner.print('application started\r\n');
    return { receive() {}, stop() {} };
};

export class RomBoard implements LoaderOwner, Device {
    readonly flash: Flash;
    /** What has happened, for tests: `boot loader`, `boot application`, `stub`, `baud 921600`, `unplugged`. */
    readonly events: string[] = [];
    /** Bytes for the host. */
    onOutput: (bytes: Uint8Array) => void = () => {};
    onUnplug: () => void = () => {};
    /** What the host's end of the line is set to; 0: it has no speed, like a socket. */
    hostBaud = 0;
    readonly usb?: typeof USB_PORT;
    private readonly chip: Chip;
    private readonly faults: Faults;
    private readonly reader: SlipReader;
    private loader: Loader | null = null;
    private readonly start: (owner: ChipOwner) => Application;
    private application: Application | null = null;
    private baud = BAUD;
    private lines = { dtr: false, rts: false };
    /** Set by the USB port: the next reset leads to the loader. */
    private downloadFlag = false;
    private unplugged = false;
    private written = false;
    private replies = 0;
    private blocks = 0;
    private heard = 0;
    private said = 0;

    constructor({ chip, flashSize = 4 << 20, faults = {}, inLoader = false, usbPort = false, application = defaultApplication }: BoardOptions) {
        this.chip = chipNamed(chip);
        this.faults = faults;
        this.start = application;
        if (usbPort) this.usb = USB_PORT;
        this.flash = new Flash(flashSize);
        this.reader = new SlipReader(frame => {
            const wasStub = this.loader?.isStub;
            this.loader?.hear(frame);
            if (!wasStub && this.loader?.isStub) this.events.push('stub');
        });
        this.boot(inLoader);
    }

    /** The application runs, not the loader. */
    get running(): boolean {
        return this.loader === null;
    }

    /** The modem lines of the serial adapter, as the host has set them: two transistors make EN and GPIO0 of them. A USB port has none. */
    setLines(dtr: boolean, rts: boolean): void {
        if (this.usb) return this.setUsbLines(dtr, rts);
        const wasInReset = this.inReset;
        this.lines = { dtr, rts };
        if (!wasInReset && this.inReset) this.stopApplication();
        if (wasInReset && !this.inReset) this.boot(dtr && !rts);
    }

    /**
     * What the chip's own USB port makes of them (technical reference manual of the ESP32-C3, "USB Serial/JTAG Controller"): DTR alone sets a
     * flag, none clears it, RTS alone resets the chip, which looks at the flag then. Nothing is held in reset.
     */
    private setUsbLines(dtr: boolean, rts: boolean): void {
        const wasReset = this.lines.rts && !this.lines.dtr;
        this.lines = { dtr, rts };
        if (!rts) this.downloadFlag = dtr;
        else if (!dtr && !wasReset) this.boot(this.downloadFlag);
    }

    /** EN is low. */
    private get inReset(): boolean {
        return !this.usb && this.lines.rts && !this.lines.dtr;
    }

    /** Bytes from the host. */
    receive(bytes: Uint8Array): void {
        const { unplugAfterInput, babbling } = this.faults;
        if (this.unplugged) return;
        this.heard += bytes.length;
        if (unplugAfterInput !== undefined && this.heard >= unplugAfterInput) return this.unplug();
        if (this.inReset) return;
        if (babbling) return this.print('sensor: 21.5 C\r\n');
        if (this.application) this.application.receive(this.garble(bytes));
        else this.reader.push(this.garble(bytes));
    }

    unplug(): void {
        if (this.unplugged) return;
        this.stopApplication();
        this.unplugged = true;
        this.events.push('unplugged');
        this.onUnplug();
    }

    send(frame: Uint8Array): void {
        const number = this.replies++;
        if (this.faults.droppedReplies?.includes(number)) return;
        if (this.faults.noisyReplies?.includes(number)) this.output(Uint8Array.of(0x00, 0xff, 0x13));
        this.output(slipFrame(frame));
    }

    run(): void {
        this.boot(false);
    }

    changeBaud(baud: number): void {
        this.baud = baud;
        this.events.push(`baud ${baud}`);
    }

    acceptBlock(): boolean | null {
        const number = this.blocks++;
        this.written = true;
        if (number === this.faults.brownOutAtBlock) {
            this.boot(false, 'Brownout detector was triggered\r\n');
            return null;
        }
        if (number === this.faults.stuckAtBlock) return null;
        return !this.faults.refusedBlocks?.includes(number);
    }

    sum(md5: Buffer): Buffer {
        if (this.faults.wrongSums && this.written) md5[0] ^= 1;
        return md5;
    }

    private boot(download: boolean, before = '', reason = 'rst:0x1 (POWERON_RESET)'): void {
        const { noBootWire, heldInLoader } = this.faults;
        this.stopApplication();
        const inLoader = heldInLoader || (download && !noBootWire);
        this.reader.restart();
        this.loader = inLoader ? new Loader(this.chip, this.flash, new Registers(this.chip, this.flash.bytes.length), this) : null;
        this.events.push(inLoader ? 'boot loader' : 'boot application');
        this.baud = this.chip.bannerBaud;
        this.print(`${before}\r\nets Jun  8 2016 00:22:57\r\n\r\n${reason},boot:${inLoader ? '0x3 (DOWNLOAD_BOOT(UART0))' : '0x13 (SPI_FAST_FLASH_BOOT)'}\r\n`);
        if (inLoader) this.print('waiting for download\r\n');
        this.baud = BAUD;
        if (!inLoader) this.startApplication();
    }

    private startApplication(): void {
        let running = true;
        const application = this.start({
            flash: this.flash,
            print: (bytes) => {
                if (running) this.output(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
            },
            reset: (reason, before) => {
                if (running) this.boot(false, before, reason);
            },
        });
        this.application = {
            receive: bytes => application.receive(bytes),
            stop() {
                running = false;
                application.stop();
            },
        };
    }

    private stopApplication(): void {
        this.application?.stop();
        this.application = null;
    }

    private print(text: string): void {
        this.output(Buffer.from(text));
    }

    private output(bytes: Uint8Array): void {
        const { silent, pieces = bytes.length, unplugAfterOutput } = this.faults;
        if (silent || this.unplugged) return;
        const heard = this.garble(bytes);
        for (let at = 0; at < heard.length; at += pieces) this.onOutput(heard.subarray(at, at + pieces));
        this.said += bytes.length;
        if (unplugAfterOutput !== undefined && this.said >= unplugAfterOutput) this.unplug();
    }

    /** What arrives of `bytes` when the two ends do not have the same speed, or it is too high for the line. */
    private garble(bytes: Uint8Array): Uint8Array {
        const { bestBaud = Infinity } = this.faults;
        if (this.usb || this.hostBaud === 0 || (this.hostBaud === this.baud && this.baud <= bestBaud)) return bytes;
        return bytes.map(byte => (byte ^ 0x5a) | 0x80);
    }
}
