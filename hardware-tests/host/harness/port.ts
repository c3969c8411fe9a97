// The contract of a port: bytes both ways, a speed, the modem lines DTR and RTS, and the moment when it is gone. Implementations:
// serial-port.ts, socket-port.ts, command-port.ts, and boards in process.
import { BenchError } from './errors.ts';

/** The lines as a whole: who sets one, sets both. */
export interface Lines {
    readonly dtr: boolean;
    readonly rts: boolean;
}

export interface Port {
    /** As the user would name it. */
    readonly name: string;
    /** Of a USB adapter. Null: not known, or none. */
    readonly usb: { readonly vendorId: number; readonly productId: number } | null;
    /** DTR and RTS can be set. Becomes false when the first attempt shows that they cannot. */
    readonly hasLines: boolean;
    /** Aborts, with a BenchError as its reason, when the port is gone without having been closed. */
    readonly gone: AbortSignal;
    /** Where received bytes go. */
    onBytes: (bytes: Uint8Array) => void;
    /** Resolves when the bytes have left; rejects if the port is gone. */
    write(bytes: Uint8Array): Promise<void>;
    /** Does nothing on a port without lines. */
    setLines(lines: Lines): Promise<void>;
    /** Bits a second. Does nothing on a port without a speed. */
    setBaud(baud: number): Promise<void>;
    /** Safe at any moment, and twice. */
    close(): Promise<void>;
}

/** What came in place of a deadline. Ms. */
export class Late extends Error {
    readonly milliseconds: number;

    constructor(milliseconds: number) {
        super(`no end within ${milliseconds} ms`);
        this.milliseconds = milliseconds;
    }
}

/**
 * `work`, unless `signal` aborts first, or `milliseconds` pass: then it rejects at once, with the signal's reason or a `Late`, whatever
 * becomes of `work`.
 */
export function within<T>(milliseconds: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => end(() => reject(new Late(milliseconds))), milliseconds);
        const abort = (): void => end(() => reject(signal.reason as Error));
        const end = (settle: () => void): void => {
            clearTimeout(timer);
            signal.removeEventListener('abort', abort);
            settle();
        };
        // Handled in any case, so that a rejection after the end is not an unhandled one.
        work.then(value => end(() => resolve(value)), error => end(() => reject(signal.aborted ? signal.reason as Error : error as Error)));
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort);
    });
}

/** The error of a port that has gone. */
export function lostPort(name: string): BenchError {
    return new BenchError(`${name} has gone: it was unplugged, or lost its power`, 'check the cable and the power supply, then run the command again');
}

/** The error of a port that is there and takes nothing: `milliseconds` have passed in vain. */
export function stuckPort(name: string, milliseconds: number): BenchError {
    return new BenchError(`${name} has taken nothing for ${milliseconds / 1000} s: the board or its adapter hangs`, 'unplug it, plug it in again, then run the command again');
}
