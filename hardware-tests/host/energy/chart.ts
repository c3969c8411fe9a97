// An estimate as a drawing: where the charge of an interval goes, the current of a wake, and what another interval would mean.
import { escape, round, styleOf, svg, text } from '../svg.ts';
import type { Estimate } from './model.ts';
import { charge, duration, three } from './units.ts';

/** In SVG units. */
const WIDTH = 860;
const LEFT = 74;
const RIGHT = 24;
const INNER = WIDTH - LEFT - RIGHT;
const BAR_TOP = 84;
const BAR = 34;
const KEYS_A_ROW = 4;
const WAKE_TOP = 226;
const LIFE_TOP = 452;
const PANEL = 150;
const HEIGHT = LIFE_TOP + PANEL + 58;
/** Shares below this are too narrow for a figure on the bar. */
const LABELLED = 0.06;

const DAY = 86400;
/** What is marked, in s. */
const INTERVALS = [10, 60, 300, 900, 3600, 6 * 3600, DAY, 7 * DAY];
const LIVES: readonly (readonly [name: string, seconds: number])[] = [['1 hour', 3600], ['1 day', DAY], ['1 week', 7 * DAY], ['1 month', 30.44 * DAY], ['1 year', 365.25 * DAY], ['10 years', 3652.5 * DAY], ['100 years', 36525 * DAY]];

export interface Chart {
    readonly title: string;
    readonly result: Estimate;
    /** In s. */
    readonly interval: number;
    /** The same node with another interval, in s; it is longer than a wake. */
    readonly at: (interval: number) => Estimate;
}

/** From 0 to `most` at most five steps of 1, 2 or 5 and zeros. */
function ticksTo(most: number): number[] {
    const power = 10 ** Math.floor(Math.log10(most / 5));
    const step = [1, 2, 5, 10].map(digit => digit * power).find(each => most / each <= 5)!;
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const gridLine = (y: number): string => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}"/>`;
const line = (points: readonly (readonly [x: number, y: number])[], kind: string): string => `<path class="${kind}" d="M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}"/>`;

function shares({ phases, charge: all, time }: Estimate): string[] {
    const parts = [text(LEFT, BAR_TOP - 12, `Charge of ${duration(time)}: ${charge(all)}`, 'class="name"')];
    let x = LEFT;
    phases.forEach(({ name, share, charge: taken }, index) => {
        const width = share * INNER;
        if (width > 0) parts.push(`<rect class="area c${index}" x="${round(x)}" y="${BAR_TOP}" width="${round(width)}" height="${BAR}"><title>${escape(`${name} ${charge(taken)}`)}</title></rect>`);
        if (share >= LABELLED) parts.push(text(x + width / 2, BAR_TOP + 22, `${Math.round(share * 100)} %`, 'text-anchor="middle" class="on"'));
        x += width;
        const [keyX, keyY] = [LEFT + index % KEYS_A_ROW * INNER / KEYS_A_ROW, BAR_TOP + BAR + 24 + Math.floor(index / KEYS_A_ROW) * 22];
        parts.push(`<rect class="area c${index}" x="${round(keyX)}" y="${keyY - 10}" width="12" height="12" rx="2"/>`, text(keyX + 18, keyY, `${name} ${charge(taken)}`));
    });
    return parts;
}

