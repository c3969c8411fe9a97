// The contract for what outlasts a reset and a power cut: a queue of records, each a run of bytes. A target implements it over
// the memory that its board has; the outbox uses it. It knows nothing of MQTT.
//
// A single value that is replaced is a queue too: `append` the new one, then drop what is older. Whenever the power fails,
// the youngest record is the old value or the new one, whole.

export interface Store {
    /** Records held, those of earlier runs of the program included. */
    readonly count: number;
    /** The longest record that `append` may take, in bytes. */
    readonly recordSize: number;
    /**
     * Keeps a copy of bytes[start..end) behind all other records. True: it is kept from now on. False, and nothing has changed:
     * it is empty or longer than `recordSize`, there is no room, or the memory failed. When the power fails during the call,
     * the record is whole or absent afterwards, and the others are as they were.
     */
    append(bytes: Uint8Array, start: number, end: number): boolean;
    /**
     * Copies record `index` (0 is the oldest) to `into` from `start` on and returns its length in bytes. If there is less room
     * than that, it copies nothing. 0: there is no such record, or the memory has damaged it; the latter can be dropped.
     */
    read(index: number, into: Uint8Array, start: number): number;
    /**
     * Gives up the `count` oldest records, or all if there are fewer. When the power or the memory fails, the youngest of
     * them may be there again after a reset: never one without those behind it.
     */
    drop(count: number): void;
}

/**
 * Makes bytes[start..end) the only record of `store`. When the power fails meanwhile, the youngest record is the former or this one, unless there is
 * room for one only: then there may be none. False: the store did not take it, and has the former or none.
 */
export function keepOnly(store: Store, bytes: Uint8Array, start: number, end: number): boolean {
    let kept = store.append(bytes, start, end);
    if (!kept && store.count) {
        // Better a moment without than none that is up to date.
        store.drop(store.count);
        kept = store.append(bytes, start, end);
    }
    if (kept && store.count > 1) store.drop(store.count - 1);
    return kept;
}
