// Puts functions that are only exported into the assignment that exports them: on Espruino each name of a file takes a variable, and
// is one more to look through. Source lines stay lines.
import { Tree } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** `code` (a module) with `exports.x = function (…) {…}` for a function whose only use is `exports.x = name`. */
export function exportInPlace(code: string): string {
    const tree = new Tree(code, 'module');
    const edits: Edit[] = [];
    for (const { declaration, references } of tree.bindings) {
        if (declaration.type !== 'FunctionDeclaration' || tree.parent(declaration)?.type !== 'Program' || references.length !== 1) continue;
        const [reference] = references;
        const assignment = tree.parent(reference);
        if (assignment?.type !== 'AssignmentExpression' || assignment.right !== reference || !tree.text(assignment.left).startsWith('exports.')) continue;
        const text = tree.text(declaration);
        edits.push({ start: reference.start, end: reference.end, text: text.slice(0, 'function '.length) + text.slice(text.indexOf('(')) });
        edits.push({ start: declaration.start, end: declaration.end, text: '\n'.repeat(text.split('\n').length - 1) });
    }
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return result;
}
