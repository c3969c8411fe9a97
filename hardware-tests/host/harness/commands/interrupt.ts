// Ctrl-C while a board is being written, or what a CI server and a terminal that is closed send: what is under way ends at once, and the board
// can still be left in a known state.
import { INTERRUPTED, Interrupted } from '../errors.ts';
import { leave } from '../leave.ts';
import type { Port } from '../port.ts';

/** By which people, CI servers and terminals end a program. */
export const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` with a port that is gone as soon as the user presses Ctrl-C, while `port` stays. `advice`: what to do then. A second Ctrl-C
 * ends the process.
 */
export async function interruptible<T>(port: Port, advice: string, work: (port: Port) => Promise<T>): Promise<T> {
    return untilInterrupted(advice, interrupted => work({
        name: port.name, usb: port.usb, gone: AbortSignal.any([port.gone, interrupted]),
        get hasLines() {
            return port.hasLines;
        },
        get onBytes() {
            return port.onBytes;
        },
        set onBytes(take) {
            port.onBytes = take;
        },
        write: bytes => port.write(bytes), setLines: lines => port.setLines(lines), setBaud: baud => port.setBaud(baud), close: () => port.close(),
    }));
}

/** Runs `work` with a signal that aborts, with an Interrupted, as soon as the user presses Ctrl-C. A second one ends the process. */
export async function untilInterrupted<T>(advice: string, work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
    const end = new AbortController();
    const interrupted = (): void => {
        if (end.signal.aborted) leave(INTERRUPTED);
        end.abort(new Interrupted(advice));
    };
    for (const signal of endings) process.on(signal, interrupted);
    try {
        return await work(end.signal);
    } finally {
        for (const signal of endings) process.off(signal, interrupted);
    }
}
