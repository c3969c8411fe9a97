// Makes code tell of every turn of every loop, so that an endless one is recognised by counting and not by a clock, which on a busy
// machine also stops what is merely slow.
import { isLoop, Tree } from '../dialect/tree.ts';
import type { Node } from '../dialect/tree.ts';

/** Name of the function that the code calls, without arguments, at the beginning of each turn. */
export const ON_LOOP = 'onLoop';

/** `code` (a script) with a call of ON_LOOP in every loop. Lines stay lines. */
export function tellLoops(code: string): string {
    const edits: { readonly at: number; readonly text: string }[] = [];
    for (const { body } of new Tree(code, 'script').nodes.filter(isLoop) as (Node & { body: Node })[]) {
        // Braces that are there already do no harm inside of these.
        edits.push({ at: body.start, text: `{${ON_LOOP}();` }, { at: body.end, text: '}' });
    }
    let told = '';
    let from = 0;
    for (const { at, text } of edits.sort((one, other) => one.at - other.at)) {
        told += code.slice(from, at) + text;
        from = at;
    }
    return told + code.slice(from);
}
