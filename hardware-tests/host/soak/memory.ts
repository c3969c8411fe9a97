// Whether a figure grows with time, or only wavers: a straight line through its readings (least squares).
export interface Reading {
    /** In hours. */
    readonly hours: number;
    readonly value: number;
}

export interface Trend {
    /** A hour's growth, and how uncertain that is (standard error). Infinite where there are too few readings. */
    readonly slope: number;
    readonly error: number;
}

export function trendOf(readings: readonly Reading[]): Trend {
    const count = readings.length;
    const mean = (of: (reading: Reading) => number): number => readings.reduce((sum, each) => sum + of(each), 0) / count;
    const meanHours = mean(({ hours }) => hours);
    const meanValue = mean(({ value }) => value);
    const spread = readings.reduce((sum, { hours }) => sum + (hours - meanHours) ** 2, 0);
    const slope = readings.reduce((sum, { hours, value }) => sum + (hours - meanHours) * (value - meanValue), 0) / spread;
    const residual = readings.reduce((sum, { hours, value }) => sum + (value - meanValue - slope * (hours - meanHours)) ** 2, 0);
    return count > 2 ? { slope, error: Math.sqrt(residual / (count - 2) / spread) } : { slope: 0, error: Infinity };
}

/** True if the readings rise by more than `allowance` an hour, and that cannot be chance (three standard errors). */
export function rises(readings: readonly Reading[], allowance: number): boolean {
    const { slope, error } = trendOf(readings);
    return slope - 3 * error > allowance;
}

/** What V8's heap may grow by in an hour, in bytes: less than one byte for each message. */
const HEAP_ALLOWANCE = 200_000;
/** Shorter than this, in hours, V8's heap is not judged: what it learns late is more than what it could lose. */
const SHORTEST = 1 / 6;
/** Calms until a board has made all that is made once. */
const BOARD_SETTLES = 2;

/** Says how memory has behaved, and what of it breaks a promise. The heap of a board must not change at all. */
export function judgeMemory(heap: readonly Reading[], boardHeap: readonly (readonly [slots: number, chunkBytes: number])[]): { lines: string[]; faults: string[] } {
    const lines: string[] = [];
    const faults: string[] = [];
    if (heap.length > 2) {
        const { slope, error } = trendOf(heap);
        lines.push(`V8 heap: ${heap.length} readings, line of ${(slope / 1000).toFixed(0)} ± ${(error / 1000).toFixed(0)} kB an hour`);
        if (heap[heap.length - 1].hours - heap[0].hours < SHORTEST) lines.push('that is too short a time to judge it');
        else if (rises(heap, HEAP_ALLOWANCE)) faults.push(`V8's heap grows by ${(slope / 1000).toFixed(0)} kB an hour`);
    }
    const settled = boardHeap.slice(BOARD_SETTLES);
    if (settled.length > 0) {
        const [slots, chunkBytes] = settled[0];
        const grown = settled.filter((each) => each[0] !== slots || each[1] !== chunkBytes);
        lines.push(`XS heap: ${settled.length} readings, ${settled.length - grown.length} of ${slots} slots and ${chunkBytes} chunk bytes`);
        if (grown.length > 0) faults.push(`the board's heap of ${slots} slots and ${chunkBytes} chunk bytes becomes ${grown.at(-1)!.join(' and ')}`);
    }
    return { lines, faults };
}
