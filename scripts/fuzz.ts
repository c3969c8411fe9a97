// `npm run fuzz`: coverage-guided fuzzing of what reads bytes that others wrote. Replays an input, saves the corpus, or proves
// that the fuzzer finds known bugs.
import { parseArgs } from 'node:util';
import { distil, knownInputs, save } from '../hardware-tests/host/fuzz/corpus.ts';
import { Fuzzer } from '../hardware-tests/host/fuzz/fuzzer.ts';
import { heapKeptPerRun } from '../hardware-tests/host/fuzz/heap.ts';
import { loadTargets } from '../hardware-tests/host/fuzz/instrument.ts';
import type { Bundle } from '../hardware-tests/host/fuzz/instrument.ts';
import { findBug, knownBugs } from '../hardware-tests/host/fuzz/known-bugs.ts';
import { fromHex, toHex } from '../hardware-tests/host/fuzz/target.ts';
import type { Target } from '../hardware-tests/host/fuzz/target.ts';
import { table } from './table.ts';

const { values } = parseArgs({
    options: {
        'target': { type: 'string' }, 'runs': { type: 'string', default: '100000' }, 'seconds': { type: 'string' }, 'seed': { type: 'string', default: '1' },
        'replay': { type: 'string' }, 'save': { type: 'boolean', default: false }, 'uncovered': { type: 'boolean', default: false }, 'self-test': { type: 'boolean', default: false },
    },
});
const seed = Number(values.seed);
/** Within so many runs each known bug must be found. */
const MOST_RUNS = 100000;
/** Runs between two looks at the clock. */
const BATCH = 200;
const HEAP_RUNS = 5000;
/** More is a leak: the least that one object takes. */
const MOST_BYTES_KEPT = 8;

function chosen(targets: readonly Target[]): readonly Target[] {
    const named = targets.filter(({ name }) => values.target === undefined || name === values.target);
    if (named.length === 0) throw new Error(`there is no target ${values.target}: ${targets.map(({ name }) => name).join(', ')}`);
    return named;
}

/** Fuzzes `target` for `runs` runs, or for `seconds`; true if all is well. */
function fuzz(target: Target, bundle: Bundle, runs: number, seconds: number): boolean {
    const fuzzer = new Fuzzer(target, bundle, seed);
    for (const entry of knownInputs(target)) fuzzer.load(entry);
    const known = fuzzer.corpus.length;
    const begun = performance.now();
    const first = fuzzer.runs;
    const elapsed = (): number => (performance.now() - begun) / 1000;
    while (fuzzer.runs - first < runs && elapsed() < seconds) for (let left = BATCH; left > 0; left--) fuzzer.step();
    const speed = (fuzzer.runs - first) / elapsed();
    const kept = heapKeptPerRun(target, bundle, fuzzer.corpus, HEAP_RUNS);
    const own = bundle.blocks.map((block, number) => ({ ...block, number })).filter(({ file }) => target.sources.some(source => file.startsWith(source)));
    const missed = own.filter(({ number }) => !fuzzer.blocks.has(number));
    console.log(`${target.name}: ${fuzzer.runs} runs, ${speed.toFixed(0)} a second; ${own.length - missed.length} of ${own.length} blocks, ${fuzzer.edges} edges; `
        + `corpus ${known} + ${fuzzer.corpus.length - known} new; ${Math.max(0, kept).toFixed(1)} bytes of heap kept a run; ${fuzzer.violations.length} violations`);
    if (values.uncovered) for (const { file, line, within } of missed) console.log(`  not entered: ${file}:${line} ${within}`);
    for (const { message, input, run } of fuzzer.violations) {
        console.log(`VIOLATION in run ${run}: ${message}\n${target.explain(input)}npm run fuzz -- --target ${target.name} --replay ${toHex(input)}`);
    }
    if (values.save && fuzzer.violations.length === 0) {
        const entries = distil(target, bundle, fuzzer.corpus);
        save(target, entries);
        console.log(`${target.name}: ${entries.length} inputs saved`);
    }
    if (kept > MOST_BYTES_KEPT) console.log(`VIOLATION: ${target.name} keeps ${kept.toFixed(1)} bytes of heap a run`);
    return fuzzer.violations.length === 0 && kept <= MOST_BYTES_KEPT;
}

function replay(target: Target, bundle: Bundle, hex: string): boolean {
    const input = fromHex(hex);
    const violation = new Fuzzer(target, bundle, seed).violationOf(input);
    console.log(`${target.name}: ${target.explain(input)}${violation === '' ? 'no violation' : `VIOLATION: ${violation}`}`);
    return violation === '';
}

/** With each bug put in: how many runs until a violation, from the seeds alone. */
async function selfTest(): Promise<boolean> {
    const rows: string[][] = [];
    for (const bug of knownBugs.filter(({ target }) => values.target === undefined || target === values.target)) {
        const violation = await findBug(bug, seed, MOST_RUNS);
        rows.push([bug.name, bug.target, violation ? String(violation.run) : 'NOT FOUND', violation?.message.split('\n')[0].slice(0, 80) ?? '']);
    }
    console.log(table([['known bug', 'target', 'runs to find', 'found as'], ...rows], [1, 3]));
    const missed = rows.filter(([, , runs]) => runs === 'NOT FOUND').length;
    console.log(`${rows.length - missed} of ${rows.length} known bugs found within ${MOST_RUNS} runs`);
    return missed === 0;
}

async function main(): Promise<boolean> {
    if (values['self-test']) return selfTest();
    const bundle = await loadTargets();
    const targets = chosen(bundle.targets);
    if (values.replay !== undefined) return replay(targets[0], bundle, values.replay);
    const seconds = values.seconds === undefined ? Infinity : Number(values.seconds) / targets.length;
    const runs = values.seconds === undefined ? Number(values.runs) : Infinity;
    return targets.map(target => fuzz(target, bundle, runs, seconds)).every(Boolean);
}

process.exitCode = await main() ? 0 : 1;
