// Runs one program to its end with a deadline, and keeps what it printed. Knows nothing of tests.
import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
    /** Exit code; -1 if a signal ended it or it could not be started. */
    readonly code: number;
    /** What it wrote to standard output and standard error, in the order it arrived. */
    readonly output: string;
    /** True if it was still running at its deadline and was killed. */
    readonly late: boolean;
    readonly milliseconds: number;
}

export interface ProgramOptions {
    /** Where it runs; the folder of this process if left out. */
    readonly folder?: string;
    /** Variables beside those of this process. */
    readonly environment?: Readonly<Record<string, string>>;
    /** Kills it at once. */
    readonly stopped?: AbortSignal;
    /** `command` is a line for the shell. */
    readonly shell?: boolean;
    /** Gets what it prints, as it comes. */
    onOutput?(text: string): void;
}

const running = new Set<number>();
/** Windows has no groups. */
const hasGroups = process.platform !== 'win32';

/**
 * Runs `command` without input. After `deadline` milliseconds it is killed together with what it started: it leads a process group of its own.
 */
export function runProgram(command: string, parameters: readonly string[], deadline: number, options: ProgramOptions = {}): Promise<Ended> {
    return new Promise(resolve => {
        const begun = performance.now();
        let output = '';
        let late = false;
        const child = spawn(command, parameters, {
            cwd: options.folder,
            detached: hasGroups,
            shell: options.shell ?? false,
            stdio: ['ignore', 'pipe', 'pipe'],
            env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.environment },
        });
        if (child.pid !== undefined) {
            running.add(child.pid);
        }
        const timer = setTimeout(() => {
            late = true;
            killGroup(child.pid);
        }, deadline);
        const stop = () => killGroup(child.pid);
        options.stopped?.addEventListener('abort', stop);
        if (options.stopped?.aborted) {
            stop();
        }
        const collect = (text: string) => {
            output += text;
            options.onOutput?.(text);
        };
        child.stdout.setEncoding('utf8').on('data', collect);
        child.stderr.setEncoding('utf8').on('data', collect);
        const end = (code: number) => {
            clearTimeout(timer);
            options.stopped?.removeEventListener('abort', stop);
            // What the program started and left behind would keep the pipes, a port or a core busy.
            killGroup(child.pid);
            resolve({ code, output, late, milliseconds: performance.now() - begun });
        };
        child.on('error', error => {
            output += `${command}: ${error.message}\n`;
            end(-1);
        });
        child.on('exit', () => killGroup(child.pid));
        child.on('close', code => end(code ?? -1));
    });
}

/** Kills every program that is still running. */
export function killAll(): void {
    running.forEach(killGroup);
}

function killGroup(pid: number | undefined): void {
    if (pid === undefined || !running.delete(pid)) {
        return;
    }
    try {
        process.kill(hasGroups ? -pid : pid, 'SIGKILL');
    } catch (error) {
        // The group is gone already.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
            throw error;
        }
    }
}
