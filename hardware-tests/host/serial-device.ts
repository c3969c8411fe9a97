// A device at the other end of a serial line that is a pair of pseudo-terminals: what a test says goes out of `path`. The program
// `socat` makes the pair.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** Why there can be none on this machine, for people; empty if there can. */
export const noPseudoTerminals = spawnSync('socat', ['-V']).error ? 'there is no program socat' : '';

export class SerialDevice {
    readonly folder = mkdtempSync(join(tmpdir(), 'motemq-serial-'));
    /** What a program opens as the serial port. */
    readonly path = join(this.folder, 'tty');
    /** All that came over the line. */
    received = Buffer.alloc(0);
    private socket: Socket | undefined;
    private readonly server: Server;
    private socat: ChildProcess | undefined;

    constructor() {
        this.server = createServer((socket) => {
            this.socket = socket;
            socket.on('error', () => {}).on('data', bytes => this.received = Buffer.concat([this.received, bytes]));
        });
    }

    async plugIn(): Promise<void> {
        const socket = join(this.folder, 'socket');
        await new Promise<void>(resolve => this.server.listen(socket, resolve));
        this.socat = spawn('socat', [`PTY,link=${this.path},rawer`, `UNIX-CONNECT:${socket}`], { stdio: 'ignore' });
        await until('the line is there', () => existsSync(this.path) && this.socket !== undefined);
    }

    write(bytes: Uint8Array | string): void {
        this.socket!.write(bytes);
    }

    /** Safe twice. */
    async unplug(): Promise<void> {
        const { socat } = this;
        if (socat && socat.exitCode === null && socat.signalCode === null) {
            socat.kill('SIGKILL');
            await new Promise(resolve => socat.once('exit', resolve));
        }
        this.socket?.destroy();
        this.server.close();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
