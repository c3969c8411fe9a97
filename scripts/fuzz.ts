// `npm run fuzz`: coverage-guided fuzzing of what reads bytes that others wrote. Replays an input, saves the corpus, or proves
// that the fuzzer finds known bugs.
import { distil, knownInputs, save } from '../hardware-tests/host/fuzz/corpus.ts';
import { Fuzzer } from '../hardware-tests/host/fuzz/fuzzer.ts';
import { heapKeptPerRun } from '../hardware-tests/host/fuzz/heap.ts';
import { loadTargets } from '../hardware-tests/host/fuzz/instrument.ts';
import type { Bundle } from '../hardware-tests/host/fuzz/instrument.ts';
import { targets as allTargets } from '../hardware-tests/host/fuzz/instrumented.ts';
import { findBug, knownBugs } from '../hardware-tests/host/fuzz/known-bugs.ts';
import { fromHex, toHex } from '../hardware-tests/host/fuzz/target.ts';
import type { Target } from '../hardware-tests/host/fuzz/target.ts';
import { commandLine, numberAbove0, oneOf, wholeNumber } from './command-line.ts';
import { table } from './table.ts';

/** Within so many runs each known bug must be found. */
const MOST_RUNS = 100000;
/** Runs between two looks at the clock. */
const BATCH = 200;
const HEAP_RUNS = 5000;
/** More is a leak: the least that one object takes. */
const MOST_BYTES_KEPT = 8;

const targetNames = allTargets.map(({ name }) => name);
const { values } = commandLine({
    name: 'npm run fuzz',
    purpose: `Feeds what reads bytes that others wrote with any bytes, guided by the coverage of the code, and holds it against another reading.
A violation is printed with the least input that still shows it.`,
    options: {
        'target': { placeholder: 'NAME', kind: oneOf(targetNames), help: `only this target: ${targetNames.join(', ')}` },
        'runs': { placeholder: 'N', kind: wholeNumber(1), otherwise: 100000, help: 'inputs to try with each target' },
        'seconds': { placeholder: 'S', kind: numberAbove0(1e9), help: 'tries for so long instead, all targets together' },
        'seed': { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'decides how inputs are changed' },
        'replay': { placeholder: 'HEX', kind: { is: 'hexadecimal digits', read: fromHex }, help: `tries this input alone, with --target or ${targetNames[0]}` },
        'save': { help: 'keeps what reaches more as the corpus, in the project' },
        'uncovered': { help: 'lists the blocks of code that were not entered' },
        'self-test': { help: `puts in known bugs, one at a time, and demands that ${MOST_RUNS} runs find each` },
    },
    codes: { 0: 'nothing was violated, or every known bug was found', 1: 'a violation, or a bug that was not found' },
});

/** Fuzzes `target` for `runs` runs, or for `seconds`; true if all is well. */
function fuzz(target: Target, bundle: Bundle, runs: number, seconds: number): boolean {
    const fuzzer = new Fuzzer(target, bundle, values.seed);
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

function replay(target: Target, bundle: Bundle, input: Uint8Array): boolean {
    const violation = new Fuzzer(target, bundle, values.seed).violationOf(input);
    console.log(`${target.name}: ${target.explain(input)}${violation === '' ? 'no violation' : `VIOLATION: ${violation}`}`);
    return violation === '';
}

/** With each bug put in: how many runs until a violation, from the seeds alone. */
async function selfTest(): Promise<boolean> {
    const rows: string[][] = [];
    for (const bug of knownBugs.filter(({ target }) => values.target === undefined || target === values.target)) {
        const violation = await findBug(bug, values.seed, MOST_RUNS);
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
    const targets = bundle.targets.filter(({ name }) => values.target === undefined || name === values.target);
    if (values.replay !== undefined) return replay(targets[0], bundle, values.replay);
    const seconds = values.seconds === undefined ? Infinity : values.seconds / targets.length;
    const runs = values.seconds === undefined ? values.runs : Infinity;
    return targets.map(target => fuzz(target, bundle, runs, seconds)).every(Boolean);
}

process.exitCode = await main() ? 0 : 1;
