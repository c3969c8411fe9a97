// A device at the other end of a serial line that is a pair of pseudo-terminals: what a test says goes out of `path`.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ptyProgram } from '../boards/modem/ends.ts';
import { until } from './until.ts';

/** Why there can be none on this machine, for people; empty if there can. */
export const noPseudoTerminals = await ptyProgram().then(() => '', (error: Error) => error.message);

export class SerialDevice {
    /** What a program opens as the serial port. */
    path = '';
    /** All that came over the line. */
    received = Buffer.alloc(0);
    private bridge: ChildProcessByStdio<Writable, Readable, null> | undefined;

    async plugIn(): Promise<void> {
        const bridge = spawn(await ptyProgram(), { stdio: ['pipe', 'pipe', 'inherit'] });
        this.bridge = bridge;
        bridge.stdin.on('error', () => {});
        bridge.stdout.on('data', (bytes: Buffer) => this.received = Buffer.concat([this.received, bytes]));
        // Its first line is the terminal's path.
        await until('the line is there', () => this.received.includes('\n'));
        const end = this.received.indexOf('\n');
        this.path = this.received.toString('latin1', 0, end);
        this.received = this.received.subarray(end + 1);
    }

    write(bytes: Uint8Array | string): void {
        this.bridge!.stdin.write(bytes);
    }

    /** Safe twice. */
    async unplug(): Promise<void> {
        const { bridge } = this;
        if (!bridge || bridge.exitCode !== null || bridge.signalCode !== null) return;
        bridge.kill('SIGKILL');
        await new Promise(resolve => bridge.once('exit', resolve));
    }
}
