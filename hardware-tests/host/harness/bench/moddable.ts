// Boards with Moddable at a port of this machine. The SDK builds the suites as an application, a release build, and puts it onto the board; then the
// program has UART 0 for itself: a debug build would keep it for its debugger, has less memory, and an ESP8266 has none left.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPort } from '../addresses.ts';
import type { Board } from '../board-map.ts';
import { untilInterrupted } from '../commands/interrupt.ts';
import { UsageError } from '../errors.ts';
import { flashModdable, needSdk, planModdable } from '../moddable.ts';
import { Late, within } from '../port.ts';
import type { Port } from '../port.ts';
import { intoApplication, playSequence } from '../reset.ts';
import type { BenchBoard, Tell } from './bench-board.ts';
import { LentPort } from './lent-port.ts';
import { applicationFor, moddableChips, writeApplication } from './moddable-application.ts';

/** The UART holds 128 bytes, and loses what comes while the program does something else: bytes of a piece, and ms between two. */
const PIECE = 64;
const PAUSE = 15;

/** Ms between two questions for the program that runs, and until it has answered: a board starts in less than a second. */
const ASK = 500;
const ANSWER = 3000;

/** The SDK's tools share folders of its own: one board at a time. */
let building: Promise<unknown> = Promise.resolve();

/** A board of the map. `address`: of this machine. Refuses one whose chip is not known. */
export function mappedModdable({ name, port, chip, baud, tags }: Board, address: string, powerCycle: BenchBoard['powerCycle']): BenchBoard {
    if (!moddableChips.includes(chip)) throw new UsageError(`${name}: say in the board map which chip it has, for mcconfig: ${moddableChips.join(', ')}`);
    return {
        name, port, chip, baud, address, powerCycle, program: () => applicationFor({ name, chip, baud }), isShared: true, comesBack: false, ownDefect: null,
        needsNetwork: tags.length === 0 || tags.includes('wifi'),
        async open() {
            needSdk('mcconfig');
            return LentPort.open(() => openPort(port, baud));
        },
        async load(line, image, say) {
            if (!image.unsure && await answers(line, image.name)) return `${chip}: ${image.name} was there`;
            const folder = writeApplication(image, { name, chip, baud });
            const plan = planModdable(folder, { port, chip, platform: '', debug: false, mod: false, settings: [] });
            const log = join(folder, 'build.log');
            writeFileSync(log, '');
            const before = building;
            const built = before.catch(() => {}).then(() => (line as LentPort).lend(() => {
                say(`mcconfig builds ${image.name} for ${chip} and writes it`);
                return untilInterrupted('the program on the board may be incomplete: run the command again', interrupted => flashModdable(plan, { interrupted, onOutput: text => appendFileSync(log, text) }));
            }));
            building = built;
            await built;
            return `${chip}: ${image.name} built and written by mcconfig${image.unsure && `, as at each run: ${image.unsure}`}`;
        },
        start,
        end() {},
    };
}

/** The program that runs on the board at `port` says that it is `image`. */
async function answers(port: Port, image: string): Promise<boolean> {
    let heard = '';
    const found = new Promise<boolean>((resolve) => {
        port.onBytes = (bytes) => {
            heard = (heard + Buffer.from(bytes).toString('latin1')).slice(-4096);
            if (heard.includes(`# motemq ready ${image}`) || heard.includes(` image ${image} `)) resolve(true);
        };
    });
    if (port.hasLines) await playSequence(port, intoApplication);
    // A board that cannot be reset has said that it is ready long ago.
    const asking = setInterval(() => void type(port, JSON.stringify({ hello: 'who', tests: 0 })).catch(() => {}), ASK);
    try {
        return await within(ANSWER, port.gone, found);
    } catch (error) {
        if (error instanceof Late) return false;
        throw error;
    } finally {
        clearInterval(asking);
    }
}

async function start(port: Port, hear: (bytes: Uint8Array) => void): Promise<Tell> {
    port.onBytes = hear;
    // Without lines it goes on with what mcconfig has started.
    if (port.hasLines) await playSequence(port, intoApplication);
    let last: Promise<unknown> = Promise.resolve();
    return async (order) => {
        const before = last;
        const told = before.catch(() => {}).then(() => type(port, order));
        last = told;
        await told;
    };
}

/** As hardware-tests/suites/serial-console.ts reads it; the line that was torn before ends first. */
async function type(port: Port, order: string): Promise<void> {
    const bytes = Buffer.from(`\n${Buffer.byteLength(order)} ${order}\n`);
    for (let at = 0; at < bytes.length; at += PIECE) {
        await port.write(bytes.subarray(at, at + PIECE));
        await sleep(PAUSE);
    }
}
