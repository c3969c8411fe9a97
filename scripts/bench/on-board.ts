// Runs session-on-board.ts on the virtual board and reads what it traced. The benchmark prints it, tests hold it.
import { join } from 'node:path';
import { bootBoard } from '../../hardware-tests/boards/xs/board.ts';
import { bundleForBoard } from '../../hardware-tests/boards/xs/bundle.ts';
import { root } from '../root.ts';
import type { Row } from './board-meter.ts';

export interface Live {
    readonly name: string;
    readonly slots: number;
    readonly chunkBytes: number;
}

/** What all rounds together came to, as the client counts it. */
export type Done = Readonly<Record<string, number | boolean>>;

export interface BoardFigures {
    readonly live: readonly Live[];
    /** By name. */
    readonly rows: ReadonlyMap<string, Row>;
    readonly done: Done;
}

/** What one operation costs, the empty round taken off. */
export interface Cost {
    /** Slots count 16 bytes, as on a microcontroller, also where the host's are larger. */
    readonly heapBytes: number;
    readonly bytecodes: number;
    /** Without what the meter charges natives for each byte that they copy; left out where these were not counted. */
    readonly withoutCopying?: number;
    /** Slots above those of an empty round: the client's and those of what it calls. */
    readonly stack: number;
    /** Slots from the very top, those of the machine and of who measures included. */
    readonly wholeStack: number;
}

const SLOT_BYTES = 16;

export const bytesOf = ({ slots, chunkBytes }: { readonly slots: number; readonly chunkBytes: number }): number => slots * SLOT_BYTES + chunkBytes;

/** `entry`: a script that measures with board-meter.ts, a path from the project's folder; `path`: the program of boards/xs/build.ts. */
export async function measureOnBoard(path: string, entry = 'scripts/bench/session-on-board.ts', config: object = {}): Promise<BoardFigures> {
    const board = bootBoard(path, { script: await bundleForBoard(join(root, entry)), config });
    const end = await board.end;
    const read = <T>(start: string) => board.lines.filter(line => line.startsWith(start + ' ')).map(line => JSON.parse(line.slice(start.length + 1)) as T);
    const done = read<Done>('done')[0];
    const faults = board.lines.filter(line => line.startsWith('fault '));
    if (end.code !== 0 || done === undefined || faults.length > 0) {
        throw new Error(`the board ended with ${end.code}; ${end.errors}\n${faults.join('\n')}`);
    }
    return { live: read<Live>('live'), rows: new Map(read<Row>('row').map(row => [row.name, row])), done };
}

function rowOf({ rows }: BoardFigures, name: string): Row {
    const row = rows.get(name);
    if (row === undefined) throw new Error(`the board measured no '${name}', only ${[...rows.keys()].join(', ')}`);
    return row;
}

/** Bytecodes that the meter charges for one byte that a native copies. */
export function copyCharge(figures: BoardFigures): number {
    const [none, some] = ['copy 0', 'copy 16'].map(name => rowOf(figures, name));
    return (some.bytecodes - none.bytecodes) / some.rounds / (some.copied! - none.copied!);
}

export function costOf(figures: BoardFigures, name: string): Cost {
    const row = rowOf(figures, name);
    const empty = rowOf(figures, 'empty');
    const bytecodes = (row.bytecodes - empty.bytecodes) / row.rounds / row.operations;
    return {
        heapBytes: (bytesOf(row) - bytesOf(empty)) / row.rounds / row.operations,
        bytecodes,
        withoutCopying: row.copied === undefined ? undefined : bytecodes - copyCharge(figures) * row.copied / row.operations,
        stack: row.stack - empty.stack,
        wholeStack: row.stack,
    };
}

/** Bytes that stay on the heap for a connected client: platform, transport, options and all that it made itself. */
export function liveBytes({ live }: BoardFigures): number {
    const parts = ['platform of the bench', 'transport of the bench', 'options', 'connected client'];
    return live.filter(({ name }) => parts.includes(name)).reduce((sum, one) => sum + bytesOf(one), 0);
}
