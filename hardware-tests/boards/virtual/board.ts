// A virtual ESP32: the emulated loader and flash of ../rom, and the XS engine of ../xs as a process that runs the script in the flash. A host
// sees one serial line, as with a real board: it flashes through the loader, resets by the modem lines, and talks with the program.
import { chipIds } from '../../host/harness/firmware.ts';
import { RomBoard } from '../rom/board.ts';
import type { Application, ChipOwner } from '../rom/board.ts';
import type { Faults } from '../rom/faults.ts';
import { bootBoard } from '../xs/board.ts';
import type { Fault } from './faults.ts';
import { readImage } from './image.ts';

/** Where the application lies in the flash. */
export const APPLICATION = 0x10000;
/** Bytes of flash: ten times what a program takes. */
const FLASH = 1 << 20;
/** Ms after which the watchdog of a bootloader without an application restarts the chip. */
const WATCHDOG = 300;

export interface VirtualBoardOptions {
    /** One of Espressif's whose images name their chip. */
    readonly chip: string;
    /** Path of the XS program (../xs/build.ts). */
    readonly engine: string;
    readonly fault?: Fault;
}

const loaderFaults: Partial<Record<Fault, Faults>> = { unplugged: { unplugAfterInput: 20_000 }, silent: { silent: true } };

/** The board, powered, with an empty flash. */
export function virtualBoard({ chip, engine, fault }: VirtualBoardOptions): RomBoard {
    let tests = 0;
    const board: RomBoard = new RomBoard({
        chip, flashSize: FLASH,
        faults: fault && loaderFaults[fault],
        application: owner => startProgram(owner, chipIds[chip] as number, engine, fault, () => ++tests, () => board.unplug()),
    });
    return board;
}

function startProgram(owner: ChipOwner, chipId: number, engine: string, fault: Fault | undefined, countTest: () => number, unplug: () => void): Application {
    const flash = owner.flash.bytes;
    if (fault === 'corrupt') flash[APPLICATION + 100] &= 0;
    const found = readImage(flash.subarray(APPLICATION), chipId);
    if ('because' in found) return withoutProgram(owner, found.because);
    const garble = (text: string): Uint8Array => Buffer.from(text).map(byte => (byte ^ 0x5a) | 0x80);
    const print = (text: string): void => owner.print(fault === 'garbled' ? garble(text) : text);
    const panic = (): void => owner.reset('rst:0xc (SW_CPU_RESET)', "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.\r\nBacktrace: 0x400d1a2b:0x3ffb1f20\r\nRebooting...\r\n");
    const { preload } = found.program;
    const script = fault === 'stale' ? found.program.script.replace(/(motemq-image-)\w+/g, '$100000000') : found.program.script;
    let sleep = 0;
    let collapses = false;
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    const process = bootBoard(engine, {
        script, preload, keepLines: false,
        onLine(line) {
            const asleep = /^deep sleep (\d+)$/.exec(line);
            if (asleep) sleep = Number(asleep[1]) / 1000;
            else print(`${line}\r\n`);
            if (fault === 'collapsing' && collapses && line === '  ...') panic();
        },
    });
    void process.end.then(({ code, errors }) => {
        if (stopped) return;
        if (code === 0) timer = setTimeout(() => owner.reset('rst:0x5 (DEEPSLEEP_RESET)'), sleep);
        else owner.reset('rst:0xc (SW_CPU_RESET)', `${errors.trim().replaceAll('\n', '\r\n')}\r\nRebooting...\r\n`);
    });
    const act: Partial<Record<Fault, () => unknown>> = {
        hanging: () => void globalThis.process.kill(process.pid, 'SIGSTOP'),
        panicking: panic,
        collapsing: () => collapses = true,
        brownout: () => owner.reset('rst:0xf (RTCWDT_BROWN_OUT_RESET)', 'Brownout detector was triggered\r\n'),
        vanishing: unplug,
    };
    let rest = '';
    return {
        receive(bytes) {
            rest += Buffer.from(bytes).toString();
            const lines = rest.split('\n');
            rest = lines.pop() as string;
            for (const line of lines) {
                const isSecondTest = line.startsWith('{"test":') && countTest() === 2;
                process.send(fault === 'astray' ? line.replace(/("prefix":")/, '$1beside-') : line);
                if (isSecondTest && fault) act[fault]?.();
            }
        },
        stop() {
            stopped = true;
            clearTimeout(timer);
            void process.stop();
        },
    };
}

/** What a bootloader does that finds nothing to start. */
function withoutProgram(owner: ChipOwner, because: string): Application {
    owner.print(`${because}\r\n`);
    const timer = setTimeout(() => owner.reset('rst:0x10 (RTCWDT_RTC_RESET)'), WATCHDOG);
    timer.unref();
    return { receive() {}, stop: () => clearTimeout(timer) };
}
