// Boards with Espruino: at a port of this machine, its interpreter as a process behind a terminal, or the model of it.
import { crc32 } from '../../../boards/espruino/crc32.ts';
import { interpreterDevice, modelDevice } from '../../../boards/espruino/console/device.ts';
import { findEspruino } from '../../../boards/espruino/machine.ts';
import { boardOnTerminal } from '../../../boards/rom/ends.ts';
import { portOf } from '../../../boards/rom/in-process.ts';
import { openPort } from '../addresses.ts';
import type { Board } from '../board-map.ts';
import { EspruinoLink } from '../espruino/link.ts';
import { upload } from '../espruino/upload.ts';
import type { Port } from '../port.ts';
import { intoApplication, playSequence } from '../reset.ts';
import type { BenchBoard, Tell } from './bench-board.ts';
import { imageFor } from './images.ts';
import { LentPort } from './lent-port.ts';
import { LOOPBACK } from './virtual.ts';

/** Of the program in the board's Storage, and the function that the console calls. */
const PROGRAM = 'motemq-bench';
const HEAR = 'motemqHear';

/** What every board with Espruino has in common. `open`: the way to it. */
function espruinoBoard(board: Pick<BenchBoard, 'name' | 'isShared' | 'comesBack' | 'ownDefect' | 'port' | 'chip' | 'baud' | 'address' | 'needsNetwork' | 'powerCycle' | 'open' | 'end'>): BenchBoard {
    return {
        ...board, program: () => imageFor('espruino'),
        async load(port, { name, program: { script, preload: [motemq] } }, say) {
            const files = [{ name: 'motemq', data: Buffer.from(motemq) }, { name: PROGRAM, data: Buffer.from(script) }];
            const { firmware, way, written } = await upload(port, files, { boot: Buffer.from(`global.${HEAR}=require("${PROGRAM}").hear;`), onStep: say });
            const bytes = files.filter(file => written.includes(file.name)).reduce((sum, { data }) => sum + data.length, 0);
            return `Espruino ${firmware.version} ${firmware.board}: ${name} (motemq ${crc32(files[0].data).toString(16)}) ${bytes ? `${bytes} bytes written in ${way}` : 'was there'}`;
        },
        start,
    };
}

/** `order` as Espruino's source has it: its texts are bytes, of UTF-8 for WiFi, and none of them may mean something to the console. */
export function literalOf(order: string): string {
    return Buffer.from(order).toString('latin1').replace(/[\x7f-\xff]/g, byte => `\\x${byte.charCodeAt(0).toString(16)}`);
}

async function start(port: Port, hear: (bytes: Uint8Array) => void): Promise<Tell> {
    port.onBytes = hear;
    if (port.hasLines) await playSequence(port, intoApplication);
    // It interrupts a loop that blocks the console.
    const link = await EspruinoLink.connect(port, { onText: hear });
    if (!port.hasLines) await link.evaluate('(load(),0)');
    let last: Promise<unknown> = Promise.resolve();
    // One at a time; what is not answered is said again, and an order that comes twice is taken once.
    return async (order) => {
        const before = last;
        const told = before.catch(() => {}).then(() => link.evaluate(`(${HEAR}(${literalOf(order)}),0)`));
        last = told;
        await told;
    };
}

/** `espruino`: the interpreter that ESPRUINO_BIN names, behind a terminal, or the model of it. */
export async function emulatedEspruino(name: string): Promise<BenchBoard> {
    const found = findEspruino();
    let end = (): void => {};
    let flash = (): Buffer | null => null;
    return espruinoBoard({
        // The input thread of its Linux port and its main loop share a queue without a lock: what is typed may lack a character, and no suite compiles.
        ownDefect: /^(?:ASSERT\(len <= 64\) FAILED AT src\/jsdevices|Uncaught SyntaxError: )/,
        name, isShared: false, comesBack: true, port: 'espruino', chip: process.arch, baud: 115200, address: LOOPBACK, needsNetwork: false, powerCycle: null,
        async open() {
            // The one before may have ended: its Storage is still there.
            const held = flash();
            end();
            const device = 'path' in found ? interpreterDevice(found.path, held) : await modelDevice();
            if ('flash' in device) flash = () => device.flash;
            const terminal = 'path' in found ? await boardOnTerminal(device) : null;
            end = () => {
                terminal?.stop();
                device.stop();
            };
            return terminal ? openPort(terminal.address, 115200) : Object.assign(portOf(device), { hasLines: false });
        },
        end: () => end(),
    });
}

/** A board of the map. `address`: of this machine. */
export function mappedEspruino({ name, port, chip, baud, tags }: Board, address: string, powerCycle: BenchBoard['powerCycle']): BenchBoard {
    return espruinoBoard({
        name, isShared: true, comesBack: false, ownDefect: null, port, chip, baud, address, powerCycle, needsNetwork: tags.length === 0 || tags.includes('wifi'),
        open: () => LentPort.open(() => openPort(port, baud)),
        end() {},
    });
}
