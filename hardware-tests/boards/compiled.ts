// Small C programs of the virtual boards, compiled when first needed and kept for as long as their source stays the same.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/root.ts';

/** Ms. */
const LONGEST = 60_000;

/**
 * Path of what the compiler (`CC`, or cc) makes of `source`, a path below the project, with `flags`. Rejects with the compiler's error where there
 * is none. Several processes may ask at once.
 */
export async function compiled(source: string, flags: readonly string[] = []): Promise<string> {
    const path = join(root, source);
    const folder = join(root, '.cache', 'compiled');
    const program = join(folder, `${basename(source, '.c')}-${createHash('sha256').update(readFileSync(path)).update(flags.join(' ')).digest('hex').slice(0, 16)}`);
    if (existsSync(program)) return program;
    mkdirSync(folder, { recursive: true });
    // Beside its place: from another file system it could not be moved.
    const own = mkdtempSync(join(folder, 'making-'));
    const made = join(own, 'made');
    try {
        await promisify(execFile)(process.env['CC'] || 'cc', ['-O2', '-Wall', '-Werror', ...flags, '-o', made, path], { timeout: LONGEST, killSignal: 'SIGKILL' });
        renameSync(made, program);
    } finally {
        rmSync(own, { recursive: true, force: true });
    }
    return program;
}
