// Modem lines and speed of a pseudo-terminal, for a program that opens one: it is started with the variables that this gives, and a board
// follows what it sets. Linux and a C compiler are needed (lines.c says how it works).
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { compiled } from '../compiled.ts';
import type { Device } from '../device.ts';

export interface BoardLines {
    /** For the environment of the program. */
    readonly environment: Readonly<Record<string, string>>;
    /** What was set, in order: `D0 R1`, `B921600`. */
    readonly changes: readonly string[];
    stop(): void;
}

/** Lets `board` follow; the socket is in `folder`. Rejects where there is no C compiler. */
export async function boardLines(board: Device, folder: string): Promise<BoardLines> {
    // -ldl for C libraries before glibc 2.34.
    const library = await compiled('hardware-tests/boards/rom/lines.c', ['-shared', '-fPIC', '-Wl,--no-as-needed', '-ldl']);
    const socket = join(folder, 'lines.socket');
    const changes: string[] = [];
    const server = createServer((end) => {
        end.on('error', () => {});
        end.once('data', (bytes: Buffer) => {
            const change = bytes.toString('latin1').trim();
            changes.push(change);
            const lines = /^D([01]) R([01])$/.exec(change);
            if (lines) board.setLines(lines[1] === '1', lines[2] === '1');
            else board.hostBaud = Number(change.slice(1));
            end.end('.');
        });
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
    return {
        environment: { LD_PRELOAD: library, MOTEMQ_LINES: socket }, changes,
        stop() {
            server.close();
            rmSync(socket, { force: true });
        },
    };
}
