// Bundles the fuzz targets with the code under test instrumented: every block of it (a function, an arm of a branch, the right
// side of && || ??, the body of a loop, a case) says that it was entered. Code outside of `sources` is left as it is.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import { constants } from '../../../scripts/constants.mjs';
import { Tree, isFunction, isLoop } from '../../../scripts/dialect/tree.ts';
import type { Node } from '../../../scripts/dialect/tree.ts';
import { root } from '../../../scripts/root.ts';
import type { KnownBug } from '../simulator/known-bugs.ts';
import type * as Instrumented from './instrumented.ts';

/** Where a block is. */
export interface Block {
    /** Path in the project. */
    readonly file: string;
    /** Counted from 1. */
    readonly line: number;
    /** The function that it belongs to, with its class: `Decoder.begin`. */
    readonly within: string;
}

/** What was bundled. The modules of the bundle are its own: nothing is shared with another one. */
export interface Bundle {
    readonly blocks: readonly Block[];
    readonly targets: typeof Instrumented.targets;
    readonly counters: typeof Instrumented.counters;
}

/** Paths in the project below which code is instrumented, tests aside. */
const SOURCES = ['src/', 'targets/modem/'];
const COUNTERS = join(root, 'hardware-tests/host/fuzz/counters.ts');
/** The name under which instrumented code calls `enter`. */
const ENTER = 'enterBlock';

function nameOf(tree: Tree, node: Node): string {
    const names: string[] = [];
    for (const each of [node, ...tree.ancestors(node)]) {
        const named = each.type === 'MethodDefinition' ? each.key : each.type === 'ClassDeclaration' || each.type === 'FunctionDeclaration' ? each.id : null;
        if (named?.type === 'Identifier') names.unshift(named.name);
    }
    return names.join('.') || 'module';
}

/** Marks every block of `code` (JavaScript) with `mark(node)`, a call. */
export function withMarks(code: string, mark: (tree: Tree, node: Node) => string): string {
    const tree = new Tree(code, 'module');
    const texts: { at: number; text: string; order: number }[] = [];
    // What opens goes in the order of the nodes, outer ones first; what closes in the opposite order.
    const around = (node: Node, before: string, after: string): void => {
        texts.push({ at: node.start, text: before, order: texts.length + 1 }, { at: node.end, text: after, order: -texts.length - 1 });
    };
    const statement = (node: Node): void => {
        if (node.type === 'BlockStatement') texts.push({ at: node.start + 1, text: mark(tree, node) + ';', order: 0 });
        else around(node, `{${mark(tree, node)};`, '}');
    };
    const expression = (node: Node): void => around(node, `(${mark(tree, node)},(`, '))');
    for (const node of tree.nodes) {
        if (isFunction(node)) (node.body.type === 'BlockStatement' ? statement : expression)(node.body);
        else if (isLoop(node)) statement((node as Extract<Node, { type: 'WhileStatement' }>).body);
        else if (node.type === 'IfStatement') {
            // Outer than what closes the consequent: it comes first here and last in the text.
            if (!node.alternate) texts.push({ at: node.end, text: ` else ${mark(tree, node)};`, order: -texts.length - 1 });
            statement(node.consequent);
            if (node.alternate) statement(node.alternate);
        } else if (node.type === 'ConditionalExpression') {
            expression(node.consequent);
            expression(node.alternate);
        } else if (node.type === 'LogicalExpression') expression(node.right);
        else if (node.type === 'SwitchCase') texts.push({ at: code.indexOf(':', node.test?.end ?? node.start) + 1, text: mark(tree, node) + ';', order: 0 });
        else if (node.type === 'CatchClause') statement(node.body);
    }
    let result = code;
    // From the end; at one place what closes comes before what opens.
    for (const { at, text } of texts.sort((a, b) => b.at - a.at || b.order - a.order)) result = result.slice(0, at) + text + result.slice(at);
    return result;
}

/** The text of a source, with `bug` put in if it is for this file. */
export function sourceOf(file: string, bug: KnownBug | null): string {
    const source = readFileSync(join(root, file), 'utf8');
    if (bug?.file !== file) return source;
    const parts = source.split(bug.from);
    if (parts.length !== 2) throw new Error(`${bug.name}: its text is ${parts.length - 1} times in ${file}`);
    return parts.join(bug.to);
}

async function instrumented(file: string, bug: KnownBug | null, blocks: Block[]): Promise<string> {
    const { code, map } = await transform(sourceOf(file, bug), {
        loader: 'ts', target: 'es2022', sourcemap: true, sourcefile: file,
        tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
    });
    const sourceMap = new SourceMap(JSON.parse(map));
    const marked = withMarks(code, (tree, node) => {
        const { line, column } = node.loc!.start;
        const entry = sourceMap.findEntry(line - 1, column);
        blocks.push({ file, line: 'originalLine' in entry ? entry.originalLine + 1 : 0, within: nameOf(tree, node) });
        return `${ENTER}(${blocks.length - 1})`;
    });
    return `import { enter as ${ENTER} } from ${JSON.stringify(COUNTERS)};\n${marked}`;
}

let bundles = 0;

/** Bundles and loads all targets; on request with `bug` in the code under test. */
export async function loadTargets(bug: KnownBug | null = null): Promise<Bundle> {
    // Block 0 is where a run begins.
    const blocks: Block[] = [{ file: '', line: 0, within: 'begin' }];
    const folder = join(root, '.cache', 'fuzz');
    mkdirSync(folder, { recursive: true });
    const outfile = join(folder, `targets.${process.pid}.${bundles++}.mjs`);
    try {
        await build({
            entryPoints: [join(root, 'hardware-tests/host/fuzz/instrumented.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20',
            packages: 'external', define: constants(true), sourcemap: 'inline', logLevel: 'error',
            plugins: [{
                name: 'instrument',
                setup({ onLoad }) {
                    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
                        const file = relative(root, path);
                        if (!SOURCES.some(prefix => file.startsWith(prefix)) || file.includes('/tests/')) return undefined;
                        return { contents: await instrumented(file, bug, blocks), loader: 'js' };
                    });
                },
            }],
        });
        const loaded = await import(pathToFileURL(outfile).href) as typeof Instrumented;
        loaded.counters.setBlocks(blocks.length);
        return { blocks, targets: loaded.targets, counters: loaded.counters };
    } finally {
        rmSync(outfile, { force: true });
    }
}
