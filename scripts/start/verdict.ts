// Judges a run: what was published against what an independent subscriber saw. Pure.

/** What the subscriber saw: how often each reading came, by its number. */
export type Seen = ReadonlyMap<number, number>;

export interface Outcome {
    /** Readings that were to be published: numbers 1 to `count`. */
    readonly count: number;
    readonly published: number;
    readonly acknowledged: number;
    readonly seen: Seen;
    /** Messages of which the subscriber could make nothing. */
    readonly unreadable: number;
    readonly cuts: number;
    /** Cuts after which the node was connected again. */
    readonly survived: number;
    /** How the node ended; 0 is in order. */
    readonly boardCode: number;
}

export interface Verdict {
    readonly ok: boolean;
    readonly delivered: number;
    readonly duplicates: number;
    readonly lost: readonly number[];
    /** What is wrong, a sentence each. */
    readonly faults: readonly string[];
}

export function judge(outcome: Outcome): Verdict {
    const { count, published, acknowledged, seen, cuts, survived } = outcome;
    const lost: number[] = [];
    for (let number = 1; number <= count; number++) if (!seen.has(number)) lost.push(number);
    const strange = [...seen.keys()].filter(number => !(number >= 1 && number <= count)).length;
    const delivered = seen.size - strange;
    let arrivals = 0;
    for (const times of seen.values()) arrivals += times;
    const faults: string[] = [];
    if (lost.length > 0) faults.push(`${lost.length} of ${count} readings never reached the subscriber: ${lost.slice(0, 10).join(', ')}${lost.length > 10 ? ', ...' : ''}`);
    if (published !== count) faults.push(`the node published ${published} of ${count} readings`);
    if (acknowledged !== count) faults.push(`the broker acknowledged ${acknowledged} of ${count} readings`);
    if (strange + outcome.unreadable > 0) faults.push(`${strange + outcome.unreadable} messages are no readings of this run`);
    if (cuts !== 2) faults.push(`the link was cut ${cuts} times instead of twice`);
    if (survived !== cuts) faults.push(`${survived} of ${cuts} cuts were survived`);
    if (outcome.boardCode !== 0) faults.push(`the node ended with code ${outcome.boardCode}`);
    return { ok: faults.length === 0, delivered, duplicates: arrivals - seen.size, lost, faults };
}
