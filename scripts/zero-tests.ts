// Tests numbers for a difference: `a-4||b` in place of `a!=4||b`, `a-4?c:b` in place of `a==4?b:c`, which is one byte less. For sources that
// keep `==` and `!=` for numbers, of which both are there: the difference of one that is not is no number, and tests false. Source lines stay lines.
import type { BinaryExpression, LogicalExpression } from 'acorn';
import { Tree, type Node } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

const isNumber = (node: Node): boolean => node.type === 'Literal' && typeof node.value === 'number';

/** Operands that a minus takes as they are. */
const bindsTightly = new Set(['Identifier', 'MemberExpression', 'CallExpression', 'UpdateExpression']);
const shifts = new Set(['>>', '<<']);
const comparisons = new Set(['==', '!=', '===', '!==', '<', '>', '<=', '>=']);

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
        case 'LogicalExpression': return isTested(tree, parent) || (parent.left === node && parent.operator !== '??' && isDropped(tree, parent));
        case 'SequenceExpression': return parent.expressions.at(-1) === node && isTested(tree, parent);
        case 'UnaryExpression': return parent.operator === '!';
        case 'ParenthesizedExpression': return isTested(tree, parent);
        default: return false;
    }
}

/** What stands for `!=` between the operands of `node`; undefined: nothing does. */
function difference(node: Node): string | undefined {
    if (node.type !== 'BinaryExpression' || node.operator !== '!=') return undefined;
    const { left, right } = node;
    if (isNumber(right) && bindsTightly.has(left.type)) return '-';
    // 32 bits on both sides, or a truth; all of them bind more tightly than this.
    const isShift = (side: Node): boolean => side.type === 'BinaryExpression' && shifts.has(side.operator);
    const isTruth = (side: Node): boolean => side.type === 'BinaryExpression' && comparisons.has(side.operator);
    return (isShift(left) && (isShift(right) || isNumber(right))) || (isTruth(left) && isTruth(right)) ? '^' : undefined;
}

/** Where in `tree` the operator of `node` is, which has `left` and `right`. */
function operatorOf(tree: Tree, { left, right, operator }: BinaryExpression | LogicalExpression): Omit<Edit, 'text'> {
    const between = tree.code.slice(left.end, right.start);
    const start = left.end + between.indexOf(operator);
    return { start, end: start + operator.length };
}

/** What makes `a == 4 ? b : c`, and `a == 4 && b` where nobody sees the value, ask for a difference: they are turned round. */
function turned(tree: Tree, node: Node): Edit[] {
    const test = node.type === 'ConditionalExpression' ? node.test : node.type === 'LogicalExpression' && node.operator === '&&' && isDropped(tree, node) ? node.left : undefined;
    if (test?.type !== 'BinaryExpression' || test.operator !== '==' || !isNumber(test.right) || !bindsTightly.has(test.left.type)) return [];
    const minus = { ...operatorOf(tree, test), text: '-' };
    if (node.type === 'LogicalExpression') return [minus, { ...operatorOf(tree, node), text: '||' }];
    if (node.type !== 'ConditionalExpression' || tree.text(node).includes('\n')) return [];
    // With the parentheses around them.
    const first = tree.code.indexOf('?', test.end) + 1;
    const second = tree.code.indexOf(':', node.consequent.end) + 1;
    return [minus, { start: first, end: node.end, text: `${tree.code.slice(second, node.end)} :${tree.code.slice(first, second - 1)}` }];
}

/** `code` (a module) with the difference in place of each comparison of which only counts whether it is true. */
export function zeroTests(code: string): string {
    const tree = new Tree(code, 'module');
    const edits: Edit[] = [];
    for (const node of tree.nodes) {
        // What is inside of one that moves comes next time.
        if (edits.some(({ start, end }) => node.start >= start && node.end <= end)) continue;
        edits.push(...turned(tree, node));
        const operator = difference(node);
        if (operator && node.type === 'BinaryExpression' && isTested(tree, node)) edits.push({ ...operatorOf(tree, node), text: operator });
    }
    if (edits.length === 0) return code;
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return zeroTests(result);
}
