// A small line of figures over runs, as SVG, with the last one marked.
import { escape } from './html.ts';

const WIDTH = 110;
const HEIGHT = 26;
const EDGE = 4;

/**
 * `figures`: oldest first; null: none in that run. `unit`: for who points at it. `noise`: changes of this size fill no more than half of the height.
 * Empty for fewer than two.
 */
export function sparkline(figures: readonly (number | null)[], unit: string, noise = 0): string {
    const known = figures.filter((figure): figure is number => figure !== null);
    if (known.length < 2) return '';
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const x = (index: number): number => EDGE + index / (figures.length - 1) * (WIDTH - 2 * EDGE);
    // Nor does a change of a tenth: it is not to look like a cliff.
    const span = Math.max(most - least, most * 0.2, noise * 2, 1e-9);
    const y = (figure: number): number => HEIGHT - EDGE - (figure - least) / span * (HEIGHT - 2 * EDGE);
    const points = figures.flatMap((figure, index) => figure === null ? [] : [`${x(index).toFixed(1)},${y(figure).toFixed(1)}`]);
    const [lastX, lastY] = points.at(-1)!.split(',');
    const plain = (figure: number): string => figure.toLocaleString('en', { maximumFractionDigits: 1 });
    const label = `${known.length} runs: ${plain(least)} to ${plain(most)} ${unit}, last ${plain(known.at(-1)!)}`;
    return `<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escape(label)}"><title>${escape(label)}</title>`
        + `<polyline points="${points.join(' ')}"/><circle cx="${lastX}" cy="${lastY}" r="2.5"/></svg>`;
}
