// Puts functions that are called in one place only into that place: on Espruino each function takes 5 variables and one for each
// parameter, and each call some more. Module-level functions and methods that no user can see qualify. What is put in stays on
// the line of the call, so source lines stay lines. Knows the language, nothing of bundles.
import { parse, type AnonymousFunctionDeclaration, type CallExpression, type FunctionDeclaration, type FunctionExpression, type MethodDefinition, type ReturnStatement } from 'acorn';
import { isFunction, isLoop, Tree, type Binding, type Node } from './dialect/tree.ts';

interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

type Callee = AnonymousFunctionDeclaration | FunctionDeclaration | FunctionExpression;

/** A function, the only call of it, and what goes with it: the declaration or the method. */
interface Candidate {
    readonly callee: Callee;
    readonly whole: Node;
    readonly call: CallExpression;
    /** Whose method it is, as the call has it. */
    readonly receiver: Node | undefined;
}

function edited(code: string, edits: readonly Edit[], from: number, until: number): string {
    let result = '';
    let at = from;
    for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
        result += code.slice(at, start) + text;
        at = end;
    }
    return result + code.slice(at, until);
}

function blank(text: string): string {
    return '\n'.repeat(text.split('\n').length - 1);
}

function within(tree: Tree, outer: Node): Node[] {
    return tree.nodes.filter(node => node !== outer && tree.contains(outer, node));
}

function isWritten(tree: Tree, { references }: Binding): boolean {
    return references.some((reference) => {
        const parent = tree.parent(reference);
        return (parent?.type === 'AssignmentExpression' && parent.left === reference) || parent?.type === 'UpdateExpression';
    });
}

/** A name that stands for a literal. */
function isLiteral({ declaration }: Binding): boolean {
    return declaration.type === 'VariableDeclarator' && declaration.init?.type === 'Literal';
}

/** `this`, a name, or members of these: to read it again changes nothing. */
function isPath(node: Node): boolean {
    return node.type === 'ThisExpression' || node.type === 'Identifier' || (node.type === 'MemberExpression' && !node.computed && isPath(node.object));
}

function candidatesIn(tree: Tree, hidden: ReadonlySet<string>): Candidate[] {
    const found: Candidate[] = [];
    const uses = new Map<string, Node[]>();
    for (const node of tree.nodes) {
        if (node.type === 'Identifier') uses.set(node.name, [...uses.get(node.name) ?? [], node]);
    }
    for (const { declaration, references } of tree.bindings) {
        if (declaration.type !== 'FunctionDeclaration' || tree.parent(declaration)?.type !== 'Program' || references.length !== 1) continue;
        const call = tree.parent(references[0]);
        if (call?.type === 'CallExpression' && call.callee === references[0]) found.push({ callee: declaration, whole: declaration, call, receiver: undefined });
    }
    for (const method of tree.nodes.filter((node): node is MethodDefinition => node.type === 'MethodDefinition')) {
        const { key, kind, computed } = method;
        if (kind !== 'method' || method.static || computed || key.type !== 'Identifier' || !hidden.has(key.name)) continue;
        const other = uses.get(key.name)?.filter(node => node !== key) ?? [];
        const member = other.length === 1 ? tree.parent(other[0]) : undefined;
        const call = member && tree.parent(member);
        if (member?.type !== 'MemberExpression' || member.property !== other[0] || member.computed || call?.type !== 'CallExpression' || call.callee !== member || !isPath(member.object)) continue;
        found.push({ callee: method.value, whole: method, call, receiver: member.object });
    }
    return found;
}

