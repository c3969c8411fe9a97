// Gives the outermost variables of a bundle back the `const` that the bundler has made a `var`: Moddable's linker keeps a place in
// RAM for each variable of a preloaded module that could change, 4 bytes each.
import { parse, type Node } from 'acorn';

/** The names that anything in `node` assigns to after their declaration, whatever they mean there. */
function assignedNames(node: Node, names = new Set<string>()): Set<string> {
    for (const value of Object.values(node) as unknown[]) {
        for (const child of [value].flat()) {
            if (child !== null && typeof child === 'object' && 'type' in child) assignedNames(child as Node, names);
        }
    }
    const { type, left, argument } = node as Node & { left?: Node & { name?: string }; argument?: Node & { name?: string } };
    const target = type === 'AssignmentExpression' ? left : type === 'UpdateExpression' ? argument : undefined;
    if (target?.name !== undefined) names.add(target.name);
    return names;
}

/** `code`, an ES module, with `const` for each outermost `var` that is never written again. Lines stay; columns of such a line move by 2. */
export function constantVariables(code: string): string {
    const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
    const assigned = assignedNames(program);
    let result = '';
    let end = 0;
    for (const statement of program.body) {
        if (statement.type !== 'VariableDeclaration' || statement.kind !== 'var') continue;
        const isConstant = statement.declarations.every(({ id, init }) => init && id.type === 'Identifier' && !assigned.has(id.name));
        if (!isConstant) continue;
        result += `${code.slice(end, statement.start)}const`;
        end = statement.start + 'var'.length;
    }
    return result + code.slice(end);
}
