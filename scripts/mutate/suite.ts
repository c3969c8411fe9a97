// Test files that run again and again in one process, each time from scratch: bundled once, compiled once, loaded as often as wanted.
// Who judges mutants and who counts branches both use it. Knows uvu's `test` as the project's tests use it: no hooks, no suites.
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import * as fastCheck from 'fast-check';
import { constants } from '../constants.mjs';
import { root } from '../root.ts';
import { ON_LOOP, tellLoops } from './loops.ts';

export interface Test {
    /** Path of its file and its name: the same in every load. */
    readonly id: string;
    readonly name: string;
    run(): unknown;
}

type Module = (require: (name: string) => unknown, module: object, exports: object, onLoop: (() => void) | undefined) => void;

/** One test file with everything of the project that it imports. */
export class TestFile {
    readonly path: string;
    private readonly module: Module;
    private readonly require: (name: string) => unknown;
    private readonly onLoop: (() => void) | undefined;

    /** `code`: a CommonJS module; if it tells of its loops, `onLoop` is whom. */
    constructor(path: string, code: string, onLoop: (() => void) | undefined) {
        this.path = path;
        this.onLoop = onLoop;
        this.module = new Script(`(function (require, module, exports, ${ON_LOOP}) {${code}\n})`, { filename: path }).runInThisContext() as Module;
        this.require = createRequire(join(root, 'package.json'));
    }

    /** A new instance of the tests and of all that they test: nothing is left over from earlier ones. */
    load(): Test[] {
        const tests: Test[] = [];
        const test = (name: string, run: () => unknown): void => void tests.push({ id: `${this.path}: ${name}`, name, run });
        test.run = (): void => {};
        test.skip = (): void => {};
        const exports = {};
        this.module(name => name === 'uvu' ? { test } : this.require(name), { exports }, exports, this.onLoop);
        return tests;
    }
}

export interface Bundling {
    /** Called for every turn of every loop in the tests and in what they import of the project. Nothing if left out. */
    readonly onLoop?: () => void;
    /** Changes the emitted code. */
    readonly rewrite?: (code: string) => string;
    readonly plugins?: Plugin[];
}

/** Bundles the test files: `paths`, relative to `folder`, which is the project or a copy of it. */
export async function bundleTests(folder: string, paths: readonly string[], { onLoop, rewrite = code => code, plugins = [] }: Bundling): Promise<TestFile[]> {
    const { outputFiles } = await build({
        absWorkingDir: folder,
        entryPoints: paths.map(path => ({ in: path, out: path })),
        outdir: join(folder, 'bundled'),
        bundle: true,
        write: false,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        packages: 'external',
        define: { ...constants(true), 'import.meta.dirname': JSON.stringify(join(root, 'scripts')) },
        tsconfigRaw: readFileSync(join(root, 'tsconfig.json'), 'utf8'),
        logLevel: 'error',
        plugins,
    });
    // The same generated values every time, and no search for the smallest that fails: one failure is enough.
    fastCheck.configureGlobal({ seed: 1, endOnFailure: true });
    return paths.map((path, index) => new TestFile(path, rewrite(onLoop ? tellLoops(outputFiles[index].text) : outputFiles[index].text), onLoop));
}
