// Who has a file open, from /proc. Finds nothing on systems without it, and nothing of other users without their rights.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

export interface Holder {
    readonly pid: number;
    readonly command: string;
}

/** The processes that have the file at `path` open, this one left out. */
export function holdersOf(path: string): Holder[] {
    const real = attempt(() => realpathSync(path), path);
    const processes = attempt(() => readdirSync('/proc'), []).filter(name => /^\d+$/.test(name) && Number(name) !== process.pid);
    return processes.filter(pid => attempt(() => readdirSync(`/proc/${pid}/fd`), []).some(fd => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '') === real))
        .map(pid => ({ pid: Number(pid), command: attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), '?') }));
}

/** Processes end, and those of others are closed to us, while we look. */
function attempt<T>(look: () => T, otherwise: T): T {
    try {
        return look();
    } catch {
        return otherwise;
    }
}
