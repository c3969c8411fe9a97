// Judges a finished run: the score, and the survivors against the list of those that are known. Pure.
import type { MutantResult } from '@stryker-mutator/api/core';
import { relative } from 'node:path';
import { root } from '../root.ts';
import type { Mutation, Survivor } from './survivors.ts';

export interface Verdict {
    /** How many there are of each kind; what a build decides is in none of them. */
    readonly killed: number;
    readonly endless: number;
    readonly survived: readonly (Mutation & { readonly at: string; readonly covered: boolean; readonly why: string | undefined })[];
    /** Mutants that could not be judged. */
    readonly failed: readonly string[];
    /** Listed, but killed or gone. */
    readonly outdated: readonly Survivor[];
    /** Percent of the mutants that were noticed. */
    readonly score: number;
}

/** Texts by path, as they were when the run began: somebody may edit them while it lasts. */
export type Sources = ReadonlyMap<string, string>;

const keyOf = ({ file, line, original, replacement }: Mutation): string => JSON.stringify([file, line, original, replacement]);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What a mutant changes. Its positions count from 1. */
function mutationOf({ fileName, location: { start, end }, replacement }: MutantResult, sources: Sources): Mutation & { at: string } {
    const file = relative(root, fileName);
    const lines = sources.get(file)!.split('\n');
    const text = lines.slice(start.line - 1, end.line);
    text[text.length - 1] = text.at(-1)!.slice(0, end.column - 1);
    text[0] = text[0].slice(start.column - 1);
    return { file, line: lines[start.line - 1].trim(), original: oneLine(text.join(' ')), replacement: oneLine(replacement ?? ''), at: `${file}:${start.line}:${start.column}` };
}

/** `mutants`: all of the run; `sources`: the files that it was about; `survivors`: those that are known, also of other files. */
export function verdictOf(mutants: readonly MutantResult[], sources: Sources, survivors: readonly Survivor[]): Verdict {
    const count = (status: MutantResult['status']): number => mutants.filter(mutant => mutant.status === status).length;
    const known = new Map(survivors.filter(({ file }) => sources.has(file)).map(survivor => [keyOf(survivor), survivor]));
    const seen = new Set<string>();
    const survived = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').map(mutant => {
        const mutation = mutationOf(mutant, sources);
        seen.add(keyOf(mutation));
        return { ...mutation, covered: mutant.status === 'Survived', why: known.get(keyOf(mutation))?.why };
    });
    const killed = count('Killed');
    const endless = count('Timeout');
    return {
        killed, endless, survived,
        failed: mutants.filter(({ status }) => status === 'RuntimeError' || status === 'CompileError' || status === 'Pending').map(mutant => `${mutationOf(mutant, sources).at} ${mutant.statusReason}`),
        outdated: [...known].filter(([key]) => !seen.has(key)).map(([, survivor]) => survivor),
        score: 100 * (killed + endless) / (killed + endless + survived.length),
    };
}
