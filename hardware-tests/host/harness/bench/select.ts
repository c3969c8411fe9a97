// Which boards a run is for: those named, or all of the map that it can drive.
import { networkInterfaces } from 'node:os';
import { boardMapPath, readBoardMap } from '../board-map.ts';
import { BenchError, UsageError } from '../errors.ts';
import type { BenchBoard } from './bench-board.ts';
import { emulatedEspruino } from './espruino.ts';
import { mappedBoard } from './mapped.ts';
import { virtualBoardNamed, virtualForms } from './virtual.ts';

export interface Selection {
    /** Names of boards of the map, and forms of virtual ones; none: all of the map. */
    readonly names: readonly string[];
    /** Path of the map; empty: the usual one. */
    readonly map: string;
    /** A tag that boards of the map must have; empty: any. */
    readonly tag: string;
    /** Of this machine, as boards reach it; empty: its first address in a network. */
    readonly address: string;
}

/** The boards, each with a name of its own. Refuses names that mean nothing. */
export async function selectBoards({ names, map, tag, address }: Selection): Promise<BenchBoard[]> {
    const path = map || boardMapPath;
    const mapped = await readBoardMap(path);
    const wanted = names.length ? names : mapped.filter(({ tags }) => !tag || tags.includes(tag)).map(({ name }) => name);
    if (wanted.length === 0) throw new UsageError(`${mapped.length ? `${path} has no board with the tag ${tag}` : `there is no board map at ${path}: motemq boards --write makes one`}; without a board there is\n${virtualForms}`);
    const boards: BenchBoard[] = [];
    for (const [index, name] of wanted.entries()) {
        const again = wanted.filter(other => other.split(':')[0] === name.split(':')[0]).length > 1;
        const own = again ? `${name.split(':')[0]}${wanted.slice(0, index + 1).filter(other => other.split(':')[0] === name.split(':')[0]).length}` : name.split(':')[0];
        const virtual = name === 'espruino' ? await emulatedEspruino(own) : await virtualBoardNamed(name, own);
        const board = mapped.find(board => board.name === name);
        if (!virtual && !board) throw new UsageError(`there is no board ${name}${mapped.length ? `; ${path} has ${mapped.map(({ name }) => name).join(', ')}` : ''}; without a board there is\n${virtualForms}`);
        if (!virtual && wanted.indexOf(name) !== index) throw new UsageError(`${name} is named twice`);
        boards.push(virtual ?? mappedBoard(board!, address || ownAddress()));
    }
    return boards;
}

/** The first IPv4 address that this machine has in a network. */
function ownAddress(): string {
    const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? []);
    const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (!found) throw new BenchError('this machine is in no network in which a board could reach it', 'join the network of the boards, or name the address: --address 192.168.1.10');
    return found.address;
}
