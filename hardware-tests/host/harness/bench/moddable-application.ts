// The suites as an application for Moddable, written where mcconfig can build it: the compiled module, a `main` that starts it, a native module that
// counts memory, and the manifest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/root.ts';
import type { Image } from './images.ts';

/** Pins of UART 0, which the USB adapters of boards hang on: transmit and receive (SDK 8: build/devices/esp32/lib/debugger). An ESP8266 has no others. */
const pins: Readonly<Record<string, readonly [number, number]>> = { esp8266: [1, 3], esp32: [1, 3], esp32s3: [43, 44], esp32c3: [21, 20], esp32c6: [16, 17] };

/** Chips that the application can be made for. */
export const moddableChips: readonly string[] = Object.keys(pins);

/** Writes the application for `board`. Returns its folder, whose name is the board's: mcconfig keeps what it builds by that. */
export function writeApplication(image: Image, board: { readonly name: string; readonly chip: string; readonly baud: number }): string {
    const folder = join(root, '.cache', 'bench', `motemq-${board.name.replace(/\W/g, '_')}`);
    mkdirSync(folder, { recursive: true });
    const [transmit, receive] = pins[board.chip];
    const native = join(root, 'hardware-tests', 'suites', 'moddable', 'memory');
    const manifest = {
        include: ['$(MODDABLE)/examples/manifest_base.json', '$(MODDABLE)/modules/io/manifest.json'],
        modules: { '*': ['./main', './motemq-bench'], 'motemq-memory': native },
        preload: ['motemq-bench', 'motemq-memory'],
        config: { chip: board.chip, baud: board.baud, transmit, receive },
        // They would join a network of their own before the program starts.
        platforms: {
            esp32: { modules: { '~': '$(BUILD)/devices/esp32/setup/network' } },
            esp: { modules: { '~': '$(BUILD)/devices/esp/setup/network' } },
        },
    };
    writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 4)}\n`);
    writeFileSync(join(folder, 'main.js'), 'import { start } from "motemq-bench";\n\nstart();\n');
    writeFileSync(join(folder, 'motemq-bench.js'), image.program.script);
    return folder;
}
