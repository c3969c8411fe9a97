// A fleet that has lost its broker: with motemq's pauses there is no second wave, and it comes back as paper says.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawFleet } from '../host/fleet/chart.ts';
import { figuresOf } from '../host/fleet/figures.ts';
import { playFleet } from '../host/fleet/fleet.ts';
import type { FleetOptions } from '../host/fleet/fleet.ts';
import { onPaper, whileDoubling } from '../host/fleet/paper.ts';
import { forgetful, motemq, policies } from '../host/fleet/policies.ts';

const options: FleetOptions = { nodes: 1000, rate: 20, seed: 1, overflow: 'refused', backlog: 100, refusalCost: 0.02, outages: [[0, 30]], horizon: 900 };

for (const overflow of ['refused', 'silent'] as const) {
    test(`no second wave: after the restart the attempts only decline (who finds no room is ${overflow === 'refused' ? 'refused' : 'not answered'})`, () => {
        const course = playFleet(motemq, { ...options, overflow });
        const { peakAfter, rise, chance, all } = figuresOf(course);
        assert.is(course.connected, options.nodes);
        assert.ok(rise <= chance, `the rate rises by ${rise}/s, and chance explains ${chance.toFixed(0)}/s`);
        // An octave of time holds one attempt of each node, here and there a quarter more.
        assert.ok(peakAfter <= 1.5 * whileDoubling(options.nodes, 30), `${peakAfter} attempts in one second`);
        assert.ok(all <= options.nodes / options.rate + 120, `all are back after ${all} s`);
    });
}

test('the same measure finds the waves of nodes that come back in step', () => {
    for (const policy of policies.slice(1, 3)) {
        const { rise, chance, peakAfter } = figuresOf(playFleet(policy, options));
        assert.ok(rise > 2 * chance, `${policy.name}: ${rise}/s`);
        assert.ok(peakAfter > 0.7 * options.nodes, `${policy.name}: ${peakAfter}/s`);
    }
});

test('a broker that falls over again and again is spared, because only a stable connection makes a node forget its failures', () => {
    const relapses = Array.from({ length: 5 }, (_, index) => [50 + index * 40, 70 + index * 40] as const);
    const [attempts, forgetting] = [motemq, forgetful].map((policy) => {
        return playFleet(policy, { ...options, outages: [[0, 30], ...relapses] }).attempts.slice(50);
    });
    assert.ok(Math.max(...attempts) * 5 < Math.max(...forgetting), `${Math.max(...attempts)}/s, and ${Math.max(...forgetting)}/s with a reset by CONNACK`);
});

test('attempts and times are those of the formulas', () => {
    const [nodes, rate] = [2000, 4];
    const course = playFleet(motemq, { ...options, nodes, rate, backlog: 20, refusalCost: 0, outages: [[0, 600]], horizon: 2000 });
    const paper = onPaper(nodes, rate, 120);
    const sum = (from: number, to: number): number => course.attempts.slice(from, to).reduce((total, count) => total + count, 0);
    const near = (what: string, seen: number, expected: number, share: number): void => {
        assert.ok(Math.abs(seen - expected) <= share * expected, `${what}: ${seen}, on paper ${expected.toFixed(1)}`);
    };
    // From 20 to 40 s: the integral of N / (t ln 2) is N.
    near('attempts while pauses double', sum(20, 40), nodes, 0.05);
    near('attempts a second at the longest pause', sum(400, 600) / 200, paper.attempts, 0.03);
    const { half, most, all, wasted } = figuresOf(course);
    near('50 %', half, paper.half, 0.02);
    near('99 %', most, paper.most, 0.06);
    near('100 %', all, paper.all, 0.06);
    near('in vain', wasted, paper.wasted, 0.12);
});

test('a seed means the same course every time', () => {
    const run = (seed: number): string => JSON.stringify(playFleet(motemq, { ...options, nodes: 200, seed }));
    assert.is(run(5), run(5));
    assert.is.not(run(5), run(6));
});

test('the chart shows each policy and every node that is back', () => {
    const series = policies.slice(0, 2).map((policy) => ({ name: policy.name, course: playFleet(policy, { ...options, nodes: 100 }) }));
    const svg = drawFleet(series, 20, 120, 'No remark.');
    assert.is(svg.match(/<path class="area/g)?.length, 2);
    assert.match(svg, 'exponential, no jitter');
    assert.match(svg, 'prefers-color-scheme: dark');
    assert.not.match(svg, /NaN|undefined|Infinity/);
});

test.run();
