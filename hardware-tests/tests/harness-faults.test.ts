// Everything that goes wrong while a board is flashed, one row a fault of the emulator: through the real esptool-js in this process, and over a
// pseudo-terminal with modem lines through the real serialport, as `motemq flash` does it. Then Ctrl-C, and what is shown meanwhile.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RomBoard } from '../boards/rom/board.ts';
import { boardOnTerminal } from '../boards/rom/ends.ts';
import type { Faults } from '../boards/rom/faults.ts';
import { portOf } from '../boards/rom/in-process.ts';
import { boardLines } from '../boards/rom/lines.ts';
import { BENCH_FAILED, INTERRUPTED, PASSED } from '../host/harness/errors.ts';
import { flash } from '../host/harness/flasher.ts';
import { noPseudoTerminals, SerialDevice } from '../host/serial-device.ts';
import { until } from '../host/until.ts';
import { motemq, program } from './harness-program.ts';
import { atMost, together } from './harness-together.ts';

const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const children: ChildProcess[] = [];
test.after(() => {
    children.forEach(child => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
});

interface Row {
    readonly faults: Faults;
    /** Exit code of `motemq flash`. */
    readonly code: typeof PASSED | typeof BENCH_FAILED;
    /** What is said, on the way or at the end. */
    readonly says: RegExp;
    /** The board's last event. */
    readonly last: 'boot application' | 'boot loader' | 'unplugged';
}

/** Every fault that the emulator has. What TypeScript misses here has no test. */
const table: { readonly [fault in keyof Required<Faults>]: Row } = {
    silent: { faults: { silent: true }, code: BENCH_FAILED, says: /no loader answers at/, last: 'boot application' },
    babbling: { faults: { babbling: true }, code: BENCH_FAILED, says: /speaks, but not as a loader does: ".*21\.5 C/, last: 'boot application' },
    noBootWire: { faults: { noBootWire: true }, code: BENCH_FAILED, says: /starts its application instead of its loader/, last: 'boot application' },
    heldInLoader: { faults: { heldInLoader: true }, code: BENCH_FAILED, says: /in its loader again after the reset/, last: 'boot loader' },
    bestBaud: { faults: { bestBaud: 460800 }, code: PASSED, says: /does not answer at 921600 baud: trying again with 115200/, last: 'boot application' },
    droppedReplies: { faults: { droppedReplies: [70] }, code: PASSED, says: /trying again with 115200/, last: 'boot application' },
    noisyReplies: { faults: { noisyReplies: [30, 60, 61] }, code: PASSED, says: /writing app\.bin/, last: 'boot application' },
    refusedBlocks: { faults: { refusedBlocks: [0, 2] }, code: PASSED, says: /writing app\.bin/, last: 'boot application' },
    stuckAtBlock: { faults: { stuckAtBlock: 1 }, code: PASSED, says: /writing app\.bin/, last: 'boot application' },
    brownOutAtBlock: { faults: { brownOutAtBlock: 1 }, code: PASSED, says: /trying again with 115200/, last: 'boot application' },
    wrongSums: { faults: { wrongSums: true }, code: BENCH_FAILED, says: /does not hold what was written/, last: 'boot application' },
    pieces: { faults: { pieces: 3 }, code: PASSED, says: /writing app\.bin/, last: 'boot application' },
    unplugAfterInput: { faults: { unplugAfterInput: 30_000 }, code: BENCH_FAILED, says: /has gone: it was unplugged/, last: 'unplugged' },
    unplugAfterOutput: { faults: { unplugAfterOutput: 1500 }, code: BENCH_FAILED, says: /has gone: it was unplugged/, last: 'unplugged' },
};

/** Of flash: there are many boards, and a process with much memory is slow to start others. */
const MEGABYTE = 1 << 20;
const image = randomBytes(50_000);
const manifest = join(folder, 'app.yaml');
writeFileSync(join(folder, 'app.bin'), image);
writeFileSync(manifest, `chip: esp32\nparts:\n  - { offset: 0x10000, file: app.bin, sha256: ${createHash('sha256').update(image).digest('hex')} }\n`);

const holds = (board: RomBoard): boolean => image.equals(board.flash.bytes.subarray(0x10000, 0x10000 + image.length));

for (const [fault, { faults, code, says, last }] of Object.entries(table)) {
    together(`${fault}: through esptool-js`, async () => {
        const board = new RomBoard({ chip: 'esp32', flashSize: MEGABYTE, faults });
        const said: string[] = [];
        const ended = await flash(portOf(board), { chip: 'esp32', parts: [{ offset: 0x10000, data: image, name: 'app.bin' }] }, {
            entry: 'lines', baud: 921600, erase: false, onStep: text => said.push(text), onProgress() {},
        }).then(() => PASSED, (error: Error) => {
            said.push(error.message);
            return BENCH_FAILED;
        });
        assert.is(ended, code, said.join('\n'));
        assert.match(said.join('\n'), says);
        assert.is(board.events.at(-1), last);
        assert.is(holds(board), code === PASSED || fault === 'heldInLoader' || fault === 'wrongSums');
    });
}

const overTerminal = noPseudoTerminals || process.platform !== 'linux' ? test.skip : together;
if (overTerminal === test.skip) console.log(`SKIPPED: faults over pseudo-terminals with modem lines, because ${noPseudoTerminals || 'this is no Linux'}`);

/** Ms that a program may run. */
const LONGEST = 90_000;

interface Run {
    readonly child: ChildProcess;
    readonly ended: Promise<number | null>;
    output(): string;
}

/** Starts `motemq flash` for a board at a serial port with modem lines; `stderr` as for spawn. */
async function run(board: RomBoard, file: string, stderr: 'pipe' | number = 'pipe'): Promise<Run> {
    const end = await boardOnTerminal(board);
    const lines = await boardLines(board, mkdtempSync(join(folder, 'l-')));
    const child = spawn(process.execPath, [program, 'flash', file, '--port', end.address], { stdio: ['ignore', 'pipe', stderr], env: { ...process.env, ...lines.environment } });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => output += bytes.toString());
    // One that does not end is told from one that is slow.
    const limit = setTimeout(() => child.kill('SIGKILL'), LONGEST);
    const ended = new Promise<number | null>(resolve => child.once('close', resolve)).finally(() => {
        clearTimeout(limit);
        lines.stop();
        end.stop();
    });
    return { child, ended, output: () => output };
}

const inTurn = atMost(4);

for (const [fault, { faults, code, says, last }] of Object.entries(table)) {
    overTerminal(`${fault}: through serialport, over a pseudo-terminal`, () => inTurn(async () => {
        const board = new RomBoard({ chip: 'esp32', flashSize: MEGABYTE, faults });
        const { ended, output } = await run(board, manifest);
        assert.is(await ended, code, output());
        assert.match(output(), says, output());
        assert.is(board.events.at(-1), last, board.events.join(', '));
    }));
}

/** Large enough that it takes a while. */
function largeManifest(name: string, size: number): string {
    const data = randomBytes(size);
    writeFileSync(join(folder, `${name}.bin`), data);
    writeFileSync(join(folder, `${name}.yaml`), `chip: esp32\nparts:\n  - { offset: 0x10000, file: ${name}.bin, sha256: ${createHash('sha256').update(data).digest('hex')} }\n`);
    return join(folder, `${name}.yaml`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    overTerminal(`${signal} in the middle: the board is restarted, the message says what it holds, the exit code is that of an interruption`, () => inTurn(async () => {
        // The middle lasts: the second block is not answered for seconds.
        const board = new RomBoard({ chip: 'esp32', flashSize: MEGABYTE, faults: { stuckAtBlock: 1 } });
        const { child, ended, output } = await run(board, manifest);
        await until('it writes', () => output().includes('writing') && board.flash.programmed > 0, 60);
        child.kill(signal);
        assert.is(await ended, INTERRUPTED, output());
        assert.match(output(), /motemq: interrupted\n +the firmware on the board is incomplete: run the command again/);
        assert.is(board.events.at(-1), 'boot application');
    }));
}

overTerminal('who reads how far it has got may go away: the board is written', () => inTurn(async () => {
    const { child, ended, output } = await run(new RomBoard({ chip: 'esp32', flashSize: MEGABYTE }), manifest);
    child.stderr!.destroy();
    assert.is(await ended, PASSED, output());
    assert.match(output(), /wrote and compared app\.bin/);
}));

overTerminal('a driver that takes no call: that is said, and the program ends', async () => {
    const own = mkdtempSync(join(folder, 'h-'));
    const terminal = new SerialDevice();
    await terminal.plugIn();
    // Modem lines whose changes are never answered: the call waits for that in the kernel.
    const lines = await boardLines(new RomBoard({ chip: 'esp32', flashSize: MEGABYTE }), own);
    const environment = { ...lines.environment, MOTEMQ_LINES: join(own, 'mute') };
    const mute = createServer().listen(environment.MOTEMQ_LINES);
    try {
        const ended = await motemq(['flash', manifest, '--port', terminal.path], environment);
        assert.match(ended.output, /has taken nothing for 5 s: the board or its adapter hangs\n +unplug it/);
        assert.equal([ended.late, ended.code === PASSED], [false, false]);
    } finally {
        mute.close();
        lines.stop();
        await terminal.unplug();
    }
});

overTerminal('a terminal gets a bar that goes away, anything else a line a step', async () => {
    const terminal = new SerialDevice();
    await terminal.plugIn();
    // Not as this process's own terminal: it would end with that.
    const end = openSync(terminal.path, constants.O_RDWR | constants.O_NOCTTY);
    try {
        const [bar, lines] = await Promise.all([run(new RomBoard({ chip: 'esp32', flashSize: MEGABYTE }), largeManifest('shown', 200_000), end), run(new RomBoard({ chip: 'esp32', flashSize: MEGABYTE }), manifest)]);
        assert.equal(await Promise.all([bar.ended, lines.ended]), [PASSED, PASSED], `${terminal.received}\n${lines.output()}`);
        await until('the bar is drawn', () => terminal.received.includes('%'));
        const drawn = stripVTControlCharacters(terminal.received.toString());
        assert.match(drawn, /\d+% writing shown\.bin/);
        assert.match(drawn, /100%/);
        assert.match(bar.output(), /^esp32 [0-9a-f:]+: wrote and compared shown\.bin/);
        assert.match(lines.output(), /connecting\nwriting app\.bin\nrestarting the board\n/);
        assert.not.match(lines.output(), /%/);
    } finally {
        closeSync(end);
        await terminal.unplug();
    }
});

test.run();
