// Lists the project's own source files, for the tools that go through all of them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

/** Paths, relative to the project and sorted, of the files below `folders` whose name `accepts`. A folder that is missing has none. */
export function filesBelow(folders: readonly string[], accepts: (name: string) => boolean): string[] {
    const found: string[] = [];
    for (const folder of folders) {
        for (const entry of list(folder)) {
            const path = `${folder}/${entry.name}`;
            if (entry.isDirectory()) {
                found.push(...filesBelow([path], accepts));
            } else if (accepts(entry.name)) {
                found.push(path);
            }
        }
    }
    return found.sort();
}

function list(folder: string) {
    try {
        return readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return [];
        }
        throw error;
    }
}
