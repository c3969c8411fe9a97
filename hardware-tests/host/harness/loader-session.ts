// The loader of one board, from the reset into it to the last byte: `esptool-js` (0.7), kept from what goes wrong in it. It
// - prints to the console: it is given a terminal that is silent, and a transport of ours (loader-transport.ts);
// - makes SHA-256 sums stale when it changes a header: flash mode, frequency and size are always `keep`;
// - needs its stub for a sum that can be compared: without one a session is refused;
// - has deadlines for single answers only: each step here has one of its own, and ends at once when the port has gone;
// - resets a board after flashing in a way that does not: that is done by reset.ts.
import { createHash } from 'node:crypto';
import type { ESPLoader, Transport } from 'esptool-js';
import { BenchError } from './errors.ts';
import { LoaderTransport } from './loader-transport.ts';
import { need } from './packages.ts';
import { Late, within } from './port.ts';
import type { Port } from './port.ts';
import { intoLoader, intoLoaderByUsb, playSequence } from './reset.ts';

/** Baud at which every loader listens after a reset. */
const ROM_BAUD = 115200;
const CHANGE_BAUDRATE = 0x0f;
/** Ms for: getting into the loader and loading the stub; erasing the whole flash; a sum of 1 MB; 1 MB written and sent at 115200 baud. */
const deadlines = { connect: 15_000, erase: 150_000, sumOfMegabyte: 10_000, writeMegabyte: 240_000, least: 12_000 };

/** How a board gets into its loader: by its lines, by a sequence of its own, or not at all since it waits there. */
export type Entry = 'lines' | 'none' | { readonly sequence: string };

export interface Part {
    /** Bytes from the start of the flash. */
    readonly offset: number;
    readonly data: Uint8Array;
    /** For people. */
    readonly name: string;
}

export class LoaderSession {
    private readonly port: Port;
    private readonly transport: LoaderTransport;
    private readonly loader: ESPLoader;

    private constructor(port: Port, transport: LoaderTransport, loader: ESPLoader) {
        this.port = port;
        this.transport = transport;
        this.loader = loader;
    }

    /** Gets the board at `port` into its loader and starts the stub there. Refuses a board that does not answer. */
    static async begin(port: Port, entry: Entry): Promise<LoaderSession> {
        const esptool = await need('esptool-js', () => import('esptool-js'));
        const transport = new LoaderTransport(port);
        const reset = (usual: string) => ({ reset: () => playSequence(transport, typeof entry === 'object' ? entry.sequence : usual) });
        const loader = new esptool.ESPLoader({
            transport: transport as unknown as Transport, baudrate: ROM_BAUD, romBaudrate: ROM_BAUD,
            terminal: { clean() {}, write() {}, writeLine() {} },
            resetConstructors: { classicReset: (_transport: Transport, wait: number) => reset(intoLoader(wait)), usbJTAGSerialReset: () => reset(intoLoaderByUsb) } as never,
        });
        const session = new LoaderSession(port, transport, loader);
        try {
            await within(deadlines.connect, port.gone, loader.main(entry === 'none' || !port.hasLines ? 'no_reset' : 'default_reset'));
        } catch (error) {
            session.end();
            throw port.gone.aborted ? port.gone.reason : notConnected(port, transport.tail, entry, error as Error);
        }
        if (!loader.IS_STUB) {
            session.end();
            throw new BenchError(`there is no stub for ${loader.chip.CHIP_NAME}, or the chip takes none (secure download mode)`, 'flash this board with the tool of its manufacturer');
        }
        transport.inLoader = true;
        return session;
    }

    /** `esp32`, `esp32s3`, `esp8266`: as a manifest names it. */
    get chip(): string {
        return this.loader.chip.CHIP_NAME.toLowerCase().replaceAll('-', '');
    }

    /** MAC address. */
    mac(): Promise<string> {
        return this.step('reading the MAC address', deadlines.least, this.loader.chip.readMac(this.loader) as Promise<string>);
    }

    /** Bytes of the flash chip; 0 if it does not say. */
    async flashSize(): Promise<number> {
        const id = await this.step('asking the flash for its size', deadlines.least, this.loader.readFlashId());
        const exponent = (id >> 16) & 0xff;
        return exponent >= 0x10 && exponent <= 0x1c ? 2 ** exponent : 0;
    }

