// The mutants that no test can kill, because the program that they are does the same: each with the reason. `npm run mutate` fails
// on a survivor that is not here, and names what is here and does not survive.

/** A mutant, told by what it changes and not by where, so that it is found again when lines move. */
export interface Mutation {
    readonly file: string;
    /** The line on which it begins, without indentation. */
    readonly line: string;
    readonly original: string;
    readonly replacement: string;
}

export interface Survivor extends Mutation {
    readonly why: string;
}

export const survivors: readonly Survivor[] = [
];
