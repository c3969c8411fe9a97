// One user of a board at a time, also where the port itself cannot be locked (sockets) and between two ports of one board. A lock is a file
// with the number of its process; one whose process has ended does not count.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from './errors.ts';

export class Locks {
    private readonly folder: string;

    /** `folder`: where the files are; all users of a machine see the same. */
    constructor(folder = join(tmpdir(), 'motemq-locks')) {
        this.folder = folder;
    }

    /** Process that has `name`; 0 if none has. */
    holder(name: string): number {
        return holderIn(this.path(name));
    }

    /** Takes `name`; the function returned gives it back. Refuses what another process has. */
    take(name: string): () => void {
        const path = this.path(name);
        // Its own name first: a lock that is there has its number in it.
        const own = `${path}.${process.pid}`;
        try {
            if (mkdirSync(this.folder, { recursive: true })) chmodSync(this.folder, 0o1777);
            writeFileSync(own, String(process.pid));
            for (let attempt = 0; attempt < 3; attempt++) {
                if (isNew(() => linkSync(own, path))) return () => rmSync(path, { force: true });
                const pid = this.holder(name);
                if (pid) throw new BenchError(`${name} is in use by another motemq (process ${pid})`, 'wait until it has ended');
                giveUp(path, `${own}.ended`);
            }
        } catch (error) {
            throw error instanceof BenchError ? error : new BenchError(`${name} cannot be locked: ${(error as Error).message}`, `remove ${path}, if no motemq of another user is running`);
        } finally {
            if (existsSync(own)) rmSync(own);
        }
        throw new BenchError(`${name} cannot be locked: others take it all the time`, 'try again');
    }

    private path(name: string): string {
        const plain = encodeURIComponent(name).replaceAll('.', '%2E');
        // A command that makes a port may be longer than names of files can be.
        return join(this.folder, plain.length <= 120 ? plain : `${plain.slice(0, 80)}-${createHash('sha256').update(name).digest('hex')}`);
    }
}

/** The process in the lock at `path` that lives; 0 if there is none. */
function holderIn(path: string): number {
    try {
        const pid = Number(readFileSync(path, 'utf8'));
        return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : 0;
    } catch {
        return 0;
    }
}

/** False: somebody else has made it. */
function isNew(make: () => void): boolean {
    try {
        make();
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return false;
    }
}

/** Takes the lock at `path` away, whose process has ended. `aside`: a name of our own: of two who do so, one would take away what the other has just locked. */
function giveUp(path: string, aside: string): void {
    try {
        renameSync(path, aside);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
        throw error;
    }
    if (holderIn(aside)) isNew(() => linkSync(aside, path));
    rmSync(aside, { force: true });
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        // It is there, but somebody else's.
        return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
}
