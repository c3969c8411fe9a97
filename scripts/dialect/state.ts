// The rules on module-level state: Moddable freezes preloaded modules into flash, where nothing can be written.
import type { Rule } from './rules.ts';
import { isFunction, type Node, type Tree } from './tree.ts';

const READ_ONLY_WHEN_PRELOADED = /^(?:(?:Int|Uint|Float|BigInt|BigUint)\d+(?:Clamped)?Array|ArrayBuffer|SharedArrayBuffer|DataView|Map|Set|WeakMap|WeakSet|Date)$/;

/** What an assignment, `++` or `--` writes to. */
function target(node: Node): Node | undefined {
    switch (node.type) {
        case 'AssignmentExpression': return node.left;
        case 'UpdateExpression': return node.argument;
        default: return undefined;
    }
}

function isClass(node: Node | undefined): boolean {
    return node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression';
}

/** `let n` or `var n` of the module, written after the module has loaded. */
function writesModuleVariable(node: Node, tree: Tree): boolean {
    if (tree.enclosingFunction(node) === undefined) return false;
    const written = target(node);
    const binding = written && tree.meaning(written);
    return binding !== undefined && (binding.home === undefined || tree.isModuleInitialiser(binding.home)) && binding.declaration.type !== 'CatchClause';
}

/** `new Uint8Array(8)` outside every function that is called later. */
function makesReadOnlyData(node: Node, tree: Tree): boolean {
    return node.type === 'NewExpression' && tree.isGlobal(node.callee) && READ_ONLY_WHEN_PRELOADED.test(node.callee.name) && tree.enclosingFunction(node) === undefined && !isInstanceField(node, tree);
}

function isInstanceField(node: Node, tree: Tree): boolean {
    return tree.ancestors(node).some(above => above.type === 'PropertyDefinition' && !above.static);
}

/** `Counter.n++`, or `this.n++` in a static method: functions and classes are frozen. */
function writesStaticMember(node: Node, tree: Tree): boolean {
    const written = target(node);
    if (written?.type !== 'MemberExpression') return false;
    const maker = tree.enclosingFunction(node);
    if (maker === undefined) return false;
    if (written.object.type === 'ThisExpression') {
        const method = tree.ancestors(node).filter(isFunction).find(above => above.type !== 'ArrowFunctionExpression');
        const definition = method && tree.parent(method);
        return definition?.type === 'MethodDefinition' && definition.static;
    }
    const binding = tree.meaning(written.object);
    return binding !== undefined && isClass(tree.valueOf(binding));
}

export const rulesOfState: readonly Rule[] = [
    { name: 'module-variable', engines: ['espruino', 'xs'], why: 'module-level state changes: two clients would share it', instead: 'keep it in an instance', test: writesModuleVariable },
    { name: 'module-data', engines: ['espruino', 'xs'], why: 'Moddable freezes preloaded modules: writing it throws', instead: 'make it in a constructor', test: makesReadOnlyData },
    { name: 'static-state', engines: ['espruino', 'xs'], why: 'Moddable freezes preloaded classes: writing throws', instead: 'keep it in an instance', test: writesStaticMember },
    { name: 'instance-of-own-class', engines: ['espruino', 'xs'], why: 'each bundle has its own copy of a class, so an object of another bundle would not be one', instead: 'ask the object, not its class',
        test: (node, tree) => {
            if (node.type !== 'BinaryExpression' || node.operator !== 'instanceof') return false;
            const binding = tree.meaning(node.right);
            return binding !== undefined && isClass(tree.valueOf(binding));
        } },
];
