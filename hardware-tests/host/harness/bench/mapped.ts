// A board of the board map, at a port of this machine.
import type { Board } from '../board-map.ts';
import { UsageError } from '../errors.ts';
import type { BenchBoard } from './bench-board.ts';

/** `address`: of this machine, as the board reaches it. Refuses a board whose engine is not known. */
export function mappedBoard(board: Board, _address: string): BenchBoard {
    throw new UsageError(`${board.name}: boards with the engine ${board.engine || '(none named)'} cannot be driven yet`);
}
