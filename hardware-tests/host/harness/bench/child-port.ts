// A port that is a process of this machine: what it prints, and what it reads. A process that ends is a board that crashes: the port stays.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Lines, Port } from '../port.ts';

export class ChildPort implements Port {
    readonly name: string;
    readonly usb = null;
    readonly hasLines = false;
    onBytes: (bytes: Uint8Array) => void = () => {};
    private readonly command: readonly string[];
    /** Exit code by which the process asks to be started again, as after a deep sleep. */
    private readonly asleep: number;
    private readonly end = new AbortController();
    private child: ChildProcessWithoutNullStreams | null = null;

    constructor(name: string, command: readonly string[], asleep: number) {
        this.name = name;
        this.command = command;
        this.asleep = asleep;
        this.start();
    }

    get gone(): AbortSignal {
        return this.end.signal;
    }

    async write(bytes: Uint8Array): Promise<void> {
        this.gone.throwIfAborted();
        this.child?.stdin.write(bytes);
    }

    async setLines(_lines: Lines): Promise<void> {
        // A process has none.
    }

    async setBaud(_baud: number): Promise<void> {
        // Nor a speed.
    }

    /** Ends the process and starts another one. */
    restart(): void {
        this.stop();
        this.start();
    }

    async close(): Promise<void> {
        this.stop();
    }

    private stop(): void {
        const child = this.child;
        this.child = null;
        child?.kill('SIGKILL');
    }

    private start(): void {
        const child = spawn(this.command[0], this.command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
        this.child = child;
        const hear = (bytes: Buffer): void => {
            if (this.child === child) this.onBytes(bytes);
        };
        child.stdin.on('error', () => {});
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        const ended = (code: number | null): void => {
            if (this.child !== child) return;
            if (code === this.asleep) return this.start();
            this.child = null;
            // As ESP-IDF says it: who hears boards knows what it means.
            this.onBytes(Buffer.from(`\nabort() was called: the process ended with ${code ?? 'a signal'}\n`));
        };
        child.once('error', () => ended(null));
        child.once('close', ended);
    }
}
