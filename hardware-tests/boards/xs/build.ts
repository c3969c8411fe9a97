// Makes the virtual board's program: fetches the XS engine's C sources from npm (pinned by version and hash), compiles them with
// the host in ./host, and keeps the program in .cache/xs. Knows compilers and npm, nothing of what a board runs.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/root.ts';

const PACKAGE = '@agoric/xsnap';
const VERSION = '0.15.0';
const SHA512 = 'ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==';

/** The virtual board's program, or why there is none on this machine. */
export type Engine =
    | { readonly available: true; readonly path: string; /** 16 as on a microcontroller, or 32 where the compiler cannot make 32-bit programs. */ readonly slotBytes: 16 | 32 }
    | { readonly available: false; readonly because: string };

/** This machine lacks something that the engine needs. What is wrong in the project itself is thrown as another error. */
class Unavailable extends Error {}

const cache = join(root, '.cache', 'xs');
const host = join(root, 'hardware-tests', 'boards', 'xs', 'host');
const compiler = process.env['CC'] || 'cc';

const flags = [
    '-O2', '-fno-common', '-DINCLUDE_XSPLATFORM', '-DXSPLATFORM="platform.h"',
    // As the SDK builds an app, with the parser added; mxMetering counts bytecodes.
    '-DmxRun=1', '-DmxParse=1', '-DmxSloppy=1', '-DmxBoundsCheck=1', '-DmxNoConsole=1', '-DmxMetering=1',
    '-DmxLockdown=1', '-DmxMinusZero=1', '-DmxStringNormalize=1', '-DmxRegExpUnicodePropertyEscapes=1',
];
/** Sources of the engine that the board does without: snapshots and the profiler. */
const unused = ['xsSnapshot.c', 'xsProfile.c'];

interface Width {
    readonly name: string;
    readonly flags: readonly string[];
    readonly slotBytes: 16 | 32;
}
const narrow: Width = { name: '32', flags: ['-m32'], slotBytes: 16 };
const wide: Width = { name: '64', flags: [], slotBytes: 32 };

function run(command: string, parameters: readonly string[], folder: string): Promise<string> {
    return new Promise((resolve, reject) => {
        execFile(command, parameters, { cwd: folder, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
            if (error === null) {
                resolve(stdout);
            } else if (error.code === 'ENOENT') {
                reject(new Unavailable(`there is no program '${command}'`));
            } else {
                reject(new Error(`${command} failed: ${(stderr || error.message).trim()}`));
            }
        });
    });
}

/** Names the program after everything that goes into it, so that a changed host is a new program. */
function fingerprint(): string {
    const hash = createHash('sha256').update(JSON.stringify([VERSION, SHA512, flags, unused]));
    for (const name of readdirSync(host).sort()) {
        hash.update(name).update('\0').update(readFileSync(join(host, name))).update('\0');
    }
    return hash.digest('hex').slice(0, 16);
}

function program(key: string, width: Width): string {
    return join(cache, `board-${key}-${width.name}`);
}

function verify(file: string): void {
    const found = createHash('sha512').update(readFileSync(file)).digest('base64');
    if (found !== SHA512) {
        throw new Error(`${file} is not ${PACKAGE} ${VERSION}: sha512-${found}, expected sha512-${SHA512}`);
    }
}

/** The package's tarball, verified. */
async function tarball(folder: string): Promise<string> {
    const kept = join(cache, `xsnap-${VERSION}.tgz`);
    if (!existsSync(kept)) {
        let printed: string;
        try {
            printed = await run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent', '--pack-destination', folder], folder);
        } catch (error) {
            throw new Unavailable(`npm could not fetch ${PACKAGE} ${VERSION} (${(error as Error).message})`);
        }
        const fetched = join(folder, printed.trim().split('\n').pop() ?? '');
        verify(fetched);
        renameSync(fetched, kept);
    }
    verify(kept);
    return kept;
}

