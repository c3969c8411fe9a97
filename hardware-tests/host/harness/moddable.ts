// Applications for Moddable: built and flashed by the SDK's own tools, where it is installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAddress, resolveDevice } from './addresses.ts';
import { BenchError, UsageError } from './errors.ts';
import { onPath } from './programs.ts';
import { serialDevices } from './serial-devices.ts';

/** Platforms of the SDK by chip, for boards with nothing else on them. */
const platforms: Readonly<Record<string, string>> = { esp8266: 'esp', esp32: 'esp32', esp32c3: 'esp32/esp32c3', esp32s3: 'esp32/esp32s3', esp32c6: 'esp32/esp32c6' };

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

/** Builds the application in `folder` and puts it onto the board. Rejects with a BenchError where the SDK is missing or fails. */
export async function flashModdable(folder: string, options: ModdableOptions): Promise<void> {
    const platform = options.platform || platforms[options.chip];
    if (!platform) throw new UsageError('which board is it? --platform esp32, esp32/nodemcu, esp …, as mcconfig -p takes it, or a chip in the board map');
    const wrong = options.settings.find(setting => !/^[A-Za-z_]\w*=/.test(setting));
    if (wrong !== undefined) throw new UsageError(`'${wrong}' is no setting of an application: NAME=VALUE`);
    const program = options.mod ? 'mcrun' : 'mcconfig';
    needSdk(program);
    const address = parseAddress(options.port);
    if (address.form === 'socket' || address.form === 'command') throw new UsageError(`${program} writes to serial ports only, not to ${options.port}`);
    const environment = { ...process.env, UPLOAD_PORT: resolveDevice(address, await serialDevices()) };
    const common = [options.debug ? '-d' : '', '-m', '-p', platform].filter(Boolean);
    // A mod is installed by one call. Otherwise not in one: after a release build it would end in a monitor that never does.
    const calls = options.mod ? [[...common, ...options.settings]] : [[...common, '-t', 'build', ...options.settings], [...common, '-t', 'deploy', ...options.settings]];
    for (const parameters of calls) await run(program, parameters, resolve(folder), environment);
}

/** Throws a BenchError where the SDK, of which `program` is one, is not installed. */
export function needSdk(program: string): void {
    const { MODDABLE } = process.env;
    if (!onPath(program)) throw new BenchError(`Moddable's SDK is not here: there is no ${program} on the PATH`, 'install it (moddable.com/documentation/Moddable-SDK-Getting-Started), then set MODDABLE and PATH');
    if (!MODDABLE || !existsSync(MODDABLE)) throw new BenchError(MODDABLE ? `MODDABLE names ${MODDABLE}, which does not exist` : 'MODDABLE is not set', 'set it to the folder of the SDK');
}

async function run(program: string, parameters: readonly string[], folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const child = spawn(program, parameters, { cwd: folder, env: environment, stdio: 'inherit' });
    const code = await new Promise<number | string>((done, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => done(code ?? signal ?? 'an unknown end'));
    });
    if (code !== 0) throw new BenchError(`${program} ${parameters.filter(word => !word.includes('=')).join(' ')} ended with ${code}`, 'what it has said above tells why; try it by hand in the folder of the application');
}
