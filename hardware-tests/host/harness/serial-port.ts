// A port at a serial device, over the package `serialport` (13). What that package does unasked is kept from here: `set` raises the lines
// that it is not told, a write to a closed port never ends, an error that nobody hears ends the process, closing drops DTR.
import { promisify } from 'node:util';
import type { SerialPort as SerialPortOfPackage } from 'serialport';
import { BenchError } from './errors.ts';
import { holdersOf } from './holders.ts';
import { noteLate } from './leave.ts';
import { need } from './packages.ts';
import { Late, lostPort, stuckPort, within } from './port.ts';
import type { Lines, Port } from './port.ts';
import { mendBinding } from '../../../targets/node/serial-binding.ts';
import { usbOf } from './serial-devices.ts';

/** Ms that one call of the package may take. A write of the largest block at 9600 baud takes 20 s. */
const CALL = 5000;
const WRITE = 30_000;

class SerialDevicePort implements Port {
    readonly name: string;
    readonly usb: Port['usb'];
    hasLines = true;
    onBytes: (bytes: Uint8Array) => void = () => {};
    private readonly port: SerialPortOfPackage;
    private readonly end = new AbortController();
    private closing = false;

    constructor(name: string, port: SerialPortOfPackage) {
        this.name = name;
        this.port = port;
        this.usb = usbOf(name);
        port.on('data', (bytes: Buffer) => this.onBytes(bytes));
        port.on('close', () => this.lose());
        port.on('error', () => {
            if (!port.isOpen) this.lose();
        });
    }

    get gone(): AbortSignal {
        return this.end.signal;
    }

    async write(bytes: Uint8Array): Promise<void> {
        this.demandOpen();
        await this.unlessLost(WRITE, new Promise<void>((resolve, reject) => {
            this.port.write(Buffer.from(bytes), error => error ? reject(error) : this.port.drain(error => error ? reject(error) : resolve()));
        }));
    }

    async setLines({ dtr, rts }: Lines): Promise<void> {
        if (!this.hasLines) return;
        this.demandOpen();
        try {
            await this.unlessLost(CALL, promisify(this.port.set.bind(this.port) as (options: object, done: (error: Error | null) => void) => void)({ dtr, rts, brk: false }));
        } catch (error) {
            // A pseudo-terminal: ENOTTY, or EINVAL on other kernels.
            if (!/inappropriate ioctl|invalid argument/i.test((error as Error).message)) throw error;
            this.hasLines = false;
        }
    }

    async setBaud(baud: number): Promise<void> {
        this.demandOpen();
        await this.unlessLost(CALL, new Promise<void>((resolve, reject) => {
            this.port.update({ baudRate: baud }, error => error ? reject(error) : resolve());
        }));
    }

    async close(): Promise<void> {
        this.closing = true;
        if (!this.port.isOpen) return;
        await within(CALL, new AbortController().signal, new Promise<void>(resolve => this.port.close(() => resolve()))).catch(() => {});
    }

    private lose(): void {
        if (!this.closing) this.end.abort(lostPort(this.name));
    }

    /** What a device that has gone fails with (EIO, ENXIO, EBADF, ENODEV): that may come before the package tells that it is closed. */
    private async unlessLost<T>(milliseconds: number, call: Promise<T>): Promise<T> {
        try {
            return await within(milliseconds, this.gone, call);
        } catch (error) {
            if (/input\/output error|no such device|bad file descriptor|device not configured/i.test((error as Error).message)) this.lose();
            this.gone.throwIfAborted();
            throw error instanceof Late ? hanging(this.name, error, call) : error;
        }
    }

    private demandOpen(): void {
        this.gone.throwIfAborted();
        if (!this.port.isOpen) throw lostPort(this.name);
    }
}

/** Opens the device at `path` with `baud`, both lines low: in no usual circuit does that reset a board or hold it in its loader. */
export async function openSerialPort(path: string, baud: number): Promise<Port> {
    const { SerialPort } = await need('serialport', () => import('serialport'));
    const device = new SerialPort({ path, baudRate: baud, hupcl: false, autoOpen: false });
    device.on('error', () => {});
    device.once('open', () => mendBinding(device.port));
    const opening = new Promise<void>((resolve, reject) => device.open(error => error ? reject(whyNot(path, error)) : resolve()));
    await within(CALL, new AbortController().signal, opening).catch((error: Error) => {
        if (!(error instanceof Late)) throw error;
        device.once('open', () => device.close());
        throw hanging(path, error, opening);
    });
    const port = new SerialDevicePort(path, device);
    try {
        await port.setLines({ dtr: false, rts: false });
    } catch (error) {
        await port.close();
        throw error;
    }
    return port;
}

function hanging(name: string, { milliseconds }: Late, call: Promise<unknown>): BenchError {
    noteLate(call);
    return stuckPort(name, milliseconds);
}

function whyNot(path: string, { message }: Error): BenchError {
    if (/no such file|file not found/i.test(message)) return new BenchError(`there is no port ${path}`, 'motemq boards shows the ports that there are; is the board plugged in, with a cable that carries data?');
    if (/permission denied|access denied/i.test(message)) return new BenchError(`you may not open ${path}`, 'sudo usermod -aG dialout $USER, then log in again');
    if (/cannot lock|busy/i.test(message)) {
        const holders = holdersOf(path).map(({ pid, command }) => `${command} (process ${pid})`);
        return new BenchError(`${path} is in use${holders.length ? ` by ${holders.join(', ')}` : ''}`, 'close the monitor or terminal program that has it open');
    }
    if (/inappropriate ioctl|not a/i.test(message)) return new BenchError(`${path} is no serial port`, 'motemq boards shows the ports that there are');
    return new BenchError(`${path} cannot be opened: ${message}`, 'motemq doctor looks for the reason');
}
