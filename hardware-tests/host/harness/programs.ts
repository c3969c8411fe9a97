// Programs of this machine that the bench calls.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of that name is on the PATH. */
export function onPath(program: string): boolean {
    return (process.env['PATH'] ?? '').split(delimiter).some(folder => executable(join(folder, program)));
}

export function executable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
