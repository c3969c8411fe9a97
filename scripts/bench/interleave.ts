// Compares the speed of operations that run in turns: many short rounds, in each every operation once, each round beginning with
// another one. What slows the machine down for a while then slows all of them, and the ratios within a round stay right.

export interface Interleaving {
    readonly rounds: number;
    /** How long one operation runs in a round. */
    readonly milliseconds: number;
}

/** Nanoseconds of one call. */
function time(operation: () => void, count: number): number {
    const begun = process.hrtime.bigint();
    for (let done = 0; done < count; done++) operation();
    return Number(process.hrtime.bigint() - begun) / count;
}

/** Calls that take about so long, once the engine has compiled the operation. */
function calibrate(operation: () => void, milliseconds: number): number {
    let count = 1;
    for (;;) {
        const nanoseconds = time(operation, count) * count;
        if (nanoseconds > milliseconds * 5e6) return Math.max(1, Math.round(count * milliseconds * 1e6 / nanoseconds));
        count *= 2;
    }
}

/** Nanoseconds of one call: for each round, for each operation in the order given. */
export function interleave(operations: readonly (() => void)[], { rounds, milliseconds }: Interleaving): number[][] {
    const counts = operations.map(operation => calibrate(operation, milliseconds));
    return Array.from({ length: rounds }, (_, round) => {
        const times: number[] = [];
        for (let turn = 0; turn < operations.length; turn++) {
            const index = (round + turn) % operations.length;
            times[index] = time(operations[index], counts[index]);
        }
        return times;
    });
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
