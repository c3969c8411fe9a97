// What full jitter does to a broker, on paper. The symbols: N nodes, M the longest pause, A connections that the broker accepts in a
// second, t seconds since the connection was lost.
//
// - While pauses double, a node makes one attempt for each doubling of t: N / (t ln 2) attempts a second.
// - Once they have reached M, a node waits M / 2 on average: 2 N / M attempts a second, spread evenly.
// - After the restart A nodes a second come back as long as more attempts than that are made: until n = A M / 2 nodes are left, after
//   T = N / A - M / 2 seconds. In that time 2 n / M - A attempts a second are in vain: A T^2 / M in all.
// - From then on nobody is turned away, and who waits is back when its pause ends: n (1 - x / M)^2 nodes wait x seconds later, none
//   after M.

export interface Paper {
    /** Attempts a second at the restart. */
    readonly attempts: number;
    /** After the restart, in s, until half, 99 % and all of the nodes are back. */
    readonly half: number;
    readonly most: number;
    readonly all: number;
    /** Attempts in vain after the restart. */
    readonly wasted: number;
}

/** For an outage so long that all pauses have reached `maximum` (s), and a broker that lets `rate` nodes in a second. */
export function onPaper(nodes: number, rate: number, maximum: number): Paper {
    const limited = Math.max(0, nodes / rate - maximum / 2);
    const left = nodes - rate * limited;
    const until = (share: number): number => {
        const waiting = (1 - share) * nodes;
        return waiting >= left ? (nodes - waiting) / rate : limited + maximum * (1 - Math.sqrt(waiting / left));
    };
    return { attempts: 2 * nodes / maximum, half: until(0.5), most: until(0.99), all: until(1), wasted: rate * limited ** 2 / maximum };
}

/** Attempts a second, `seconds` after the loss, while pauses still double. */
export function whileDoubling(nodes: number, seconds: number): number {
    return nodes / (seconds * Math.LN2);
}
