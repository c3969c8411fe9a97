// `npm run simulate`: plays the client against the simulator, many seeds or one, or proves that the simulator finds known bugs.
import { parseArgs } from 'node:util';
import { playSeeds } from '../hardware-tests/host/simulator/crew.ts';
import { actions } from '../hardware-tests/host/simulator/actions.ts';
import { knownBugs } from '../hardware-tests/host/simulator/known-bugs.ts';
import { sameViolation, shrink } from '../hardware-tests/host/simulator/shrink.ts';
import { BUFFER_NAMES, STATE_NAMES, simulate } from '../hardware-tests/host/simulator/simulation.ts';
import { table } from './table.ts';

const { values } = parseArgs({
    options: {
        'seeds': { type: 'string', default: '1000' }, 'first': { type: 'string', default: '1' }, 'seed': { type: 'string' }, 'jobs': { type: 'string', default: '2' },
        'trace': { type: 'boolean', default: false }, 'self-test': { type: 'boolean', default: false },
    },
});
const workers = Number(values.jobs);
/** Within so many seeds each known bug must be found. */
const MOST_SEEDS = 2000;

/** Plays one seed again; true if all is well. A failing one is shortened, and the trace is of the short one. */
function replay(seed: number, trace: boolean): boolean {
    const print = trace ? (line: string): void => console.log(line) : null;
    const { violation, steps } = simulate(seed);
    if (!violation) {
        if (trace) simulate(seed, null, print);
        console.log(`seed ${seed}: no violation`);
        return true;
    }
    const short = shrink(steps, sameViolation(violation));
    console.log(`seed ${seed}: ${violation}\nthe shortest script that still fails: ${short.length - 1} of ${steps.length - 1} steps`);
    for (const { action, choices } of short) console.log(`  ${action < 0 ? 'settings' : actions[action].name} ${JSON.stringify(choices)}`);
    if (trace) simulate(seed, short, print);
    console.log(`npm run simulate -- --seed ${seed} --trace`);
    return false;
}

async function many(first: number, count: number): Promise<boolean> {
    const begun = performance.now();
    const { runs, failures, faults, situations, virtualTime } = await playSeeds(first, first + count, workers);
    const states = Object.values(STATE_NAMES);
    const rows = [...faults].sort(([one], [other]) => one < other ? -1 : 1).map(([fault, times]) => {
        const met = [...situations].map(each => each.split(' | ')).filter(([name]) => name === fault);
        return [fault, String(times), ...states.map(state => String(met.filter(([, each]) => each === state).length))];
    });
    console.log(table([['fault', 'times', ...states], ...rows]));
    const reached = new Set([...situations].map(each => each.slice(each.indexOf('|') + 2)));
    console.log(`Below a state: in how many of ${BUFFER_NAMES.length} situations of the send buffer the fault met it (${BUFFER_NAMES.join(', ')}).`);
    console.log(`${faults.size} kinds of fault, ${reached.size} of ${states.length * BUFFER_NAMES.length} states of client and buffer, ${situations.size} meetings of a fault with one of them`);
    console.log(`${runs} seeds, ${failures.length} violations, ${(virtualTime / 3600000).toFixed(0)} virtual hours in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    for (const { seed, violation } of failures.slice(1, 10)) console.log(`seed ${seed}: ${violation.split('\n')[0]}`);
    if (failures.length > 0) replay(failures[0].seed, false);
    return failures.length === 0;
}

async function selfTest(): Promise<boolean> {
    const rows: string[][] = [];
    for (const bug of knownBugs) {
        const { failures } = await playSeeds(1, MOST_SEEDS + 1, workers, bug, true);
        rows.push([bug.name, failures.length > 0 ? String(failures[0].seed) : 'NOT FOUND', failures[0]?.violation.split('\n')[0].slice(0, 90) ?? '']);
    }
    console.log(table([['known bug', 'seeds to find', 'found as'], ...rows], [2]));
    const missed = rows.filter(([, seeds]) => seeds === 'NOT FOUND').length;
    console.log(`${rows.length - missed} of ${rows.length} known bugs found within ${MOST_SEEDS} seeds`);
    return missed === 0;
}

const well = values['self-test'] ? await selfTest() : values.seed === undefined ? await many(Number(values.first), Number(values.seeds)) : replay(Number(values.seed), values.trace);
process.exitCode = well ? 0 : 1;
