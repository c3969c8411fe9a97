// The ways of branches in src that no test takes, each with the reason why none can. `npm run coverage` fails on one that is not
// here, and on one that is here although it is taken.

/** A way of a branch, told by its text and not by its number, so that it is found again when lines move. */
export interface Way {
    readonly file: string;
    /** The line on which the branch begins, without indentation. */
    readonly line: string;
    /** `if, way 2 of 2`: Istanbul's kind of branch, and which of its ways; or `function name`. */
    readonly way: string;
}

export interface Unreached extends Way {
    readonly why: string;
}

export const unreached: readonly Unreached[] = [
    {
        file: 'src/sleep/wake-cycle.ts', line: 'default:', way: 'switch, way 6 of 6',
        why: 'the phase is ASLEEP there, and what is due of the cycle was called off when it was entered',
    },
];
