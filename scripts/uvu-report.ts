// Reads what a test file printed: uvu's counts and the project's own line for a skip. Pure.
import type { Ended } from './run-process.ts';

/** What a test file came to. */
export interface Verdict {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** Why it failed although uvu counted no failure, or why tests were skipped. */
    readonly remarks: readonly string[];
}

/** The sum of uvu's lines `  Total:     3` and their kin: a file may run several queues. */
function count(output: string, label: string): number {
    return [...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, 'gm'))].reduce((sum, match) => sum + Number(match[1]), 0);
}

/**
 * Judges a test file by its output and its end. A file that crashed, was late, ran nothing or skipped without a reason has
 * failed once. A reason is a line `SKIPPED: why`; a file that prints one and runs nothing is skipped as a whole.
 */
export function verdictOf(ended: Ended): Verdict {
    const total = count(ended.output, 'Total');
    const passed = count(ended.output, 'Passed');
    const reasons = [...ended.output.matchAll(/^SKIPPED: .+$/gm)].map(match => match[0]);
    const skipped = Math.max(count(ended.output, 'Skipped'), total === 0 ? reasons.length : 0);
    const failures = total - passed;
    const remarks: string[] = [];
    if (ended.late) {
        remarks.push('killed at its deadline');
    } else if (ended.code !== 0 && failures === 0) {
        remarks.push(`ended with code ${ended.code}`);
    } else if (total === 0 && skipped === 0) {
        remarks.push('ran no test (is test.run() missing?)');
    }
    if (skipped > 0 && reasons.length === 0) {
        remarks.push('skipped tests without printing why (a line SKIPPED: reason)');
    }
    return { passed, failed: failures + remarks.length, skipped, remarks: [...remarks, ...reasons] };
}
