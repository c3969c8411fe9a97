// The dialect of board code as a table: one row a construct that emitted code must not have. Engines' facts, no files.
import { rulesOfOrder } from './order.ts';
import { rulesOfState } from './state.ts';
import { isFunction, isLoop, type Node, type Tree } from './tree.ts';

/** Whom a rule protects: Espruino, Moddable's XS, or the core's freedom from every world. A bundle is held to the rules of the engines that run it. */
export type Engine = 'espruino' | 'xs' | 'core';

export interface Rule {
    readonly name: string;
    readonly engines: readonly Engine[];
    /** What happens to such code. */
    readonly why: string;
    readonly instead: string;
    /** True if `node` is the construct. */
    test(node: Node, tree: Tree): boolean;
}

export const EVERYWHERE: readonly Engine[] = ['espruino', 'xs'];
const ESPRUINO: readonly Engine[] = ['espruino'];

const MISSING_GLOBALS = new Set(['Symbol', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Proxy', 'Reflect', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Intl', 'Atomics',
    'TextEncoder', 'TextDecoder', 'queueMicrotask', 'setImmediate', 'performance', 'structuredClone']);
const OUTSIDE_WORLD = new Set(['Date', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'console', 'process', 'require', 'globalThis', 'global', 'print', 'trace', 'getTime', 'fetch']);
const MISSING_STATICS = new Set(['Math.imul', 'Number.isInteger', 'Number.isFinite', 'Number.isSafeInteger', 'Array.from', 'Array.of', 'Uint8Array.from', 'Uint8Array.of',
    'Object.freeze', 'Object.seal', 'Promise.race', 'Promise.any', 'Promise.allSettled', 'String.fromCodePoint']);
/** Tried one by one on the interpreter: `get`, `set`, `import`, `yield`, `with` and `enum` do no harm. */
const RESERVED = new Set(['break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'false', 'finally', 'for', 'function', 'if', 'in', 'instanceof', 'let',
    'new', 'null', 'of', 'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while']);
const MISSING_METHODS = new Set(['copyWithin', 'codePointAt', 'at', 'flat', 'flatMap', 'finally']);

/** The name of the built-in method that a node calls: `slice` for `a.slice(1)`. A name that a class of the file has is not counted. */
function calledMethod(node: Node, tree: Tree): string | undefined {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
    const { property } = node.callee;
    return !node.callee.computed && property.type === 'Identifier' && !tree.methods.has(property.name) ? property.name : undefined;
}

/** `Math.imul` for such a member of a global object. */
function memberOfGlobal(node: Node, tree: Tree): string | undefined {
    return node.type === 'MemberExpression' && tree.isGlobal(node.object) ? tree.text(node) : undefined;
}

/** True for a function that a surrounding function creates anew each time it runs. */
function madePerCall(node: Node, tree: Tree): boolean {
    const maker = tree.enclosingFunction(node);
    return maker !== undefined && !(tree.isConstructor(maker) && tree.enclosingFunction(maker) === undefined);
}

function isMethodValue(node: Node, tree: Tree): boolean {
    const parent = tree.parent(node);
    return parent?.type === 'MethodDefinition' || (parent?.type === 'Property' && (parent.method || parent.kind !== 'init'));
}

/** True if the loop's own variable (`let i` in its head) is used inside `node`. */
function capturesLoopVariable(node: Node, tree: Tree): boolean {
    return tree.bindings.some(binding => {
        const statement = tree.parent(binding.declaration);
        const loop = statement?.type === 'VariableDeclaration' ? tree.parent(statement) : undefined;
        return loop !== undefined && isLoop(loop) && tree.contains(loop, node) && binding.references.some(reference => tree.contains(node, reference));
    });
}

/** True if some condition around `call` looks at its argument first. */
function isGuarded(call: Node, argument: Node, tree: Tree): boolean {
    const looksAt = (test: Node) => !tree.contains(test, call) && tree.text(test).includes(tree.text(argument));
    return tree.ancestors(call).some(above =>
        ((above.type === 'IfStatement' || above.type === 'ConditionalExpression') && looksAt(above.test))
        || (above.type === 'LogicalExpression' && above.operator === '&&' && looksAt(above.left)));
}

