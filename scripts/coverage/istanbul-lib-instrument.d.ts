// The part of istanbul-lib-instrument, which has no types of its own, that the coverage command uses.

declare module 'istanbul-lib-instrument' {
    interface Place<Line> {
        readonly start: { readonly line: Line; readonly column: number };
    }

    /** What was counted in one file. */
    export interface FileCoverage {
        readonly path: string;
        readonly branchMap: Readonly<Record<string, { readonly type: string; readonly loc: Place<number>; readonly locations: readonly Place<number | undefined>[] }>>;
        readonly fnMap: Readonly<Record<string, { readonly name: string; readonly loc: Place<number> }>>;
        /** How often each way of each branch was taken; an absent `else` has no place. */
        readonly b: Readonly<Record<string, readonly number[]>>;
        /** How often each function was called. */
        readonly f: Readonly<Record<string, number>>;
    }

    export function createInstrumenter(options: { esModules: boolean; coverageVariable: string; parserPlugins: string[] }): {
        instrumentSync(code: string, path: string): string;
        lastFileCoverage(): FileCoverage;
    };
}
