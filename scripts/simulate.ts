// `npm run simulate`: plays the client against the simulator, many seeds or one, or proves that the simulator finds known bugs.
import { parseArgs } from 'node:util';
import { publishedFiles } from '../hardware-tests/boards/espruino/bundle.ts';
import { playSeeds } from '../hardware-tests/host/simulator/crew.ts';
import { beyondEspruino, edgeBugs } from '../hardware-tests/host/simulator/espruino-bugs.ts';
import type { EspruinoFile } from '../hardware-tests/host/simulator/espruino.ts';
import { invariants } from '../hardware-tests/host/simulator/invariants.ts';
import type { Invariant } from '../hardware-tests/host/simulator/invariants.ts';
import { knownBugs } from '../hardware-tests/host/simulator/known-bugs.ts';
import type { KnownBug } from '../hardware-tests/host/simulator/known-bugs.ts';
import { coverageReport, gaps } from '../hardware-tests/host/simulator/report.ts';
import type { Step } from '../hardware-tests/host/simulator/script.ts';
import { shortest } from '../hardware-tests/host/simulator/shrink.ts';
import { simulate, stepNames } from '../hardware-tests/host/simulator/simulate.ts';
import { table } from './table.ts';
import { whole } from './whole.ts';

const { values } = parseArgs({
    options: {
        'seeds': { type: 'string' }, 'first': { type: 'string' }, 'jobs': { type: 'string', default: '2' },
        'seed': { type: 'string' }, 'script': { type: 'string' }, 'trace': { type: 'boolean', default: false },
        'device': { type: 'string' }, 'self-test': { type: 'boolean', default: false }, 'bug': { type: 'string' },
    },
});
const workers = whole('jobs', values.jobs);
if (workers === 0) throw new Error('--jobs is at least 1');
for (const name of ['seeds', 'first', 'seed', 'script', 'trace'] as const) {
    if (values['self-test'] && values[name]) throw new Error(`--self-test plays seeds of its own: without --${name}`);
}
if (values.device !== undefined && values.device !== 'espruino') throw new Error(`--device is espruino or left out, not ${values.device}`);
if (values.bug !== undefined && !values['self-test'] && !(values.device && edgeBugs.some(({ name }) => name === values.bug))) {
    throw new Error('--bug goes with --self-test; without, with --device espruino and the whole name of one of its bugs');
}
/** `--device espruino`: the client made for its sockets, as it is published, instead of that of src; `--bug`: with this bug. */
const file: EspruinoFile | null = values.device === 'espruino' ? { code: (await publishedFiles()).motemq, bug: values['self-test'] ? undefined : values.bug } : null;
/** What a command has besides to play the same again. */
const same = file ? ` --device espruino${file.bug === undefined ? '' : ` --bug '${file.bug}'`}` : '';
/** Within so many seeds each known bug must be found. */
const MOST_SEEDS = 2000;
/** From so many seeds on everything that can be met must have been. */
const SEEDS_THAT_MEET_ALL = 20000;

const print = (line: string): void => console.log(line);
/** A script as one line, for `--script`. */
const scriptLine = (steps: readonly Step[]): string => JSON.stringify(steps.map(({ action, choices }) => [action, ...choices]));
const readScript = (line: string): Step[] => (JSON.parse(line) as number[][]).map(([action, ...choices]) => ({ action, choices }));

/** Plays one seed again, or a script; true if all is well. A failing one is shortened, and the trace is of the short one. */
function replay(seed: number, script: readonly Step[] | null, trace: boolean): boolean {
    const outcome = simulate(seed, script, null, undefined, file);
    const name = script ? 'the script' : `seed ${seed}`;
    if (!outcome.violation) {
        if (trace) simulate(seed, script, print, undefined, file);
        print(`${name}: no violation`);
        return true;
    }
    const short = shortest(outcome, file);
    print(`${name} violates '${outcome.broken}': ${outcome.violation}`);
    print(`the shortest script that still does, ${short.length - 1} of ${outcome.steps.length - 1} steps, each with its choices:`);
    for (const [index, name] of stepNames(short).entries()) print(`  ${name} ${JSON.stringify(short[index].choices)}`);
    if (trace) print('\n     time     who     what (wire: connection number, > from the client, < to it)');
    if (trace) simulate(seed, short, print, undefined, file);
    print(`npm run simulate -- --trace${same} --script '${scriptLine(short)}'`);
    return false;
}

async function many(first: number, count: number): Promise<boolean> {
    const begun = performance.now();
    const { runs, failures, coverage, virtualTime } = await playSeeds(first, first + count, workers, null, null, file);
    print(coverageReport(coverage, !file));
    print(`${runs} seeds, ${failures.length} violations, ${(virtualTime / 3600000).toFixed(0)} virtual hours in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    for (const { seed, broken, violation } of failures.slice(0, 10)) print(`seed ${seed}: '${broken}': ${violation.split('\n')[0]}`);
    if (failures.length > 0) replay(failures[0].seed, null, false);
    return runs > 0 && failures.length === 0 && (runs < SEEDS_THAT_MEET_ALL || gaps(coverage, !file).length === 0);
}

/** Puts in each known bug of the device (those whose name has `word`), and looks for the violation that it must show itself as. */
async function selfTest(word: string): Promise<boolean> {
    const rows: string[][] = [];
    const play = (bug: KnownBug | null, breaks: Invariant, planted: EspruinoFile | null) => playSeeds(1, MOST_SEEDS + 1, workers, bug, breaks, planted);
    const bugs = (file
        ? edgeBugs.map(({ name, breaks }) => ({ name, breaks, find: () => play(null, breaks, { ...file, bug: name }) }))
        : knownBugs.map(bug => ({ name: bug.name, breaks: bug.breaks, find: () => play(bug, bug.breaks, null) }))).filter(({ name }) => name.includes(word));
    for (const bug of bugs) {
        const { failures: [failure] } = await bug.find();
        rows.push([bug.name, failure ? String(failure.seed) : 'NOT FOUND', bug.breaks, failure?.violation.split('\n')[0].slice(0, 90) ?? '']);
    }
    print(table([['known bug', 'seed', 'what it breaks', 'found as'], ...rows], [2, 3]));
    const missed = rows.filter(([, seed]) => seed === 'NOT FOUND').length;
    const judged = (Object.keys(invariants) as Invariant[]).filter(name => !file || !beyondEspruino.includes(name));
    const unproven = judged.filter(name => !bugs.some(({ breaks }) => breaks === name));
    print(`${rows.length - missed} of ${rows.length} known bugs found within ${MOST_SEEDS} seeds by what they break`);
    if (!word && unproven.length > 0) print(`no bug breaks ${unproven.join(', ')}`);
    return rows.length > missed && missed === 0 && (word !== '' || unproven.length === 0);
}

const well = values['self-test'] ? await selfTest(values.bug ?? '')
    : values.script !== undefined ? replay(0, readScript(values.script), values.trace)
    : values.seed !== undefined ? replay(whole('seed', values.seed), null, values.trace)
    : await many(whole('first', values.first ?? '1'), whole('seeds', values.seeds ?? '1000'));
process.exitCode = well ? 0 : 1;
