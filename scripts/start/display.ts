// What a person sees of a run: a line that is redrawn on a terminal and printed now and then into a pipe, and the summary.
import type { HeapUse, Progress } from '../../examples/telemetry-node/progress.ts';
import { stateText } from '../../src/session/reason-texts.ts';
import type { CutMade } from './cuts.ts';
import type { Outcome, Verdict } from './verdict.ts';

export interface Wire {
    readonly up: number;
    readonly down: number;
}

const number = (value: number): string => value.toLocaleString('en-US');

function heapPerMessage(heap: HeapUse): string {
    if (heap.beats === 0) return '-';
    if (heap.variables !== undefined) return `${number(heap.variables / heap.beats)} variables`;
    return heap.slotBytes === 0 ? `about ${number(Math.round(heap.bytes / heap.beats))} B` : `${number((heap.slots * heap.slotBytes + heap.chunkBytes) / heap.beats)} B`;
}

export function statusLine(progress: Progress, count: number, seen: number, wire: Wire): string {
    return [
        `acknowledged ${progress.acknowledged}/${count}`, `resent ${progress.resent}`, `subscriber saw ${seen}`,
        `wire ${number(wire.up)} B up ${number(wire.down)} B down`, `heap ${heapPerMessage(progress.heap)}/message`, stateText(progress.state),
    ].join(' | ');
}

/** `resent`: messages that were sent again after this cut. */
export function cutText(cut: CutMade, resent: number): string {
    const what = cut.direction === 'up' ? 'sent by the node' : 'sent by the broker';
    const after = cut.survivedAt > 0 ? `${resent} resent, connected again after ${Math.round(cut.survivedAt - cut.at)} ms` : 'not survived';
    return `${cut.how.toUpperCase()} after ${cut.passed} of ${cut.size} bytes ${what}: ${after}`;
}

export function summary(outcome: Outcome, verdict: Verdict, cuts: readonly CutMade[], progress: Progress, wire: Wire): string[] {
    const { heap } = progress;
    const resentAfter = (index: number): number => (cuts[index + 1]?.resentBefore ?? progress.resent) - cuts[index].resentBefore;
    const heapText = heap.variables !== undefined && heap.beats > 0 ? `${number(heap.variables)} more of Espruino's variables in use after ${heap.beats} messages, exact`
        : heap.variables !== undefined ? 'not weighed'
        : heap.slotBytes === 0
        ? `${heapPerMessage(heap)} per message on V8: approximate, timers and this report included (${heap.beats} messages)`
        : heap.beats === 0 ? 'not weighed'
        : `${heapPerMessage(heap)} per message: ${heap.slots} slots and ${heap.chunkBytes} chunk bytes in ${heap.beats} messages, exact`;
    return [
        `published      ${outcome.published}`,
        `acknowledged   ${outcome.acknowledged}`,
        `delivered      ${verdict.delivered}, ${verdict.lost.length} lost`,
        `duplicates     ${verdict.duplicates}`,
        ...cuts.map((cut, index) => `cut ${index + 1}          ${cutText(cut, resentAfter(index))}`),
        `on the wire    ${number(wire.up)} bytes up, ${number(wire.down)} down, connections and resends included`,
        `heap           ${heapText}`,
        '',
        ...(verdict.ok ? [`OK: published = delivered = ${verdict.delivered}, both cuts survived`] : verdict.faults.map(fault => `FAILED: ${fault}`)),
    ];
}

/** Writes progress to `stream`: in place on a terminal, else once a second at most. */
export class Screen {
    private readonly stream: NodeJS.WriteStream;
    private drawn = false;
    private last = 0;

    constructor(stream: NodeJS.WriteStream) {
        this.stream = stream;
    }

    /** A line that stays. */
    say(line: string): void {
        this.stream.write(`${this.drawn ? '\r\x1b[K' : ''}${line}\n`);
        this.drawn = false;
    }

    /** The line that the next one replaces. */
    show(line: string): void {
        if (this.stream.isTTY) {
            this.stream.write(`\r\x1b[K${line.slice(0, (this.stream.columns || 80) - 1)}`);
            this.drawn = true;
        } else if (performance.now() - this.last > 1000) {
            this.last = performance.now();
            this.say(line);
        }
    }
}
