// Makes arrow functions of a module's functions that need nothing else: `f = a => b` is 10 to 20 bytes shorter than `function f(a) { return b }`,
// and takes no more variables on Espruino as long as there is no `this` in it. Source lines stay lines.
import { isFunction, Tree, type Node } from './dialect/tree.ts';

/** True if `node` asks for something that an arrow function has not, outside of functions that have it themselves. */
function needsOwn(tree: Tree, whole: Node, node: Node): boolean {
    if (node.type !== 'ThisExpression' && node.type !== 'Super' && !(node.type === 'Identifier' && node.name === 'arguments')) return false;
    const home = tree.ancestors(node).find(above => isFunction(above) && above.type !== 'ArrowFunctionExpression');
    return home === whole;
}

/** `code` (a module) with `var f = (…) => {…};` for `function f(…) {…}` wherever nobody can tell the difference: it is not handed out, so that nobody says `new`. */
export function arrowFunctions(code: string): string {
    const tree = new Tree(code, 'module');
    let result = code;
    for (const { declaration, identifier, references } of [...tree.bindings].sort((a, b) => b.declaration.start - a.declaration.start)) {
        if (declaration.type !== 'FunctionDeclaration' || identifier !== declaration.id || tree.parent(declaration)?.type !== 'Program' || declaration.async || declaration.generator) continue;
        const isHandedOut = references.some((reference) => {
            const parent = tree.parent(reference);
            return parent?.type === 'NewExpression' || (parent?.type === 'AssignmentExpression' && parent.right === reference && tree.text(parent.left).startsWith('exports.'));
        });
        if (isHandedOut || tree.nodes.some(node => tree.contains(declaration, node) && needsOwn(tree, declaration, node))) continue;
        const parameters = code.slice(code.indexOf('(', declaration.id.end), declaration.body.start).trimEnd();
        result = `${result.slice(0, declaration.start)}var ${declaration.id.name} = ${parameters} => ${tree.text(declaration.body)};${result.slice(declaration.end)}`;
    }
    return result;
}
