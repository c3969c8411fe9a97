// Takes out what a constant of the build leaves unused (`if (false && …) …`, `false ? … : …`), before functions are put into their only
// call: a call that cannot happen is none. Source lines stay lines.
import type { Expression } from 'acorn';
import { Tree } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** What a condition comes to; undefined: that is not known before it runs. */
function valueOf(node: Expression): boolean | undefined {
    if (node.type === 'Literal' && typeof node.value === 'boolean') return node.value;
    if (node.type === 'UnaryExpression' && node.operator === '!') {
        const value = valueOf(node.argument);
        return value === undefined ? undefined : !value;
    }
    if (node.type === 'LogicalExpression') {
        const left = valueOf(node.left);
        if (node.operator === '&&' && left === false) return false;
        if (node.operator === '||' && left === true) return true;
    }
    return undefined;
}

/** `code` (a module) without branches that are never taken. */
export function dropDeadBranches(code: string): string {
    const tree = new Tree(code, 'module');
    const edits: Edit[] = [];
    for (const node of tree.nodes) {
        if (node.type !== 'IfStatement' && node.type !== 'ConditionalExpression') continue;
        if (edits.some(({ start, end }) => node.start >= start && node.end <= end)) continue;
        const value = valueOf(node.test);
        if (value === undefined) continue;
        const kept = value ? node.consequent : node.alternate;
        const nothing = node.type === 'IfStatement' ? '{}' : '0';
        // Line breaks before and behind what is kept stay.
        const breaks = (from: number, until: number): string => '\n'.repeat(code.slice(from, until).split('\n').length - 1);
        if (!kept) edits.push({ start: node.start, end: node.end, text: nothing + breaks(node.start, node.end) });
        else edits.push({ start: node.start, end: kept.start, text: breaks(node.start, kept.start) }, { start: kept.end, end: node.end, text: breaks(kept.end, node.end) });
    }
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return result;
}
