// Draws what fleets did as an SVG: for each policy the attempts a second, and below for all of them how many nodes are back. It has
// a background of its own in light and dark, so that it is readable on any page.
import { round, styleOf, svg, text } from '../svg.ts';
import type { Course } from './fleet.ts';

export interface Series {
    readonly name: string;
    readonly course: Course;
}

/** In SVG units. */
const WIDTH = 860;
const LEFT = 74;
const RIGHT = 24;
const PANEL = 92;
const BELOW = 150;
const GAP = 34;
const TOP = 78;
/** Attempts a second, on a logarithmic scale from 1. */
const TICKS = [1, 10, 100, 1000, 10000];

const style = styleOf('.outage { fill: #818b98; opacity: 0.25; }');

/** `seconds`: how much of the time after the loss is shown; `rate`: what the broker accepts in a second; `remark`: one more assumption. */
export function drawFleet(series: readonly Series[], rate: number, seconds: number, remark: string): string {
    const { nodes, restart } = series[0].course;
    const x = (second: number): number => LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
    const highest = TICKS.find((tick) => tick >= nodes) ?? TICKS[TICKS.length - 1];
    const height = TOP + series.length * (PANEL + GAP) + BELOW + 62;
    const parts: string[] = [
        text(LEFT, 26, `${nodes.toLocaleString('en')} nodes lose a broker that is back after ${restart} s and accepts ${rate} of them a second`, 'class="title"'),
        text(LEFT, 48, `Attempts to connect, per second (logarithmic). Grey: no broker. Dashed: what it accepts. ${remark}`),
    ];
    const outage = (top: number, tall: number): string => `<rect class="outage" x="${LEFT}" y="${top}" width="${round(x(restart) - LEFT)}" height="${tall}"/>`;
    const line = (y: number, kind: string): string => `<line class="${kind}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}"/>`;

    series.forEach(({ name, course }, index) => {
        const top = TOP + index * (PANEL + GAP);
        const y = (value: number): number => top + PANEL * (1 - Math.log10(Math.max(value, 1)) / Math.log10(highest * 1.3));
        parts.push(outage(top, PANEL));
        for (const tick of TICKS.filter((each) => each <= highest)) {
            parts.push(line(y(tick), 'grid'), text(LEFT - 8, y(tick) + 4, tick.toLocaleString('en'), 'text-anchor="end"'));
        }
        let path = `M${x(0)} ${round(y(1))}`;
        for (let second = 0; second < seconds; second++) path += `V${round(y(course.attempts[second] ?? 0))}H${round(x(second + 1))}`;
        parts.push(`<path class="area c${index}" d="${path}V${round(y(1))}Z"/>`, line(y(rate), 'limit'), text(WIDTH - RIGHT, top - 6, name, 'class="name" text-anchor="end"'));
    });

    const top = TOP + series.length * (PANEL + GAP) + 6;
    const y = (share: number): number => top + BELOW * (1 - share);
    parts.push(text(LEFT, top - 10, 'Nodes that are back, in %'), outage(top, BELOW));
    for (const share of [0, 0.25, 0.5, 0.75, 1]) parts.push(line(y(share), 'grid'), text(LEFT - 8, y(share) + 4, `${share * 100}`, 'text-anchor="end"'));
    let keyAt = LEFT + 170;
    series.forEach(({ name, course }, index) => {
        let sum = 0;
        let path = `M${round(x(restart))} ${y(0)}`;
        for (let second = restart; second < seconds; second++) {
            sum += course.accepted[second] ?? 0;
            path += `L${round(x(second + 1))} ${round(y(sum / nodes))}`;
        }
        const key = keyAt;
        keyAt += 44 + name.length * 6.4;
        parts.push(`<path class="line c${index}" d="${path}"/>`, `<rect class="area c${index}" x="${round(key)}" y="${top - 18}" width="16" height="8"/>`, text(Math.round(key + 22), top - 10, name));
    });
    for (let second = 0; second <= seconds; second += 30) parts.push(text(Math.round(x(second)), top + BELOW + 20, String(second), 'text-anchor="middle"'));
    parts.push(text((LEFT + WIDTH - RIGHT) / 2, top + BELOW + 42, 'time since the broker was lost, in s', 'text-anchor="middle"'));
    return svg(WIDTH, height, `Attempts to connect per second, and nodes that are back, for ${series.length} ways to come back`, style, parts);
}
