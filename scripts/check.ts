// `npm run check`: types, lint, the layering of imports and the dialect of what runs on boards. Prints every finding; exit code 0 or 1.
import { join } from 'node:path';
import { root } from './root.ts';
import { runProcess } from './run-process.ts';

/** Findings, one a line; empty when all is well. */
type Check = () => Promise<readonly string[]>;

function program(command: string, ...parameters: string[]): Check {
    return async () => {
        const ended = await runProcess(join(root, 'node_modules', '.bin', command), parameters, 120_000);
        return ended.code === 0 ? [] : [ended.output.trim() || `ended with code ${ended.code}`];
    };
}

const checks: readonly [name: string, check: Check][] = [
    ['types', program('tsc', '--noEmit', '-p', '.')],
    ['lint', program('oxlint', '--format=unix', '.')],
];

// All of them start together: two are programs of their own.
const results = await Promise.all(checks.map(async ([name, check]) => ({ name, findings: await check() })));
for (const { name, findings } of results) {
    console.log(`${findings.length === 0 ? ' ok ' : 'FAIL'} ${name}`);
    for (const finding of findings) {
        console.log(finding.replace(/^/gm, '     '));
    }
}
process.exitCode = results.every(({ findings }) => findings.length === 0) ? 0 : 1;
