// A port that a command makes, an emulator for instance: the first path of a terminal in its output is opened, and it ends with the port.
import { spawn } from 'node:child_process';
import { BenchError } from './errors.ts';
import { Late, within } from './port.ts';
import type { Port } from './port.ts';
import { openSerialPort } from './serial-port.ts';

/** Ms in which the command names its terminal: emulators compile on their first start. */
const START = 20_000;

/** Runs `command` in a shell. Opens with `baud`. */
export async function openCommandPort(command: string, baud: number): Promise<Port> {
    // A group of its own: the shell's children end with it.
    const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const stop = (): void => {
        try {
            process.kill(-child.pid!, 'SIGTERM');
        } catch {
            // It has ended already.
        }
    };
    const path = new Promise<string>((resolve, reject) => {
        const collect = (text: string): void => {
            // Up to the end of the path: a chunk may end within it.
            const found = /(\/dev\/(?:pts\/\d+|tty\w+))\s/.exec(output = (output + text).slice(-4096));
            if (found) resolve(found[1]);
        };
        child.stdout.setEncoding('utf8').on('data', collect);
        child.stderr.setEncoding('utf8').on('data', collect);
        child.once('error', reject);
        child.once('close', code => reject(new Error(`it ended with ${code}`)));
    });
    try {
        const port = await openSerialPort(await within(START, new AbortController().signal, path), baud);
        const close = port.close.bind(port);
        port.close = async () => {
            await close();
            stop();
        };
        return port;
    } catch (error) {
        stop();
        if (error instanceof BenchError) throw error;
        const why = error instanceof Late ? `it has named no terminal in ${error.milliseconds / 1000} s` : (error as Error).message;
        throw new BenchError(`the command \`${command}\` made no port: ${why}${output ? `; it said: ${output.trim().slice(-400)}` : ''}`, 'the command has to print the path of a terminal, /dev/pts/5 for instance, and keep running');
    }
}
