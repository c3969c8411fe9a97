// `motemq flash`: one board, named by the map or by its port, gets the firmware of a manifest.
import { openPort } from '../addresses.ts';
import type { Arguments } from '../cli.ts';
import { Interrupted, PASSED, UsageError } from '../errors.ts';
import { readFirmware } from '../firmware.ts';
import type { Firmware } from '../firmware.ts';
import { flash, restart } from '../flasher.ts';
import type { Part } from '../loader-session.ts';
import { Locks } from '../locks.ts';
import { interruptible } from './interrupt.ts';
import { progress } from './progress.ts';
import { readBaud, readTarget } from './target.ts';
import type { Target } from './target.ts';

const FASTEST = 921600;

export async function flashBoard({ values, positionals }: Arguments): Promise<number> {
    const [manifest, ...more] = positionals;
    if (!manifest || more.length) throw new UsageError('give one manifest: motemq flash MANIFEST --port PORT');
    const baud = readBaud(values, FASTEST);
    const target = await readTarget(values);
    const firmware = await readFirmware(manifest);
    if (target.chip && target.chip !== firmware.chip) throw new UsageError(`${target.name} is an ${target.chip}, and ${manifest} is for an ${firmware.chip}`);
    const unlock = new Locks().take(target.name);
    try {
        await flashAt(target, firmware, baud, values['erase'] === true);
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
