// The part that runs in a worker of its own: plays the seeds it is given, one after the other, and reports.
import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './simulation.ts';

/** What the worker is told: seeds from `first`, every `stride`-th, below `end`; `untilFailure`: the first violation is enough. */
export interface Assignment {
    readonly first: number;
    readonly stride: number;
    readonly end: number;
    readonly untilFailure: boolean;
}

export interface Report {
    readonly runs: number;
    readonly failures: readonly { readonly seed: number; readonly violation: string }[];
    readonly faults: ReadonlyMap<string, number>;
    readonly situations: ReadonlySet<string>;
    readonly virtualTime: number;
}

const { first, stride, end, untilFailure } = workerData as Assignment;
const faults = new Map<string, number>();
const situations = new Set<string>();
const failures: { seed: number; violation: string }[] = [];
let runs = 0;
let virtualTime = 0;
for (let seed = first; seed < end; seed += stride) {
    const outcome = simulate(seed);
    runs++;
    virtualTime += outcome.time;
    for (const [name, count] of outcome.faults) faults.set(name, (faults.get(name) ?? 0) + count);
    for (const situation of outcome.situations) situations.add(situation);
    if (outcome.violation) failures.push({ seed, violation: outcome.violation });
    if (outcome.violation && untilFailure) break;
}
// A worker's port has no origin to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort!.postMessage({ runs, failures, faults, situations, virtualTime } satisfies Report);
