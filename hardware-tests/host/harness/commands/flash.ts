// `motemq flash`: one board, named by the map or by its port, gets firmware: of a manifest, of a release of Espruino, or an application for Moddable.
import { openPort } from '../addresses.ts';
import type { Arguments } from '../cli.ts';
import { Interrupted, PASSED, UsageError } from '../errors.ts';
import { findFirmware, manifestExample } from '../firmware.ts';
import type { Firmware } from '../firmware.ts';
import { flash, restart } from '../flasher.ts';
import type { Part } from '../loader-session.ts';
import { Locks } from '../locks.ts';
import { flashModdable, isModdableFolder } from '../moddable.ts';
import { interruptible } from './interrupt.ts';
import { progress } from './progress.ts';
import { readBaud, readTarget } from './target.ts';
import type { Target } from './target.ts';

const FASTEST = 921600;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export const flashCommand = {
    summary: 'put firmware onto a board',
    help: `motemq flash WHAT (--board NAME | --port PORT) [options] [NAME=VALUE...]
  Writes firmware, leaves what the flash has already, compares sums, and restarts the board. WHAT is
    a manifest     files, their places and sums, see below
    a release of Espruino, as downloaded: espruino_2v29_esp32.tgz, or the folder in it
    a folder with an application for Moddable: its SDK (mcconfig) builds and writes it, with settings such as ssid=home
  --board NAME     a board of the map; --port PORT: /dev/ttyUSB0, 10c4:ea60, socket://host:port, pty:command (motemq boards --help)
  --baud N         speed while data is sent (921600); if it fails, 115200 is tried
  --erase          erase the whole flash first, settings and files too
  --reset HOW      lines: by DTR and RTS (default); none: the board waits in its loader already; or a sequence, D0R1|W100|D1R0|W50|D0R0
  --platform P     Moddable: as mcconfig -p takes it (that of the chip in the map); --debug: a debug build; --mod: a mod, by mcrun
  --map FILE       the board map (hardware-tests/boards.yaml)
A manifest is YAML:
${manifestExample}
Ctrl-C stops it and restarts the board. Example: motemq flash espruino_2v29_esp32.tgz --port /dev/ttyUSB0`,
    options: { board: text, port: text, baud: text, erase: flag, reset: text, platform: text, debug: flag, mod: flag, map: text },
    run: flashBoard,
} as const;

async function flashBoard({ values, positionals }: Arguments): Promise<number> {
    const [what, ...more] = positionals;
    if (!what) throw new UsageError('say what to write: motemq flash MANIFEST --port PORT');
    const baud = readBaud(values, FASTEST);
    const target = await readTarget(values);
    const moddable = isModdableFolder(what);
    if (!moddable && more.length) throw new UsageError(`'${more[0]}' means nothing here`);
    const firmware = moddable ? null : await findFirmware(what);
    if (firmware && target.chip && target.chip !== firmware.chip) throw new UsageError(`${target.name} is an ${target.chip}, and ${what} is for an ${firmware.chip}`);
    const unlock = new Locks().take(target.name);
    try {
        if (firmware) await flashAt(target, firmware, baud, values['erase'] === true);
        else await flashModdable(what, { port: target.port, chip: target.chip, platform: String(values['platform'] ?? ''), debug: values['debug'] === true, mod: values['mod'] === true, settings: more });
    } finally {
        unlock();
    }
    return PASSED;
}

async function flashAt(target: Target, firmware: Firmware, baud: number, erase: boolean): Promise<void> {
    const port = await openPort(target.port, 115200);
    const bar = await progress();
    try {
        const result = await interruptible(port, 'the firmware on the board is incomplete: run the command again', free => flash(free, firmware, {
            entry: target.entry, baud, erase, onStep: bar.step, onProgress: (part, share) => bar.share(shareOfAll(firmware, part, share)),
        })).catch(async (error: Error) => {
            // It is not left in its loader.
            if (error instanceof Interrupted) await restart(port, firmware.chip).catch(() => {});
            throw error;
        });
        bar.end();
        const { written, skipped, banner } = result;
        console.log(`${result.chip} ${result.mac}: ${written.length ? `wrote and compared ${written.join(', ')} at ${result.baud} baud` : 'nothing to write'}${skipped.length ? `; ${skipped.join(', ')} was there` : ''}`);
        if (banner === null) console.log('this port has no reset line: press RESET on the board');
    } finally {
        bar.end();
        await port.close();
    }
}

function shareOfAll({ parts }: Firmware, part: Part, share: number): number {
    const bytes = (some: readonly Part[]): number => some.reduce((sum, { data }) => sum + data.length, 0);
    return (bytes(parts.slice(0, parts.indexOf(part))) + part.data.length * share) / bytes(parts);
}
