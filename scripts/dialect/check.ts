// Holds one emitted file to the dialect and says where in the TypeScript source each finding comes from. Knows no bundle.
import { SourceMap, type SourceMapPayload } from 'node:module';
import { rules, type Engine } from './rules.ts';
import { Tree, type Node } from './tree.ts';

export interface Emitted {
    /** Name for people, used where a position has no source. */
    readonly name: string;
    readonly code: string;
    /** The source map as JSON text; its sources are paths relative to the project. */
    readonly map: string;
    readonly sourceType: 'script' | 'module';
    readonly engines: readonly Engine[];
}

export interface Finding {
    /** Path of the source file; the emitted file's name if esbuild made the code itself. */
    readonly file: string;
    /** From 1. */
    readonly line: number;
    /** From 1. */
    readonly column: number;
    readonly rule: string;
    readonly message: string;
}

/** Sources by path, to see which lines allow themselves an exception. */
export type ReadSource = (path: string) => string | undefined;

interface Place {
    readonly file: string;
    readonly line: number;
    readonly column: number;
}

function placeOf(line: number, column: number, emitted: Emitted, map: SourceMap): Place {
    // Lines and columns of SourceMap.findEntry count from 0.
    const entry = map.findEntry(line, column);
    return 'originalSource' in entry && entry.originalSource !== undefined
        ? { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
        : { file: emitted.name, line: line + 1, column: column + 1 };
}

/** True if the source line carries `// dialect-ok: reason`, or the file `// dialect-ok-file rule: reason`. The reason is not optional. */
function isAllowed(place: Place, rule: string, readSource: ReadSource): boolean {
    const lines = readSource(place.file)?.split('\n') ?? [];
    return /\/\/ dialect-ok: \S/.test(lines[place.line - 1] ?? '') || lines.some(line => line.startsWith(`// dialect-ok-file ${rule}: `));
}

/** Everything in `emitted` that a rule of its engines forbids, in the order of the text. */
export function checkDialect(emitted: Emitted, readSource: ReadSource): Finding[] {
    const map = new SourceMap(JSON.parse(emitted.map) as SourceMapPayload);
    const finding = (line: number, column: number, rule: string, message: string): Finding[] => {
        const place = placeOf(line, column, emitted, map);
        return isAllowed(place, rule, readSource) ? [] : [{ ...place, rule, message }];
    };
    let tree: Tree;
    try {
        tree = new Tree(emitted.code, emitted.sourceType);
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const { loc } = error as SyntaxError & { loc: { line: number; column: number } };
        return finding(loc.line - 1, loc.column, 'syntax', error.message);
    }
    const held = rules.filter(rule => rule.engines.some(engine => emitted.engines.includes(engine)));
    return tree.nodes.flatMap((node: Node) => held
        .filter(rule => rule.test(node, tree))
        .flatMap(rule => {
            const { line, column } = node.loc!.start;
            return finding(line - 1, column, rule.name, `${rule.why}; ${rule.instead}`);
        }));
}

/** `file:line:column rule: message`, each once: bundles share sources. */
export function describe(findings: readonly Finding[]): string[] {
    return [...new Set(findings.map(({ file, line, column, rule, message }) => `${file}:${line}:${column} ${rule}: ${message}`))].sort();
}