/** The statement that takes the place of the one with the call, as text; undefined if this cannot be done. */
function replacement(tree: Tree, { callee, call, receiver }: Candidate, number: number): { readonly at: Node; readonly text: string } | undefined {
    const inside = within(tree, callee);
    if (tree.contains(callee, call) || callee.async || callee.generator || call.arguments.length !== callee.params.length) return undefined;
    if (inside.some(node => isFunction(node) || node.type === 'Super' || node.type === 'ClassExpression' || (node.type === 'Identifier' && node.name === 'arguments'))) return undefined;
    if (callee.params.some(({ type }) => type !== 'Identifier') || call.arguments.some(({ type }) => type === 'SpreadElement')) return undefined;

    const own = tree.bindings.filter(({ home }) => home === callee);
    const outer = tree.ancestors(call).filter(isFunction);
    for (const node of inside) {
        if (node.type === 'Property' && node.shorthand) return undefined;
        if (node.type !== 'Identifier' || own.some(({ identifier, references }) => identifier === node || references.includes(node))) continue;
        // A name of the module or of the world must mean the same where the call is.
        if ((tree.meaning(node) || tree.isGlobal(node)) && tree.bindings.some(({ name, home }) => name === node.name && home && outer.includes(home))) return undefined;
    }

    const statements = callee.body.body;
    const last = statements.at(-1);
    const returns = inside.filter((node): node is ReturnStatement => node.type === 'ReturnStatement');
    const single = returns.length === 1 && returns[0] === last && returns[0].argument ? returns[0].argument : undefined;
    /** It is one expression that changes nothing: what it reads may be read again. */
    const pure = single !== undefined && statements.length === 1 && !inside.some(({ type }) => /^(?:Assignment|Update|Call|New)Expression$/.test(type))
        && call.arguments.every(argument => argument.type === 'Literal' || isPath(argument));
    const isSteady = (node: Node): boolean => {
        const meaning = tree.meaning(node);
        return node.type === 'Literal' || node.type === 'ThisExpression' || (meaning !== undefined && (meaning.home !== undefined || isLiteral(meaning)) && !isWritten(tree, meaning)) || (pure && isPath(node));
    };
    /** What is calculated from these comes to the same later. */
    const isSteadyValue = (node: Node): boolean => node.type === 'BinaryExpression' && node.left.type !== 'PrivateIdentifier'
        ? [node.left, node.right].every(part => isSteady(part) || isSteadyValue(part)) : false;

    const edits: Edit[] = [];
    let first = '';
    for (const binding of own) {
        const parameter = callee.params.indexOf(binding.identifier);
        let name = `${binding.name}$${number}`;
        if (parameter >= 0) {
            const value = call.arguments[parameter] as Node;
            if (isSteady(value) && !isWritten(tree, binding)) name = tree.text(value);
            else if (isSteadyValue(value) && !isWritten(tree, binding) && binding.references.length === 1) name = `(${tree.text(value)})`;
            else first += `let ${name} = ${tree.text(value)}; `;
        } else edits.push({ start: binding.identifier.start, end: binding.identifier.end, text: name });
        edits.push(...binding.references.map(({ start, end }) => ({ start, end, text: name })));
    }
    const these = inside.filter(({ type }) => type === 'ThisExpression');
    if (!receiver && these.length > 0) return undefined;
    if (receiver && these.length > 0) {
        const owner = isSteady(receiver) ? tree.text(receiver) : `owner$${number}`;
        if (!isSteady(receiver)) first = `let ${owner} = ${tree.text(receiver)}; ${first}`;
        edits.push(...these.map(({ start, end }) => ({ start, end, text: owner })));
    }
    if (single && statements.length === 1 && first === '') return { at: call, text: `(${edited(tree.code, edits, single.start, single.end)})` };

    const inLoop = returns.some(node => tree.ancestors(node).some(above => tree.contains(callee.body, above) && (isLoop(above) || above.type === 'SwitchStatement')));
    const ends = last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement';
    const block = (more: readonly Edit[]): string => `{ ${first}${edited(tree.code, [...edits, ...more], callee.body.start + 1, callee.body.end - 1).replace(/\s*\n\s*/g, ' ')} }`;
    /** Ends the function that it is put into, as it ended its own. */
    const returning = (): string => ends ? block([]) : `${block([]).slice(0, -1)} return; }`;
    /** Goes on behind it, with `target` in front of the value; a loop of one turn is what can be left early. */
    const goingOn = (target: string): string | undefined => {
        const value = ({ start, end, argument }: ReturnStatement): Edit => ({ start, end: argument ? argument.start : end, text: argument ? target : '' });
        if (returns.length === 0) return target === '' ? block([]) : undefined;
        if (returns.length === 1 && returns[0] === last && (single || target === '')) return block([value(returns[0])]);
        if (inLoop || (target !== '' && (!ends || returns.some(({ argument }) => !argument)))) return undefined;
        const leaving = returns.flatMap((node): Edit[] => node.argument
            ? [{ start: node.start, end: node.argument.start, text: `{ ${target}` }, { start: node.end, end: node.end, text: ' break; }' }]
            : [{ start: node.start, end: node.end, text: 'break;' }]);
        return `do ${block(leaving)} while (false);`;
    };

    const parent = tree.parent(call) as Node;
    const statement = tree.parent(parent) as Node;
    if (parent.type === 'ReturnStatement') return { at: parent, text: returning() };
    if (parent.type === 'ConditionalExpression' && parent.test !== call && statement.type === 'ReturnStatement') {
        const test = tree.text(parent.test);
        return { at: statement, text: parent.alternate === call ? `{ if (${test}) return ${tree.text(parent.consequent)}; ${returning()} }` : `{ if (${test}) ${returning()} return ${tree.text(parent.alternate)}; }` };
    }
    let text: string | undefined;
    let at: Node = statement;
    if (parent.type === 'ExpressionStatement') {
        text = goingOn('');
        at = parent;
    } else if (parent.type === 'AssignmentExpression' && parent.operator === '=' && parent.right === call && isPath(parent.left) && statement.type === 'ExpressionStatement') {
        text = goingOn(`${tree.text(parent.left)} = `);
    } else if (parent.type === 'VariableDeclarator' && statement.type === 'VariableDeclaration' && statement.declarations.length === 1 && statement.kind !== 'var'
        && tree.parent(statement)?.type === 'BlockStatement' && parent.id.type === 'Identifier') {
        text = goingOn(`${parent.id.name} = `);
        if (text !== undefined) text = `let ${parent.id.name}; ${text}`;
    }
    return text === undefined ? undefined : { at, text };
}

/** `code` (a module) as it was, without comments. */
function withoutComments(code: string): string {
    const edits: Edit[] = [];
    parse(code, { ecmaVersion: 'latest', sourceType: 'module', onComment: (_block, text, start, end) => void edits.push({ start, end, text: blank(text) }) });
    return edited(code, edits, 0, code.length);
}

/** `code` (a module) with each function in the place of its only call, where that is possible. `hidden`: names of members that nobody else uses. */
export function inlineCalls(code: string, hidden: readonly string[]): string {
    const names = new Set(hidden);
    let result = withoutComments(code);
    let number = 0;
    for (;;) {
        const tree = new Tree(result, 'module');
        const edits: Edit[] = [];
        const isFree = (node: Node): boolean => edits.every(({ start, end }) => node.end <= start || node.start >= end);
        for (const candidate of candidatesIn(tree, names)) {
            const { callee, whole } = candidate;
            const made = replacement(tree, candidate, number);
            if (!made || !isFree(callee) || !isFree(whole) || !isFree(made.at)) continue;
            number++;
            edits.push({ start: made.at.start, end: made.at.end, text: made.text + blank(tree.text(made.at)) }, { start: whole.start, end: whole.end, text: blank(tree.text(whole)) });
        }
        if (edits.length === 0) return result;
        result = edited(result, edits, 0, result.length);
    }
}
