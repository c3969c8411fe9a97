// The plugin that Stryker loads: runs the tests in Stryker's own process against sources in which all mutants lie dormant, with one awake.
// Knows Stryker's contract and suite.ts; which tests judge and what the score means is mutate.ts's.
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, declareValuePlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import type { DryRunResult, MutantRunOptions, MutantRunResult, TestResult, TestRunner } from '@stryker-mutator/api/test-runner';
import { bundleTests } from './suite.ts';
import type { Test, TestFile } from './suite.ts';

/** What the command hands over besides Stryker's own options. */
export interface RunnerOptions {
    /** Paths of test files, in the project. */
    readonly judges: readonly string[];
}

/** What the instrumented sources share with who runs them. */
const mutants = (globalThis as unknown as Record<string, InstrumenterContext>)[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};

/** A test whose loops turn more often than `turns`, which is what they do without a mutant, allows is in an endless one. */
const patienceFor = (turns: number): number => 3 * turns + 100_000;

/** Where Stryker's sources count what they cover: of use in the dry run alone, and slower than all that the tests do. */
const COVERAGE_CALLS = /stryCov_9fa48\d*\((?:"\d+"(?:, )?)+\)/g;

class EndlessLoop extends Error {}

/** A test file, and what its tests do without a mutant. */
interface Judge {
    readonly file: TestFile;
    /** Turns of loops, by the test's id. */
    readonly turns: ReadonlyMap<string, number>;
    /** Of all of them. */
    readonly effort: number;
}

/** Loading `file`, as a test of its own, and then what it holds. */
function* testsOf(file: TestFile): Generator<Test> {
    let tests: Test[] = [];
    yield { id: file.path, name: 'loads', run: () => void (tests = file.load()) };
    yield* tests;
}

class Runner implements TestRunner {
    static readonly inject = tokens(commonTokens.options);
    private readonly paths: readonly string[];
    /** The quick ones first: a mutant's trial ends with the first failure. */
    private judges: Judge[] = [];
    /** Of loops, in the present test. */
    private turns = 0;
    private patience = Infinity;

    constructor(options: StrykerOptions) {
        this.paths = (options.runner as RunnerOptions).judges;
    }

    capabilities() {
        return { reloadEnvironment: true };
    }

    async dryRun(): Promise<DryRunResult> {
        const tests: TestResult[] = [];
        for (const file of await this.bundle(code => code)) {
            for (const test of testsOf(file)) {
                mutants.currentTestId = test.id;
                tests.push(await this.try(test));
            }
        }
        return { status: DryRunStatus.Complete, tests, mutantCoverage: mutants.mutantCoverage };
    }

    async mutantRun({ activeMutant, testFilter }: MutantRunOptions): Promise<MutantRunResult> {
        if (this.judges.length === 0) this.judges = await this.appoint();
        const wanted = new Set(testFilter);
        const tests: TestResult[] = [];
        mutants.activeMutant = activeMutant.id;
        try {
            for (const { file, turns } of this.judges) {
                // What a file does while it is loaded is part of each of its tests.
                const all = wanted.has(file.path);
                for (const test of testsOf(file)) {
                    if (!all && !wanted.has(test.id) && test.id !== file.path) continue;
                    this.patience = patienceFor(turns.get(test.id)!);
                    const result = await this.try(test);
                    tests.push(result);
                    if (this.turns > this.patience) return { status: MutantRunStatus.Timeout, reason: `an endless loop in ${test.id}` };
                    if (result.status === TestStatus.Failed) return toMutantRunResult({ status: DryRunStatus.Complete, tests });
                }
            }
            return toMutantRunResult({ status: DryRunStatus.Complete, tests });
        } finally {
            mutants.activeMutant = undefined;
        }
    }

    /** The test files of the sandbox, where Stryker has put us; `rewrite` changes the code of each. */
    private bundle(rewrite: (code: string) => string): Promise<TestFile[]> {
        const onLoop = (): void => {
            if (++this.turns > this.patience) throw new EndlessLoop();
        };
        return bundleTests(process.cwd(), this.paths, { onLoop, rewrite });
    }

    private async appoint(): Promise<Judge[]> {
        const judges: Judge[] = [];
        this.patience = Infinity;
        for (const file of await this.bundle(code => code.replace(COVERAGE_CALLS, '0'))) {
            const turns = new Map<string, number>();
            for (const test of testsOf(file)) {
                await this.try(test);
                turns.set(test.id, this.turns);
            }
            judges.push({ file, turns, effort: [...turns.values()].reduce((sum, each) => sum + each, 0) });
        }
        return judges.sort((one, other) => one.effort - other.effort);
    }

    private async try({ id, name, run }: Test): Promise<TestResult> {
        const begun = performance.now();
        let failure: string | undefined;
        this.turns = 0;
        try {
            await run();
        } catch (error) {
            // uvu's assertions show in `details` what was expected.
            failure = `${(error as Error)?.stack ?? String(error)}${(error as { details?: string })?.details ?? ''}`;
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
