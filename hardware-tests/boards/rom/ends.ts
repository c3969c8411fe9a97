// Ways to reach an emulated board from outside: a TCP port of this machine, a pseudo-terminal. Neither carries modem lines or a speed.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { ptyProgram } from '../modem/ends.ts';
import type { Device } from '../device.ts';

export interface End {
    /** As the harness takes it: a path or `socket://host:port`. */
    readonly address: string;
    stop(): void;
}

/** At TCP port `port`; 0: any free one. One host at a time. */
export async function boardOnSocket(board: Device, port = 0): Promise<End> {
    let host: Socket | null = null;
    const server = createServer({ noDelay: true }, (socket) => {
        host?.destroy();
        host = socket;
        socket.on('data', (bytes: Buffer) => board.receive(bytes));
        socket.on('error', () => {});
    });
    board.onOutput = bytes => void host?.write(bytes);
    const stop = (): void => {
        server.close();
        host?.destroy();
    };
    board.onUnplug = stop;
    await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
    });
    return { address: `socket://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

/** At a pseudo-terminal, which goes away when the board is unplugged. Rejects, with a sentence, where there is no C compiler. */
export async function boardOnTerminal(board: Device): Promise<End> {
    const bridge = spawn(await ptyProgram(), { stdio: ['pipe', 'pipe', 'inherit'] });
    bridge.stdin.on('error', () => {});
    board.onOutput = bytes => void bridge.stdin.write(bytes);
    const stop = (): void => void bridge.kill('SIGKILL');
    board.onUnplug = stop;
    // Its first line is the terminal's path.
    const address = await new Promise<string>((resolve, reject) => {
        let path = '';
        bridge.once('exit', code => reject(new Error(`the pseudo-terminal ended with ${code}`)));
        bridge.stdout.on('data', (bytes: Buffer) => {
            if (path.endsWith('\n')) return board.receive(bytes);
            const end = bytes.indexOf(10);
            path += bytes.toString('latin1', 0, end < 0 ? bytes.length : end + 1);
            if (end < 0) return;
            resolve(path.trim());
            if (end + 1 < bytes.length) board.receive(bytes.subarray(end + 1));
        });
    });
    return { address, stop };
}