function wake({ phases, awake }: Estimate): string[] {
    const parts = [text(LEFT, WAKE_TOP - 14, `Current of a wake with the radio in mA (the mean of each phase) over ${duration(awake)}`, 'class="name"')];
    const currents = phases.map(({ time, charge: taken }) => (time > 0 ? taken / time : 0));
    const times = phases.map(({ time, count }) => time / count);
    const highest = Math.max(...currents.slice(0, -1)) * 1.1;
    const y = (current: number): number => WAKE_TOP + PANEL * (1 - current / highest);
    for (const tick of ticksTo(highest)) parts.push(gridLine(y(tick)), text(LEFT - 8, y(tick) + 4, three(tick), 'text-anchor="end"'));
    let from = 0;
    phases.slice(0, -1).forEach(({ name }, index) => {
        const width = times[index] / awake * INNER;
        if (width > 0) parts.push(`<rect class="area c${index}" x="${round(LEFT + from)}" y="${round(y(currents[index]))}" width="${round(Math.max(width, 0.5))}" height="${round(WAKE_TOP + PANEL - y(currents[index]))}"><title>${escape(`${name}: ${duration(times[index])} at ${three(currents[index])} mA`)}</title></rect>`);
        from += width;
    });
    for (const tick of ticksTo(awake)) parts.push(text(LEFT + tick / awake * INNER, WAKE_TOP + PANEL + 18, `${three(tick)} s`, 'text-anchor="middle"'));
    return parts;
}

/** Both axes are logarithmic: intervals and lives of which one is ten times the other lie equally far apart. */
function life({ interval, at, result }: Chart): string[] {
    const [least, most] = [Math.max(result.awake * 1.2, 5), Math.max(DAY, interval * 2)];
    const x = (seconds: number): number => LEFT + Math.log(seconds / least) / Math.log(most / least) * INNER;
    const course = Array.from({ length: 61 }, (_, index) => least * (most / least) ** (index / 60)).map(seconds => ({ seconds, estimate: at(seconds) }));
    const lives = course.flatMap(({ estimate }) => [estimate.life, estimate.lifeWithoutSelfDischarge]);
    const [shortest, longest] = [Math.min(...lives) / 1.3, Math.max(...lives) * 1.3];
    const y = (seconds: number): number => LIFE_TOP + PANEL * (1 - Math.log(seconds / shortest) / Math.log(longest / shortest));
    const parts = [text(LEFT, LIFE_TOP - 14, 'Life of the battery, by interval (dashed: if it lost nothing by itself)', 'class="name"')];
    for (const [name, seconds] of LIVES.filter(([, each]) => each >= shortest && each <= longest)) parts.push(gridLine(y(seconds)), text(LEFT - 8, y(seconds) + 4, name, 'text-anchor="end"'));
    for (const seconds of INTERVALS.filter(each => each >= least && each <= most)) parts.push(text(x(seconds), LIFE_TOP + PANEL + 18, seconds === DAY ? '1 day' : duration(seconds), `text-anchor="${seconds === most ? 'end' : 'middle'}"`));
    parts.push(line(course.map(({ seconds, estimate }) => [x(seconds), y(estimate.lifeWithoutSelfDischarge)]), 'limit line'), line(course.map(({ seconds, estimate }) => [x(seconds), y(estimate.life)]), 'line c0'));
    const [pointX, pointY] = [x(interval), y(result.life)];
    const isLeft = pointX < LEFT + INNER / 3;
    parts.push(`<circle class="area c1" cx="${round(pointX)}" cy="${round(pointY)}" r="5"/>`, text(pointX + (isLeft ? 10 : -10), pointY + (isLeft ? 18 : -8), `${duration(interval)}: ${duration(result.life)}`, `class="name" text-anchor="${isLeft ? 'start' : 'end'}"`));
    return parts;
}

/** As SVG, whole in itself, for light and dark. */
export function drawEstimate(chart: Chart): string {
    const remark = 'Wire: measured. Board, radio and network: what others have published, or assumed; motemq energy says which.';
    return svg(WIDTH, HEIGHT, `${chart.title}: charge of an interval by phase, current of a wake, life of the battery by interval`, styleOf('.on { fill: #ffffff; font-weight: 600; paint-order: stroke; stroke: #00000066; stroke-width: 2px; } .limit.line { stroke-width: 1.2; }'),
        [text(LEFT, 28, chart.title, 'class="title"'), text(LEFT, 48, remark), ...shares(chart.result), ...wake(chart.result), ...life(chart)]);
}
