// `npm run simulate`: plays the client against the simulator, many seeds or one, or proves that the simulator finds known bugs.
import { publishedFiles } from '../hardware-tests/boards/espruino/bundle.ts';
import { UsageError } from '../hardware-tests/host/harness/errors.ts';
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
import { anyText, commandLine, oneOf, wholeNumber, type Kind } from './command-line.ts';
import { table } from './table.ts';

/** Within so many seeds each known bug must be found. */
const MOST_SEEDS = 2000;
/** From so many seeds on everything that can be met must have been. */
const SEEDS_THAT_MEET_ALL = 20000;

/** A script as one line, for `--script`. */
const scriptLine = (steps: readonly Step[]): string => JSON.stringify(steps.map(({ action, choices }) => [action, ...choices]));
const scriptKind: Kind<readonly Step[]> = {
    is: 'the line that a failure has printed',
    read(line) {
        try {
            const steps = (JSON.parse(line) as number[][]).map(([action, ...choices]) => ({ action, choices }));
            return steps.length > 0 && steps.every(({ action, choices }) => [action, ...choices].every(Number.isInteger)) && stepNames(steps) ? steps : undefined;
        } catch {
            // No JSON, no lists, or an action that there is not.
            return undefined;
        }
    },
};

const { values } = commandLine({
    name: 'npm run simulate',
    purpose: `Plays the client, and at every fourth seed a node that sleeps, against a model broker over a link that fails in every way.
Judges every step. A failure is shortened, and printed with the command that plays it again.`,
    options: {
        'seeds': { placeholder: 'N', kind: wholeNumber(1), otherwise: 1000, help: `random lives to play; from ${SEEDS_THAT_MEET_ALL} on everything that can be met must have been` },
        'first': { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'the first seed' },
        'jobs': { placeholder: 'N', kind: wholeNumber(1, 1000), otherwise: 2, help: 'how many play at a time' },
        'seed': { placeholder: 'S', kind: wholeNumber(), help: 'plays only this seed' },
        'script': { placeholder: 'LINE', kind: scriptKind, help: 'plays a script, as a failure has printed it' },
        'trace': { help: 'with --seed or --script: a timeline of both sides' },
        'device': { placeholder: 'NAME', kind: oneOf(['espruino']), help: "espruino: the published file of Espruino's boards instead of src" },
        'self-test': { help: `puts in known bugs, one at a time, and demands that ${MOST_SEEDS} seeds find each by what it breaks` },
        'bug': { placeholder: 'NAME', kind: anyText('the name of a known bug'), help: 'with --self-test only the bugs with this in their names; with --device espruino plays with this one' },
    },
    codes: { 0: 'nothing was violated, or every known bug was found', 1: 'a violation, or a bug that was not found' },
    check({ values: { device, bug, 'self-test': selfTest }, named }) {
        const own = (['seeds', 'first', 'seed', 'script', 'trace'] as const).find(name => named.has(name));
        if (selfTest && own) throw new UsageError(`--self-test plays seeds of its own: without --${own}`);
        if (bug === undefined) return;
        const bugs: readonly { readonly name: string }[] = device ? edgeBugs : knownBugs;
        if (selfTest && !bugs.some(({ name }) => name.includes(bug))) throw new UsageError(`no known bug has '${bug}' in its name`);
        if (!selfTest && !(device && bugs.some(({ name }) => name === bug))) {
            throw new UsageError('--bug goes with --self-test; without, with --device espruino and the whole name of one of its bugs');
        }
    },
});
/** `--device espruino`: the client made for its sockets, as it is published, instead of that of src; `--bug`: with this bug. */
const file: EspruinoFile | null = values.device === 'espruino' ? { code: (await publishedFiles()).motemq, bug: values['self-test'] ? undefined : values.bug } : null;
/** What a command has besides to play the same again. */
const same = file ? ` --device espruino${file.bug === undefined ? '' : ` --bug '${file.bug}'`}` : '';
const print = (line: string): void => console.log(line);

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
    const { runs, failures, coverage, virtualTime } = await playSeeds(first, first + count, values.jobs, null, null, file);
    print(coverageReport(coverage, !file));
    print(`${runs} seeds, ${failures.length} violations, ${(virtualTime / 3600000).toFixed(0)} virtual hours in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    for (const { seed, broken, violation } of failures.slice(0, 10)) print(`seed ${seed}: '${broken}': ${violation.split('\n')[0]}`);
    if (failures.length > 0) replay(failures[0].seed, null, false);
    return runs > 0 && failures.length === 0 && (runs < SEEDS_THAT_MEET_ALL || gaps(coverage, !file).length === 0);
}

/** Puts in each known bug of the device (those whose name has `word`), and looks for the violation that it must show itself as. */
async function selfTest(word: string): Promise<boolean> {
    const rows: string[][] = [];
    const play = (bug: KnownBug | null, breaks: Invariant, planted: EspruinoFile | null) => playSeeds(1, MOST_SEEDS + 1, values.jobs, bug, breaks, planted);
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
    : values.script !== undefined ? replay(0, values.script, values.trace)
    : values.seed !== undefined ? replay(values.seed, null, values.trace)
    : await many(values.first, values.seeds);
process.exitCode = well ? 0 : 1;
