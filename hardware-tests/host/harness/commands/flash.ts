// `motemq flash`: one board, named by the map or by its port, gets firmware: of a manifest, of a release of Espruino, or an application for Moddable.
import { openPort } from '../addresses.ts';
import type { Arguments } from '../cli.ts';
import { Interrupted, PASSED, UsageError } from '../errors.ts';
import { findFirmware, manifestExample } from '../firmware.ts';
import type { Firmware } from '../firmware.ts';
import { flash, restart } from '../flasher.ts';
import type { Part } from '../loader-session.ts';
import { Locks } from '../locks.ts';
import { flashModdable, isModdableFolder, planModdable } from '../moddable.ts';
import { interruptible, untilInterrupted } from './interrupt.ts';
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
  --platform P     Moddable, whose tools take none of the three above: as mcconfig -p has it (that of the chip in the map);
                   --debug: a debug build; --mod: a mod, by mcrun
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
    const work = isModdableFolder(what) ? moddableWork(what, more, target, values) : await firmwareWork(what, more, target, baud, values);
    // All that can be known without the board is known by now.
    const unlock = new Locks().take(target.name);
    try {
        await work();
    } finally {
        unlock();
    }
    return PASSED;
}

/** Options that only applications for Moddable have, and those that mean nothing to its tools. */
const forModdable = ['platform', 'debug', 'mod'];
const notForModdable = ['baud', 'erase', 'reset'];

function refuse(options: readonly string[], values: Arguments['values'], why: string): void {
    const wrong = options.find(name => values[name] !== undefined);
    if (wrong) throw new UsageError(`--${wrong} ${why}`);
}

async function firmwareWork(what: string, more: readonly string[], target: Target, baud: number, values: Arguments['values']): Promise<() => Promise<void>> {
    if (more.length) throw new UsageError(`'${more[0]}' means nothing here`);
    refuse(forModdable, values, `is for applications for Moddable, and ${what} is none`);
    const firmware = await findFirmware(what);
    if (target.chip && target.chip !== firmware.chip) throw new UsageError(`${target.name} is an ${target.chip}, and ${what} is for an ${firmware.chip}`);
    return () => flashAt(target, firmware, baud, values['erase'] === true);
}

function moddableWork(what: string, settings: readonly string[], { port, chip }: Target, values: Arguments['values']): () => Promise<void> {
    refuse(notForModdable, values, 'means nothing to the tools of Moddable, which write its applications');
    const plan = planModdable(what, { port, chip, platform: String(values['platform'] ?? ''), debug: values['debug'] === true, mod: values['mod'] === true, settings });
    return () => untilInterrupted('the application on the board may be incomplete: run the command again', interrupted => flashModdable(plan, { interrupted, onOutput: text => process.stdout.write(text) }));
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
