// The end of the process. Node waits at its exit for calls of its threads: one that hangs in a driver would hold it for ever.

/** Calls into a driver that have not ended in time; one that ends later is no longer among them. */
const neverEnding = new Set<Promise<unknown>>();

/** `call` into a driver is late. */
export function noteLate(call: Promise<unknown>): void {
    neverEnding.add(call);
    const end = (): void => void neverEnding.delete(call);
    call.then(end, end);
}

/** Ends the process with `code`; where it cannot end by itself, by a signal, which shells show as 137. What is printed has to have left. */
export function leave(code: number): never {
    if (neverEnding.size) process.kill(process.pid, 'SIGKILL');
    process.exit(code);
}
