// The serial devices of this machine. On Linux from /sys, which needs no udevadm (slim containers have none); elsewhere from `serialport`.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { need } from './packages.ts';

export interface SerialDevice {
    /** `/dev/ttyUSB0`, `COM3`. */
    readonly path: string;
    /** The name that stays the same wherever the device is plugged in: below /dev/serial/by-id. Empty if there is none. */
    readonly byId: string;
    readonly vendorId: number | null;
    readonly productId: number | null;
    readonly serialNumber: string;
    /** What the adapter says that it is. */
    readonly product: string;
}

/** USB adapters and chips that boards have: vendor and product, name. */
const adapters: Readonly<Record<string, string>> = {
    '10c4:ea60': 'CP210x', '1a86:7523': 'CH340', '1a86:55d4': 'CH9102', '0403:6001': 'FT232', '0403:6010': 'FT2232', '0403:6015': 'FT231X',
    '303a:1001': 'USB-JTAG of an ESP32', '303a:0002': 'USB of an ESP32-S2',
};

/** Name of the adapter, for people; empty if it is none of those that boards usually have. */
export function adapterName({ vendorId, productId }: SerialDevice): string {
    return vendorId === null || productId === null ? '' : adapters[`${hex(vendorId)}:${hex(productId)}`] ?? '';
}

/** Four digits, as in VID:PID. */
export function hex(id: number): string {
    return id.toString(16).padStart(4, '0');
}

/** All of them, sorted by path. `sys` and `dev` are where Linux has those; a test has its own. */
export async function serialDevices(sys = '/sys', dev = '/dev'): Promise<SerialDevice[]> {
    if (existsSync(join(sys, 'class', 'tty'))) return linuxDevices(sys, dev);
    const { SerialPort } = await need('serialport', () => import('serialport'));
    const id = (text: string | undefined): number | null => text ? parseInt(text, 16) : null;
    return (await SerialPort.list()).map(port => ({
        path: port.path, byId: '', vendorId: id(port.vendorId), productId: id(port.productId), serialNumber: port.serialNumber ?? '', product: port.manufacturer ?? '',
    }));
}

/** Vendor and product of the USB device at `path`; null if it is none. */
export function usbOf(path: string, sys = '/sys'): { vendorId: number; productId: number } | null {
    const { vendorId, productId } = describe(basename(real(path)), sys);
    return vendorId === null || productId === null ? null : { vendorId, productId };
}

function linuxDevices(sys: string, dev: string): SerialDevice[] {
    const folder = join(dev, 'serial', 'by-id');
    const links = new Map(entries(folder).map(name => [real(join(folder, name)), join(folder, name)]));
    return entries(join(sys, 'class', 'tty'))
        // A console or pseudo-terminal has no device behind it, and a UART that is not there has the type "unknown", 0.
        .filter(name => /^tty(USB|ACM|S|AMA|HS|mxc|THS)\d+$/.test(name) && existsSync(join(sys, 'class', 'tty', name, 'device')) && text(join(sys, 'class', 'tty', name, 'type')) !== '0')
        .map(name => ({ path: join(dev, name), byId: links.get(real(join(dev, name))) ?? '', ...describe(name, sys) }))
        .sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The USB device is some folders above the terminal's own. */
function describe(name: string, sys: string): Pick<SerialDevice, 'vendorId' | 'productId' | 'serialNumber' | 'product'> {
    for (let folder = real(join(sys, 'class', 'tty', name, 'device')); folder.length > real(sys).length; folder = dirname(folder)) {
        if (!existsSync(join(folder, 'idVendor'))) continue;
        const id = (file: string): number => parseInt(text(join(folder, file)), 16);
        return { vendorId: id('idVendor'), productId: id('idProduct'), serialNumber: text(join(folder, 'serial')), product: text(join(folder, 'product')) };
    }
    return { vendorId: null, productId: null, serialNumber: '', product: '' };
}

function entries(folder: string): string[] {
    return existsSync(folder) ? readdirSync(folder) : [];
}

function real(path: string): string {
    return existsSync(path) ? realpathSync(path) : path;
}

function text(path: string): string {
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}
