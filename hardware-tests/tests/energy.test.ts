// The energy report: arithmetic against cases worked out by hand, figures with their sources, refusals, the program as a user runs it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import mqtt from 'mqtt-packet';
import { drawEstimate } from '../host/energy/chart.ts';
import { withGiven } from '../host/energy/command.ts';
import { cycleOf } from '../host/energy/cycle.ts';
import type { Cycle } from '../host/energy/cycle.ts';
import { figuresFor, linkTitles } from '../host/energy/figures.ts';
import type { Figures, LinkName } from '../host/energy/figures.ts';
import { traceWake } from '../host/energy/measure.ts';
import { batteryLife, estimate } from '../host/energy/model.ts';
import type { Plan } from '../host/energy/model.ts';
import { charge, duration, parseQuantity } from '../host/energy/units.ts';
import { UsageError } from '../host/harness/errors.ts';
import { readRecording } from '../host/trace/recording.ts';
import { motemq } from './run-motemq.ts';

const folder = mkdtempSync(join(tmpdir(), 'energy-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const links = Object.keys(linkTitles) as LinkName[];
const cycle: Cycle = { wakes: 1, bytesUp: 122, bytesDown: 8, linkBytes: 500, segments: 10, writes: 2, roundTrips: 2, acknowledged: 1 };
const plan: Plan = { interval: 900, capacity: 1000, tls: 'none', remembered: false, batch: 1 };
/** Figures that can be reckoned with in the head. */
const round: Figures = withGiven(figuresFor('wifi'), [
    'boot.time=1s', 'boot.charge=10mC', 'association.time=2s', 'association.charge=200mC', 'address.time=3s', 'address.charge=300mC', 'rtt=100ms', 'rate=10kbit/s', 'active.current=100mA',
    'work.time=500ms', 'work.charge=25mC', 'tls.full.time=4s', 'tls.resumed.time=1s', 'tls.full.bytes=960B', 'tls.resumed.bytes=460B', 'tls.record.bytes=20B', 'tail.time=1s', 'tail.charge=50mC', 'sleep.current=100uA', 'battery.selfDischarge=0%',
].join());

/** Time and charge of each phase, rounded to what a hand writes. */
const phases = (changes: Partial<Plan>, figures = round) => estimate(cycle, figures, { ...plan, ...changes }).phases.map(each => [each.name, Number(each.time.toFixed(6)), Number(each.charge.toFixed(6))]);

test('the phases of a wake, by hand', () => {
    assert.equal(phases({}), [
        ['boot', 1, 10], ['association', 2, 200],
        // DHCP, and a round trip of 0.1 s at 100 mA for DNS.
        ['DHCP/DNS', 3.1, 310], ['TLS', 0, 0],
        // Two round trips 0.2 s, 500 B at 10 kbit/s 0.4 s, both at 100 mA; work 0.5 s with 25 mC.
        ['MQTT', 1.1, 85], ['tail', 1, 50],
        // 900 - 8.2 s at 0.1 mA.
        ['sleep', 891.8, 89.18],
    ]);
    assert.equal(phases({ remembered: true })[2], ['DHCP/DNS', 0, 0]);
    // Two round trips 0.2 s, computing 4 s, 960 B and 2 records of 20 B 0.8 s, at 100 mA.
    assert.equal(phases({ tls: 'full' })[3], ['TLS', 5, 500]);
    // 0.1 + 1 + 0.4 s.
    assert.equal(phases({ tls: 'resumed' })[3], ['TLS', 1.5, 150]);
});

test('a batch: each wake boots, one of them uses the radio', () => {
    assert.equal(phases({ batch: 4 }), [
        ['boot', 4, 40], ['association', 2, 200], ['DHCP/DNS', 3.1, 310], ['TLS', 0, 0], ['MQTT', 1.1, 85], ['tail', 1, 50],
        // 3,600 - 4 - 7.2 s at 0.1 mA.
        ['sleep', 3588.8, 358.88],
    ]);
    const [one, four] = [1, 4].map(batch => estimate(cycle, round, { ...plan, batch }));
    assert.equal([four.time, four.awake, four.radio].map(each => Number(each.toFixed(6))), [3600, 8.2, 7.2]);
    assert.is(Number(four.charge.toFixed(6)), 1043.88);
    assert.is(Math.round(four.life / one.life * 1000), Math.round(744.18 * 4 / 1043.88 * 1000));
});

test('charge, average current and life, by hand', () => {
    const result = estimate(cycle, round, plan);
    // 10 + 200 + 310 + 85 + 50 + 89.18 mC in 900 s; 1,000 mAh are 3,600,000 mC.
    assert.is(Number(result.charge.toFixed(6)), 744.18);
    assert.is(Number(result.current.toFixed(9)), Number((744.18 / 900).toFixed(9)));
    assert.is(Math.round(result.life), Math.round(3_600_000 / 744.18 * 900));
    assert.is(result.life, result.lifeWithoutSelfDischarge);
    assert.equal([result.awake, result.radio].map(each => Number(each.toFixed(6))), [8.2, 7.2]);
    const half = estimate(cycle, withGiven(round, 'battery.usable=50%'), plan);
    assert.is(Math.round(half.life), Math.round(result.life / 2));
});

test('self-discharge: a battery loses a share of what is left, while it is used and while it is not', () => {
    const month = 30.44 * 86400;
    const rate = Math.log(2) / month; // half a month
    // Hardly used, it is halved each month until what it loses is no more than what is used: 2^18 times the current that 1,000 mC lose at first.
    assert.ok(Math.abs(batteryLife(1000, 1000 * rate / 2 ** 18, rate) / month - 18) < 0.001);
    // Q' = -I - rQ ends when 1 + rQ/I = e^(rt): with rQ = I at t = ln 2 / r, a month.
    assert.is(Math.round(batteryLife(1000, 1000 * rate, rate)), Math.round(month));
    assert.is(batteryLife(1000, 2, 0), 500);
    // By steps of a minute.
    let [left, time] = [1000, 0];
    for (; left > 0; time += 60) left -= 60 * (0.0001 + rate * left);
    assert.ok(Math.abs(batteryLife(1000, 0.0001, rate) / time - 1) < 0.001);
});

test('shares add up, nothing is negative, and more of anything costs more, on each link', () => {
    for (const link of links) {
        const figures = figuresFor(link);
        for (const tls of ['none', 'full', 'resumed'] as const) {
            for (const remembered of [false, true]) {
                for (const interval of [60, 900, 86400]) {
                    const of = (changed: Partial<Cycle>, set = '') => estimate({ ...cycle, ...changed }, withGiven(figures, set), { interval, capacity: 2000, tls, remembered, batch: 1 });
                    const result = of({});
                    assert.ok(Math.abs(result.phases.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
                    assert.ok(Math.abs(result.phases.reduce((sum, { time }) => sum + time, 0) - interval) < 1e-6);
                    assert.ok(result.phases.every(({ time, charge: taken }) => time >= 0 && taken >= 0));
                    assert.ok(of({ roundTrips: 3 }).life < result.life);
                    assert.ok(of({ linkBytes: 5000 }).life < result.life);
                    assert.ok(of({}, 'sleep.current=1mA').life < result.life);
                    assert.ok(result.life < result.lifeWithoutSelfDischarge);
                }
            }
        }
    }
});

test('the cellular figures lie near a measurement of a whole exchange that they were not made from', () => {
    // boaks/zephyr-coaps-client: an nRF9160 on LTE-M, 200 B each way from PSM: 0.152 mWh, 547 mJ. The modem alone: the board's 20 mA, and its boot, are taken off.
    const { phases: all } = estimate({ ...cycle, roundTrips: 1, linkBytes: 456 }, figuresFor('lte-m'), { ...plan, remembered: true });
    const modem = all.filter(({ name }) => ['association', 'MQTT', 'tail'].includes(name)).reduce((sum, { charge: taken, time, name }) => sum + taken - (name === 'tail' ? 0 : time * 20), 0) * 3.7;
    assert.ok(modem > 547 * 0.75 && modem < 547 * 1.25, String(modem));
});

test('every figure says whose word it is, in units', () => {
    for (const link of links) {
        for (const [name, { value, meaning, source }] of Object.entries(figuresFor(link))) {
            assert.ok(value >= 0 && Number.isFinite(value) && meaning.length > 2, name);
            assert.ok(source === null || source.length > 10, name);
        }
    }
});

test('quantities have units', () => {
    assert.equal([['90s', 's', 90], ['15m', 's', 900], ['1.5 h', 's', 5400], ['250ms', 's', 0.25], ['2d', 's', 172800], ['2000mAh', 'mAh', 2000], ['2.4Ah', 'mAh', 2400], ['35uA', 'mA', 0.035], ['35µA', 'mA', 0.035], ['0s', 's', 0]]
        .filter(([text, unit, value]) => Math.abs(parseQuantity(text as string, unit as 's', '--x') - (value as number)) > 1e-12), []);
    for (const [text, unit] of [['15', 's'], ['', 's'], ['-1s', 's'], ['1e3s', 's'], ['15 M', 's'], ['mAh', 'mAh'], ['2000', 'mAh'], ['2Wh', 'mAh'], ['NaNs', 's'], ['1s2', 's'], ['1constructor', 's'], [`${'9'.repeat(400)}s`, 's']] as const) {
        assert.throws(() => parseQuantity(text, unit, '--x'), (error: Error) => error instanceof UsageError && /a number with a unit/.test(error.message), text);
    }
    assert.equal([0, 0.07, 1.5, 60, 900, 5400, 100000, 86400 * 300, 86400 * 800].map(duration), ['0 ms', '70 ms', '1.5 s', '1 min', '15 min', '1.5 h', '27.8 h', '300 days', '2.19 years']);
    assert.equal([3.3, 12345, 0].map(charge), ['3.3 mC', '12.3 C', '0 mC']);
});

test('a wake of this package, measured now: the bytes and round trips of our benchmark', async () => {
    const measured = cycleOf(mqtt, readRecording(await traceWake(1, 64)));
    assert.equal(measured, { wakes: 1, bytesUp: 122, bytesDown: 8, roundTrips: 2, writes: 2, acknowledged: 1, segments: measured.segments, linkBytes: measured.linkBytes });
    // Each segment has 40 bytes of TCP and IP, a SYN 4 more.
    assert.is(measured.linkBytes, 130 + measured.segments * 40 + 8);
    const batch = cycleOf(mqtt, readRecording(await traceWake(6, 64)));
    assert.equal([batch.acknowledged, batch.roundTrips, batch.writes], [6, 2, 2]);
    assert.is(batch.bytesUp, 122 + 5 * 94);
});

test('the chart is whole in itself and has a background in light and dark', () => {
    for (const link of links) {
        for (const interval of [30, 900, 86400, 86400 * 30]) {
            const at = (each: number) => estimate(cycle, figuresFor(link), { ...plan, interval: each });
            const svg = drawEstimate({ title: 'a <title> & "more"', result: at(interval), interval, at });
            assert.not.match(svg, /NaN|undefined|Infinity|href|url\(/);
            assert.match(svg, /prefers-color-scheme: dark/);
            assert.match(svg, 'a &lt;title> &amp; &quot;more&quot;');
            assert.is(svg.match(/<circle/g)?.length, 1);
        }
    }
});

const energy = (...words: string[]) => motemq('energy', ...words);

test('motemq energy estimates, from a recorded wake too, and draws', async () => {
    const trace = join(folder, 'wake.log');
    writeFileSync(trace, await traceWake(1, 64) + await traceWake(3, 64));
    const page = join(folder, 'chart.html');
    const batch = await energy('--interval', '5m', '--battery', '1Ah', '--batch', '3', '--payload', '10', '--chart', join(folder, 'chart.svg'));
    const bars = [...batch.output.matchAll(/([\d.]+) % {2}(█+) /g)];
    assert.ok(bars.length > 2);
    for (const [, percent, bar] of bars) assert.ok(Math.abs(bar.length - Number(percent) * 0.4) < 0.6, `a bar of ${percent} %: ${bar}`);
    assert.match(batch.output, /the radio at one wake of 3[^]*all +15 min [^]*3 messages acknowledged, 148 B up/);
    assert.match(readFileSync(join(folder, 'chart.svg'), 'utf8'), /^<svg [^]*Charge of 15 min/);
    const shown = await energy('--interval', '1h', '--battery', '2.4Ah', '--link', 'nb-iot', '--trace', trace, '--chart', page, '--set', 'sleep.current=35uA');
    assert.is(shown.code, 0, shown.output);
    for (const part of [/NB-IoT modem/, /measured: 2 round trips/, /the mean of 2 wakes: 2 messages acknowledged/, /given +sleep\.current 0\.035 mA/, /assumed .*battery\.usable 100 %/, /DNS at each connection/, /all +1 h .* 100\.0 %/, /lasts [\d.]+ (days|years)/]) assert.match(shown.output, part);
    assert.match(readFileSync(page, 'utf8'), /^<!doctype html>[^]*<svg [^]*<\/svg>\n<\/html>\n$/);
    const figures = await energy('--figures', '--link', 'lte-m');
    assert.is(figures.code, 0);
    assert.match(figures.output, /tail\.charge +99\.2 mC .*Fosse/);
});

test('the lives that README.md names are what the program says', async () => {
    const page = readFileSync('README.md', 'utf8');
    const life = async (...words: string[]) => /lasts (\S+ \S+)/.exec((await energy('--interval', '15m', '--battery', '2000mAh', ...words)).output)![1];
    for (const [row, ...variants] of [['a connection at each wake', []], ['`--tls full`, `resumed`', ['--tls', 'full'], ['--tls', 'resumed']], ['`--remembered`: no DHCP, no DNS', ['--remembered']], ['`--remembered --batch 4`', ['--remembered', '--batch', '4']]] as [string, ...string[][]][]) {
        const cells = page.split('\n').find(line => line.startsWith(`| ${row}`))!.split('|').slice(2);
        for (const [index, link] of ['wifi', 'lte-m'].entries()) {
            for (const words of variants) assert.ok(cells[index].includes((await life('--link', link, ...words)).replace(variants.length > 1 ? / \S+$/ : '', '')), `${row}, ${link}`);
        }
    }
});

test('motemq energy refuses what makes no sense', async () => {
    const good = ['--interval', '15m', '--battery', '2000mAh'];
    const empty = join(folder, 'empty.log');
    writeFileSync(empty, 'mqtt~ c0 1 open 0000\n');
    const refused: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
        [[], 3, /--interval is missing/], [['--interval', '15m'], 3, /--battery is missing/], [['--interval', '0s', '--battery', '1Ah'], 3, /more than 0/], [['--interval', '15', '--battery', '1Ah'], 3, /a number with a unit/],
        [['--interval', '15m', '--battery', '2000'], 3, /--battery is a number with a unit \(mAh, Ah\)/], [['--interval', '15m', '--battery', '0mAh'], 3, /more than 0 mAh/], [['--interval', '1s', '--battery', '1Ah'], 3, /a wake takes 1\.84 s/],
        [[...good, '--link', 'lora'], 3, /--link is one of wifi, lte-m, nb-iot/], [[...good, '--tls', 'yes'], 3, /--tls is one of/], [[...good, '--set', 'rttt=1s'], 3, /no figure 'rttt'/], [[...good, '--set', 'rtt=5'], 3, /--set rtt is a number/],
        [[...good, '--set', 'rate=0kbit/s'], 3, /rate cannot be 0/], [[...good, '--set', 'battery.selfDischarge=100%'], 3, /selfDischarge cannot be 100/], [[...good, '--batch', '0'], 3, /--batch is a whole number/], [[...good, '--messages', '0'], 3, /--messages is a whole number/], [[...good, '--trace', empty, '--messages', '2'], 3, /not for a trace/], [[...good, '--set', Object.entries(figuresFor('wifi')).filter(([name]) => /time|charge|current|rtt/.test(name)).map(([name, { unit }]) => `${name}=0${unit}`).join()], 3, /takes time and charge/],
        [[...good, '--trace', join(folder, 'none')], 3, /cannot be read/], [[...good, '--trace', empty], 3, /no line of its trace is whole/], [[...good, '--chart', join(folder, 'none', 'x.svg')], 2, /cannot be written/], [[...good, 'more'], 3, /'more' means nothing here/],
    ];
    for (const [words, code, message] of refused) {
        const ended = await energy(...words);
        assert.is(ended.code, code, `${words.join(' ')}: ${ended.output}`);
        assert.match(ended.output, message);
    }
});

test.run();
