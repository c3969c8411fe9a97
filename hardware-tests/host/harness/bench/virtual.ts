// Boards that need no hardware: `virtual`, an emulated chip of Espressif's with the XS engine behind its loader, and `node`, a process of Node.
import { createHash } from 'node:crypto';
import { portOf } from '../../../boards/rom/in-process.ts';
import type { RomBoard } from '../../../boards/rom/board.ts';
import { APPLICATION, virtualBoard } from '../../../boards/virtual/board.ts';
import { faults } from '../../../boards/virtual/faults.ts';
import type { Fault } from '../../../boards/virtual/faults.ts';
import { makeImage } from '../../../boards/virtual/image.ts';
import { xsEngine } from '../../../boards/xs/build.ts';
import { ASLEEP } from '../../../suites/asleep.ts';
import { BenchError, UsageError } from '../errors.ts';
import { chipIds } from '../firmware.ts';
import { flash } from '../flasher.ts';
import { intoApplication, playSequence } from '../reset.ts';
import type { BenchBoard } from './bench-board.ts';
import { ChildPort } from './child-port.ts';
import { imageFile, imageFor } from './images.ts';

/** Chips whose images say which chip they are for. */
const chips = Object.keys(chipIds).filter(chip => chipIds[chip] !== null);
export const LOOPBACK = '127.0.0.1';

export const virtualForms = `virtual[:CHIP][:FAULT]       an emulated board: ${chips.join(', ')}; esp32 if not named
node                         a process of Node
espruino                     Espruino's interpreter, which ESPRUINO_BIN names; without it, a model of it`;

const faultForms = Object.entries(faults).map(([name, what]) => `${name.padEnd(12)} ${what}`).join('\n');

/** The board that `address` means, with the name `name`; null if it means none of these. Rejects where the engine cannot be built. */
export async function virtualBoardNamed(address: string, name: string): Promise<BenchBoard | null> {
    const [kind, ...words] = address.split(':');
    if (address === 'node') return nodeBoard(name);
    if (kind !== 'virtual') return null;
    const wrong = words.find(word => !chips.includes(word) && !Object.hasOwn(faults, word));
    if (wrong !== undefined) throw new UsageError(`'${address}': '${wrong}' is neither a chip (${chips.join(', ')}) nor a fault of a virtual board:\n${faultForms}`);
    const xs = await xsEngine();
    if (!xs.available) throw new BenchError(`the virtual board's engine cannot be built: ${xs.because}`, 'install a C compiler, or take --board node');
    const chip = words.find(word => chips.includes(word)) ?? 'esp32';
    const fault = words.find((word): word is Fault => Object.hasOwn(faults, word));
    return xsBoard(name, address, chip, virtualBoard({ chip, engine: xs.path, fault }));
}

function xsBoard(name: string, address: string, chip: string, board: RomBoard): BenchBoard {
    return {
        name, isShared: false, comesBack: false, ownDefect: null, port: address, chip, program: () => imageFor('xs'), baud: 115200, address: LOOPBACK, needsNetwork: false,
        async open() {
            if (board.events.includes('unplugged')) throw new BenchError(`${name} is not plugged in any more`, 'check the cable and the power supply, then run the command again');
            return portOf(board);
        },
        async load(port, image, say) {
            const data = makeImage(chipIds[chip] as number, image.program);
            const part = { offset: APPLICATION, data, name: `${image.name}.bin` };
            const { written, baud, mac } = await flash(port, { chip, parts: [part] }, { entry: 'lines', baud: 921600, erase: false, onStep: say, onProgress() {} });
            const sum = createHash('sha256').update(data).digest('hex').slice(0, 8);
            return `${chip} ${mac}: ${part.name} (${data.length >> 10} KB, sha256 ${sum}…) ${written.length ? `written at ${baud} baud` : 'was there'}`;
        },
        async start(port, hear) {
            port.onBytes = hear;
            await playSequence(port, intoApplication);
            return order => port.write(Buffer.from(`${order}\n`));
        },
        // EN, which stands for the supply here.
        async powerCycle() {
            board.setLines(false, true);
            board.setLines(false, false);
        },
        end: () => board.unplug(),
    };
}

async function nodeBoard(name: string): Promise<BenchBoard> {
    const path = imageFile(await imageFor('node'), '.mjs');
    return {
        name, isShared: false, comesBack: false, ownDefect: null, port: 'node', chip: process.arch, program: () => imageFor('node'), baud: 115200, address: LOOPBACK, needsNetwork: false,
        open: async () => new ChildPort(name, [process.execPath, path], ASLEEP),
        load: async (_port, image) => `${image.name} is a file`,
        async start(port, hear) {
            port.onBytes = hear;
            (port as ChildPort).restart();
            return order => port.write(Buffer.from(`${order}\n`));
        },
        powerCycle: null,
        end() {},
    };
}
