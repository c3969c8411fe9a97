// Shortens emitted code that says `this` often: a method that does gets one local name for it, which the minifier then
// makes a single letter. What `this` means in an arrow function is what it means around it.
import { parse, type AnyNode, type Function as FunctionNode } from 'acorn';

/** From so many on, `let t=this` saves bytes worth the while: Espruino reads `this` at once, but a name only after a variable is made and looked up. */
const WORTH_IT = 6;
const NAME = 'self';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** Where in a function its `this` can be named: first of all, or right after `super(…)`. -1: nowhere. */
function place(node: FunctionNode, derived: boolean): number {
    if (node.body.type !== 'BlockStatement') return -1;
    if (!derived) return node.body.start + 1;
    const first = node.body.body[0];
    const calls = first?.type === 'ExpressionStatement' && first.expression.type === 'CallExpression' && first.expression.callee.type === 'Super';
    return calls ? first.end : -1;
}

/** `code` (a script or module) with its frequent `this` replaced. Lines stay lines, so a source map stays true by line. */
export function aliasThis(code: string): string {
    if (new RegExp(`\\b${NAME}\\b`).test(code)) throw new Error(`the bundle uses the name ${NAME} already`);
    const edits: Edit[] = [];

    function visit(node: unknown, uses: AnyNode[] | null, derivedClass: boolean): void {
        if (Array.isArray(node)) {
            for (const one of node) visit(one, uses, derivedClass);
            return;
        }
        if (node === null || typeof node !== 'object' || !('type' in node)) return;
        const known = node as AnyNode;
        if (known.type === 'ThisExpression') uses?.push(known);
        const ownThis = known.type === 'FunctionExpression' || known.type === 'FunctionDeclaration';
        const inner = ownThis ? [] : uses;
        for (const [key, child] of Object.entries(known)) {
            const constructs = known.type === 'MethodDefinition' && known.kind === 'constructor' && derivedClass;
            visit(child, inner, known.type === 'ClassDeclaration' || known.type === 'ClassExpression' ? known.superClass !== null : ownThis ? false : constructs || (key === 'body' && derivedClass));
        }
        if (ownThis && inner!.length >= WORTH_IT) {
            const at = place(known as FunctionNode, derivedClass);
            if (at < 0 || inner!.some(use => use.start < at)) return;
            edits.push({ start: at, end: at, text: `let ${NAME}=this;` }, ...inner!.map(({ start, end }) => ({ start, end, text: NAME })));
        }
    }

    visit(parse(code, { ecmaVersion: 2022, sourceType: 'module' }), null, false);
    let result = code;
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) result = result.slice(0, start) + text + result.slice(end);
    return result;
}
