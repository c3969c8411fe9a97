// `motemq energy`: how long a battery lasts, from a wake that is measured and figures that are named.
import { writeFileSync } from 'node:fs';
import type { Arguments } from '../harness/cli.ts';
import { BenchError, PASSED, UsageError } from '../harness/errors.ts';
import { need } from '../harness/packages.ts';
import { loadRecording } from '../trace/command.ts';
import { readRecording } from '../trace/recording.ts';
import { drawEstimate } from './chart.ts';
import { cycleOf } from './cycle.ts';
import { figuresFor, linkTitles } from './figures.ts';
import type { Figure, FigureName, Figures, LinkName } from './figures.ts';
import { traceWake } from './measure.ts';
import { estimate } from './model.ts';
import type { Plan, Tls } from './model.ts';
import { describeEstimate, describeFigures } from './text.ts';
import { duration, parseQuantity, three } from './units.ts';

type Values = Arguments['values'];

/** What the option `name` says, or `fallback`. */
const textOf = (values: Values, name: string, fallback: string): string => String(values[name] ?? fallback);

function choice<T extends string>(values: Values, name: string, fallback: T, all: readonly T[]): T {
    const value = textOf(values, name, fallback);
    const found = all.find(each => each === value);
    if (found === undefined) throw new UsageError(`--${name} is one of ${all.join(', ')}, not '${value}'`);
    return found;
}

function whole(values: Values, name: string, fallback: number, least: number, most: number): number {
    const value = Number(textOf(values, name, String(fallback)));
    if (!Number.isInteger(value) || value < least || value > most) throw new UsageError(`--${name} is a whole number from ${least} to ${most}`);
    return value;
}

/** `figures` with those that `--set NAME=VALUE,NAME=VALUE` gives. */
export function withGiven(figures: Figures, given: string): Figures {
    const changed: Record<string, Figure> = { ...figures };
    for (const part of given.split(',').filter(each => each !== '')) {
        const [name, value] = part.split('=', 2).map(each => each.trim());
        if (!Object.hasOwn(figures, name)) throw new UsageError(`--set: there is no figure '${name}'; motemq energy --figures shows them`);
        const figure = figures[name as FigureName];
        changed[name] = { ...figure, value: parseQuantity(value ?? '', figure.unit, `--set ${name}`), given: true };
    }
    const problem = (['rate', 'battery.usable'] as const).find(name => !(changed[name].value > 0)) ?? (['battery.usable', 'battery.selfDischarge'] as const).find(name => changed[name].value > (name === 'battery.usable' ? 100 : 99.9));
    if (problem !== undefined) throw new UsageError(`--set: ${problem} cannot be ${three(changed[problem].value)} ${changed[problem].unit}`);
    return changed as Figures;
}

function planOf(values: Values): Plan {
    for (const name of ['interval', 'battery']) if (values[name] === undefined) throw new UsageError(`--${name} is missing: motemq energy --interval 15m --battery 2000mAh`);
    const interval = parseQuantity(String(values['interval']), 's', '--interval');
    const capacity = parseQuantity(String(values['battery']), 'mAh', '--battery');
    if (interval === 0) throw new UsageError('--interval is more than 0: the time from one wake to the next');
    if (capacity === 0) throw new UsageError('--battery is more than 0 mAh');
    return { interval, capacity, tls: choice<Tls>(values, 'tls', 'none', ['none', 'full', 'resumed']), remembered: values['remembered'] === true, batch: whole(values, 'batch', 1, 1, 100) };
}

/** `drawing` at `path`: as it is, or in a page where the name ends so. */
function writeChart(path: string, drawing: string, title: string): void {
    const isPage = /\.html?$/i.test(path);
    const page = `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n<title>${title}</title>\n<style>body { margin: 1rem; } svg { width: 100%; min-width: 600px; max-width: 860px; height: auto; }</style>\n${drawing}</html>\n`;
    try {
        writeFileSync(path, isPage ? page : drawing);
    } catch (error) {
        throw new BenchError(`${path} cannot be written: ${(error as Error).message}`, 'name a file in a folder that exists and is yours');
    }
}

export async function energy({ values, positionals }: Arguments): Promise<number> {
    if (positionals.length) throw new UsageError(`'${positionals[0]}' means nothing here`);
    const link = choice<LinkName>(values, 'link', 'wifi', Object.keys(linkTitles) as LinkName[]);
    const figures = withGiven(figuresFor(link), textOf(values, 'set', ''));
    if (values['figures']) {
        console.log(describeFigures(figures));
        return PASSED;
    }
    const plan = planOf(values);
    const [messages, size] = [whole(values, 'messages', plan.batch, 1, 1000), whole(values, 'payload', 64, 1, 10000)];
    const path = values['trace'];
    for (const name of ['messages', 'payload']) if (path !== undefined && values[name] !== undefined) throw new UsageError(`--${name} is for a wake that is measured now, not for a trace`);
    const { default: mqtt } = await need('mqtt-packet', () => import('mqtt-packet'));
    const cycle = cycleOf(mqtt, path === undefined ? readRecording(await traceWake(messages, size)) : loadRecording(String(path), false));
    const measured = path === undefined ? 'just now, the wake cycle of this package over loopback' : `in ${String(path)}${cycle.wakes > 1 ? `, the mean of ${cycle.wakes} wakes` : ''}`;
    const result = estimate(cycle, figures, plan);
    console.log(describeEstimate(link, cycle, figures, plan, result, measured));
    const chart = values['chart'];
    if (typeof chart === 'string') {
        const title = `${linkTitles[link]}, a wake every ${duration(plan.interval)}, ${three(plan.capacity)} mAh: ${duration(result.life)}`;
        writeChart(chart, drawEstimate({ title, result, interval: plan.interval, at: interval => estimate(cycle, figures, { ...plan, interval }) }), title);
        console.error(`${chart}: the chart`);
    }
    return PASSED;
}

/** What --help prints. */
export const energyHelp = `motemq energy --interval 15m --battery 2000mAh [options]
  Estimates the charge of a wake that publishes, and how long a battery lasts. What the wire takes is measured; what board, radio and
  network take is what others have published or an assumption, and the output says which is which.
  --interval T      from one wake to the next: 90s, 15m, 1h, 1d
  --battery Q       capacity: 2000mAh, 2.4Ah
  --link NAME       wifi (default), lte-m, nb-iot
  --tls HOW         none (default), full handshake at each wake, or resumed
  --remembered      addresses are remembered from wake to wake: neither DHCP nor DNS
  --trace FILE      a recorded wake (motemq trace --help), or several: their mean. Without it one is measured now, over loopback
  --batch N         readings gather, and the radio is used at each Nth wake (1)
  --messages N      messages of the wake that is measured now (as many as the batch); --payload N: bytes of each (64)
  --figures         show every figure with its source, and stop
  --set NAME=VALUE  a figure of yours: --set rtt=120ms,sleep.current=35uA
  --chart FILE      draw it: .svg, or .html
Example: motemq energy --interval 15m --battery 2000mAh --link lte-m --tls resumed --chart life.svg`;
