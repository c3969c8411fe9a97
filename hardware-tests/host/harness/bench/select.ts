// Which boards a run is for: those named, or all of the map that it can drive.
import { networkInterfaces } from 'node:os';
import { boardMapPath, readBoardMap } from '../board-map.ts';
import { BenchError, UsageError } from '../errors.ts';
import type { BenchBoard } from './bench-board.ts';
import { emulatedEspruino } from './espruino.ts';
import { canDrive, mappedBoard } from './mapped.ts';
import { virtualBoardNamed, virtualForms } from './virtual.ts';

export interface Selection {
    /** Names of boards of the map, and forms of virtual ones; none: all of the map that can be driven. */
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
    if (address && !ownAddresses().includes(address)) throw new UsageError(`--address is one of this machine, at which it listens for boards: ${ownAddresses().join(', ')}`);
    const path = map || boardMapPath;
    const mapped = await readBoardMap(path);
    const wanted = names.length ? names : mapped.filter(board => canDrive(board) && (!tag || board.tags.includes(tag))).map(({ name }) => name);
    if (wanted.length === 0) throw new UsageError(`${mapped.length ? `${path} has no board with an engine${tag && ` and the tag ${tag}`}` : `there is no board map at ${path}: motemq boards --write makes one`}; without a board there is\n${virtualForms}`);
    const own = distinctNames(wanted);
    return Promise.all(wanted.map(async (name, index) => {
        const board = mapped.find(board => board.name === name);
        // Not where the map has a board of that name: an emulated one would pass in its place.
        const emulated = board ? null : name === 'espruino' ? await emulatedEspruino(own[index]) : await virtualBoardNamed(name, own[index]);
        if (emulated) return emulated;
        if (!board) throw new UsageError(`there is no board ${name}${mapped.length ? `; ${path} has ${mapped.map(({ name }) => name).join(', ')}` : ''}; without a board there is\n${virtualForms}`);
        if (wanted.indexOf(name) !== index) throw new UsageError(`${name} is named twice`);
        return mappedBoard(board, address || ownAddress());
    }));
}

/** `virtual1`, `virtual2` for `virtual:esp32c3` and `virtual`; a kind that comes once keeps its name. */
function distinctNames(wanted: readonly string[]): string[] {
    const kinds = wanted.map(name => name.split(':')[0]);
    return kinds.map((kind, index) => kinds.indexOf(kind) === kinds.lastIndexOf(kind) ? kind : `${kind}${kinds.slice(0, index + 1).filter(other => other === kind).length}`);
}

const interfaces = () => Object.values(networkInterfaces()).flatMap(list => list ?? []);
const ownAddresses = (): string[] => interfaces().map(({ address }) => address);

/** The first IPv4 address that this machine has in a network. */
function ownAddress(): string {
    const found = interfaces().find(({ family, internal }) => family === 'IPv4' && !internal);
    if (!found) throw new BenchError('this machine is in no network in which a board could reach it', 'join the network of the boards, or name the address: --address 192.168.1.10');
    return found.address;
}
