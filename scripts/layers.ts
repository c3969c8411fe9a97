// The rule on imports: they run downwards only. One table says what each room may know; everything else is a finding.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { filesBelow } from './files.ts';
import { importsOf } from './imports.ts';
import { root } from './root.ts';

/** Rooms by path, most particular first, and the rooms that each may import, itself included. */
const rooms: readonly [room: string, prefix: string, mayImport: readonly string[]][] = [
    ['codec', 'src/codec/', ['codec', 'contracts']],
    ['session', 'src/session/', ['session', 'codec', 'contracts']],
    ['outbox', 'src/outbox/', ['outbox', 'codec', 'contracts']],
    ['sleep', 'src/sleep/', ['sleep', 'session', 'outbox', 'codec', 'contracts']],
    ['trace', 'src/trace/', ['trace', 'contracts']],
    ['telemetry', 'src/telemetry/', ['telemetry', 'codec', 'contracts']],
    ['entry', 'src/index.ts', ['entry', 'session', 'outbox', 'telemetry', 'codec', 'contracts']],
    ['entry', 'src/publisher.ts', ['entry', 'session', 'outbox', 'telemetry', 'codec', 'contracts']],
    ['contracts', 'src/', ['contracts']],
];

function roomOf(path: string): string {
    const target = /^targets\/[^/]+\//.exec(path);
    return target ? target[0] : rooms.find(([, prefix]) => path.startsWith(prefix))?.[0] ?? 'outside';
}

/** A target knows its own world and src/, never another target. */
function mayImport(from: string, to: string): boolean {
    if (from.startsWith('targets/')) return to === from || rooms.some(([room]) => room === to);
    return rooms.find(([room]) => room === from)?.[2].includes(to) ?? false;
}

/** What one file imports against the rule, as `file:line reason`. `path` is relative to the project. */
export function upwardImports(path: string, source: string): string[] {
    const findings: string[] = [];
    const room = roomOf(path);
    for (const { specifier, line } of importsOf(source)) {
        const found = (reason: string) => findings.push(`${path}:${line} imports '${specifier}': ${reason}`);
        if (specifier.startsWith('.')) {
            const to = roomOf(normalize(join(dirname(path), specifier)));
            if (!mayImport(room, to)) found(`${room} may not know ${to}`);
        } else if (!room.startsWith('targets/')) {
            found('src has no dependencies');
        } else if (specifier.startsWith('node:') && room !== 'targets/node/') {
            found('only the Node target knows Node');
        }
    }
    return findings;
}

/** All imports of src/ and targets/ that do not run downwards. Tests may know more than what they test. */
export function checkLayers(): string[] {
    return filesBelow(['src', 'targets'], name => name.endsWith('.ts'))
        .filter(path => !path.includes('/tests/'))
        .flatMap(path => upwardImports(path, readFileSync(join(root, path), 'utf8')));
}
