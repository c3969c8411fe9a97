// Parts of the charts that this project draws: SVG that is whole in itself, in light and dark.

export interface Palette {
    readonly page: string;
    readonly text: string;
    readonly grid: string;
    /** Of the series, in their order. */
    readonly series: readonly string[];
}

export const light: Palette = { page: '#ffffff', text: '#1f2328', grid: '#d1d9e0', series: ['#0969da', '#bc4c00', '#8250df', '#1a7f37', '#bf3989', '#9a6700', '#6e7781'] };
export const dark: Palette = { page: '#0d1117', text: '#f0f6fc', grid: '#3d444d', series: ['#4493f8', '#f0883e', '#ab7df8', '#3fb950', '#f778ba', '#d29922', '#9198a1'] };

/** Without custom properties, which not every renderer knows. */
function colours({ page, text, grid, series }: Palette): string {
    const each = series.map((colour, index) => `.area.c${index} { fill: ${colour}; } .line.c${index} { stroke: ${colour}; }`);
    return [`text { fill: ${text}; } .page { fill: ${page}; } .grid { stroke: ${grid}; } .limit { stroke: ${text}; }`, ...each].join('\n');
}

/** The style sheet of a chart. `rules`: its own, the same in light and dark. */
export function styleOf(rules: string): string {
    return `text { font: 12px system-ui, sans-serif; } .title { font-size: 15px; font-weight: 600; } .name { font-weight: 600; }
.limit { stroke-dasharray: 4 3; } .line { fill: none; stroke-width: 2.2; } ${rules}
${colours(light)}
@media (prefers-color-scheme: dark) {
${colours(dark)}
}`;
}

export function escape(text: string): string {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

export function text(x: number, y: number, content: string, attributes = ''): string {
    return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

/** As many digits as a drawing needs. */
export function round(value: number): string {
    return String(Math.round(value * 10) / 10);
}

/** `label`: what it shows, for those who cannot see it. */
export function svg(width: number, height: number, label: string, style: string, parts: readonly string[]): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(label)}">\n<style>${style}\n</style>\n${[`<rect class="page" width="${width}" height="${height}" rx="8"/>`, ...parts].join('\n')}\n</svg>\n`;
}
