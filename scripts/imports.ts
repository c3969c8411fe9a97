// Finds what a TypeScript or declaration file imports, types included (a bundler leaves those out). Pure.

export interface Import {
    readonly specifier: string;
    /** Line of the specifier, from 1. */
    readonly line: number;
}

const names = String.raw`(?:\*(?:\s+as\s+\w+)?|\{[^}]*\}|\w+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+\w+))?)`;
const statement = new RegExp(String.raw`^\s*(?:(?:import|export)\s+(?:type\s+)?${names}\s*from|import)\s*['"]([^'"]+)['"]`, 'gm');
const dynamic = /\bimport\s*\(\s*['"]([^'"]+)['"]/g;

/** Static imports, re-exports and dynamic imports of a literal, in no particular order. */
export function importsOf(source: string): Import[] {
    return [...source.matchAll(statement), ...source.matchAll(dynamic)].map(match => ({
        specifier: match[1],
        line: source.slice(0, match.index + match[0].length).split('\n').length,
    }));
}