/** Whether the compiler makes and links 32-bit programs (Debian: package gcc-multilib). */
async function compiles(width: Width, folder: string): Promise<boolean> {
    const source = join(folder, 'probe.c');
    writeFileSync(source, '#include <math.h>\n#include <stdio.h>\nint main(void) { return puts("") < 0; }\n');
    try {
        await run(compiler, [...width.flags, source, '-lm', '-o', join(folder, 'probe')], folder);
        return true;
    } catch (error) {
        if (error instanceof Unavailable) {
            throw error;
        }
        return false;
    }
}

async function compile(width: Width, folder: string, outfile: string): Promise<void> {
    await run('tar', ['-xzf', await tarball(folder)], folder);
    const xs = join(folder, 'package', 'moddable', 'xs');
    const engine = readdirSync(join(xs, 'sources')).filter(name => name.endsWith('.c') && !unused.includes(name)).map(name => join(xs, 'sources', name));
    const ours = readdirSync(host).filter(name => name.endsWith('.c')).map(name => join(host, name));
    // The largest file first: the two compilers then end at about the same time.
    const sources = [...engine, ...ours].sort((a, b) => statSync(b).size - statSync(a).size);
    const all = [...width.flags, ...flags, '-I', host, ...['includes', 'platforms', 'sources'].flatMap(name => ['-isystem', join(xs, name)])];
    const objects: string[] = [];
    const work = async (): Promise<void> => {
        for (let source = sources.shift(); source !== undefined; source = sources.shift()) {
            const object = join(folder, `${objects.length}.o`);
            objects.push(object);
            await run(compiler, [...all, ...(ours.includes(source) ? ['-Wall', '-Wextra', '-Werror'] : ['-w']), '-c', source, '-o', object], folder);
        }
    };
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
    const finished = join(folder, 'board');
    await run(compiler, [...width.flags, ...objects, '-lm', '-lpthread', '-o', finished], folder);
    renameSync(finished, outfile);
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
}

/** Runs `work` while no other process does so with the same key. A lock whose process is gone is taken over. */
async function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lock = join(cache, `lock-${key}`);
    for (;;) {
        try {
            writeFileSync(lock, String(process.pid), { flag: 'wx' });
            break;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
                throw error;
            }
        }
        await new Promise(resolve => setTimeout(resolve, 200));
        try {
            const owner = Number(readFileSync(lock, 'utf8'));
            if (owner > 0 && !isAlive(owner)) {
                rmSync(lock, { force: true });
            }
        } catch {
            // The owner has just removed it.
        }
    }
    try {
        return await work();
    } finally {
        rmSync(lock, { force: true });
    }
}

async function make(key: string, report: (line: string) => void): Promise<Engine> {
    const folder = join(cache, `build-${process.pid}-${randomBytes(4).toString('hex')}`);
    mkdirSync(folder, { recursive: true });
    try {
        const width = (await compiles(narrow, folder)) ? narrow : wide;
        const outfile = program(key, width);
        if (!existsSync(outfile)) {
            if (width === wide && !(await compiles(wide, folder))) {
                throw new Unavailable(`the C compiler '${compiler}' cannot make a program`);
            }
            report('building the XS engine, once, about 15 s');
            await compile(width, folder, outfile);
        }
        return { available: true, path: outfile, slotBytes: width.slotBytes };
    } catch (error) {
        if (error instanceof Unavailable) {
            return { available: false, because: error.message };
        }
        throw error;
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/**
 * The virtual board's program; made when it is first asked for. Says so through `report` (default: a line on standard error).
 * Without a C compiler or npm's registry it says why there is none; a tarball with another content throws.
 */
export async function xsEngine(report: (line: string) => void = line => process.stderr.write(line + '\n')): Promise<Engine> {
    const key = fingerprint();
    const made = program(key, narrow);
    if (existsSync(made)) {
        return { available: true, path: made, slotBytes: narrow.slotBytes };
    }
    mkdirSync(cache, { recursive: true });
    return alone(key, () => make(key, report));
}
