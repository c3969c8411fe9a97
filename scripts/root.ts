// Where the project is. Bundled scripts and tests run from below .cache, so paths start here and not at the module's own folder.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder, from `folder` upwards, whose package.json is motemq's. */
function projectAbove(folder: string): string {
    const file = join(folder, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'motemq') {
        return folder;
    }
    const parent = dirname(folder);
    if (parent === folder) {
        throw new Error('no package.json of motemq above ' + import.meta.dirname);
    }
    return projectAbove(parent);
}

/** Absolute path of the project's folder. */
export const root = projectAbove(import.meta.dirname);
