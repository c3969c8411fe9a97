// Does what is fuzzed keep memory from one input to the next? Counts the heap after collections, before and after many runs.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Entry } from './fuzzer.ts';
import type { Bundle } from './instrument.ts';
import type { Target } from './target.ts';

const READINGS = 4;

/** Bytes kept for each run: over `runs` runs of the corpus, the least of several readings, so that what V8 learns late does not count. */
export function heapKeptPerRun(target: Target, { counters }: Bundle, corpus: readonly Entry[], runs: number): number {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
        collect();
        collect();
        return getHeapStatistics().used_heap_size;
    };
    let least = Infinity;
    let before = used();
    for (let reading = 0; reading < READINGS; reading++) {
        for (let run = 0; run < runs; run++) {
            counters.begin();
            target.run(corpus[run % corpus.length].bytes);
        }
        const after = used();
        least = Math.min(least, (after - before) / runs);
        before = after;
    }
    return least;
}
