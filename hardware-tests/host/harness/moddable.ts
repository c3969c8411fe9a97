// Applications for Moddable: built and flashed by the SDK's own tools, where it is installed.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAddress, resolveDevice } from './addresses.ts';
import type { Address } from './addresses.ts';
import { BenchError, UsageError } from './errors.ts';
import { onPath, runTool } from './programs.ts';
import type { ToolOptions } from './programs.ts';
import { serialDevices } from './serial-devices.ts';

/** Platforms of the SDK by chip, for boards with nothing else on them. */
const platforms: Readonly<Record<string, string>> = { esp8266: 'esp', esp32: 'esp32', esp32c3: 'esp32/esp32c3', esp32s3: 'esp32/esp32s3', esp32c6: 'esp32/esp32c6' };
/** Minutes that a build may take, ESP-IDF and all on a small machine, and minutes for writing. */
const BUILD = 30;
const WRITE = 5;
/** What serial2xsbug, which mcrun ends in, prints when a mod is installed. Then it restarts the board and stays, for a debugger (SDK 8: tools/serial2xsbug). */
const INSTALLED = /\.\.complete/;

export interface ModdableOptions {
    /** As addresses.ts reads it: a serial device. */
    readonly port: string;
    /** Empty: not known. */
    readonly chip: string;
    /** Of the SDK, `esp32/nodemcu` for instance; empty: that of the chip. */
    readonly platform: string;
    /** A build that speaks to a debugger. */
    readonly debug: boolean;
    /** The folder holds a mod, which the firmware on the board takes in. */
    readonly mod: boolean;
    /** Settings for the application: `ssid=home`. */
    readonly settings: readonly string[];
}

/** What is to be called, and for which board. */
export interface ModdablePlan {
    readonly folder: string;
    readonly program: 'mcconfig' | 'mcrun';
    readonly calls: readonly { readonly parameters: readonly string[]; readonly minutes: number; readonly done?: RegExp }[];
    readonly address: Address & { form: 'path' | 'glob' | 'usb' };
}

/** `folder` holds an application for Moddable: its manifest includes one of the SDK, or a package. */
export function isModdableFolder(folder: string): boolean {
    const path = join(folder, 'manifest.json');
    if (!existsSync(path)) return false;
    try {
        const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
        return 'include' in manifest || 'modules' in manifest;
    } catch {
        throw new UsageError(`${path} cannot be read as JSON`);
    }
}

/** How the application in `folder` gets onto the board. Refuses what is asked for wrongly, before anything is touched. */
export function planModdable(folder: string, options: ModdableOptions): ModdablePlan {
    const platform = options.platform || platforms[options.chip];
    if (!platform) throw new UsageError('which board is it? --platform esp32, esp32/nodemcu, esp …, as mcconfig -p takes it, or a chip in the board map');
    const wrong = options.settings.find(setting => !/^[A-Za-z_]\w*=/.test(setting));
    if (wrong !== undefined) throw new UsageError(`'${wrong}' is no setting of an application: NAME=VALUE`);
    const program = options.mod ? 'mcrun' : 'mcconfig';
    const address = parseAddress(options.port);
    if (address.form === 'socket' || address.form === 'command') throw new UsageError(`${program} writes to serial ports only, not to ${options.port}`);
    const call = (minutes: number, ...more: string[]) => ({ minutes, parameters: [...options.debug ? ['-d'] : [], '-m', '-p', platform, ...more, ...options.settings] });
    // A mod is installed by one call. Otherwise not in one: after a release build it would end in a monitor that never does.
    const calls = options.mod ? [{ ...call(WRITE), done: INSTALLED }] : [call(BUILD, '-t', 'build'), call(WRITE, '-t', 'deploy')];
    return { folder: resolve(folder), program, calls, address };
}

/** Builds the application and puts it onto the board. Rejects with a BenchError where the SDK is missing, fails or hangs. */
export async function flashModdable({ folder, program, calls, address }: ModdablePlan, options: Pick<ToolOptions, 'interrupted' | 'onOutput'>): Promise<void> {
    needSdk(program);
    const environment = { UPLOAD_PORT: resolveDevice(address, await serialDevices()) };
    const advice = `what it has said tells why; try it by hand: cd ${folder}`;
    for (const { parameters, minutes, done } of calls) await runTool(program, parameters, minutes * 60_000, advice, { ...options, folder, environment, done });
}

/** Throws a BenchError where the SDK, of which `program` is one, is not installed. */
export function needSdk(program: string): void {
    const { MODDABLE } = process.env;
    if (!onPath(program)) throw new BenchError(`Moddable's SDK is not here: there is no ${program} on the PATH`, 'install it (moddable.com/documentation/Moddable-SDK-Getting-Started), then set MODDABLE and PATH');
    if (!MODDABLE || !existsSync(MODDABLE)) throw new BenchError(MODDABLE ? `MODDABLE names ${MODDABLE}, which does not exist` : 'MODDABLE is not set', 'set it to the folder of the SDK');
}
