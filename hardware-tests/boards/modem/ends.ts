// Ways to reach an emulated modem from outside, in real time: a TCP port, a pseudo-terminal, a serial port in this process.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { compiled } from '../compiled.ts';
import { emulate } from './emulator.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { HostPort } from './host-port.ts';
import { realClock, realNetwork } from './real-world.ts';

/** Clock and network are the real ones unless said otherwise. */
export type EndOptions = Omit<EmulatorOptions, 'clock' | 'network' | 'toHost'> & Partial<Pick<EmulatorOptions, 'clock' | 'network'>>;

export interface End {
    readonly emulator: Emulator;
    /** Where the modem is: a path, or host and port. */
    readonly address: string;
    /** The line for a terminal program. */
    readonly howTo: string;
    stop(): void;
}

const real = { clock: realClock, network: realNetwork };

/** At a TCP port of this machine; 0: any free one. One host at a time; the next one finds the modem as the last one left it. */
export async function tcpPort(options: EndOptions, port: number): Promise<End> {
    let host: Socket | null = null;
    const emulator = emulate({ ...real, ...options, toHost: bytes => void host?.write(bytes) });
    const server = createServer({ noDelay: true }, (socket) => {
        host?.destroy();
        host = socket;
        socket.on('data', (bytes: Buffer) => emulator.line.fromHost(bytes));
        socket.on('error', () => {});
        socket.on('close', () => {
            if (host === socket) host = null;
        });
    });
    await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
    });
    const at = (server.address() as AddressInfo).port;
    return {
        emulator, address: `127.0.0.1:${at}`, howTo: `nc -C 127.0.0.1 ${at}`,
        stop() {
            emulator.modem.stop('');
            server.close();
            host?.destroy();
        },
    };
}

/** Compiles ./pty.c, once for each version of it. Rejects, with a sentence, where there is no C compiler. */
export async function ptyProgram(): Promise<string> {
    try {
        return await compiled('hardware-tests/boards/modem/pty.c');
    } catch (error) {
        throw new Error(`a pseudo-terminal needs a C compiler, and ${process.env['CC'] || 'cc'} did not make one: use --tcp`, { cause: error });
    }
}

/** At a pseudo-terminal. It survives that the host closes it. */
export async function pseudoTerminal(options: EndOptions): Promise<End> {
    const bridge = spawn(await ptyProgram(), { stdio: ['pipe', 'pipe', 'inherit'] });
    const emulator = emulate({ ...real, ...options, toHost: bytes => void bridge.stdin.write(bytes) });
    bridge.stdin.on('error', () => {});
    // Its first line is the terminal's path.
    const address = await new Promise<string>((resolve, reject) => {
        let path = '';
        bridge.once('exit', code => reject(new Error(`the pseudo-terminal ended with ${code}`)));
        bridge.stdout.on('data', (bytes: Buffer) => {
            if (path.endsWith('\n')) return emulator.line.fromHost(bytes);
            const end = bytes.indexOf(10);
            path += bytes.subarray(0, end < 0 ? bytes.length : end + 1).toString();
            if (end < 0) return;
            resolve(path.trim());
            if (end + 1 < bytes.length) emulator.line.fromHost(bytes.subarray(end + 1));
        });
    });
    return {
        emulator, address, howTo: `picocom ${address}, screen ${address} or minicom -D ${address}`,
        stop() {
            emulator.modem.stop('');
            bridge.kill();
        },
    };
}

/** A serial port of this process. `fifo`: bytes that it holds. */
export function serialPort(options: EndOptions, fifo: number): { port: HostPort; emulator: Emulator } {
    const world = { ...real, ...options };
    const emulator = emulate({
        ...world, toHost: bytes => port.receive(bytes),
        onTraffic(toModem, bytes) {
            options.onTraffic?.(toModem, bytes);
            if (toModem) port.drained();
        },
    });
    const port = new HostPort(world.clock, emulator.line, emulator.faults, fifo);
    return { port, emulator };
}
