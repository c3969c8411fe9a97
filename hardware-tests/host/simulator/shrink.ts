// Shortens a failing script: delta debugging on its steps, then every choice that can be 0 is set to 0.
import type { EspruinoFile } from './espruino.ts';
import type { Step } from './script.ts';
import { simulate } from './simulate.ts';
import type { Outcome } from './simulate.ts';

/** Real ms after which a shortened run is taken for endless, and how many runs are tried if each may take so long. */
const SHORT_LIMIT = 1000;
const ENDLESS_ATTEMPTS = 60;

/** Violations that differ in their numbers only are the same bug. */
export function sameViolation({ violation, broken }: Outcome): (outcome: Outcome) => boolean {
    const kind = (text: string): string => text.replace(/\d+/g, 'N').slice(0, 60);
    return outcome => outcome.broken === broken && kind(outcome.violation) === kind(violation);
}

/** The script of a violation, shortened. */
export function shortest(outcome: Outcome, file: EspruinoFile | null = null): Step[] {
    return shrink(outcome.steps, sameViolation(outcome), outcome.broken === 'return' ? ENDLESS_ATTEMPTS : undefined, file);
}

/** The shortest script found, in at most `attempts` runs, whose outcome is still `wanted`, as that of `steps` is. */
export function shrink(steps: readonly Step[], wanted: (outcome: Outcome) => boolean, attempts = 3000, file: EspruinoFile | null = null): Step[] {
    const budget = { left: attempts };
    const fails = (script: readonly Step[]): boolean => budget.left-- > 0 && wanted(simulate(0, script, null, SHORT_LIMIT, file));
    let best: Step[] = [...steps];
    // What was tamed may make other steps superfluous, and those others: again, until nothing gets shorter or milder.
    for (let before: Step[] | null = null; before !== best && budget.left > 0;) {
        before = best;
        for (let size = Math.ceil(best.length / 2); size > 0 && budget.left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
            // The set-up stays at its place.
            for (let at = 1; at < best.length && budget.left > 0;) {
                const shorter = [...best.slice(0, at), ...best.slice(at + size)];
                if (fails(shorter)) best = shorter;
                else at += size;
            }
        }
        for (let step = 0; step < best.length; step++) {
            for (let index = 0; index < best[step].choices.length; index++) {
                if (best[step].choices[index] === 0) continue;
                const tamed = best.map((each, place) => place === step ? { ...each, choices: each.choices.map((choice, at) => at === index ? 0 : choice) } : each);
                if (fails(tamed)) best = tamed;
            }
        }
    }
    return best;
}
