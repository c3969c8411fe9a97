// What a run has come to, as it is kept (results.json) and reported.

/** `unreached`: not run, because the bench failed, or stopped at an earlier failure. */
export type Status = 'passed' | 'failed' | 'skipped' | 'unreached';

/** A packet that passed the proxy, for the timeline. */
export interface PacketSeen {
    /** Ms since the test began, when its last byte arrived. */
    readonly at: number;
    /** Of the connection, from 0. */
    readonly connection: number;
    /** `up`: from the board. */
    readonly direction: 'up' | 'down';
    /** For people: `PUBLISH data qos 1`. */
    readonly text: string;
    readonly bytes: number;
}

export interface TestResult {
    readonly name: string;
    /** From 1, with `--repeat`. */
    readonly round: number;
    readonly status: Status;
    /** Why it is not `passed`. */
    readonly reason: string;
    /** Ms, by the board's clock; by the host's where the board did not tell. */
    readonly ms: number;
    /** More than 1: the bench failed before. */
    readonly attempts: number;
    /** In use before and after, as the board counts; null: it does not know. */
    readonly memory: readonly [number, number] | null;
    /** Bytes of MQTT from and to the board, and PUBLISH packets in both directions. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    readonly messages: number;
    /** What the board reported. */
    readonly notes: readonly string[];
    readonly packets: readonly PacketSeen[];
    /** Packets beyond those that are kept. */
    readonly packetsLeftOut: number;
}

export interface BenchFault {
    readonly message: string;
    readonly advice: string;
}

export interface BoardResult {
    readonly name: string;
    readonly port: string;
    readonly chip: string;
    /** As the board calls it; empty: it never answered. */
    readonly engine: string;
    readonly image: string;
    /** What was done to get the program there. */
    readonly loaded: string;
    /** Faults of the bench, those too that a retry has overcome. */
    readonly faults: readonly BenchFault[];
    /** The last fault ended it. */
    readonly broken: boolean;
    /** Ms. */
    readonly ms: number;
    readonly tests: readonly TestResult[];
    /** Name of its raw log, beside the report. */
    readonly log: string;
}

export interface RunResult {
    /** Number of the run. */
    readonly run: string;
    /** ISO 8601. */
    readonly begun: string;
    readonly ms: number;
    readonly broker: string;
    readonly boards: readonly BoardResult[];
}

/** How many tests have each status. */
export function countOf(boards: readonly BoardResult[]): Record<Status, number> {
    const counts = { passed: 0, failed: 0, skipped: 0, unreached: 0 };
    for (const { tests } of boards) for (const { status } of tests) counts[status]++;
    return counts;
}
