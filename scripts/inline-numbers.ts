// Puts the values of module-level numeric constants where they are used: on Espruino each such name takes a variable, and
// looking one up costs a walk through all names of the module. Source lines stay lines.
import { Tree } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** `code` (a script or module) without module-level `const`, `let` and `var` that hold a number and are never written. */
export function inlineNumbers(code: string): string {
    const tree = new Tree(code, 'module');
    const edits: Edit[] = [];
    for (const { declaration, home, identifier, references } of tree.bindings) {
        if (home !== undefined || declaration.type !== 'VariableDeclarator' || declaration.id !== identifier || !declaration.init) continue;
        const value = declaration.init;
        const literal = value.type === 'UnaryExpression' && value.operator === '-' ? value.argument : value;
        if (literal.type !== 'Literal' || typeof literal.value !== 'number') continue;
        const statement = tree.parent(declaration);
        const isWritten = references.some((reference) => {
            const parent = tree.parent(reference);
            return (parent?.type === 'AssignmentExpression' && parent.left === reference) || parent?.type === 'UpdateExpression' || parent?.type === 'Property' || parent?.type === 'ExportSpecifier';
        });
        if (statement?.type !== 'VariableDeclaration' || statement.declarations.length !== 1 || isWritten) continue;
        edits.push({ start: statement.start, end: statement.end, text: '' }, ...references.map(({ start, end }) => ({ start, end, text: `(${tree.text(value)})` })));
    }
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return result;
}
