// `motemq flash`: one board, named by the map or by its port, gets the firmware of a manifest.
import { openPort } from '../addresses.ts';
import { boardMapPath, readBoardMap, readEntry } from '../board-map.ts';
import type { Arguments } from '../cli.ts';
import { PASSED, UsageError } from '../errors.ts';
import { readFirmware } from '../firmware.ts';
import type { Firmware } from '../firmware.ts';
import { flash, restart } from '../flasher.ts';
import type { FlashOptions } from '../flasher.ts';
import type { Entry } from '../loader-session.ts';
import { Locks } from '../locks.ts';
import { need } from '../packages.ts';

const FASTEST = 921600;

interface Target {
    /** What is locked. */
    readonly name: string;
    readonly port: string;
    readonly chip: string;
    readonly entry: Entry;
}

export async function flashBoard({ values, positionals }: Arguments): Promise<number> {
    const [manifest, ...more] = positionals;
    if (!manifest || more.length) throw new UsageError('give one manifest: motemq flash MANIFEST --port PORT');
    const baud = Number(values['baud'] ?? FASTEST);
    if (!Number.isInteger(baud) || baud < 9600 || baud > 4_000_000) throw new UsageError('--baud is a number of bits a second, 9600 to 4000000');
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
    // Ctrl-C: the board is not left in its loader, nor the port locked.
    const interrupted = (): void => void restart(port, firmware.chip).catch(() => {}).then(() => port.close()).then(() => process.exit(130));
    process.once('SIGINT', interrupted);
    const progress = await progressOf(firmware);
    try {
        const result = await flash(port, firmware, { entry: target.entry, baud, erase, ...progress });
        progress.end();
        const { written, skipped, banner } = result;
        console.log(`${result.chip} ${result.mac}: ${written.length ? `wrote and compared ${written.join(', ')} at ${result.baud} baud` : 'nothing to write'}${skipped.length ? `; ${skipped.join(', ')} was there` : ''}`);
        if (banner === null) console.log('this port has no reset line: press RESET on the board');
    } finally {
        progress.end();
        process.removeListener('SIGINT', interrupted);
        await port.close();
    }
}

/** A bar for people at a terminal, lines for others. */
async function progressOf({ parts }: Firmware): Promise<Pick<FlashOptions, 'onStep' | 'onProgress'> & { end(): void }> {
    if (!process.stderr.isTTY) return { onStep: text => console.error(text), onProgress() {}, end() {} };
    const { default: { SingleBar } } = await need('cli-progress', () => import('cli-progress'));
    const bar = new SingleBar({ format: '{bar} {percentage}% {step}', hideCursor: true, clearOnComplete: true, stream: process.stderr });
    const total = parts.reduce((sum, { data }) => sum + data.length, 0);
    bar.start(total, 0, { step: '' });
    return {
        onStep: step => bar.update({ step }),
        onProgress(part, share) {
            const before = parts.slice(0, parts.indexOf(part)).reduce((sum, { data }) => sum + data.length, 0);
            bar.update(before + Math.round(part.data.length * share));
        },
        end: () => bar.stop(),
    };
}

async function readTarget(values: Arguments['values']): Promise<Target> {
    const { board: name, port, reset } = values as Record<string, string | undefined>;
    if ((name === undefined) === (port === undefined)) throw new UsageError('name the board: --board NAME or --port PORT');
    if (port !== undefined) return { name: port, port, chip: '', entry: readEntry(reset ?? '') };
    const path = String(values['map'] ?? boardMapPath);
    const map = await readBoardMap(path);
    const board = map.find(board => board.name === name);
    if (!board) throw new UsageError(`${path} has no board ${name}${map.length ? `; it has ${map.map(({ name }) => name).join(', ')}` : ': motemq boards --write makes one'}`);
    return { name: board.name, port: board.port, chip: board.chip, entry: reset === undefined ? board.reset : readEntry(reset) };
}
