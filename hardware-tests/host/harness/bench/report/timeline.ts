// A test's packets over time, as SVG: a lane for each connection, marks above it for what the board sent, below for what the broker did.
import type { PacketSeen } from '../results.ts';
import { escape } from './html.ts';

const WIDTH = 860;
const LEFT = 34;
const LANE = 30;
const AXIS = 18;
/** Lanes that are drawn. */
const LANES = 24;

/** A step of 1, 2 or 5 times a power of ten that divides `span` into 4 to 10 parts. */
export function stepOf(span: number): number {
    const power = 10 ** Math.floor(Math.log10(span));
    return [power / 5, power / 2, power].find(step => span / step <= 10) ?? power;
}

/** Empty if no packet passed. */
export function timelineOf(packets: readonly PacketSeen[]): string {
    if (packets.length === 0) return '';
    const lanes = [...new Set(packets.map(({ connection }) => connection))].slice(0, LANES);
    const end = Math.max(1, ...packets.map(({ at }) => at)) * 1.02;
    const x = (at: number): number => Math.round((LEFT + at / end * (WIDTH - LEFT - 6)) * 10) / 10;
    const height = lanes.length * LANE + AXIS;
    const parts: string[] = [];
    for (let at = 0; at <= end; at += stepOf(end)) {
        parts.push(`<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${height - AXIS}"/><text class="tick" x="${x(at)}" y="${height - 4}">${Math.round(at * 10) / 10}</text>`);
    }
    lanes.forEach((connection, lane) => {
        const own = packets.filter(packet => packet.connection === connection);
        const middle = lane * LANE + LANE / 2;
        parts.push(`<text class="lane" x="2" y="${middle + 4}">${connection + 1}</text><line class="wire" x1="${x(own[0].at)}" x2="${x(own.at(-1)!.at)}" y1="${middle}" y2="${middle}"/>`);
        for (const { at, direction, text, bytes } of own) {
            const up = direction === 'up';
            parts.push(`<path class="${direction}" d="M${x(at) - 3} ${middle}h6l-3 ${up ? -11 : 11}z"><title>${escape(`${at} ms ${up ? 'board → broker' : 'broker → board'}: ${text} (${bytes} B)`)}</title></path>`);
        }
    });
    return `<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${packets.length} packets on ${lanes.length} connections over ${Math.round(end)} ms">${parts.join('')}</svg>`;
}
