// An emulated board as a port of this process, with modem lines and a speed: what a socket and a pseudo-terminal lack.
import { lostPort } from '../../host/harness/port.ts';
import type { Port } from '../../host/harness/port.ts';
import type { Device } from '../device.ts';

/** Opens the port that `board` hangs on, at `baud`. */
export function portOf(board: Device, baud = 115200): Port {
    const end = new AbortController();
    const later = (job: () => void): void => void setImmediate(job);
    board.hostBaud = baud;
    const port: Port = {
        name: 'the emulated board', usb: board.usb ?? null, hasLines: true, gone: end.signal, onBytes: () => {},
        async write(bytes) {
            end.signal.throwIfAborted();
            const sent = bytes.slice();
            await new Promise<void>(resolve => later(() => {
                board.receive(sent);
                resolve();
            }));
        },
        async setLines({ dtr, rts }) {
            end.signal.throwIfAborted();
            board.setLines(dtr, rts);
        },
        async setBaud(speed) {
            end.signal.throwIfAborted();
            board.hostBaud = speed;
        },
        async close() {
            board.onOutput = () => {};
        },
    };
    // Never from within a call of the host's.
    board.onOutput = (bytes) => {
        const heard = bytes.slice();
        later(() => port.onBytes(heard));
    };
    board.onUnplug = () => later(() => end.abort(lostPort(port.name)));
    return port;
}
