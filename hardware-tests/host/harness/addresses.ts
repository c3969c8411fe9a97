// How users name a port: a path, a pattern, a USB device, a socket, a command. Says which form it is, and opens it.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, basename, join } from 'node:path';
import { openCommandPort } from './command-port.ts';
import { BenchError, UsageError } from './errors.ts';
import type { Port } from './port.ts';
import { hex, serialDevices } from './serial-devices.ts';
import type { SerialDevice } from './serial-devices.ts';
import { openSerialPort } from './serial-port.ts';
import { openSocketPort } from './socket-port.ts';

export type Address =
    | { readonly form: 'path'; readonly path: string }
    | { readonly form: 'glob'; readonly pattern: string }
    | { readonly form: 'usb'; readonly vendorId: number; readonly productId: number; readonly serialNumber: string }
    | { readonly form: 'socket'; readonly host: string; readonly port: number }
    | { readonly form: 'command'; readonly command: string };

export const addressForms = `/dev/ttyUSB0 or COM3        a path, also below /dev/serial/by-id
/dev/ttyUSB*                a pattern that fits one device
10c4:ea60[:SERIALNUMBER]    a USB device by vendor, product and serial number
socket://host:port          a TCP port: an emulator, or a server of serial lines
pty:command                 a command that prints the path of a terminal and stays`;

/** Reads `text`. Refuses what is none of the forms, with all of them. */
export function parseAddress(text: string): Address {
    const socket = /^socket:\/\/(.+):(\d+)$/.exec(text);
    if (socket) {
        const port = Number(socket[2]);
        if (port < 1 || port > 65535) throw new UsageError(`${text}: a TCP port is 1 to 65535`);
        return { form: 'socket', host: socket[1].replace(/^\[(.*)\]$/, '$1'), port };
    }
    if (text.startsWith('pty:') && text.slice(4).trim()) return { form: 'command', command: text.slice(4).trim() };
    const usb = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(text);
    if (usb) return { form: 'usb', vendorId: parseInt(usb[1], 16), productId: parseInt(usb[2], 16), serialNumber: usb[3] ?? '' };
    if (/^[a-z]+:/.test(text) || !text.trim()) throw new UsageError(`'${text}' names no port. A port is\n${addressForms}`);
    return /[*?]/.test(text) ? { form: 'glob', pattern: text } : { form: 'path', path: text };
}

/** Path of the one device that `address` means. `devices`: those there are. Refuses none and several. */
export function resolveDevice(address: Address & { form: 'path' | 'glob' | 'usb' }, devices: readonly SerialDevice[]): string {
    switch (address.form) {
        case 'path': return address.path;
        case 'glob': return single(matching(address.pattern), address.pattern);
        default: {
            const { vendorId, productId, serialNumber } = address;
            const fit = devices.filter(device => device.vendorId === vendorId && device.productId === productId && (!serialNumber || device.serialNumber === serialNumber));
            return single(fit.map(({ path }) => path), [hex(vendorId), hex(productId), serialNumber].filter(Boolean).join(':'));
        }
    }
}

/** Opens the port that `text` names, with `baud`. */
export async function openPort(text: string, baud: number): Promise<Port> {
    const address = parseAddress(text);
    switch (address.form) {
        case 'socket': return openSocketPort(address.host, address.port);
        case 'command': return openCommandPort(address.command, baud);
        default: return openSerialPort(resolveDevice(address, address.form === 'usb' ? await serialDevices() : []), baud);
    }
}

function matching(pattern: string): string[] {
    const folder = dirname(pattern);
    const escaped = basename(pattern).replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    return existsSync(folder) ? readdirSync(folder).filter(name => new RegExp(`^${escaped}$`).test(name)).sort().map(name => join(folder, name)) : [];
}

function single(found: readonly string[], wanted: string): string {
    if (found.length === 1) return found[0];
    throw found.length
        ? new BenchError(`${wanted} fits ${found.length} ports: ${found.join(', ')}`, 'name one of them, or add its serial number')
        : new BenchError(`nothing that is plugged in fits ${wanted}`, 'motemq boards shows the ports that there are');
}
