// Measures what an object holds on to, so that growth shows: every property, element and byte that can be reached from it.

/** How many values can be reached from `root`, without those of objects that belong to someone else (`isLent`). */
export function valuesHeld(root: object, isLent: (value: object) => boolean): number {
    const seen = new Set<object>();
    const open: object[] = [root];
    let values = 0;
    for (let next = open.pop(); next; next = open.pop()) {
        if (seen.has(next) || isLent(next)) continue;
        seen.add(next);
        if (ArrayBuffer.isView(next)) {
            values += next.byteLength;
            continue;
        }
        if (next instanceof Map || next instanceof Set) values += next.size;
        for (const value of Object.values(next)) {
            values += typeof value === 'string' ? value.length : 1;
            if (typeof value === 'object' && value !== null) open.push(value);
        }
    }
    return values;
}
