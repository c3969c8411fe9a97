// Gives names of properties that a bundle says often a short one: `a[l]` with `l="length"` in place of `a.length`. On Espruino both take the same
// variables and time (which they do not on XS, where a name is looked up in a table made for it). Source lines stay lines.
import type { Identifier } from 'acorn';
import { Tree } from './dialect/tree.ts';

/** Bytes of `[l]`, which take the place of a dot and the name, and of `,l=""` besides the name. */
const USE = 3;
const DECLARATION = 5;
/** A text of the module's own takes two variables: worth so many bytes. */
const WORTH = 16;

/** `code` (a module) with what is worth it behind names of its own. */
export function aliasMembers(code: string): string {
    const tree = new Tree(code, 'module');
    const uses = new Map<string, Identifier[]>();
    for (const node of tree.nodes) {
        if (node.type !== 'MemberExpression' || node.computed || node.optional || node.object.type === 'Super' || node.property.type !== 'Identifier') continue;
        // What is assigned to looks like an element of an array then, whose rules for Espruino are stricter.
        const parent = tree.parent(node);
        if (parent?.type === 'AssignmentExpression' && parent.left === node) continue;
        uses.set(node.property.name, [...uses.get(node.property.name) ?? [], node.property]);
    }
    const worthy = [...uses].filter(([name, { length }]) => length * (name.length + 1 - USE) - name.length - DECLARATION >= WORTH);
    const edits = worthy.flatMap(([name, properties]) => properties.map(({ start, end }) => ({ start: code.lastIndexOf('.', start), end, text: `[member$${name}]` })));
    let result = '';
    let at = 0;
    for (const { start, end, text } of edits.sort((one, other) => one.start - other.start)) {
        result += code.slice(at, start) + text;
        at = end;
    }
    return worthy.map(([name]) => `var member$${name}="${name}";`).join('') + result + code.slice(at);
}
