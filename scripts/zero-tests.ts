// Tests numbers for a difference: `a-4||b` in place of `a!=4||b`, which is one byte less. For sources that keep `!=` for numbers, of which
// both are there: the difference of one that is not is no number, and tests false. Source lines stay lines.
import { Tree, type Node } from './dialect/tree.ts';

const isNumber = (node: Node): boolean => node.type === 'Literal' && typeof node.value === 'number';

/** Operands that a minus takes as they are. */
const bindsTightly = new Set(['Identifier', 'MemberExpression', 'CallExpression', 'UpdateExpression']);

/** True if nobody sees the value of `node`. */
function isDropped(tree: Tree, node: Node): boolean {
    const parent = tree.parent(node);
    return parent?.type === 'ExpressionStatement'
        || (parent?.type === 'SequenceExpression' && (parent.expressions.at(-1) !== node || isDropped(tree, parent)))
        || (parent?.type === 'ConditionalExpression' && parent.test !== node && isDropped(tree, parent));
}

/** True if of `node`'s value only counts whether it is true. */
function isTested(tree: Tree, node: Node): boolean {
    const parent = tree.parent(node);
    switch (parent?.type) {
        case 'IfStatement': case 'WhileStatement': case 'DoWhileStatement': case 'ForStatement': return parent.test === node;
        case 'ConditionalExpression': return parent.test === node || isTested(tree, parent);
        case 'LogicalExpression': return isTested(tree, parent) || (parent.left === node && parent.operator === '&&' && isDropped(tree, parent));
        case 'UnaryExpression': return parent.operator === '!';
        case 'ParenthesizedExpression': return isTested(tree, parent);
        default: return false;
    }
}

/** `code` (a module) with `a - 4` for each `a != 4` that is only tested. */
export function zeroTests(code: string): string {
    const tree = new Tree(code, 'module');
    let result = '';
    let at = 0;
    for (const node of tree.nodes) {
        if (node.type !== 'BinaryExpression' || node.operator !== '!=' || !isNumber(node.right) || !bindsTightly.has(node.left.type) || !isTested(tree, node)) continue;
        const operator = code.indexOf('!=', node.left.end);
        result += `${code.slice(at, operator)}-`;
        at = operator + '!='.length;
    }
    return result + code.slice(at);
}
