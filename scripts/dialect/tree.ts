// A parsed file with what acorn leaves out: parents, and which declaration a name means. Knows the language, not the rules.
import { parse, type AnyNode, type AnonymousFunctionDeclaration, type ArrowFunctionExpression, type FunctionDeclaration, type FunctionExpression, type Identifier } from 'acorn';

export type Node = AnyNode;
export type FunctionNode = FunctionDeclaration | AnonymousFunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

/** One declared name. */
export interface Binding {
    readonly name: string;
    /** The statement, function, class, parameter list or clause that declares it. */
    readonly declaration: Node;
    readonly identifier: Identifier;
    /** The function in whose body it lives; undefined at module level. */
    readonly home: FunctionNode | undefined;
    readonly references: Identifier[];
}

type Scope = Map<string, Binding>;

export function isFunction(node: Node | undefined): node is FunctionNode {
    return node !== undefined && (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression');
}

export function isLoop(node: Node): boolean {
    return /^(?:For(?:In|Of)?|While|DoWhile)Statement$/.test(node.type);
}

function childrenOf(node: Node): Node[] {
    return Object.values(node).flat().filter((value): value is Node => typeof value?.type === 'string' && typeof value.start === 'number');
}

/** Names that a pattern declares. */
function identifiersIn(pattern: Node): Identifier[] {
    switch (pattern.type) {
        case 'Identifier': return [pattern];
        case 'AssignmentPattern': return identifiersIn(pattern.left);
        case 'Property': return identifiersIn(pattern.value);
        case 'ObjectPattern': case 'ArrayPattern': case 'RestElement': return childrenOf(pattern).flatMap(identifiersIn);
        default: return [];
    }
}

export class Tree {
    readonly code: string;
    /** Every node, parents before children, in the order of the text. */
    readonly nodes: Node[] = [];
    readonly bindings: readonly Binding[];
    /** Names of the methods that classes of this file have. */
    readonly methods: ReadonlySet<string>;
    private readonly parents = new Map<Node, Node>();
    private readonly scopes = new Map<Node, Scope>();
    private readonly meanings = new Map<Node, Binding>();
    private readonly declared = new Set<Node>();

    /** Throws acorn's SyntaxError for text that is no script (or module). */
    constructor(code: string, sourceType: 'script' | 'module') {
        this.code = code;
        this.visit(parse(code, { ecmaVersion: 'latest', sourceType, locations: true }));
        this.nodes.forEach(node => this.declare(node));
        this.nodes.forEach(node => this.resolve(node));
        this.bindings = [...this.scopes.values()].flatMap(scope => [...scope.values()]);
        this.methods = new Set(this.nodes.flatMap(node => node.type === 'MethodDefinition' && node.key.type === 'Identifier' ? [node.key.name] : []));
    }

    parent(node: Node): Node | undefined {
        return this.parents.get(node);
    }

    /** From the nearest to the program. */
    ancestors(node: Node): Node[] {
        const found: Node[] = [];
        for (let above = this.parent(node); above !== undefined; above = this.parent(above)) {
            found.push(above);
        }
        return found;
    }

    contains(outer: Node, inner: Node): boolean {
        return outer.start <= inner.start && inner.end <= outer.end;
    }

    text(node: Node): string {
        return this.code.slice(node.start, node.end);
    }

    /** What an identifier means; undefined if it is no reference or names a global. */
    meaning(node: Node): Binding | undefined {
        return this.meanings.get(node);
    }

    /** True for a name that is read or written here and declared nowhere in the file. */
    isGlobal(node: Node): node is Identifier {
        return node.type === 'Identifier' && this.isReference(node) && !this.meanings.has(node);
    }

    /** True if the node is the global `name`, like `Math`. */
    isGlobalNamed(node: Node, name: string): boolean {
        return this.isGlobal(node) && node.name === name;
    }

    /**
     * The function in which `node` runs; undefined at module level. A function that the module calls on the spot counts as
     * module level, because it runs once while the module loads.
     */
    enclosingFunction(node: Node): FunctionNode | undefined {
        return this.ancestors(node).filter(isFunction).find(above => !this.isModuleInitialiser(above));
    }

    isModuleInitialiser(node: FunctionNode): boolean {
        const call = this.parent(node);
        return call?.type === 'CallExpression' && call.callee === node && this.ancestors(call).filter(isFunction).every(above => this.isModuleInitialiser(above));
    }

    isConstructor(node: FunctionNode): boolean {
        const method = this.parent(node);
        return method?.type === 'MethodDefinition' && method.kind === 'constructor';
    }

    /** What a binding holds from its declaration on: the class, the function, the initial value. Unknown for a parameter. */
    valueOf(binding: Binding): Node | undefined {
        const { declaration, identifier } = binding;
        if (isFunction(declaration) && declaration.id !== identifier) return undefined;
        return declaration.type === 'VariableDeclarator' ? declaration.init ?? undefined : declaration;
    }

    private visit(node: Node): void {
        this.nodes.push(node);
        for (const child of childrenOf(node)) {
            this.parents.set(child, node);
            this.visit(child);
        }
    }

    private add(scopeNode: Node, identifier: Identifier, declaration: Node): void {
        const scope = this.scopes.get(scopeNode) ?? new Map<string, Binding>();
        this.scopes.set(scopeNode, scope);
        this.declared.add(identifier);
        const known = scope.get(identifier.name);
        const home = isFunction(scopeNode) ? scopeNode : this.ancestors(scopeNode).find(isFunction);
        const binding = known ?? { name: identifier.name, declaration, identifier, home, references: [] };
        scope.set(identifier.name, binding);
        this.meanings.set(identifier, binding);
    }

    /** The nearest scope of a `let`, a class or a function; `var` belongs to the function. */
    private scopeAround(node: Node, isVar: boolean): Node {
        const opens = (above: Node) => isFunction(above) || above.type === 'Program'
            || (!isVar && (above.type === 'BlockStatement' || above.type === 'SwitchStatement' || isLoop(above)));
        const found = this.ancestors(node).find(opens) as Node;
        // A function's body and its parameters are one scope here.
        return found.type === 'BlockStatement' && isFunction(this.parent(found)) ? this.parent(found) as Node : found;
    }

    private declare(node: Node): void {
        if (node.type === 'VariableDeclarator') {
            const statement = this.parent(node);
            const isVar = statement?.type === 'VariableDeclaration' && statement.kind === 'var';
            identifiersIn(node.id).forEach(identifier => this.add(this.scopeAround(node, isVar), identifier, node));
        } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
            if (node.id) this.add(this.scopeAround(node, false), node.id, node);
        } else if (node.type === 'CatchClause') {
            if (node.param) identifiersIn(node.param).forEach(identifier => this.add(node.body, identifier, node));
        } else if (node.type === 'ImportSpecifier' || node.type === 'ImportDefaultSpecifier' || node.type === 'ImportNamespaceSpecifier') {
            this.add(this.nodes[0], node.local, node);
        }
        if ((node.type === 'FunctionExpression' || node.type === 'ClassExpression') && node.id) {
            this.add(node, node.id, node);
        }
        if (isFunction(node)) {
            node.params.flatMap(identifiersIn).forEach(identifier => this.add(node, identifier, node));
        }
    }

    private isReference(node: Identifier): boolean {
        const parent = this.parent(node) as Node;
        if (this.declared.has(node)) return false;
        switch (parent.type) {
            case 'MemberExpression': return parent.computed || parent.object === node;
            case 'Property': case 'MethodDefinition': case 'PropertyDefinition': return parent.computed || parent.value === node;
            case 'ExportSpecifier': return parent.local === node;
            case 'LabeledStatement': case 'BreakStatement': case 'ContinueStatement': case 'MetaProperty': case 'ImportSpecifier': return false;
            default: return true;
        }
    }

    private resolve(node: Node): void {
        if (node.type !== 'Identifier' || !this.isReference(node)) return;
        for (const above of this.ancestors(node)) {
            const binding = this.scopes.get(above)?.get(node.name);
            if (binding) {
                this.meanings.set(node, binding);
                binding.references.push(node);
                return;
            }
        }
    }
}
