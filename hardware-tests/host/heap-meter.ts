// Counts the bytes that an operation allocates on V8's heap: exactly, not by sampling. A scenario module exports
// `scenarios`, operations by name; it is bundled and runs in a process of its own, where no collection comes in between
// (heap-meter-child.ts says how). Tests demand 0 by it and the benchmark prints what it counts.
import { build } from 'esbuild';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from '../../scripts/constants.mjs';
import { root } from '../../scripts/root.ts';
import { runProcess } from '../../scripts/run-process.ts';

/** What a scenario module exports: each function sets up one operation, which is then run many times. */
export type Scenarios = Readonly<Record<string, () => () => void>>;

/** Bytes allocated per operation, by the scenario's name. */
export type HeapBytes = Readonly<Record<string, number>>;

export interface HeapMeterOptions {
    /**
     * False: V8's interpreter alone runs the operation, so that no optimisation takes an allocation away: what the source
     * itself allocates. True, the default: as in production.
     */
    readonly optimised?: boolean;
    /** Operations a reading; each scenario is also read over twice as many. All that they allocate must stay below 30 MB. Default 1000. */
    readonly operations?: number;
}

/** The young generation is never full, nothing runs beside the operation, and the collector waits to be called. */
const flags = ['--expose-gc', '--single-threaded', '--min-semi-space-size=32', '--max-semi-space-size=32'];
const interpreterOnly = ['--no-opt', '--no-sparkplug', '--no-maglev'];
let runs = 0;

/** Measures every scenario of `module`, a TypeScript file given by its path in the project. Rejects if the process fails. */
export async function measureHeap(module: string, { optimised = true, operations = 1000 }: HeapMeterOptions = {}): Promise<HeapBytes> {
    const folder = join(root, '.cache', 'heap-meter');
    const outfile = join(folder, `${process.pid}.${runs++}.mjs`);
    mkdirSync(folder, { recursive: true });
    try {
        await build({
            stdin: {
                contents: `import { scenarios } from './${module}';\nimport { measure } from './hardware-tests/host/heap-meter-child.ts';\nmeasure(scenarios, ${operations});\n`,
                resolveDir: root,
                loader: 'ts',
            },
            outfile,
            bundle: true,
            platform: 'node',
            format: 'esm',
            target: 'node20',
            packages: 'external',
            define: constants(true),
            logLevel: 'error',
        });
        const ended = await runProcess(process.execPath, [...flags, ...optimised ? [] : interpreterOnly, outfile], 60000);
        const found = /^heap bytes: (.*)$/m.exec(ended.output);
        if (ended.code !== 0 || !found) throw new Error(`${module} could not be measured (code ${ended.code}):\n${ended.output}`);
        return JSON.parse(found[1]) as HeapBytes;
    } finally {
        rmSync(outfile, { force: true });
    }
}
