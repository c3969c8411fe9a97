// Puts the values of module-level numeric constants where they are used: on Espruino each such name takes a variable, and
// looking one up costs a walk through all names of the module. Source lines stay lines.
import type { VariableDeclaration } from 'acorn';
import { Tree, type Node } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** The line breaks of a text. */
function lineBreaks(text: string): string {
    return '\n'.repeat(text.split('\n').length - 1);
}

/** `code` (a script or module) without module-level `const`, `let` and `var` that hold a number and are never written. */
export function inlineNumbers(code: string): string {
    const tree = new Tree(code, 'module');
    const edits: Edit[] = [];
    /** The declarations that go, by the statement that they are in. */
    const gone = new Map<VariableDeclaration, Set<Node>>();
    for (const { declaration, home, identifier, references } of tree.bindings) {
        if (home !== undefined || declaration.type !== 'VariableDeclarator' || declaration.id !== identifier || !declaration.init) continue;
        const value = declaration.init;
        const literal = value.type === 'UnaryExpression' && value.operator === '-' ? value.argument : value;
        if (literal.type !== 'Literal' || typeof literal.value !== 'number') continue;
        const statement = tree.parent(declaration);
        const isWritten = references.some((reference) => {
            const parent = tree.parent(reference);
            return (parent?.type === 'AssignmentExpression' && parent.left === reference) || parent?.type === 'UpdateExpression' || (parent?.type === 'Property' && parent.shorthand) || parent?.type === 'ExportSpecifier';
        });
        if (statement?.type !== 'VariableDeclaration' || tree.parent(statement)?.type !== 'Program' || isWritten) continue;
        gone.set(statement, (gone.get(statement) ?? new Set<Node>()).add(declaration));
        edits.push(...references.map(({ start, end }) => ({ start, end, text: `(${tree.text(value)})` })));
    }
    for (const [{ declarations, kind, start, end }, left] of gone) {
        const kept = declarations.filter(declaration => !left.has(declaration));
        // From where one is kept to where the next is: the line breaks between them stay.
        declarations.forEach((declaration, index) => {
            const from = index === 0 ? start : declarations[index - 1].end;
            const until = left.has(declaration) ? declaration.end : declaration.start;
            const before = left.has(declaration) ? '' : declaration === kept[0] ? `${kind} ` : ',';
            edits.push({ start: from, end: until, text: before + lineBreaks(code.slice(from, until)) });
        });
        if (kept.length === 0) edits.push({ start: declarations[declarations.length - 1].end, end, text: '' });
    }
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return result;
}
