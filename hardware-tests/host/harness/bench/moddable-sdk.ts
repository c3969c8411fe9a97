// What Moddable's SDK is made of here, in a sum: with the program's own it says whether a board holds what would be built. It is known where the SDK and
// ESP-IDF are clones of git without changes, for the chips that are built with these alone.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runProgram } from '../../../../scripts/run-program.ts';
import { findOnPath } from '../programs.ts';

/** Ms for a look at a clone: ESP-IDF has dozens of others in it. */
const LOOK = 30_000;
/** What makes firmware of an application. They are built in the SDK's folder, and may be older than its sources. */
const tools: readonly string[] = ['mcconfig', 'xsc', 'xsl', 'mcrez'];

export interface Sdk {
    /** Differs if anything of it does. */
    readonly sum: string;
    /** Why that cannot be said; empty: it can. */
    readonly unsure: string;
}

/** The SDK that the environment names, for boards with `chip`. */
export async function identifySdk(chip: string): Promise<Sdk> {
    const sum = createHash('sha256');
    for (const path of tools.map(findOnPath)) sum.update(path ? readFileSync(path) : '').update('\0');
    // That of the ESP8266 is a folder of archives.
    if (chip === 'esp8266') return { sum: sum.digest('hex'), unsure: 'the toolchain of the ESP8266 has no version' };
    for (const name of ['MODDABLE', 'IDF_PATH']) {
        const folder = process.env[name];
        if (!folder) return { sum: '', unsure: `${name} is not set` };
        const { code, output } = await runProgram('git', ['-C', folder, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], LOOK);
        if (code !== 0) return { sum: '', unsure: `${name} is no clone of git` };
        if (output.includes('-dirty')) return { sum: '', unsure: `${name} has been changed` };
        sum.update(output).update('\0');
    }
    return { sum: sum.digest('hex'), unsure: '' };
}
