// `motemq monitor` as a user runs it: what it shows and writes down, what it sends, and that it leaves boards alone.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RomBoard } from '../boards/rom/board.ts';
import type { Application, ChipOwner } from '../boards/rom/board.ts';
import { boardOnSocket, boardOnTerminal } from '../boards/rom/ends.ts';
import { boardLines } from '../boards/rom/lines.ts';
import { BENCH_FAILED, PASSED } from '../host/harness/errors.ts';
import { noPseudoTerminals } from '../host/serial-device.ts';
import { until } from '../host/until.ts';
import { program } from './harness-program.ts';
import { together } from './harness-together.ts';

const folder = mkdtempSync(join(tmpdir(), 'monitor-'));
const children: ChildProcess[] = [];
test.after(() => {
    children.forEach(child => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
});
if (noPseudoTerminals) console.log(`SKIPPED: monitoring a pseudo-terminal, because ${noPseudoTerminals}`);

/** An application that answers what it hears, line by line. */
function answering(owner: ChipOwner): Application {
    owner.print('sensor ready\r\n');
    return {
        receive(bytes) {
            const line = Buffer.from(bytes).toString().trim();
            if (line === 'crash') owner.reset('rst:0xc (SW_CPU_RESET)', 'Guru Meditation Error: Core  0 panic\'ed (LoadProhibited)\r\n');
            else if (line === 'noise') for (let count = 0; count < 3; count++) owner.print(Uint8Array.of(0x80, 0xfe, 0x9a, 0xc8, 0xff, 10));
            else if (line === 'ask') owner.print('how much? ');
            else owner.print(`heard ${line}\r\n`);
        },
        stop() {},
    };
}

function start(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [program, 'monitor', ...words], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output += bytes.toString());
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    return {
        shows: (pattern: RegExp) => until(`the monitor shows ${pattern}`, () => pattern.test(output), 30).catch((error: Error) => assert.unreachable(`${error.message}:\n${output}`)),
        type: (line: string) => void child.stdin.write(`${line}\n`),
        interrupt: async () => {
            child.kill('SIGINT');
            return await ended;
        },
        ended, output: () => output,
    };
}

together('lines with time and marker, a log file, lines that are typed; Ctrl-C ends it with 0', async () => {
    const board = new RomBoard({ chip: 'esp32', application: answering });
    const end = await boardOnSocket(board);
    const log = join(folder, 'board.log');
    const monitor = start(['--port', end.address, '--log', log]);
    try {
        // It waits until the port is open.
        monitor.type('hello');
        await monitor.shows(/^\d\d:\d\d:\d\d\.\d{3} {13}heard hello$/m);
        monitor.type('ask');
        await monitor.shows(/how much\?$/m);
        monitor.type('crash');
        await monitor.shows(/^\d\d:\d\d:\d\d\.\d{3} \[panic\] {5}Guru Meditation[^]*\[reboot\] {4}ets Jun[^]*\[reboot\] {4}rst:0xc \(SW_CPU_RESET\)[^]*sensor ready/m);
        monitor.type('noise');
        await monitor.shows(/\[garbage\][^]*cannot be read: set --baud/);
        assert.is(await monitor.interrupt(), PASSED, monitor.output());
        assert.match(readFileSync(log, 'utf8'), /^\d{4}-\d\d-\d\dT[\d:.]+Z heard hello$[^]*^\S+Z > crash$[^]*^\S+Z \[panic\] Guru/m);
    } finally {
        end.stop();
    }
});

together('a port that goes and comes back is waited for; one that is not there at first is an error', async () => {
    const board = new RomBoard({ chip: 'esp32', application: answering });
    let end = await boardOnSocket(board);
    const monitor = start(['--port', end.address]);
    const missing = start(['--port', '/dev/ttyUSB999']);
    assert.is(await missing.ended, BENCH_FAILED);
    assert.match(missing.output(), /there is no port/);
    const say = (text: string): Promise<void> => {
        const timer = setInterval(() => board.onOutput(Buffer.from(`${text}\n`)), 20);
        return monitor.shows(new RegExp(text)).finally(() => clearInterval(timer));
    };
    try {
        await say('the first words');
        end.stop();
        await monitor.shows(/has gone: it was unplugged.*; waiting for it/);
        monitor.type('too early');
        await monitor.shows(/not sent: the board is not there/);
        end = await boardOnSocket(board, Number(end.address.split(':').pop()));
        await monitor.shows(/is back/);
        await say('later words');
        assert.is(await monitor.interrupt(), PASSED, monitor.output());
    } finally {
        end.stop();
    }
});

(noPseudoTerminals || process.platform !== 'linux' ? test.skip : together)('at a serial port nothing is reset by opening or closing it, unless --reset says so', async () => {
    for (const [reset, boots] of [[[], 1], [['--reset'], 2]] as const) {
        const board = new RomBoard({ chip: 'esp32', application: answering });
        const end = await boardOnTerminal(board);
        const own = mkdtempSync(join(folder, 'lines-'));
        const lines = await boardLines(board, own);
        try {
            const monitor = start(['--port', end.address, ...reset], lines.environment);
            await until('the port is open', () => lines.changes.includes('D0 R0'), 30);
            if (reset.length) await monitor.shows(/\[reboot\][^]*sensor ready/);
            monitor.type('hello');
            await monitor.shows(/heard hello/);
            assert.is(await monitor.interrupt(), PASSED);
            assert.equal(board.events, Array.from({ length: boots }, () => 'boot application'), lines.changes.join(', '));
        } finally {
            lines.stop();
            end.stop();
        }
    }
});

test.run();
