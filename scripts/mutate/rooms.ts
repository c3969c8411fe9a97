// What is mutated and who judges it.
import { filesBelow } from '../files.ts';

export interface Room {
    readonly name: string;
    /** Folder whose sources, not those below it, are mutated. */
    readonly folder: string;
    /** Test files. */
    readonly judges: readonly string[];
}

/** Tests that judge in another way: they measure memory, count what all of a space comes to, or take longer than all the others together. */
const LEFT_OUT = /\/(allocation.*|exhaustive)\.test\.ts$/;

/** The test files of a room that run in any process in a few seconds. */
export function quickTests(folder: string): string[] {
    return filesBelow([`${folder}/tests`], name => name.endsWith('.test.ts')).filter(path => !LEFT_OUT.test(path));
}

export const rooms: readonly Room[] = [
    { name: 'codec', folder: 'src/codec', judges: quickTests('src/codec') },
    { name: 'outbox', folder: 'src/outbox', judges: [...quickTests('src/outbox'), ...quickTests('src/sleep'), 'scripts/mutate/sleeper-judge.ts'] },
    { name: 'sleep', folder: 'src/sleep', judges: [...quickTests('src/sleep'), 'scripts/mutate/sleeper-judge.ts'] },
    { name: 'session', folder: 'src/session', judges: [...quickTests('src/session'), 'scripts/mutate/simulator-judge.ts'] },
    { name: 'contracts', folder: 'src', judges: quickTests('src') },
    { name: 'telemetry', folder: 'src/telemetry', judges: quickTests('src/telemetry') },
    { name: 'trace', folder: 'src/trace', judges: quickTests('src/trace') },
];
