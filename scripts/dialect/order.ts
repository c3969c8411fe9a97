// The rule on order: Espruino does not hoist. A declaration takes effect when its statement runs.
import type { Rule } from './rules.ts';
import { isFunction, type Binding, type FunctionNode, type Node, type Tree } from './tree.ts';

/** The function that runs `node`, as text says; undefined for the module. Unlike Tree.enclosingFunction, one called on the spot counts. */
function runner(node: Node, tree: Tree): Node | undefined {
    return tree.ancestors(node).find(isFunction);
}

/** True for a function that runs where it stands: called on the spot, or handed to a call (which may call it at once). */
function runsOnTheSpot(node: Node, tree: Tree): boolean {
    const parent = tree.parent(node);
    return isFunction(node) && (parent?.type === 'CallExpression' || parent?.type === 'NewExpression');
}

/** True if `node` is evaluated while `home` (the module, if undefined) runs, and not only in a later call. */
function evaluatedIn(node: Node, home: FunctionNode | undefined, tree: Tree): boolean {
    const functions = tree.ancestors(node).filter(isFunction);
    const inner = home === undefined ? functions : functions.slice(0, functions.indexOf(home));
    return inner.every(between => runsOnTheSpot(between, tree));
}

/** Every declaration of the same level that may be needed when `start` runs: what it names, and what that names in turn. */
function needs(start: Binding, tree: Tree): Set<Binding> {
    const found = new Set<Binding>();
    const open = [start];
    for (let binding = open.pop(); binding !== undefined; binding = open.pop()) {
        const value = tree.valueOf(binding);
        if (found.has(binding) || value === undefined) continue;
        found.add(binding);
        for (const other of tree.bindings) {
            if (other.home === start.home && other.references.some(reference => tree.contains(value, reference))) open.push(other);
        }
    }
    return found;
}

/** True if the reference is the callee of a call or `new`: what it names runs now. */
function isRun(node: Node, tree: Tree): boolean {
    const parent = tree.parent(node);
    return (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.callee === node;
}

function isDeclaredLater(node: Node, tree: Tree): boolean {
    const binding = tree.meaning(node);
    if (binding === undefined || binding.identifier === node || tree.parent(node)?.type === 'ExportSpecifier') return false;
    if (!evaluatedIn(node, binding.home, tree)) return false;
    if (node.start < binding.identifier.start) return true;
    if (!isRun(node, tree) || runner(node, tree) !== binding.home) return false;
    return [...needs(binding, tree)].some(other => other.identifier.start > node.start && tree.valueOf(other)?.type === 'FunctionDeclaration');
}

export const rulesOfOrder: readonly Rule[] = [
    { name: 'used-before-defined', engines: ['espruino'], why: 'Espruino does not hoist: at this point it is not defined yet', instead: 'move the declaration above the first code that runs it', test: isDeclaredLater },
];
