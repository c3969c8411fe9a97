// `motemq doctor`: everything that the bench needs, looked at one by one, with what to do where something is missing.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openPort, parseAddress } from '../addresses.ts';
import { boardMapPath, readBoardMap } from '../board-map.ts';
import type { Board } from '../board-map.ts';
import type { Arguments } from '../cli.ts';
import { BENCH_FAILED, BenchError, PASSED, UsageError } from '../errors.ts';
import { enquire } from '../espruino/link.ts';
import { restart } from '../flasher.ts';
import { holdersOf } from '../holders.ts';
import { LoaderSession } from '../loader-session.ts';
import type { Entry } from '../loader-session.ts';
import { boardPackages, install, tracePackages } from '../packages.ts';
import { executable, helpers, onPath } from '../programs.ts';
import { serialDevices } from '../serial-devices.ts';
import type { SerialDevice } from '../serial-devices.ts';
import { describeDevices } from './boards.ts';

/** Prints findings, and remembers whether one of them stands in the way. */
class Report {
    failed = false;

    good(text: string): void {
        console.log(`  ok       ${text}`);
    }

    /** Something that only some commands need. */
    note(text: string, advice: string): void {
        console.log(`  note     ${text}\n           ${advice}`);
    }

    bad(text: string, advice: string): void {
        this.failed = true;
        console.log(`  PROBLEM  ${text}\n           ${advice}`);
    }
}

export async function doctor({ values, positionals }: Arguments): Promise<number> {
    if (positionals.length) throw new UsageError(`'${positionals[0]}' means nothing here`);
    const report = new Report();
    console.log('This machine');
    checkMachine(report);
    console.log('Board map');
    const map = await checkMap(report, String(values['map'] ?? boardMapPath));
    console.log('Ports');
    const devices = await serialDevices();
    checkGroups(report);
    if (devices.length === 0) report.note('no serial port is plugged in', 'plug in a board with a cable that carries data; without a board: motemq test --board virtual, --port pty:command or socket://host:port');
    else console.log(describeDevices(devices).replace(/^/gm, '           '));
    for (const device of devices) await checkPort(report, device, values['probe'] === true);
    if (values['probe']) {
        // Boards that no device stands for.
        for (const { name, port, reset } of map.filter(({ port }) => ['socket', 'command'].includes(parseAddress(port).form))) await probe(report, name, port, reset);
    }
    return report.failed ? BENCH_FAILED : PASSED;
}

function checkMachine(report: Report): void {
    const major = Number(process.versions.node.split('.')[0]);
    if (major >= 20) report.good(`Node ${process.versions.node}`);
    else report.bad(`Node ${process.versions.node} is too old`, 'install Node 20 or newer');
    const packages = Object.entries({ ...boardPackages, ...tracePackages });
    const missing = packages.filter(([name]) => !installed(name));
    const forBoards = missing.filter(([name]) => name in boardPackages);
    const others = missing.filter(([name]) => name in tracePackages);
    if (missing.length < packages.length) report.good(`packages ${packages.filter(([name]) => installed(name)).map(([name]) => name).join(', ')}`);
    if (forBoards.length) report.bad(`missing: ${forBoards.map(([name]) => name).join(', ')}`, install(forBoards.map(([, version]) => version)));
    if (others.length) report.note(`no ${others.map(([name]) => name).join(', no ')}`, `motemq trace and motemq energy need them: ${install(others.map(([, version]) => version))}`);
    if (onPath(process.env['CC'] || 'cc')) report.good('a C compiler');
    else report.note('no C compiler', 'virtual boards and pseudo-terminals need one');
    const present = Object.keys(helpers).filter(onPath);
    if (present.length) report.good(present.map(name => `${name} (${helpers[name]})`).join(', '));
    const absent = Object.keys(helpers).filter(name => !present.includes(name));
    if (absent.length) report.note(`no ${absent.join(', no ')}`, absent.map(name => `${name} ${helpers[name]}`).join('; '));
    checkModdable(report);
    const espruino = process.env['ESPRUINO_BIN'];
    if (espruino && !executable(espruino)) report.bad(`ESPRUINO_BIN names ${espruino}, which cannot be run`, 'name the program that Espruino\'s Linux build makes');
    else if (espruino) report.good(`Espruino's interpreter, ${espruino}`);
}

