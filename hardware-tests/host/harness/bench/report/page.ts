// The report as one HTML page: what came of each board and each test, packets over time, and figures over earlier runs.
import { countOf } from '../results.ts';
import type { BoardResult, RunResult, Status, TestResult } from '../results.ts';
import { figuresOfTest } from './history.ts';
import type { RunFigures, TestFigures } from './history.ts';
import { escape, style } from './html.ts';
import { sparkline } from './sparkline.ts';
import { figuresOf, roundsOf, titleOf } from './text.ts';
import { timelineOf } from './timeline.ts';

/** Ms by which tests take longer or shorter on a busy machine. */
const NOISE = 50;
const words: Readonly<Record<Status, string>> = { passed: 'passed', failed: 'FAILED', skipped: 'skipped', unreached: 'not run' };
const seconds = (ms: number): string => ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
const plain = (figure: number): string => figure.toLocaleString('en', { maximumFractionDigits: 1 });

/** `history`: earlier runs and this one, oldest first. */
export function pageOf(result: RunResult, history: readonly RunFigures[]): string {
    const { passed, failed, skipped, unreached } = countOf(result.boards);
    const broken = result.boards.filter(board => board.broken);
    const complaints = [
        failed && `${failed} of ${passed + failed + skipped + unreached} tests failed`,
        broken.length && `the bench failed at ${broken.map(({ name }) => name).join(', ')}`,
        unreached && !broken.length && `${unreached} tests were not run`,
    ].filter(Boolean);
    const verdict = complaints.join('; ') || 'all tests passed';
    const begun = new Date(result.begun);
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>motemq test: ${escape(verdict)}</title><style>${style}</style></head>
<body><main>
<h1>motemq test</h1>
<p class="verdict ${complaints.length ? 'failed' : 'passed'}">${escape(verdict)}</p>
<p class="soft">Run ${escape(result.run)}, <time datetime="${escape(result.begun)}">${escape(begun.toUTCString())}</time>, ${seconds(result.ms)}, broker ${escape(result.broker)}. ${passed} passed, ${failed} failed, ${skipped} skipped, ${unreached} not run.</p>
<div class="wide"><table><thead><tr><th>board</th><th>chip</th><th>engine</th><th class="n">passed</th><th class="n">failed</th><th class="n">skipped</th><th class="n">not run</th><th class="n">time</th></tr></thead><tbody>
${result.boards.map(rowOf).join('\n')}
</tbody></table></div>
${result.boards.map(board => sectionOf(board, history)).join('\n')}
</main></body></html>
`;
}

const anchor = (name: string): string => `board-${encodeURIComponent(name)}`;

function rowOf(board: BoardResult): string {
    const { passed, failed, skipped, unreached } = countOf([board]);
    const cell = (count: number, status: Status): string => `<td class="n${count > 0 ? ` ${status}` : ''}">${count}</td>`;
    return `<tr><td><a href="#${anchor(board.name)}">${escape(board.name)}</a></td><td>${escape(board.chip)}</td><td>${escape(board.engine || '-')}</td>${cell(passed, 'passed')}${cell(failed, 'failed')}${cell(skipped, 'skipped')}${cell(unreached, 'unreached')}<td class="n">${seconds(board.ms)}</td></tr>`;
}

function sectionOf(board: BoardResult, history: readonly RunFigures[]): string {
    const faults = board.faults.map(({ message, advice }, index) => {
        const last = board.broken && index === board.faults.length - 1;
        return `<div class="fault${last ? '' : ' overcome'}"><pre>${escape(message)}</pre><p class="soft">${escape(last ? advice : 'tried again')}</p></div>`;
    });
    const rounds = roundsOf(board);
    return `<section id="${anchor(board.name)}"><h2>${escape(board.name)}</h2>
<p class="soft">${escape(board.port)}; ${escape(board.loaded || 'nothing was put on it')}. All that it said: <code>${escape(board.log)}</code>; what passed its links, for <code>motemq trace</code> and Wireshark: <code>${escape(board.log.replace(/\.log$/, '.trace'))}</code></p>
${faults.join('\n')}
<div class="head"><span>result</span><span>test</span><span class="n">time</span><span class="n extra">bytes a message</span><span class="n extra">memory after</span><span class="extra">time over runs</span></div>
${board.tests.map(test => testOf(test, rounds, seriesOf(board.name, test.name, history))).join('\n')}
${trendsOf(board, history)}</section>`;
}

function seriesOf(board: string, test: string, history: readonly RunFigures[]): readonly (TestFigures | null)[] {
    return history.map(run => run.boards[board]?.[test] ?? null);
}

function testOf(test: TestResult, rounds: number, series: readonly (TestFigures | null)[]): string {
    const { status, ms, memory, reason, notes, packets, packetsLeftOut } = test;
    const { bytesPerMessage } = figuresOfTest(test);
    const spark = sparkline(series.map(figures => figures?.status === 'passed' ? figures.ms : null), 'ms', NOISE);
    const inside = [
        reason && `<pre class="${status}">${escape(reason)}</pre>`,
        status === 'unreached' ? '' : `<p class="soft">${escape(figuresOf(test).join('; '))}</p>`,
        packets.length ? `<h3>Packets over time, in ms</h3><div class="legend"><b class="up">▲ from the board</b><b class="down">▼ from the broker</b><b>one line a connection</b></div><div class="wide">${timelineOf(packets)}</div>` : '',
        packets.length ? `<details><summary>${packets.length} packets${packetsLeftOut ? `; ${packetsLeftOut} more are left out` : ''}</summary><div class="wide"><table class="packets">${packets.map(packetRow).join('')}</table></div></details>` : '',
        notes.length ? `<details><summary>${notes.length} reports of the board</summary><pre>${escape(notes.join('\n'))}</pre></details>` : '',
    ].filter(Boolean);
    return `<details class="test"${status === 'failed' ? ' open' : ''}><summary><span class="mark ${status}">${words[status]}</span><span>${escape(titleOf(test, rounds))}</span><span class="n">${status === 'unreached' ? '-' : seconds(ms)}</span>`
        + `<span class="n extra">${bytesPerMessage === null ? '-' : plain(bytesPerMessage)}</span><span class="n extra">${memory ? plain(memory[1]) : '-'}</span><span class="extra">${spark}</span></summary><div class="inside">${inside.join('\n')}</div></details>`;
}

function packetRow({ at, connection, direction, text, bytes }: TestResult['packets'][number]): string {
    return `<tr><td class="n">${at.toFixed(1)}</td><td>${connection + 1}</td><td class="${direction}">${direction === 'up' ? '▲' : '▼'}</td><td class="n">${bytes} B</td><td>${escape(text)}</td></tr>`;
}

/** Figures of the whole board over runs: what a regression shows in first. */
function trendsOf(board: BoardResult, history: readonly RunFigures[]): string {
    const own = history.filter(run => board.name in run.boards);
    if (own.length < 2) return '';
    const rate = (qos: number): (number | null)[] => own.map(run => run.boards[board.name]['rate']?.rates?.[qos] ?? null);
    const all = (of: (figures: TestFigures) => number | null): (number | null)[] => own.map((run) => {
        const figures = Object.values(run.boards[board.name]).map(of).filter((figure): figure is number => figure !== null);
        return figures.length ? Math.max(...figures) : null;
    });
    const rows: readonly [string, string, readonly (number | null)[]][] = [
        ['messages a second, QoS 0', 'a second', rate(0)], ['messages a second, QoS 1', 'a second', rate(1)],
        ['most memory in use after a test', '', all(({ memory }) => memory)],
        ['bytes a message, steady', 'bytes', own.map(run => run.boards[board.name]['steady']?.bytesPerMessage ?? null)],
        ['tests that failed', '', own.map(run => Object.values(run.boards[board.name]).filter(({ status }) => status === 'failed').length)],
    ];
    const shown = rows.filter(([, , figures]) => figures.filter(figure => figure !== null).length > 1);
    return `<h3>Over ${own.length} runs</h3><div class="wide"><table><tbody>${shown.map(([name, unit, figures]) => {
        const last = figures.filter(figure => figure !== null).at(-1);
        return `<tr><td>${escape(name)}</td><td class="n">${last === undefined ? '-' : plain(last)}</td><td>${sparkline(figures, unit)}</td></tr>`;
    }).join('')}</tbody></table></div>`;
}
