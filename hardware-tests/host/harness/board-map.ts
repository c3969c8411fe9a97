// The board map, hardware-tests/boards.yaml: which boards the bench has, by ports that stay the same wherever they are plugged in.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseAddress } from './addresses.ts';
import { UsageError } from './errors.ts';
import { chipIds } from './image.ts';
import type { Entry } from './loader-session.ts';
import { need } from './packages.ts';
import { parseSequence } from './reset.ts';
import { adapterName, hex } from './serial-devices.ts';
import type { SerialDevice } from './serial-devices.ts';
import { fields, onlyFields, readYaml } from './yaml.ts';

export const boardMapPath = 'hardware-tests/boards.yaml';

export interface Board {
    readonly name: string;
    /** As addresses.ts reads it. */
    readonly port: string;
    /** Empty: not known. */
    readonly chip: string;
    /** `espruino`, `moddable`; empty: not known. */
    readonly engine: string;
    /** Baud of what the application prints. */
    readonly baud: number;
    /** How it gets into its loader. */
    readonly reset: Entry;
    /** Command that takes the board's power away and gives it back; empty: there is none. */
    readonly power: string;
    /** What it has: wifi, psram, modem. */
    readonly tags: readonly string[];
}

const known = ['port', 'chip', 'engine', 'baud', 'reset', 'power', 'tags'];
const engines = ['espruino', 'moddable'];

const heading = ` The boards of this bench. motemq boards --write adds those that are plugged in and leaves what is here.
 port: a path, a pattern, VID:PID[:serial], socket://host:port or pty:command
 chip: ${Object.keys(chipIds).join(', ')}; engine: ${engines.join(' or ')}; baud: of the application's output (115200)
 reset: lines (default), none, or a sequence such as D0R1|W100|D1R0|W50|D0R0
 power: a command that takes the power away and gives it back, uhubctl for instance; tags: a list such as [wifi, psram, modem]`;

/** The boards in the file at `path`; none if it does not exist. Refuses what it does not understand. */
export async function readBoardMap(path: string): Promise<Board[]> {
    if (!existsSync(path)) return [];
    const map = await readYaml(path);
    onlyFields(map, ['boards'], path);
    return Object.entries(fields(map['boards'] || {}, `${path}: boards`)).map(([name, value]) => readBoard(name, value, `${path}: ${name}`));
}

function readBoard(name: string, value: unknown, where: string): Board {
    const board = fields(value, where);
    onlyFields(board, known, where);
    const text = (field: string): string => {
        const found = board[field] ?? '';
        if (typeof found !== 'string') throw new UsageError(`${where}: ${field} is a text`);
        return found;
    };
    const { tags = [] } = board;
    const baud = Number(text('baud') || 115200);
    parseAddress(text('port'));
    if (text('chip') && !(text('chip') in chipIds)) throw new UsageError(`${where}: chip is one of ${Object.keys(chipIds).join(', ')}`);
    if (text('engine') && !engines.includes(text('engine'))) throw new UsageError(`${where}: engine is one of ${engines.join(', ')}`);
    if (!Number.isInteger(baud) || baud < 300 || baud > 4_000_000) throw new UsageError(`${where}: baud is a number of bits a second`);
    if (!Array.isArray(tags) || tags.some(tag => typeof tag !== 'string')) throw new UsageError(`${where}: tags is a list of words`);
    return { name, port: text('port'), chip: text('chip'), engine: text('engine'), baud, reset: readEntry(text('reset')), power: text('power'), tags: tags as string[] };
}

/** `lines`, `none` or a sequence; empty is `lines`. */
export function readEntry(text: string): Entry {
    if (text === '' || text === 'lines') return 'lines';
    if (text === 'none') return 'none';
    parseSequence(text);
    return { sequence: text };
}

/** The port by which a device is found again: serial number, by-id name, path, the first that it has. */
export function lastingPort(device: SerialDevice): string {
    const { vendorId, productId, serialNumber, byId, path } = device;
    if (vendorId !== null && productId !== null && serialNumber) return `${hex(vendorId)}:${hex(productId)}:${serialNumber}`;
    return byId || path;
}

/** Adds those of `devices` that the map at `path` does not have; what is written there, comments included, stays. Returns their names. */
export async function addToBoardMap(path: string, devices: readonly SerialDevice[]): Promise<string[]> {
    const { parseDocument, Document } = await need('yaml', () => import('yaml'));
    const boards = await readBoardMap(path);
    const document = existsSync(path) ? parseDocument(readFileSync(path, 'utf8')) : new Document({ boards: {} });
    if (!existsSync(path)) document.commentBefore = heading;
    if (!document.get('boards')) document.set('boards', document.createNode({}));
    const ports = new Set(boards.flatMap(({ port }) => port));
    const names = new Set(boards.map(({ name }) => name));
    const added: string[] = [];
    for (const device of devices) {
        const port = lastingPort(device);
        if ([port, device.byId, device.path].some(known => ports.has(known))) continue;
        let number = 1;
        while (names.has(`board${number}`)) number++;
        const name = `board${number}`;
        names.add(name);
        added.push(name);
        const node = document.createNode({ port });
        node.comment = ` ${[adapterName(device), device.product, device.path].filter(Boolean).join(', ')}`;
        document.setIn(['boards', name], node);
    }
    if (added.length) writeFileSync(path, document.toString());
    return added;
}
