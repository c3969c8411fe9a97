// What runs have met: how often each kind of fault, of deed in a callback and of state. Plain counts that add up over workers.

export interface Coverage {
    /** By name of the fault. */
    readonly faults: Map<string, number>;
    /** `fault | state | buffer` for each situation in which a fault met the client. */
    readonly meetings: Map<string, number>;
    /** `callback | deed` of the application. */
    readonly deeds: Map<string, number>;
    /** `state | buffer | transport` after an event. */
    readonly states: Map<string, number>;
    /** Messages, by what became of them. */
    readonly messages: Map<string, number>;
    /** Of nodes that sleep: their wakes, by what became of them. */
    readonly sleeps: Map<string, number>;
    /** `memory | lives, wakes, messages or erases`. */
    readonly wear: Map<string, number>;
}

export function noCoverage(): Coverage {
    return { faults: new Map(), meetings: new Map(), deeds: new Map(), states: new Map(), messages: new Map(), sleeps: new Map(), wear: new Map() };
}

export function count(counts: Map<string, number>, name: string, times = 1): void {
    counts.set(name, (counts.get(name) ?? 0) + times);
}

export function addCoverage(sum: Coverage, more: Coverage): void {
    for (const kind of Object.keys(sum) as (keyof Coverage)[]) {
        for (const [name, times] of more[kind]) count(sum[kind], name, times);
    }
}
