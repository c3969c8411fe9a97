// Whether what a process holds grows with time, or only wavers: a straight line through its readings (least squares).

/** What a process held. */
export interface Holding {
    /** When, in hours since the beginning. */
    readonly hours: number;
    /** Bytes, slots or sockets, by name. */
    readonly held: Readonly<Record<string, number>>;
}

export interface Reading {
    /** In hours. */
    readonly hours: number;
    readonly value: number;
}

interface Trend {
    /** A hour's growth, and how uncertain that is (standard error). Infinite where there are too few readings. */
    readonly slope: number;
    readonly error: number;
}

/** What became of one figure of one process. */
export interface Growth extends Trend {
    readonly process: string;
    readonly what: string;
    /** The latest reading. */
    readonly value: number;
    /** By how much it may grow in an hour; null: it is not judged. */
    readonly allowance: number | null;
    /** More than that, and it cannot be chance. */
    readonly broken: boolean;
}

function trendOf(readings: readonly Reading[]): Trend {
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
function rises(readings: readonly Reading[], allowance: number): boolean {
    const { slope, error } = trendOf(readings);
    return slope - 3 * error > allowance;
}

/**
 * What a device may grow by in an hour. On XS nothing at all. On Node, in bytes, less than a leak could do: an hour has a thousand
 * connections of each device, and one more number in a list takes 8 bytes.
 */
const ALLOWANCES: Readonly<Record<string, number>> = { slots: 0, chunkBytes: 0, heapBytes: 5_000, externalBytes: 5_000 };
/** The process that is no device. V8 optimises its code for as long as it runs, and it takes notes. */
export const HARNESS = 'harness';
/** Readings of a shorter time than this, in hours, say nothing of V8's heap: it wavers by more than it could lose. */
const SHORTEST = 1 / 6;
/** Calms until a board has made all that is made once. */
const BOARD_SETTLES = 2;

/** Judges each figure of each process, by name; sockets aside, which are counted over all. */
export function judgeMemory(held: ReadonlyMap<string, readonly Holding[]>): Growth[] {
    return [...held].flatMap(([process, holdings]) => Object.keys(ALLOWANCES).filter((what) => holdings.length > 0 && what in holdings[0].held).map((what) => {
        const readings = holdings.map(({ hours, held: all }) => ({ hours, value: all[what] }));
        return { process, what, value: readings.at(-1)!.value, ...judge(readings, ALLOWANCES[what], process !== HARNESS) };
    }));
}

function judge(readings: readonly Reading[], allowance: number, isDevice: boolean): Pick<Growth, 'slope' | 'error' | 'allowance' | 'broken'> {
    if (allowance === 0) {
        const settled = readings.slice(BOARD_SETTLES);
        return { ...trendOf(settled), allowance, broken: settled.some(({ value }) => value !== settled[0].value) };
    }
    // By then V8 has learnt what each place of the code sees, and what has a fixed size is full.
    const late = readings.filter(({ hours }) => hours > readings.at(-1)!.hours / 2);
    const judged = isDevice && late.length > 0 && late.at(-1)!.hours - late[0].hours > SHORTEST;
    return { ...trendOf(late), allowance: judged ? allowance : null, broken: judged && rises(late, allowance) };
}
