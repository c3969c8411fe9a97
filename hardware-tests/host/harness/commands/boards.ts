// `motemq boards`: the board map, and what is plugged in.
import { table } from '../../../../scripts/table.ts';
import { parseAddress, resolveDevice } from '../addresses.ts';
import { addToBoardMap, boardMapPath, lastingPort, readBoardMap } from '../board-map.ts';
import type { Board } from '../board-map.ts';
import type { Arguments } from '../cli.ts';
import { BenchError, PASSED, UsageError } from '../errors.ts';
import { Locks } from '../locks.ts';
import { adapterName, serialDevices } from '../serial-devices.ts';
import type { SerialDevice } from '../serial-devices.ts';

export async function boards({ values, positionals }: Arguments): Promise<number> {
    if (positionals.length) throw new UsageError(`'${positionals[0]}' means nothing here`);
    const path = String(values['map'] ?? boardMapPath);
    const devices = await serialDevices();
    if (values['write']) {
        const added = await addToBoardMap(path, devices);
        console.log(added.length ? `${path}: added ${added.join(', ')}. Say there which chip and engine they have.` : `${path}: nothing to add`);
    }
    const map = await readBoardMap(path);
    if (map.length) {
        const rows = map.map(board => [board.name, board.port, board.chip || '?', board.engine || '?', board.tags.join(' ') || '-', state(board, devices)]);
        console.log(`${table([['board', 'port', 'chip', 'engine', 'tags', 'now'], ...rows], [1, 2, 3, 4, 5])}\n`);
    } else if (!values['write']) {
        console.log(`no board map yet: motemq boards --write makes ${path}\n`);
    }
    console.log(describeDevices(devices));
    return PASSED;
}

/** A table of the serial devices, or a sentence that there are none. */
export function describeDevices(devices: readonly SerialDevice[]): string {
    if (devices.length === 0) return 'no serial port is plugged in';
    return table([['port', 'in a board map', 'adapter'], ...devices.map(device => [device.path, lastingPort(device), [adapterName(device), device.product].filter(Boolean).join(', ') || '-'])], [1, 2]);
}

function state({ name, port }: Board, devices: readonly SerialDevice[]): string {
    const holder = new Locks().holder(name);
    if (holder) return `in use by process ${holder}`;
    const address = parseAddress(port);
    if (address.form === 'socket' || address.form === 'command') return 'not looked at';
    try {
        const path = resolveDevice(address, devices);
        return devices.some(device => device.path === path || device.byId === path) ? path : 'not plugged in';
    } catch (error) {
        if (error instanceof BenchError) return 'not plugged in';
        throw error;
    }
}