function checkModdable(report: Report): void {
    const { MODDABLE } = process.env;
    if (MODDABLE && !existsSync(MODDABLE)) return report.bad(`MODDABLE names ${MODDABLE}, which does not exist`, 'set it to the folder of Moddable\'s SDK');
    if (MODDABLE && onPath('mcconfig')) return report.good(`Moddable's SDK in ${MODDABLE}`);
    if (onPath('mcconfig')) return report.bad('mcconfig is there, but MODDABLE is not set', 'set it to the folder of Moddable\'s SDK');
    report.note('no SDK of Moddable', `${MODDABLE ? 'put its build/bin folder onto the PATH' : 'for Moddable boards install it, then set MODDABLE and PATH'}: motemq flash calls its mcconfig`);
}

/** Whether the user's groups open serial ports, also before one is plugged in: Debian's dialout, Arch's uucp. */
function checkGroups(report: Report): void {
    if (process.platform !== 'linux' || process.getuid?.() === 0 || !existsSync('/etc/group')) return;
    const groups = readFileSync('/etc/group', 'utf8').split('\n').map(line => line.split(':')).filter(([name]) => name === 'dialout' || name === 'uucp');
    const own = [process.getgid?.(), ...process.getgroups?.() ?? []];
    if (groups.length === 0 || groups.some(([, , id]) => own.includes(Number(id)))) return;
    report.note(`you are not in the group ${groups.map(([name]) => name).join(' or ')}: serial ports will be closed to you`, `sudo usermod -aG ${groups[0][0]} $USER, then log in again`);
}

async function checkMap(report: Report, path: string): Promise<Board[]> {
    try {
        const map = await readBoardMap(path);
        if (map.length) report.good(`${path}: ${map.map(({ name }) => name).join(', ')}`);
        else report.note(`${path} names no board`, 'motemq boards --write makes it from what is plugged in');
        return map;
    } catch (error) {
        if (error instanceof UsageError) report.bad(error.message, `correct ${path}`);
        else if (error instanceof BenchError) report.bad(error.message, error.advice);
        else throw error;
        return [];
    }
}

async function checkPort(report: Report, { path }: SerialDevice, probing: boolean): Promise<void> {
    try {
        accessSync(path, constants.R_OK | constants.W_OK);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EACCES') return report.bad(`you may not open ${path}`, 'sudo usermod -aG dialout $USER, then log in again');
        return report.bad(`${path}: ${(error as Error).message}`, 'unplug the board and plug it in again');
    }
    const holders = holdersOf(path).map(({ pid, command }) => `${command} (process ${pid})`);
    if (holders.length) return report.bad(`${path} is in use by ${holders.join(', ')}`, 'close that program');
    if (!probing) return report.good(`${path} is free; --probe asks which chip is there`);
    await probe(report, path, path, 'lines');
}

async function probe(report: Report, name: string, port: string, entry: Entry): Promise<void> {
    try {
        report.good(`${name}: ${await chipAt(port, entry)}`);
    } catch (error) {
        if (!(error instanceof BenchError)) throw error;
        report.bad(error.message, error.advice);
    }
}

async function chipAt(address: string, entry: Entry): Promise<string> {
    const port = await openPort(address, 115200);
    try {
        const firmware = await enquire(port);
        const session = await LoaderSession.begin(port, entry);
        try {
            return `${session.chip}, ${await session.flashSize() >> 10} KB of flash, ${await session.mac()}${firmware ? `, Espruino ${firmware.version} for ${firmware.board}` : ''}`;
        } finally {
            session.end();
            await restart(port, session.chip).catch(() => {});
        }
    } finally {
        await port.close();
    }
}

function installed(name: string): boolean {
    // Some of them export no package.json.
    return (createRequire(import.meta.url).resolve.paths(name) ?? []).some(folder => existsSync(join(folder, name, 'package.json')));
}
