// What `serialport` (13) uses below itself on Linux and macOS, kept from two defects that leave calls without an end:
// - A terminal that was hung up, as that of an unplugged adapter is, reads as no bytes. That is read again, for ever, and nobody learns that the
//   port has gone.
// - Who begins to wait for bytes, while a write waits for room, takes the write's place: it is woken when the device says something, which
//   a loader does not before it has the rest.
// Knows the fields of that package; where they are others, as on Windows, it leaves everything as it is.
import type { EventEmitter } from 'node:events';
import { read } from 'node:fs';
import { promisify } from 'node:util';

const readFile = promisify(read);

/** Bits of libuv, `uv_poll_event`. */
const bits = { readable: 1, writable: 2 } as const;

interface Poller extends EventEmitter {
    /** Waits for what `flags` say, and no longer for what an earlier call said. */
    poll(flags?: number): void;
}

interface Binding {
    fd: number | null;
    readonly poller: Poller;
    read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
}

/** Mends `binding`, the port of an open `SerialPort`, before anything has been read. */
export function mendBinding(binding: unknown): void {
    if (!isUnix(binding)) return;
    const { poller } = binding;
    const poll = poller.poll.bind(poller);
    poller.poll = (flags = 0) => poll(flags | waitedFor(poller, 'readable') | waitedFor(poller, 'writable'));
    binding.read = async (buffer, offset, length) => {
        for (;;) {
            if (binding.fd === null) throw Object.assign(new Error('the port is closed'), { canceled: true });
            try {
                const { bytesRead } = await readFile(binding.fd, buffer, offset, length, null);
                if (bytesRead === 0) throw new Error('input/output error: hung up');
                return { buffer, bytesRead };
            } catch (error) {
                if (!['EAGAIN', 'EWOULDBLOCK', 'EINTR'].includes((error as NodeJS.ErrnoException).code!)) throw error;
            }
            if (binding.fd !== null) await new Promise<void>((resolve, reject) => poller.once('readable', (error?: Error) => error ? reject(error) : resolve()));
        }
    };
}

function isUnix(binding: unknown): binding is Binding {
    const { poller, fd } = (binding ?? {}) as Partial<Binding>;
    return typeof fd === 'number' && typeof poller?.poll === 'function';
}

function waitedFor(poller: Poller, event: keyof typeof bits): number {
    return poller.listenerCount(event) ? bits[event] : 0;
}