    /** Both ends go on with `baud`. Refuses, transiently, if they do not understand each other any more. */
    async changeBaud(baud: number): Promise<void> {
        if (baud === ROM_BAUD) return;
        const request = new Uint8Array(new Uint32Array([baud, ROM_BAUD]).buffer);
        const change = async (): Promise<boolean> => {
            await this.loader.command(CHANGE_BAUDRATE, request);
            await this.port.setBaud(baud);
            await this.transport.drainInput(50);
            // A register that every chip has.
            await this.loader.readReg(0x40001000, 1500);
            return true;
        };
        const heard = await this.step(`changing to ${baud} baud`, deadlines.least, change()).catch(error => {
            if (error instanceof BenchError && !error.transient) throw error;
            return false;
        });
        if (!heard) throw new BenchError(`the board does not answer at ${baud} baud`, 'set a lower --baud, or use a shorter cable', true);
    }

    /** The flash has this part already. */
    async holds({ offset, data, name }: Part): Promise<boolean> {
        const deadline = deadlines.least + data.length / 1e6 * deadlines.sumOfMegabyte;
        return await this.step(`asking for the sum of ${name}`, deadline, this.loader.flashMd5sum(offset, data.length)) === md5(data);
    }

    async eraseAll(): Promise<void> {
        await this.step('erasing the flash', deadlines.erase, this.loader.eraseFlash());
    }

    /** Writes a part and compares its sum. `onProgress` gets the share that is sent, 0 to 1. */
    async write({ offset, data, name }: Part, onProgress: (share: number) => void): Promise<void> {
        const deadline = deadlines.least + data.length / 1e6 * deadlines.writeMegabyte;
        await this.step(`writing ${name}`, deadline, this.loader.writeFlash({
            fileArray: [{ data, address: offset }], flashMode: 'keep', flashFreq: 'keep', flashSize: 'keep', eraseAll: false, compress: true,
            reportProgress: (_file, written, total) => onProgress(written / total),
            calculateMD5Hash: image => md5(image),
        }));
    }

    /** Lets go of the port, which stays open. */
    end(): void {
        this.transport.detach();
    }

    private async step<T>(what: string, milliseconds: number, work: Promise<T>): Promise<T> {
        try {
            return await within(milliseconds, this.transport.gone, work);
        } catch (error) {
            if (error instanceof BenchError) throw error;
            throw stepFailed(what, error as Error);
        }
    }
}

function md5(data: Uint8Array): string {
    return createHash('md5').update(data).digest('hex');
}

function stepFailed(what: string, error: Error): BenchError {
    if (/MD5 of file/.test(error.message)) return new BenchError(`${what}: the flash does not hold what was written`, 'try again; if it stays so, the flash is worn out or badly connected', true);
    const why = error instanceof Late ? `no end within ${error.milliseconds / 1000} s` : error.message;
    return new BenchError(`${what} failed: ${why}`, 'try again with --baud 115200 and a short cable', true);
}

function notConnected(port: Port, tail: string, entry: Entry, error: Error): BenchError {
    if (error instanceof BenchError) return error;
    // The package's words for a chip that has not answered a single SYNC. What comes later is another matter.
    if (!(error instanceof Late) && !/Failed to connect/.test(error.message)) return stepFailed('starting the loader', error);
    const running = /boot:0x[0-9a-f]+(?! \(DOWNLOAD)/i.test(tail) && !/waiting for download/.test(tail);
    if (running) return new BenchError(`the board at ${port.name} starts its application instead of its loader`, 'hold BOOT (GPIO0 to ground) and press RESET, then run the command again with --reset none');
    if (/waiting for download\s*$/.test(tail)) return new BenchError(`the board at ${port.name} is in its loader, but does not answer`, 'look for a loose contact at TX of the adapter (RX of the board), use a short cable, and try again', true);
    const printable = tail.replace(/[^\x20-\x7e]+/g, ' ').trim();
    if (printable.length > 8) return new BenchError(`${port.name} speaks, but not as a loader does: "${printable.slice(-60)}"`, 'is it the right port? If so, hold BOOT, press RESET, and add --reset none');
    const how = entry === 'none' || !port.hasLines ? 'no reset was tried: hold BOOT, press RESET, then run the command again' : 'is it the right port, and has the board power? Hold BOOT, press RESET, and add --reset none';
    return new BenchError(`no loader answers at ${port.name}: ${error.message}`, how);
}
