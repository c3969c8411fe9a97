// `npm run test:modem`: the client over every modem of the emulator, with faults, many seeds or one.
import { dialects } from '../hardware-tests/boards/modem/dialects/index.ts';
import { drivers } from '../hardware-tests/boards/modem/drivers.ts';
import { faultKinds, ratesOf, wordsOf } from '../hardware-tests/boards/modem/faults.ts';
import { CALM, runTrial } from '../hardware-tests/boards/modem/trial.ts';
import type { Outcome } from '../hardware-tests/boards/modem/trial.ts';
import { UsageError } from '../hardware-tests/host/harness/errors.ts';
import { commandLine, oneOf, wholeNumber } from './command-line.ts';
import { table } from './table.ts';

const most = 3;
/** In so many every kind of fault comes. */
const ENOUGH_SEEDS = 200;
const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');
const withTls = dialects.filter(({ name }) => drivers[name].tls !== undefined);

const { values } = commandLine({
    name: 'npm run test:modem',
    purpose: `The client over every modem of the emulator, with every fault, in virtual time.
A failure is printed with the command that plays it again.`,
    options: {
        seeds: { placeholder: 'N', kind: wholeNumber(1), otherwise: 200, help: `random lives behind each modem; in ${ENOUGH_SEEDS} and more behind all of them each fault must come` },
        first: { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'the first seed' },
        seed: { placeholder: 'S', kind: wholeNumber(), help: 'plays only this seed, and prints both sides' },
        dialect: { placeholder: 'NAME', kind: oneOf(dialects.map(({ name }) => name)), help: `only this modem: ${namesOf(dialects)}` },
        faults: { placeholder: 'WORDS', kind: { is: 'words', read: wordsOf }, otherwise: [], help: 'what goes wrong, by words of its name, with commas between them; all if left out' },
        tls: { help: `by TLS of the modems' own, which these have: ${namesOf(withTls)}` },
    },
    more: `Faults: ${Object.keys(faultKinds).join(', ')}`,
    codes: { 0: 'all is well', 1: 'a byte was wrong, a message lost, something stuck, or a fault did not come' },
    check({ values: { dialect, tls } }) {
        if (tls && dialect !== undefined && !withTls.some(({ name }) => name === dialect)) throw new UsageError(`${dialect} has no TLS of its own; ${namesOf(withTls)} have`);
    },
});
const { faults: words, tls: secure } = values;
const chosen = (secure ? withTls : dialects).filter(({ name }) => values.dialect === undefined || name === values.dialect);
const first = values.seed ?? values.first;
const seeds = values.seed === undefined ? values.seeds : 1;

const rows: string[][] = [];
let failed = 0;
const met = new Map<string, number>();
for (const dialect of chosen) {
    const begun = performance.now();
    const outcomes: Outcome[] = [];
    const failures: Outcome[] = [];
    for (let seed = first; seed < first + seeds; seed++) {
        const outcome = runTrial({ dialect, seed, secure, faults: words, trace: values.seed === undefined ? undefined : line => console.log(line) });
        outcomes.push(outcome);
        for (const [fault, count] of outcome.faults) met.set(fault, (met.get(fault) ?? 0) + count);
        if (outcome.violations.length > 0) failures.push(outcome);
    }
    const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((total, each) => total + count(each), 0);
    const slowest = Math.max(...outcomes.map(({ recovery }) => recovery));
    rows.push([
        dialect.name, String(seeds), String(failures.length), String(sum(({ accepted }) => accepted)), String(sum(({ connections }) => connections)),
        String(sum(({ faults }) => [...faults.values()].reduce((a, b) => a + b, 0))), String(sum(({ spoiled }) => spoiled)), (slowest / 1000).toFixed(0), ((performance.now() - begun) / 1000).toFixed(1),
    ]);
    failed += failures.length;
    for (const { seed, violations } of failures.slice(0, most)) {
        console.log(`${dialect.name}, seed ${seed}: ${violations[0]}`);
        console.log(`npm run test:modem -- --dialect ${dialect.name} --seed ${seed}${words.length ? ` --faults ${words.join()}` : ''}${secure ? ' --tls' : ''}`);
    }
    // The end of the transcript of both sides, of the first one; the command prints all of it.
    if (failures.length > 0 && values.seed === undefined) {
        const lines: string[] = [];
        runTrial({ dialect, seed: failures[0].seed, secure, faults: words, trace: line => lines.push(line) });
        console.log(lines.slice(-60).join('\n'));
    }
}
console.log(table([['modem', 'seeds', 'failed', 'messages', 'connections', 'faults', 'spoiled', 'slowest, s', 'took, s'], ...rows], []));
// A run without the faults that it is for has tried nothing. One seed repeats another run; few of them need not meet what is rare, and a dialect not what it cannot have.
const wanted = values.seed === undefined ? Object.keys(ratesOf(words)) : [];
const missing = wanted.filter(name => !met.has(name));
if (missing.length > 0) console.log(`faults that did not come: ${missing.join(', ')}`);
const tooFew = missing.length > 0 && (words.length > 0 || values.dialect === undefined && seeds >= ENOUGH_SEEDS);
console.log(`${failed} failed; a message must arrive ${CALM / 1000} s after the last fault`);
process.exitCode = failed > 0 || tooFew ? 1 : 0;