export const rules: readonly Rule[] = [
    { name: 'default-parameter', engines: ESPRUINO, why: 'Espruino has no default parameters', instead: 'pass every argument, or read `x ?? value` in the body',
        test: node => node.type === 'AssignmentPattern' },
    { name: 'rest-or-spread', engines: EVERYWHERE, why: 'Espruino has none; XS allocates 88 to 128 bytes', instead: 'name the parameters; copy in an index loop',
        test: node => node.type === 'RestElement' || node.type === 'SpreadElement' },
    { name: 'destructuring', engines: EVERYWHERE, why: 'Espruino has none; XS allocates for arrays', instead: 'read the members one by one',
        test: node => node.type === 'ObjectPattern' || node.type === 'ArrayPattern' },
    { name: 'optional-chaining', engines: ESPRUINO, why: 'Espruino has no ?.', instead: 'test for undefined first',
        test: node => node.type === 'ChainExpression' },
    { name: 'exponent', engines: ESPRUINO, why: 'Espruino has no **', instead: 'multiply, shift or Math.pow',
        test: node => (node.type === 'BinaryExpression' && node.operator === '**') || (node.type === 'AssignmentExpression' && node.operator === '**=') },
    { name: 'logical-assignment', engines: ESPRUINO, why: 'Espruino has no ??=, ||= and &&=', instead: 'write `a = a ?? b`',
        test: node => node.type === 'AssignmentExpression' && (node.operator === '??=' || node.operator === '||=' || node.operator === '&&=') },
    { name: 'label', engines: ESPRUINO, why: 'Espruino has no labels', instead: 'put the inner loop into a function and return',
        test: node => node.type === 'LabeledStatement' },
    { name: 'reserved-method', engines: ESPRUINO, why: 'a class with a method named like a word of the language ends Espruino 2v29, at the latest where the next class extends another', instead: 'give the method another name',
        test: node => (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') && !node.computed && node.key.type === 'Identifier' && RESERVED.has(node.key.name) },
    { name: 'computed-key', engines: ESPRUINO, why: 'Espruino has no computed keys', instead: 'assign the property after the object is made',
        test: node => (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') && node.computed },
    { name: 'for-of', engines: EVERYWHERE, why: 'XS allocates 128 bytes a loop', instead: 'count with an index',
        test: node => node.type === 'ForOfStatement' },
    { name: 'for-in-delete', engines: ESPRUINO, why: 'Espruino\'s for..in is live: deleting skips keys', instead: 'collect the keys first',
        test: (node, tree) => node.type === 'UnaryExpression' && node.operator === 'delete' && tree.ancestors(node).some(above => above.type === 'ForInStatement') },
    { name: 'generator', engines: EVERYWHERE, why: 'Espruino has no generators; XS allocates 344 bytes a loop', instead: 'write a class with a method that goes one step',
        test: node => isFunction(node) && node.generator },
    { name: 'async', engines: EVERYWHERE, why: 'Espruino has no async; XS allocates 630 to 790 bytes an await', instead: 'use a callback method',
        test: node => (isFunction(node) && node.async) || node.type === 'AwaitExpression' },
    { name: 'missing-global', engines: EVERYWHERE, why: 'Espruino (and XS for what is not the language\'s) has no such global, or it allocates per use', instead: 'use arrays, typed arrays and what the platform hands in',
        test: (node, tree) => tree.isGlobal(node) && MISSING_GLOBALS.has(node.name) },
    { name: 'outside-world', engines: ['core'], why: 'codec and session know no clock, timer, randomness or other global', instead: 'ask the Platform',
        test: (node, tree) => (tree.isGlobal(node) && OUTSIDE_WORLD.has(node.name)) || memberOfGlobal(node, tree) === 'Math.random' },
    { name: 'big-integer', engines: EVERYWHERE, why: 'Espruino has no BigInt; XS allocates 32 bytes an addition', instead: 'use numbers below 2^53',
        test: node => node.type === 'Literal' && typeof node.value === 'bigint' },
    { name: 'extends-native', engines: EVERYWHERE, why: 'Espruino cannot extend Error, Array or any native', instead: 'hold an instance, or throw the native itself',
        test: (node, tree) => {
            if ((node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') || !node.superClass) return false;
            const binding = tree.meaning(node.superClass);
            const value = binding && tree.valueOf(binding);
            return value?.type !== 'ClassDeclaration' && value?.type !== 'ClassExpression' && value?.type !== 'ImportSpecifier';
        } },
    { name: 'tagged-template', engines: ESPRUINO, why: 'Espruino has no tagged templates', instead: 'call a function',
        test: node => node.type === 'TaggedTemplateExpression' },
    { name: 'regular-expression', engines: EVERYWHERE, why: 'XS allocates 132 bytes a test, and preloaded ones throw', instead: 'compare bytes in a loop',
        test: (node, tree) => (node.type === 'Literal' && 'regex' in node && node.regex !== undefined) || tree.isGlobalNamed(node, 'RegExp') },
    { name: 'private-name', engines: ESPRUINO, why: 'Espruino has no #names', instead: 'use TypeScript\'s private',
        test: node => node.type === 'PrivateIdentifier' },
    { name: 'field-without-initialiser', engines: ESPRUINO, why: 'Espruino cannot parse a field without a value', instead: 'give it a value, or set it in the constructor',
        test: node => node.type === 'PropertyDefinition' && !node.value },
    { name: 'arrow-field', engines: ESPRUINO, why: 'in Espruino `this` is undefined in an arrow function field', instead: 'assign it in the constructor',
        test: node => node.type === 'PropertyDefinition' && node.value?.type === 'ArrowFunctionExpression' },
    { name: 'static-inheritance', engines: ESPRUINO, why: 'in Espruino a class does not inherit static members', instead: 'name the class that has the member',
        test: (node, tree) => {
            if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return false;
            const { name } = node.property;
            const binding = tree.meaning(node.object);
            const value = binding && tree.valueOf(binding);
            if ((value?.type !== 'ClassDeclaration' && value?.type !== 'ClassExpression') || !value.superClass || name === 'prototype' || name === 'name') return false;
            const own = value.body.body.some(member => 'key' in member && member.static && member.key.type === 'Identifier' && member.key.name === name);
            const assigned = binding?.references.some(reference => {
                const member = tree.parent(reference);
                const parent = member && tree.parent(member);
                return member?.type === 'MemberExpression' && tree.text(member) === tree.text(node) && parent?.type === 'AssignmentExpression' && parent.left === member;
            });
            return !own && !assigned;
        } },
    { name: 'super-in-object', engines: ESPRUINO, why: 'Espruino knows `super` in classes only', instead: 'use a class',
        test: (node, tree) => node.type === 'Super' && tree.ancestors(node).find(above => above.type === 'ObjectExpression' || above.type === 'ClassBody')?.type === 'ObjectExpression' },
    { name: 'new-target', engines: ESPRUINO, why: 'Espruino has no new.target', instead: 'write a class',
        test: node => node.type === 'MetaProperty' && node.meta.name === 'new' },
    { name: 'closure-per-call', engines: EVERYWHERE, why: 'each call allocates it (XS 80 to 144 bytes)', instead: 'make it once, in the constructor or at module level',
        test: (node, tree) => ((isFunction(node) && !isMethodValue(node, tree)) || node.type === 'ClassExpression' || node.type === 'ClassDeclaration' || calledMethod(node, tree) === 'bind') && madePerCall(node, tree) },
    { name: 'loop-closure', engines: ESPRUINO, why: 'in Espruino all turns of a loop share its variable', instead: 'copy it to a `const` inside the body, or make the function elsewhere',
        test: (node, tree) => isFunction(node) && capturesLoopVariable(node, tree) },
    { name: 'case-after-default', engines: ESPRUINO, why: 'a SyntaxError in Espruino', instead: 'put `default` last',
        test: node => node.type === 'SwitchStatement' && node.cases.slice(0, -1).some(one => one.test === null || one.test === undefined) },
    { name: 'return-newline', engines: ESPRUINO, why: 'Espruino returns what stands on the next line', instead: 'write `return;`',
        test: (node, tree) => node.type === 'ReturnStatement' && !node.argument && tree.code[node.end - 1] !== ';' && !/^\s*(?:\}|$)/.test(tree.code.slice(node.end)) },
    { name: 'chained-element-assignment', engines: ESPRUINO, why: 'in Espruino `b = a[0] = 300` gives what the typed array holds, 44', instead: 'write two statements',
        test: node => node.type === 'AssignmentExpression' && node.right.type === 'AssignmentExpression' && node.right.left.type === 'MemberExpression' && node.right.left.computed },
    { name: 'slice', engines: EVERYWHERE, why: 'it copies, and Espruino makes a plain Array of it', instead: 'pass start and end',
        test: (node, tree) => calledMethod(node, tree) === 'slice' },
    { name: 'fill-or-index-of', engines: ESPRUINO, why: 'Espruino walks the whole array: 1 kB costs 25 to 83 µs and 1,029 to 3,079 allocations', instead: 'an index loop over the part that matters',
        test: (node, tree) => calledMethod(node, tree) === 'fill' || calledMethod(node, tree) === 'indexOf' },
    { name: 'missing-built-in', engines: ESPRUINO, why: 'Espruino has no such function', instead: 'write the few lines, or another built-in',
        test: (node, tree) => MISSING_STATICS.has(memberOfGlobal(node, tree) ?? '') || MISSING_METHODS.has(calledMethod(node, tree) ?? '') },
    { name: 'clear-timeout', engines: ESPRUINO, why: 'in Espruino clearTimeout(undefined) throws and clearTimeout() clears every timer', instead: 'guard it: `if (timer) clearTimeout(timer)`',
        test: (node, tree) => node.type === 'CallExpression' && (tree.isGlobalNamed(node.callee, 'clearTimeout') || tree.isGlobalNamed(node.callee, 'clearInterval'))
            && (node.arguments.length === 0 || !isGuarded(node, node.arguments[0], tree)) },
    ...rulesOfOrder,
    ...rulesOfState,
];
