// Text for HTML, and the style of the report. No script, nothing from elsewhere: the page is one file that can be sent.

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** `text` as text or as the value of an attribute. */
export function escape(text: string): string {
    return text.replace(/[&<>"']/g, character => entities[character]);
}

export const style = `
:root { color-scheme: light dark; --ground: #ffffff; --card: #f6f7f9; --ink: #1b1f24; --soft: #5b6470; --line: #d9dee5; --up: #1f5fd0; --down: #b4500a; --good: #17703b; --bad: #b3202c; --idle: #6a7380; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --card: #1c2026; --ink: #e4e8ee; --soft: #9aa4b1; --line: #333a44; --up: #7fb0ff; --down: #f0a35c; --good: #5fd08d; --bad: #ff7a80; --idle: #98a2af; } }
* { box-sizing: border-box; } a { color: var(--up); }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 4px; } h3 { font-size: 14px; margin: 16px 0 6px; }
p { margin: 4px 0; } .soft { color: var(--soft); } code, pre, .figure { font-family: ui-monospace, monospace; font-size: 13px; } code { overflow-wrap: anywhere; }
.passed { color: var(--good); } .failed { color: var(--bad); } .skipped, .unreached { color: var(--idle); }
.verdict { font-weight: 600; font-size: 17px; margin: 8px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; } th { color: var(--soft); font-weight: 500; font-size: 13px; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.fault { border-left: 3px solid var(--bad); background: var(--card); padding: 8px 12px; margin: 8px 0; } .fault.overcome { border-color: var(--idle); } .fault pre { padding: 0; margin: 0; }
details.test { border-bottom: 1px solid var(--line); } details.test > summary { display: grid; grid-template-columns: 84px minmax(120px, 1fr) 84px 120px 120px 116px; gap: 10px; align-items: center; padding: 5px 0; cursor: pointer; list-style: none; }
details.test > summary::-webkit-details-marker { display: none; } details.test > summary:hover { background: var(--card); } summary:focus-visible { outline: 2px solid var(--up); outline-offset: -2px; }
summary .mark { font-weight: 600; } summary .mark::before { content: "▸ "; color: var(--soft); font-weight: 400; } details[open] > summary .mark::before { content: "▾ "; }
.head { display: grid; grid-template-columns: 84px minmax(120px, 1fr) 84px 120px 120px 116px; gap: 10px; color: var(--soft); font-size: 13px; border-bottom: 1px solid var(--line); padding: 4px 0; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.inside { padding: 4px 0 16px 16px; } pre { background: var(--card); padding: 8px 12px; margin: 6px 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 16px; color: var(--soft); font-size: 13px; } .legend b { font-weight: 400; } .legend .up { color: var(--up); } .legend .down { color: var(--down); }
svg { display: block; } .timeline { width: 100%; min-width: 560px; height: auto; } .grid { stroke: var(--line); } .wire { stroke: var(--idle); stroke-width: 1.5; } .timeline .up { fill: var(--up); } .timeline .down { fill: var(--down); }
.tick, .lane { font: 10px system-ui, sans-serif; fill: var(--soft); } .tick { text-anchor: middle; }
.spark polyline { fill: none; stroke: var(--up); stroke-width: 1.5; } .spark circle { fill: var(--up); }
td.up { color: var(--up); } td.down { color: var(--down); } .packets td { padding: 1px 12px 1px 0; border: 0; font-family: ui-monospace, monospace; font-size: 12.5px; }
@media (max-width: 760px) { details.test > summary, .head { grid-template-columns: 84px 1fr 76px; } .extra { display: none; } }
`;
