// One user of a board at a time, also where the port itself cannot be locked (sockets) and between two ports of one board. A lock is a file
// with the number of its process; one whose process has ended does not count.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
        try {
            const pid = Number(readFileSync(this.path(name), 'utf8'));
            return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : 0;
        } catch {
            return 0;
        }
    }

    /** Takes `name`; the function returned gives it back. Refuses what another process has. */
    take(name: string): () => void {
        mkdirSync(this.folder, { recursive: true, mode: 0o1777 });
        const path = this.path(name);
        for (let attempt = 0; attempt < 3; attempt++) {
            try {
                writeFileSync(path, String(process.pid), { flag: 'wx' });
                return () => rmSync(path, { force: true });
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
            }
            const pid = this.holder(name);
            if (pid) throw new BenchError(`${name} is in use by another motemq (process ${pid})`, 'wait until it has ended');
            rmSync(path, { force: true });
        }
        throw new BenchError(`${name} cannot be locked: others take it all the time`, 'try again');
    }

    private path(name: string): string {
        return join(this.folder, encodeURIComponent(name).replaceAll('.', '%2E'));
    }
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
