// Makes an input shorter and plainer while it still does what it is wanted for.

/** The shortest found in `attempts` tries for which `wanted` is true, as it is for `input`. Bytes that can be 0 are 0. */
export function shorten(input: Uint8Array, wanted: (candidate: Uint8Array) => boolean, attempts: number): Uint8Array {
    const budget = { left: attempts };
    let best = input;
    const takes = (candidate: Uint8Array): boolean => {
        if (budget.left-- <= 0 || !wanted(candidate)) return false;
        best = candidate;
        return true;
    };
    for (let size = best.length >> 1; size > 0; size >>= 1) {
        for (let at = 0; at < best.length;) {
            if (!takes(Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]))) at += size;
        }
    }
    for (let at = 0; at < best.length; at++) {
        if (best[at] !== 0) takes(best.map((byte, place) => place === at ? 0 : byte));
    }
    return best;
}
