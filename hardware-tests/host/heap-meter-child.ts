// The half of heap-meter.ts that runs in the measured process: reads V8's count of used bytes before and after n and 2n
// operations. V8 allocates young objects by moving one pointer, so that without a collection the count is exact.
import { getHeapStatistics } from 'node:v8';
import type { Scenarios } from './heap-meter.ts';

/** Runs enough for V8 to have compiled, optimised and learnt all that it will. */
const WARM_UP = 10000;
/** What is compiled or learnt late is allocated once: the smallest of so many readings is free of it. */
const ROUNDS = 5;

declare const gc: (() => void) | undefined;

function used(): number {
    return getHeapStatistics().used_heap_size;
}

/** Growth of the heap over `count` operations, that of one reading included. */
function growth(operation: () => void, count: number): number {
    gc!();
    const before = used();
    for (let index = 0; index < count; index++) operation();
    return used() - before;
}

function smallest(operation: () => void, count: number): number {
    let result = Infinity;
    for (let round = 0; round < ROUNDS; round++) result = Math.min(result, growth(operation, count));
    return result;
}

/** Bytes per operation: the growth over 2n operations less that over n, so that the reading's own share is gone. */
function bytesPerOperation(operation: () => void, operations: number): number {
    for (let index = 0; index < WARM_UP; index++) operation();
    // The loop of `growth` must know this operation, too, before a reading counts.
    smallest(operation, operations);
    return (smallest(operation, 2 * operations) - smallest(operation, operations)) / operations;
}

/** Prints one line for heap-meter.ts. */
export function measure(scenarios: Scenarios, operations: number): void {
    if (gc === undefined) throw new Error('needs --expose-gc');
    const entries = Object.entries(scenarios).map(([name, setUp]) => [name, bytesPerOperation(setUp(), operations)]);
    console.log('heap bytes: ' + JSON.stringify(Object.fromEntries(entries)));
}
