// A board of the board map: who drives its engine, and what takes its power away.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Board } from '../board-map.ts';
import { UsageError } from '../errors.ts';
import type { Port } from '../port.ts';
import { runTool } from '../programs.ts';
import type { BenchBoard } from './bench-board.ts';
import { mappedEspruino } from './espruino.ts';
import { LentPort } from './lent-port.ts';
import { mappedModdable } from './moddable.ts';

/** Ms that the command of a power hook may take, and until a board has started. */
const POWER = 20_000;
const STARTED = 1500;

/** It is known which engine drives it. */
export const canDrive = ({ engine }: Board): boolean => engine !== '';

/** `address`: of this machine, as the board reaches it. Refuses a board whose engine is not known. */
export function mappedBoard(board: Board, address: string): BenchBoard {
    // A hub takes the power of a board's adapter away, too: its port goes and comes again.
    const powerCycle = board.power ? (port: Port | null) => port instanceof LentPort ? port.lend(() => cyclePower(board)) : cyclePower(board) : null;
    switch (board.engine) {
        case 'espruino': return mappedEspruino(board, address, powerCycle);
        case 'moddable': return mappedModdable(board, address, powerCycle);
        default: throw new UsageError(`${board.name}: say in the board map which engine it has: espruino or moddable`);
    }
}

async function cyclePower({ name, power }: Board): Promise<void> {
    await runTool(power, [], POWER, `it is to cycle the power of ${name}: does it run in a shell?`, { shell: true });
    await sleep(STARTED);
}
