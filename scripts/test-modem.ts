// `npm run test:modem`: the client over every modem of the emulator, with faults, many seeds or one. `--tls`: by the modems' own TLS.
import { parseArgs } from 'node:util';
import { dialects } from '../hardware-tests/boards/modem/dialects/index.ts';
import { drivers } from '../hardware-tests/boards/modem/drivers.ts';
import { ratesOf, wordsOf } from '../hardware-tests/boards/modem/faults.ts';
import { CALM, runTrial } from '../hardware-tests/boards/modem/trial.ts';
import type { Outcome } from '../hardware-tests/boards/modem/trial.ts';
import { table } from './table.ts';
import { whole } from './whole.ts';

const { values } = parseArgs({
    options: {
        seeds: { type: 'string', default: '200' }, first: { type: 'string', default: '1' }, seed: { type: 'string' }, dialect: { type: 'string' },
        faults: { type: 'string', default: '' }, tls: { type: 'boolean', default: false },
    },
});
const words = wordsOf(values.faults);
const secure = values.tls;
const chosen = dialects.filter(({ name }) => (values.dialect === undefined || name === values.dialect) && (!secure || drivers[name].tls !== undefined));
if (chosen.length === 0) throw new Error(`no such dialect${secure ? ' with TLS' : ''}; there are ${dialects.filter(({ name }) => !secure || drivers[name].tls).map(({ name }) => name).join(', ')}`);
const first = whole('seed', values.seed ?? values.first);
const seeds = values.seed === undefined ? whole('seeds', values.seeds) : 1;
if (seeds === 0) throw new Error('--seeds is at least 1');
const most = 3;
/** In so many every kind of fault comes. */
const ENOUGH_SEEDS = 200;

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
