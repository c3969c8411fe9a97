// What is held against a run: the first violation, the trace, the faults that happened and where they met the client.
// A violation is recorded, not thrown: the client catches what its callbacks throw.

export class Judge {
    /** The first violation; empty while all is well. */
    violation = '';
    /** How often each fault happened, by its name. */
    readonly faults = new Map<string, number>();
    /** `fault | state | buffer` for every situation in which a fault met the client. */
    readonly situations = new Set<string>();
    /** Virtual time, in ms; the clock counts it. */
    time = 0;
    /** What the client is doing, as `state | buffer`; the simulation says it. */
    situation = (): string => '';
    private readonly write: ((line: string) => void) | null;

    /** `write`: gets the trace, a line for each event; null: nobody reads it. */
    constructor(write: ((line: string) => void) | null) {
        this.write = write;
    }

    fail(violation: string): void {
        if (this.violation) return;
        this.violation = violation;
        this.note(`VIOLATION: ${violation}`);
    }

    /** Fails with `violation` unless `holds`. */
    require(holds: boolean, violation: string): void {
        if (!holds) this.fail(violation);
    }

    note(line: string): void {
        this.write?.(`${String(this.time).padStart(9)} ms  ${line}`);
    }

    /** A fault happens now. */
    fault(name: string): void {
        this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
        this.situations.add(`${name} | ${this.situation()}`);
        this.note(`fault: ${name}`);
    }
}
