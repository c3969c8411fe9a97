// The suites as an application for Moddable, written where mcconfig can build it: the compiled module, a `main` that starts it, a native module that
// counts memory, and the manifest.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/root.ts';
import type { Board } from '../board-map.ts';
import { imageFor, nameOf } from './images.ts';
import type { Image } from './images.ts';
import { identifySdk } from './moddable-sdk.ts';

/** Pins of UART 0, which the USB adapters of boards hang on: transmit and receive (SDK 8: build/devices/esp32/lib/debugger). An ESP8266 has no others. */
const pins: Readonly<Record<string, readonly [number, number]>> = { esp8266: [1, 3], esp32: [1, 3], esp32s3: [43, 44], esp32c3: [21, 20], esp32c6: [16, 17] };

/** Chips that the application can be made for. */
export const moddableChips: readonly string[] = Object.keys(pins);

type ModdableBoard = Pick<Board, 'name' | 'chip' | 'baud'>;

const native = join(root, 'hardware-tests', 'suites', 'moddable', 'memory');
const main = 'import { start } from "motemq-bench";\n\nstart();\n';

/** The program for `board`, by a name that covers the whole application and the SDK that builds it. */
export async function applicationFor(board: ModdableBoard): Promise<Image> {
    const { name, program: { script } } = await imageFor('moddable');
    const { sum, unsure } = await identifySdk(board.chip);
    const own = nameOf([script, manifestFor(board), main, readFileSync(`${native}.c`, 'utf8'), readFileSync(`${native}.js`, 'utf8'), sum]);
    return { name: own, program: { script: script.replaceAll(name, own), preload: [] }, unsure };
}

/** Writes the application for `board`. Returns its folder, whose name is the board's: mcconfig keeps what it builds by that. */
export function writeApplication(image: Image, board: ModdableBoard): string {
    const folder = join(root, '.cache', 'bench', `motemq-${board.name.replace(/\W/g, '_')}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), manifestFor(board));
    writeFileSync(join(folder, 'main.js'), main);
    writeFileSync(join(folder, 'motemq-bench.js'), image.program.script);
    return folder;
}

function manifestFor({ chip, baud }: ModdableBoard): string {
    const [transmit, receive] = pins[chip];
    const manifest = {
        include: ['$(MODDABLE)/examples/manifest_base.json', '$(MODDABLE)/modules/io/manifest.json'],
        modules: { '*': ['./main', './motemq-bench'], 'motemq-memory': native },
        preload: ['motemq-bench', 'motemq-memory'],
        config: { chip, baud, transmit, receive },
        // They would join a network of their own before the program starts.
        platforms: {
            esp32: { modules: { '~': '$(BUILD)/devices/esp32/setup/network' } },
            esp: { modules: { '~': '$(BUILD)/devices/esp/setup/network' } },
        },
    };
    return `${JSON.stringify(manifest, null, 4)}\n`;
}
