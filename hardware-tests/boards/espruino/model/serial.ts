// `Serial1` to `Serial3` of the model: a device of Linux that `setup` opens, as in Espruino's own build for Linux. What comes is
// told in events of 64 bytes at most, what is written has left when `write` returns.
import { closeSync, constants, openSync, read, writeSync } from 'node:fs';
import { Emitter } from './events.ts';

/** `setup` knows these, and throws on others. */
const known = ['rx', 'tx', 'ck', 'cts', 'bytesize', 'stopbits', 'path', 'parity', 'flow', 'errors'];
const LONGEST_EVENT = 64;
/** How often it is looked for bytes, in ms: a read that waits would hold the process. */
const LOOK = 1;

export class Serial extends Emitter {
    private device = -1;
    private timer: NodeJS.Timeout | undefined;

    setup(baud: number, options: Readonly<Record<string, unknown>> = {}): void {
        for (const name of Object.keys(options)) if (!known.includes(name)) throw new Error(`Unknown option "${name}"`);
        if (!(baud > 100) || baud > 10000000) throw new Error(`Invalid baud rate ${baud}`);
        this.unsetup();
        // No device: a port whose wires lead nowhere.
        if (typeof options.path !== 'string') return;
        try {
            this.device = openSync(options.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
            this.timer = setInterval(() => this.look(), LOOK);
        } catch {
            // Espruino says nothing either.
        }
    }

    unsetup(): void {
        clearInterval(this.timer);
        if (this.device >= 0) closeSync(this.device);
        this.device = -1;
    }

    write(data: string | number | ArrayLike<number>): void {
        const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : typeof data === 'number' ? Buffer.of(data) : Buffer.from(Array.from(data));
        for (let at = 0; this.device >= 0 && at < bytes.length;) {
            try {
                at += writeSync(this.device, bytes, at);
            } catch (error) {
                // Full: Espruino waits, too.
                if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
            }
        }
    }

    private look(): void {
        const device = this.device;
        read(device, Buffer.alloc(1024), 0, 1024, null, (error, count, buffer) => {
            if (error || device !== this.device) return;
            for (let at = 0; at < count; at += LONGEST_EVENT) this.tell('data', buffer.toString('latin1', at, Math.min(at + LONGEST_EVENT, count)));
        });
    }
}
