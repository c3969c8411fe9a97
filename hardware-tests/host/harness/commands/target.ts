// The board that a command is for: one of the map, or any at a port.
import { parseAddress } from '../addresses.ts';
import { boardMapPath, readBoardMap, readEntry } from '../board-map.ts';
import type { Arguments } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { Entry } from '../loader-session.ts';

export interface Target {
    /** What is locked. */
    readonly name: string;
    readonly port: string;
    /** Empty: not known. */
    readonly chip: string;
    /** `espruino`, `moddable`; empty: not known. */
    readonly engine: string;
    /** Of what the application prints. */
    readonly baud: number;
    readonly entry: Entry;
}

/** The board that --board or --port names, as --reset and --map say. */
export async function readTarget(values: Arguments['values']): Promise<Target> {
    const { board: name, port, reset } = values as Record<string, string | undefined>;
    if ((name === undefined) === (port === undefined)) throw new UsageError('name the board: --board NAME or --port PORT');
    if (port !== undefined) parseAddress(port);
    if (port !== undefined) return { name: port, port, chip: '', engine: '', baud: 115200, entry: readEntry(typeof reset === 'string' ? reset : '') };
    const path = String(values['map'] ?? boardMapPath);
    const map = await readBoardMap(path);
    const board = map.find(board => board.name === name);
    if (!board) throw new UsageError(`${path} has no board ${name}${map.length ? `; it has ${map.map(({ name }) => name).join(', ')}` : ': motemq boards --write makes one'}`);
    return { ...board, entry: typeof reset === 'string' ? readEntry(reset) : board.reset };
}

/** The number of --baud; `otherwise` without one. Refuses what is no speed. */
export function readBaud(values: Arguments['values'], otherwise: number): number {
    const baud = Number(values['baud'] ?? otherwise);
    if (!Number.isInteger(baud) || baud < 300 || baud > 4_000_000) throw new UsageError('--baud is a number of bits a second, 300 to 4000000');
    return baud;
}
