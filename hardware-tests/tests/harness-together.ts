// Tests that wait for deadlines and processes of others most of the time: all of a file begin at once, and are judged one by one.
import { test } from 'uvu';

/** Begins `run` now; the test `name` is how it ends. */
export function together(name: string, run: () => Promise<unknown>): void {
    const done = run();
    // Handled when its turn comes.
    done.catch(() => {});
    test(name, async () => void await done);
}
