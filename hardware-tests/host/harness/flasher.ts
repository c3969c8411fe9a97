// Flashing one board: what is there already is left, the rest is written and compared, at a lower speed if the higher one fails, and the
// board is seen to leave its loader.
import { BenchError } from './errors.ts';
import type { Firmware } from './firmware.ts';
import { LoaderSession } from './loader-session.ts';
import type { Entry, Part } from './loader-session.ts';
import { within } from './port.ts';
import type { Port } from './port.ts';
import { intoApplication, playSequence } from './reset.ts';

/** Bauds of what a board prints after a reset: the ROM of the ESP8266 divides its 26 MHz crystal as if it had 40 MHz. */
const bannerBaud = (chip: string): number => chip === 'esp8266' ? 74880 : 115200;
/** Ms in which a banner comes. */
const BANNER = 1000;

export interface FlashOptions {
    readonly entry: Entry;
    /** Bits a second while data is sent; if that fails, twice more at 115200 or less. */
    readonly baud: number;
    /** Erase everything first: settings and files of an application, too. */
    readonly erase: boolean;
    /** Say what is done, and how far it has got (0 to 1, for one part). */
    onStep(text: string): void;
    onProgress(part: Part, share: number): void;
}

export interface Flashed {
    readonly chip: string;
    readonly mac: string;
    readonly written: readonly string[];
    /** Parts that were there. */
    readonly skipped: readonly string[];
    /** Of the attempt that did it. */
    readonly baud: number;
    /** What the board printed after its reset; null if it cannot be reset by its lines. */
    readonly banner: string | null;
}

/** Flashes the board at `port`, which stays open. Rejects with a BenchError; as soon as the port has gone, with its reason. */
export async function flash(port: Port, firmware: Firmware, options: FlashOptions): Promise<Flashed> {
    const slower = Math.min(options.baud, 115200);
    const bauds = [options.baud, slower, slower];
    let erase = options.erase;
    for (let attempt = 0; ; attempt++) {
        try {
            const written = await flashOnce(port, firmware, { ...options, baud: bauds[attempt], erase }, () => erase = false);
            options.onStep('restarting the board');
            return { ...written, baud: bauds[attempt], banner: await restart(port, written.chip) };
        } catch (error) {
            if (!(error instanceof BenchError) || !error.transient || port.gone.aborted || attempt + 1 >= bauds.length) {
                await restart(port, firmware.chip).catch(() => {});
                throw error;
            }
            options.onStep(`${error.message}: trying again with ${bauds[attempt + 1]} baud`);
        }
    }
}

async function flashOnce(port: Port, firmware: Firmware, options: FlashOptions, erased: () => void): Promise<Omit<Flashed, 'baud' | 'banner'>> {
    options.onStep('connecting');
    const session = await LoaderSession.begin(port, options.entry);
    try {
        const { chip } = session;
        if (chip !== firmware.chip) throw new BenchError(`the board has an ${chip}, and the firmware is for an ${firmware.chip}`, 'take the manifest for this chip, or another port');
        const mac = await session.mac();
        await demandRoom(session, firmware);
        await session.changeBaud(options.baud);
        if (options.erase) {
            options.onStep('erasing');
            await session.eraseAll();
            erased();
        }
        const written: string[] = [];
        const skipped: string[] = [];
        for (const part of firmware.parts) {
            if (await session.holds(part)) {
                skipped.push(part.name);
                continue;
            }
            options.onStep(`writing ${part.name}`);
            await session.write(part, share => options.onProgress(part, share));
            written.push(part.name);
        }
        return { chip, mac, written, skipped };
    } finally {
        session.end();
    }
}

async function demandRoom(session: LoaderSession, { parts }: Firmware): Promise<void> {
    const size = await session.flashSize();
    const last = parts[parts.length - 1];
    const end = last.offset + last.data.length;
    if (size && end > size) throw new BenchError(`${last.name} ends at ${end >> 10} KB, and the flash has ${size >> 10} KB`, 'take firmware for a smaller flash');
}

/** Resets the board into its application. Returns what it printed, or null where its lines cannot be set. */
export async function restart(port: Port, chip: string): Promise<string | null> {
    await port.setBaud(bannerBaud(chip));
    if (!port.hasLines) return null;
    let banner = '';
    const heard = new Promise<void>((resolve) => {
        port.onBytes = (bytes) => {
            banner += Buffer.from(bytes).toString('latin1');
            if (/boot[: ][^\n]*\n[^\n]*\n/.test(banner)) resolve();
        };
    });
    await playSequence(port, intoApplication);
    await within(BANNER, port.gone, heard).catch(() => port.gone.throwIfAborted());
    if (/waiting for download|DOWNLOAD/.test(banner)) {
        throw new BenchError('the board is in its loader again after the reset', 'let go of BOOT, or take away what holds GPIO0 at ground, and press RESET');
    }
    return banner;
}
