// Ends what does not end: runs a function in this thread, but not for ever.
import { Script } from 'node:vm';

const KEY = Symbol.for('motemq.simulator.bounded');
const holder = globalThis as unknown as Record<symbol, () => void>;
// Only what such a script calls can be ended by its timeout.
const call = new Script('globalThis[Symbol.for("motemq.simulator.bounded")]()');

/** Runs `run` for `limit` ms of real time at most. False if it was ended: it stands still where it was, and nothing of it may be used. */
export function endsWithin(limit: number, run: () => void): boolean {
    holder[KEY] = run;
    try {
        call.runInThisContext({ timeout: limit });
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
        throw error;
    }
}
