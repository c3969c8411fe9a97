// Has tsc write the .d.ts files of src/ and targets/, for dist and for the list of names that may be shortened.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { filesBelow } from './files.ts';
import { importsOf } from './imports.ts';
import { root } from './root.ts';
import { runProcess } from './run-process.ts';

/** Writes them below `folder`, in the layout of the sources. Returns what tsc complained of; the files are written all the same. */
export async function writeDeclarations(folder: string): Promise<string> {
    const ended = await runProcess(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'scripts/tsconfig.declarations.json', '--outDir', folder], 120_000);
    return ended.code === 0 ? '' : ended.output.trim();
}

/** The texts of all declarations by the path of their source (`src/index.ts`). Throws if there is none. */
export async function readDeclarations(): Promise<Map<string, string>> {
    const cache = join(root, '.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'declarations-'));
    try {
        const complaint = await writeDeclarations(folder);
        const files = filesBelow([relative(root, folder)], name => name.endsWith('.d.ts'));
        if (files.length === 0) throw new Error('tsc wrote no declarations\n' + complaint);
        return new Map(files.map(file => [relative(folder, join(root, file)).replace(/\.d\.ts$/, '.ts'), readFileSync(join(root, file), 'utf8')]));
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** The declarations that a user of `source` (`src/index.ts`) can reach: its own and all that they import, types too. */
export function reachable(source: string, declarations: ReadonlyMap<string, string>): string[] {
    const found = new Set<string>();
    const open = [source];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
        const text = declarations.get(path);
        if (text === undefined || found.has(path)) continue;
        found.add(path);
        const folder = dirname(path);
        open.push(...importsOf(text).filter(({ specifier }) => specifier.startsWith('.')).map(({ specifier }) => normalize(join(folder, specifier))));
    }
    return [...found].map(path => declarations.get(path)!);
}
