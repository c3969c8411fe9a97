// The part that runs in a worker of its own: plays the seeds it is given, one after the other, and reports.
import { parentPort, workerData } from 'node:worker_threads';
import { addCoverage, noCoverage } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import type { EspruinoFile } from './espruino.ts';
import type { Invariant } from './invariants.ts';
import { simulate } from './simulate.ts';

/** What the worker is told: seeds from `first`, every `stride`-th, below `end`; `until`: it stops when that is broken, and reports nothing else. */
export interface Assignment {
    readonly first: number;
    readonly stride: number;
    readonly end: number;
    readonly until: Invariant | null;
    /** The client's, if it is one made for Espruino. */
    readonly file: EspruinoFile | null;
}

export interface Failure {
    readonly seed: number;
    readonly violation: string;
    readonly broken: Invariant | '';
}

export interface Report {
    readonly runs: number;
    readonly failures: readonly Failure[];
    readonly coverage: Coverage;
    readonly virtualTime: number;
}

/** A worker that looks for something else does not wait for more of those. */
const MOST_ENDLESS_RUNS = 3;

const { first, stride, end, until, file } = workerData as Assignment;
const coverage = noCoverage();
const failures: Failure[] = [];
let runs = 0;
let virtualTime = 0;
let endless = 0;
for (let seed = first; seed < end; seed += stride) {
    const { violation, broken, coverage: more, time } = simulate(seed, null, null, undefined, file);
    runs++;
    virtualTime += time;
    addCoverage(coverage, more);
    if (broken === 'return' && ++endless === MOST_ENDLESS_RUNS && until) break;
    if (!violation || (until && broken !== until)) continue;
    failures.push({ seed, violation, broken });
    if (until) break;
}
// A worker's port has no origin to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort!.postMessage({ runs, failures, coverage, virtualTime } satisfies Report);
