// What the course of a fleet comes to, and what paper says it must come to.
import type { Course } from './fleet.ts';

export interface Figures {
    /** Most attempts in one second, while the broker was gone and afterwards. */
    readonly peakBefore: number;
    readonly peakAfter: number;
    /**
     * The second wave: by how many attempts a second the rate rises after the restart, from any second to a later one. Chance alone makes
     * a steady rate waver; `chance` is six standard deviations of that (Poisson).
     */
    readonly rise: number;
    readonly chance: number;
    /** After the restart, in s, until so many of the nodes were back; Infinity: they never were. */
    readonly half: number;
    readonly most: number;
    readonly all: number;
    /** Attempts a node made while the broker was gone, and attempts after the restart that came to nothing. */
    readonly vain: number;
    readonly wasted: number;
}

export function figuresOf({ nodes, restart, attempts, accepted }: Course): Figures {
    const after = attempts.slice(restart);
    const peakAfter = Math.max(...after);
    let lowest = Infinity;
    let rise = 0;
    for (const rate of after) {
        lowest = Math.min(lowest, rate);
        rise = Math.max(rise, rate - lowest);
    }
    const restored = accepted.slice(restart);
    const until = (share: number): number => {
        let sum = 0;
        const second = restored.findIndex((count) => (sum += count) >= share * nodes);
        return second < 0 ? Infinity : second + 1;
    };
    const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
    return {
        peakBefore: Math.max(...attempts.slice(0, restart)), peakAfter, rise, chance: 6 * Math.sqrt(peakAfter),
        half: until(0.5), most: until(0.99), all: until(1),
        vain: total(attempts.slice(0, restart)) / nodes, wasted: total(after) - total(restored),
    };
}
