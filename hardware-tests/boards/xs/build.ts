// Makes the virtual board's program: fetches the XS engine's C sources from npm (pinned by version and hash), compiles them with
// the host in ./host, and keeps the program in .cache/xs. Knows compilers and npm, nothing of what a board runs.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
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

const host = join(root, 'hardware-tests', 'boards', 'xs', 'host');

export interface EngineOptions {
    /** Where the program and the tarball are kept. */
    readonly folder?: string;
    readonly compiler?: string;
    /** Is told what takes a while and what the compiler remarks on the host. Default: standard error. */
    readonly report?: (line: string) => void;
}

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

/** Ms that a compiler, or npm, may take for one call: npm waits for a registry that does not answer. */
const LONGEST = 300_000;

/** Runs a program in `folder`; resolves with what it wrote. */
function run(command: string, parameters: readonly string[], folder: string): Promise<{ stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
        execFile(command, parameters, { cwd: folder, maxBuffer: 1 << 24, timeout: LONGEST, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
            if (error === null) {
                resolve({ stdout, stderr });
            } else if (error.code === 'ENOENT') {
                reject(new Unavailable(`there is no program '${command}'`));
            } else {
                reject(new Error(`${command} ${error.killed ? `was still running after ${LONGEST / 1000} s` : 'failed'}: ${(stderr || error.message).trim()}`));
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

/** One build: it has a folder of its own, which goes away with it. */
class Build {
    constructor(private readonly cache: string, private readonly folder: string, private readonly compiler: string, private readonly report: (line: string) => void) {}

    /** Whether the compiler makes and links programs of this width (Debian: package gcc-multilib for 32 bits). */
    async canMake(width: Width): Promise<boolean> {
        const source = join(this.folder, 'probe.c');
        writeFileSync(source, '#include <math.h>\n#include <stdio.h>\nint main(void) { return puts("") < 0; }\n');
        try {
            await run(this.compiler, [...width.flags, source, '-lm', '-o', join(this.folder, 'probe')], this.folder);
            return true;
        } catch (error) {
            if (error instanceof Unavailable) {
                throw error;
            }
            return false;
        }
    }

    async program(width: Width, outfile: string): Promise<void> {
        await run('tar', ['-xzf', await this.tarball()], this.folder);
        const xs = join(this.folder, 'package', 'moddable', 'xs');
        const engine = sourcesIn(join(xs, 'sources')).filter(path => !unused.includes(basename(path)));
        const ours = sourcesIn(host);
        // The largest file first: the two compilers then end at about the same time.
        const sources = [...engine, ...ours].sort((a, b) => statSync(b).size - statSync(a).size);
        const includes = ['includes', 'platforms', 'sources'].flatMap(name => ['-isystem', join(xs, name)]);
        const objects: string[] = [];
        const work = async (): Promise<void> => {
            for (let source = sources.shift(); source !== undefined; source = sources.shift()) {
                const object = join(this.folder, `${objects.length}.o`);
                objects.push(object);
                try {
                    await this.object([...width.flags, ...flags, '-I', host, ...includes, '-c', source, '-o', object], ours.includes(source));
                } catch (error) {
                    // The other compiler ends its file and takes no more: then the folder can go.
                    sources.length = 0;
                    throw error;
                }
            }
        };
        const ended = await Promise.allSettled(Array.from({ length: Math.min(2, availableParallelism()) }, work));
        const failed = ended.find(end => end.status === 'rejected');
        if (failed !== undefined) {
            throw failed.reason;
        }
        const finished = join(this.folder, 'board');
        await run(this.compiler, [...width.flags, ...objects, '-lm', '-lpthread', '-o', finished], this.folder);
        renameSync(finished, outfile);
    }

    /** The engine may not suit a compiler; that the host does not compile is a fault of the project. */
    private async object(parameters: readonly string[], ours: boolean): Promise<void> {
        try {
            const { stderr } = await run(this.compiler, [...(ours ? ['-Wall', '-Wextra'] : ['-w']), ...parameters], this.folder);
            if (stderr !== '') {
                this.report(stderr.trim());
            }
        } catch (error) {
            throw ours ? error : new Unavailable((error as Error).message);
        }
    }

    /** The package's tarball, verified. */
    private async tarball(): Promise<string> {
        const kept = join(this.cache, `xsnap-${VERSION}.tgz`);
        if (!existsSync(kept)) {
            let printed: string;
            try {
                printed = (await run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent', '--pack-destination', this.folder], this.folder)).stdout;
            } catch (error) {
                throw new Unavailable(`npm could not fetch ${PACKAGE} ${VERSION} (${(error as Error).message})`);
            }
            const fetched = join(this.folder, printed.trim().split('\n').pop() ?? '');
            verify(fetched);
            renameSync(fetched, kept);
        }
        verify(kept);
        return kept;
    }
}

function sourcesIn(folder: string): string[] {
    return readdirSync(folder).filter(name => name.endsWith('.c')).map(name => join(folder, name));
}

function verify(file: string): void {
    const found = createHash('sha512').update(readFileSync(file)).digest('base64');
    if (found !== SHA512) {
        throw new Error(`${file} is not ${PACKAGE} ${VERSION}: sha512-${found}, expected sha512-${SHA512}`);
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
}

/** Runs `work` while no other process does so with this lock file. A lock whose process is gone is taken over. */
async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
        try {
            writeFileSync(lock, String(process.pid), { flag: 'wx' });
            break;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
                throw error;
            }
        }
        await new Promise(resolve => setTimeout(resolve, 100));
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

/**
 * The virtual board's program; made when it is first asked for, which takes a while. Without a C compiler or npm's registry it
 * says why there is none; a tarball with another content, or a host that does not compile, throws.
 */
export async function xsEngine(options: EngineOptions = {}): Promise<Engine> {
    const cache = options.folder ?? join(root, '.cache', 'xs');
    const report = options.report ?? (line => process.stderr.write(line + '\n'));
    const compiler = options.compiler ?? (process.env['CC'] || 'cc');
    const key = fingerprint();
    const program = (width: Width): string => join(cache, `board-${key}-${width.name}`);
    const made = (width: Width): Engine => ({ available: true, path: program(width), slotBytes: width.slotBytes });
    if (existsSync(program(narrow))) {
        return made(narrow);
    }
    mkdirSync(cache, { recursive: true });
    return alone(join(cache, `lock-${key}`), async () => {
        const folder = join(cache, `build-${process.pid}-${randomBytes(4).toString('hex')}`);
        mkdirSync(folder);
        const build = new Build(cache, folder, compiler, report);
        try {
            const width = (await build.canMake(narrow)) ? narrow : wide;
            if (!existsSync(program(width))) {
                if (width === wide && !(await build.canMake(wide))) {
                    throw new Unavailable(`the C compiler '${compiler}' cannot make a program`);
                }
                report('building the XS engine, once, about 15 s');
                await build.program(width, program(width));
            }
            return made(width);
        } catch (error) {
            if (error instanceof Unavailable) {
                return { available: false, because: error.message };
            }
            throw error;
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
}
