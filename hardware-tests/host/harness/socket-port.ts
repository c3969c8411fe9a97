// A port behind a TCP socket: an emulator, or a server that passes a serial line on. It has no lines and no speed.
import { connect } from 'node:net';
import { BenchError } from './errors.ts';
import { Late, lostPort, stuckPort, within } from './port.ts';
import type { Port } from './port.ts';

/** Ms in which the other side takes the connection. */
const CONNECT = 5000;

/** Connects to `host`, TCP port `port`. */
export async function openSocketPort(host: string, port: number): Promise<Port> {
    const name = `socket://${host}:${port}`;
    const socket = connect({ host, port, noDelay: true });
    const end = new AbortController();
    let closing = false;
    try {
        await within(CONNECT, end.signal, new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject)));
    } catch (error) {
        socket.destroy();
        throw new BenchError(`nobody answers at ${name} (${(error as Error).message})`, 'start the emulator or the serial server, and check host and port');
    }
    const opened: Port = {
        name, usb: null, hasLines: false, gone: end.signal, onBytes: () => {},
        async write(bytes) {
            end.signal.throwIfAborted();
            await within(CONNECT, end.signal, new Promise<void>((resolve, reject) => socket.write(bytes, error => error ? reject(error) : resolve()))).catch((error: Error) => {
                throw error instanceof Late ? stuckPort(name, error.milliseconds) : error;
            });
        },
        async setLines() {},
        async setBaud() {},
        async close() {
            closing = true;
            socket.destroy();
        },
    };
    socket.on('data', (bytes: Buffer) => opened.onBytes(bytes));
    socket.on('error', () => {});
    // 'end' too: what stays half open says nothing any more.
    for (const event of ['end', 'close'] as const) socket.on(event, () => closing || end.abort(lostPort(name)));
    return opened;
}
