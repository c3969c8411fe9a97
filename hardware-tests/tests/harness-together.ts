// Tests that wait for deadlines and processes of others most of the time: all of a file begin at once, and are judged one by one.
import { test } from 'uvu';

/** Begins `run` now; the test `name` is how it ends. */
export function together(name: string, run: () => Promise<unknown>): void {
    const done = run();
    // Handled when its turn comes.
    done.catch(() => {});
    test(name, async () => void await done);
}

/** Runs what it is given, `most` at a time: boards and programs are processes. */
export function atMost(most: number): <T>(work: () => Promise<T>) => Promise<T> {
    const waiting: (() => void)[] = [];
    let free = most;
    return async (work) => {
        if (free === 0) await new Promise<void>(resolve => waiting.push(resolve));
        else free--;
        try {
            return await work();
        } finally {
            const next = waiting.shift();
            if (next) next();
            else free++;
        }
    };
}
