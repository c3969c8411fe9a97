// The plugin that Stryker loads: runs the tests in Stryker's own process against sources in which all mutants lie dormant, with one awake.
// Knows Stryker's contract and suite.ts; which tests judge and what the score means is mutate.ts's.
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, declareValuePlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import type { DryRunResult, MutantRunOptions, MutantRunResult, TestResult, TestRunner } from '@stryker-mutator/api/test-runner';
import { bundleTests } from './suite.ts';
import type { Test, TestFile } from './suite.ts';

/** What the command hands over besides Stryker's own options. */
export interface RunnerOptions {
    /** Paths of test files, in the project; the quick ones first, since the first failure ends a mutant's trial. */
    readonly judges: readonly string[];
}

/** What the instrumented sources share with who runs them. */
const mutants = (globalThis as unknown as Record<string, InstrumenterContext>)[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};

/**
 * A mutant that has been run so often has made a loop endless. Stryker's own limit, a hundred times of what all tests do, is
 * for tests that repeat themselves when they fail; with inputs by the million it would take minutes to reach.
 */
const limitOf = (hitLimit: number | undefined): number => Math.max((hitLimit ?? 0) / 50, 1e6);

/** Loading `file`, as a test of its own, and then what it holds. */
function* testsOf(file: TestFile): Generator<Test> {
    let tests: Test[] = [];
    yield { id: file.path, name: 'loads', run: () => void (tests = file.load()) };
    yield* tests;
}

class Runner implements TestRunner {
    static readonly inject = tokens(commonTokens.options);
    private readonly judges: readonly string[];
    private files: TestFile[] = [];

    constructor(options: StrykerOptions) {
        this.judges = (options.runner as RunnerOptions).judges;
    }

    capabilities() {
        return { reloadEnvironment: true };
    }

    async init(): Promise<void> {
        this.files = await bundleTests(process.cwd(), this.judges);
    }

    async dryRun(): Promise<DryRunResult> {
        const tests: TestResult[] = [];
        for (const file of this.files) {
            for (const test of testsOf(file)) {
                mutants.currentTestId = test.id;
                tests.push(await this.try(test));
            }
        }
        return { status: DryRunStatus.Complete, tests, mutantCoverage: mutants.mutantCoverage };
    }

    async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
        const wanted = new Set(testFilter);
        const tests: TestResult[] = [];
        const limit = limitOf(hitLimit);
        mutants.hitLimit = limit;
        mutants.hitCount = 0;
        mutants.activeMutant = activeMutant.id;
        try {
            for (const file of this.files) {
                // What a file does while it is loaded is part of each of its tests.
                const all = wanted.has(file.path);
                for (const test of testsOf(file)) {
                    if (!all && !wanted.has(test.id) && test.id !== file.path) continue;
                    tests.push(await this.try(test));
                    const endless = determineHitLimitReached(mutants.hitCount, limit);
                    if (endless) return toMutantRunResult(endless);
                    if (tests.at(-1)!.status === TestStatus.Failed) return toMutantRunResult({ status: DryRunStatus.Complete, tests });
                }
            }
            return toMutantRunResult({ status: DryRunStatus.Complete, tests });
        } finally {
            mutants.activeMutant = undefined;
        }
    }

    private async try({ id, name, run }: Test): Promise<TestResult> {
        const begun = performance.now();
        let failure: string | undefined;
        try {
            await run();
        } catch (error) {
            failure = (error as Error)?.stack ?? String(error);
        }
        const result = { id, name, timeSpentMs: performance.now() - begun };
        return failure === undefined ? { ...result, status: TestStatus.Success } : { ...result, status: TestStatus.Failed, failureMessage: failure };
    }
}

/** `MOTEMQ_TEXTS ? 'a sentence' : 'a number'`: a build chooses one of the two, and here it is always the sentence. */
const chosenByBuild = {
    shouldIgnore(path: { parent?: { type: string; test?: { name?: string } }; key?: string }): string | undefined {
        const chosen = path.parent?.type === 'ConditionalExpression' && path.parent.test?.name === 'MOTEMQ_TEXTS' && path.key !== 'consequent';
        return chosen ? 'a constant of the build' : undefined;
    },
};

export const strykerPlugins = [
    declareClassPlugin(PluginKind.TestRunner, 'in-process', Runner),
    declareValuePlugin(PluginKind.Ignore, 'chosen-by-build', chosenByBuild),
];
export const strykerValidationSchema = { properties: { runner: { type: 'object' } } };
