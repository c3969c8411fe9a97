// Runs many seeds on several cores: bundles the simulator with the client, on request with a known bug put in, and hands the
// seeds to workers.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { constants } from '../../../scripts/constants.mjs';
import { root } from '../../../scripts/root.ts';
import { addCoverage, noCoverage } from './coverage.ts';
import type { EspruinoFile } from './espruino.ts';
import type { Invariant } from './invariants.ts';
import type { KnownBug } from './known-bugs.ts';
import type { Assignment, Report } from './run-seeds.ts';

/** Puts `bug` into the source while it is bundled. Its text must be there exactly once. */
function patch(bug: KnownBug): Plugin {
    return {
        name: 'known-bug',
        setup({ onLoad }) {
            const path = join(root, bug.file);
            onLoad({ filter: /\.ts$/ }, loaded => {
                if (loaded.path !== path) return undefined;
                const parts = readFileSync(path, 'utf8').split(bug.from);
                if (parts.length !== 2) throw new Error(`${bug.name}: its text is ${parts.length - 1} times in ${bug.file}`);
                return { contents: parts.join(bug.to), loader: 'ts' };
            });
        },
    };
}

async function bundle(outfile: string, bug: KnownBug | null): Promise<void> {
    await build({
        entryPoints: [join(root, 'hardware-tests/host/simulator/run-seeds.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20',
        packages: 'external', define: constants(true), sourcemap: 'inline', logLevel: 'silent', plugins: bug ? [patch(bug)] : [],
    });
}

function work(file: string, workerData: Assignment): Promise<Report> {
    return new Promise((resolve, reject) => {
        const worker = new Worker(file, { workerData });
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', code => reject(new Error(`a worker ended with code ${code}`)));
    });
}

let bundles = 0;

/** Plays the seeds from `first` below `end` in `workers` workers. Each stops when something breaks `until`, and reports only such violations; null: it does not stop, and reports all. */
export async function playSeeds(first: number, end: number, workers: number, bug: KnownBug | null = null, until: Invariant | null = null, espruino: EspruinoFile | null = null): Promise<Report> {
    const folder = join(root, '.cache', 'simulator');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `run-seeds.${process.pid}.${bundles++}.mjs`);
    await bundle(file, bug);
    try {
        const reports = await Promise.all(Array.from({ length: workers }, (_, index) => work(file, { first: first + index, stride: workers, end, until, file: espruino })));
        const coverage = noCoverage();
        for (const report of reports) addCoverage(coverage, report.coverage);
        return {
            coverage,
            runs: reports.reduce((sum, { runs }) => sum + runs, 0),
            virtualTime: reports.reduce((sum, report) => sum + report.virtualTime, 0),
            failures: reports.flatMap(({ failures }) => failures).sort((one, other) => one.seed - other.seed),
        };
    } finally {
        rmSync(file, { force: true });
    }
}
