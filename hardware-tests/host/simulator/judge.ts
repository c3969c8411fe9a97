// What is held against a run: the first violation, the trace, and what was met on the way.
// A violation is recorded, not thrown: the client catches what its callbacks throw.
import { count, noCoverage } from './coverage.ts';
import type { Invariant } from './invariants.ts';

/** Whose line of the trace it is. */
export type Lane = 'event' | 'fault' | 'client' | 'wire' | 'broker' | 'judge';

export class Judge {
    /** The first violation; empty while all is well. */
    violation = '';
    /** What it breaks. */
    broken: Invariant | '' = '';
    readonly coverage = noCoverage();
    /** Virtual time, in ms; the clock counts it. */
    time = 0;
    /** What the client is doing, as `state | buffer`; the simulation says it. */
    situation = (): string => '';
    /** Somebody reads the trace: whoever has a line that is costly to make asks before. */
    readonly tracing: boolean;
    private readonly write: ((line: string) => void) | null;

    /** `write`: gets the trace, a line for each event; null: nobody reads it. */
    constructor(write: ((line: string) => void) | null) {
        this.write = write;
        this.tracing = write !== null;
    }

    fail(invariant: Invariant, violation: string): void {
        if (this.violation) return;
        this.broken = invariant;
        this.violation = violation;
        this.note('judge', `VIOLATION of '${invariant}': ${violation}`);
    }

    /** Fails with `violation` unless `holds`. */
    require(holds: boolean, invariant: Invariant, violation: string): void {
        if (!holds) this.fail(invariant, violation);
    }

    note(lane: Lane, line: string): void {
        this.write?.(`${String(this.time).padStart(9)} ms  ${lane.padEnd(6)}  ${line}`);
    }

    /** A fault happens now. */
    fault(name: string): void {
        count(this.coverage.faults, name);
        count(this.coverage.meetings, `${name} | ${this.situation()}`);
        this.note('fault', name);
    }
}
