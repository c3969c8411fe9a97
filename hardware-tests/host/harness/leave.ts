// The end of the process. Node waits at its exit for calls of its threads: one that hangs in a driver would hold it for ever.

/** What a call into a driver has begun for, and not ended in time. */
export const neverEnding = new Set<string>();

/** Ends the process with `code`; where it cannot end by itself, by a signal, which shells show as 137. What is printed has to have left. */
export function leave(code: number): never {
    if (neverEnding.size) process.kill(process.pid, 'SIGKILL');
    process.exit(code);
}
