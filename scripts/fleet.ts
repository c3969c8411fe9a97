// `npm run fleet`: a fleet loses its broker for half a minute; how it comes back with motemq's pauses and with others.
import { writeFileSync } from 'node:fs';
import { drawFleet } from '../hardware-tests/host/fleet/chart.ts';
import { figuresOf } from '../hardware-tests/host/fleet/figures.ts';
import { playFleet } from '../hardware-tests/host/fleet/fleet.ts';
import type { FleetOptions } from '../hardware-tests/host/fleet/fleet.ts';
import { onPaper } from '../hardware-tests/host/fleet/paper.ts';
import { forgetful, motemq, policies } from '../hardware-tests/host/fleet/policies.ts';
import { commandLine, fileToWrite, oneOf, wholeNumber } from './command-line.ts';
import { table } from './table.ts';

const { values } = commandLine({
    name: 'npm run fleet',
    purpose: "Many clients lose their broker at once, on virtual time: how they come back with motemq's pauses and with others.",
    options: {
        nodes: { placeholder: 'N', kind: wholeNumber(1, 10_000_000), otherwise: 10000, help: 'clients' },
        rate: { placeholder: 'N', kind: wholeNumber(1, 1_000_000), otherwise: 200, help: 'connections that the broker accepts in a second' },
        seed: { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'decides the pauses' },
        overflow: { placeholder: 'HOW', kind: oneOf(['refused', 'silent']), otherwise: 'refused', help: 'what becomes of connections beyond those that wait: refused or silent' },
        svg: { placeholder: 'FILE', kind: fileToWrite, help: 'draws it' },
        scaling: { help: 'holds fleets of 1,000 to 100,000 against the formulas on paper, too' },
    },
    codes: { 0: 'it has been played' },
});
const { nodes, rate, seed, overflow } = values;
const base: FleetOptions = { nodes, rate, seed, overflow, backlog: 5 * rate, refusalCost: 0.02, outages: [[0, 30]], horizon: 1800 };

const whole = (value: number): string => Number.isFinite(value) ? Math.round(value).toLocaleString('en') : 'never';

function comparePolicies(): void {
    console.log(`${whole(nodes)} nodes lose a broker that is back after 30 s, accepts ${rate} a second, lets ${whole(base.backlog)} wait; what is beyond is ${overflow === 'refused' ? 'refused' : 'not answered'}.`);
    console.log('Turning one away costs the broker 2 % of accepting one. Times are seconds after the restart, given up after half an hour.\n');
    const rows = [['', 'peak, no broker', 'peak after', 'later rise', '50 %', '99 %', '100 %', 'in vain after', 'all, refusals free', 'at 10 %']];
    const series = policies.map((policy) => {
        const course = playFleet(policy, base);
        const figures = figuresOf(course);
        const { peakBefore, peakAfter, rise, chance, half, most, all, wasted } = figures;
        const others = [0, 0.1].map((refusalCost) => whole(figuresOf(playFleet(policy, { ...base, refusalCost })).all));
        rows.push([policy.name, `${whole(peakBefore)}/s`, `${whole(peakAfter)}/s`, rise > chance ? `${whole(rise)}/s` : 'none', whole(half), whole(most), whole(all), whole(wasted), ...others]);
        return { name: policy.name, course };
    });
    console.log(table(rows));
    if (values.svg !== undefined) writeFileSync(values.svg, drawFleet(series, rate, 300, 'A refusal costs it 2 % of that.'));
}

/** A broker that comes back and falls over again: when may a node forget its failures? */
function compareResets(): void {
    const relapses = Array.from({ length: 10 }, (_, index) => [50 + index * 40, 70 + index * 40] as const);
    const rows = [['broker up 20 s, down 20 s, ten times', 'attempts a node', 'peak']];
    for (const policy of [motemq, forgetful]) {
        const { attempts, restart } = playFleet(policy, { ...base, outages: [[0, 30], ...relapses] });
        const sum = attempts.slice(0, restart).reduce((total, count) => total + count, 0);
        rows.push([policy === motemq ? 'motemq: reset after 60 s of connection' : policy.name, (sum / nodes).toFixed(1), `${whole(Math.max(...attempts.slice(50)))}/s`]);
    }
    console.log('\n' + table(rows));
}

/** The first pause is drawn from 0 to `retryDelay`: what that does to a broker that is back at once. */
function compareDelays(): void {
    const rows = [['broker back after 2 s', 'peak', '50 %', '99 %', '100 %']];
    for (const retryDelay of [1000, 5000, 20000]) {
        const { attempts, accepted, restart } = playFleet({ ...motemq, options: { retryDelay } }, { ...base, outages: [[0, 2]] });
        const { half, most, all } = figuresOf({ nodes, attempts, accepted, restart, connected: nodes });
        rows.push([`retryDelay ${retryDelay / 1000} s`, `${whole(Math.max(...attempts))}/s`, whole(half), whole(most), whole(all)]);
    }
    console.log('\n' + table(rows));
}

function compareSizes(): void {
    console.log('\nAn outage of 10 minutes, a broker that accepts N / 500 a second: simulated / on paper');
    const rows = [['nodes', 'attempts/s before the restart', '50 %', '99 %', '100 %', 'in vain after']];
    for (const size of [1000, 10000, 100000]) {
        const course = playFleet(motemq, { ...base, nodes: size, rate: size / 500, backlog: size / 100, refusalCost: 0, outages: [[0, 600]], horizon: 3600 });
        const { half, most, all, wasted } = figuresOf(course);
        const paper = onPaper(size, size / 500, 120);
        const seen = course.attempts.slice(400, 600).reduce((sum, count) => sum + count, 0) / 200;
        const pairs = [[half, paper.half], [most, paper.most], [all, paper.all], [wasted, paper.wasted]];
        rows.push([whole(size), `${seen.toFixed(1)} / ${paper.attempts.toFixed(1)}`, ...pairs.map((pair) => pair.map(whole).join(' / '))]);
    }
    console.log(table(rows));
}

comparePolicies();
compareResets();
compareDelays();
if (values.scaling) compareSizes();
