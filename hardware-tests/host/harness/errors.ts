// How `motemq` ends: exit codes, and errors that say what to do next.

export const PASSED = 0;
export const TEST_FAILED = 1;
export const BENCH_FAILED = 2;
export const USAGE = 3;
/** By Ctrl-C, as shells have it; by another signal, too. */
export const INTERRUPTED = 130;

/** Port, board or firmware do not do what they should: not the fault of a test. */
export class BenchError extends Error {
    /** What the user can do about it. */
    readonly advice: string;
    /** Trying again, or more slowly, may help. */
    readonly transient: boolean;

    constructor(message: string, advice: string, transient = false) {
        super(message);
        this.name = 'BenchError';
        this.advice = advice;
        this.transient = transient;
    }
}

/** The command line, or a file that it names, is not as it should be. */
export class UsageError extends Error {
    constructor(message: string) {
        super(message);
        this.name = 'UsageError';
    }
}

/** The user has ended it. */
export class Interrupted extends BenchError {
    constructor(advice: string) {
        super('interrupted', advice);
        this.name = 'Interrupted';
    }
}
