// Which property names a board bundle may shorten: those that no user can see. The list is read from the declarations that
// tsc emits: members that are private, protected or tagged @internal, less every name that is public anywhere or a built-in's.
import { runInNewContext } from 'node:vm';

/** The names of members that a declaration shows to users, and of those that it hides. */
export interface Members {
    readonly shown: ReadonlySet<string>;
    readonly hidden: ReadonlySet<string>;
}

const token = /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[\w$]+|=>|[^\s]/g;
const modifiers = new Set(['public', 'private', 'protected', 'static', 'readonly', 'abstract', 'declare', 'override', 'accessor', 'get', 'set', 'async']);
const declares = new Set(['class', 'interface', 'enum', 'type', 'const', 'let', 'var', 'function']);
/** Declarations whose closing brace ends them: no semicolon follows. */
const endsWithBrace = new Set(['class', 'interface', 'enum', 'namespace', 'module', 'global']);

interface Block {
    /** A block of members (class, interface, enum, type literal), as opposed to a module's or an import's braces. */
    readonly members: boolean;
    readonly hidden: boolean;
    /** Open brackets other than braces. */
    depth: number;
    /** Words of the statement or member so far. */
    words: string[];
    /** The member or statement under way is hidden. */
    hides: boolean;
}

/** Reads the members of one declaration file (the text of a .d.ts, or blocks of interfaces). */
export function membersOf(declarations: string): Members {
    const shown = new Set<string>();
    const hidden = new Set<string>();
    const tokens = declarations.match(token) ?? [];
    const open: Block[] = [{ members: false, hidden: false, depth: 0, words: [], hides: false }];

    /** A member begins with modifiers, then its name; a word is a modifier only if another word, `[` or a string follows. */
    function member(block: Block, word: string, next: string | undefined): void {
        if (!block.members || block.depth > 0 || block.words.some(known => !modifiers.has(known))) return;
        if (modifiers.has(word) && next !== undefined && /^[\w$['"]/.test(next)) {
            if (word === 'private' || word === 'protected') block.hides = true;
        } else {
            (block.hides ? hidden : shown).add(word);
        }
    }

    tokens.forEach((text, index) => {
        const block = open[open.length - 1];
        if (text.startsWith('/*') || text.startsWith('//')) {
            if (/@internal\b/.test(text) && block.depth === 0 && block.words.length === 0) block.hides = true;
        } else if (text === '{') {
            const namesOnly = block.words[0] === 'import' || block.words.at(-1) === 'type';
            const members = block.members || (!namesOnly && block.words.some(word => declares.has(word)));
            open.push({ members, hidden: block.hides, depth: 0, words: [], hides: block.hides });
        } else if (text === '}') {
            open.pop();
            const outer = open[open.length - 1];
            if (!outer.members && outer.depth === 0 && outer.words.some(word => endsWithBrace.has(word))) endStatement(outer);
        } else if ((text === ';' || text === ',') && block.depth === 0) {
            endStatement(block);
        } else if (/^[([<]$/.test(text)) {
            block.depth++;
            block.words.push(text);
        } else if (/^[)\]>]$/.test(text)) {
            block.depth--;
        } else {
            if (/^[\w$]/.test(text)) member(block, text, tokens.slice(index + 1).find(next => !next.startsWith('/*')));
            block.words.push(text);
        }
    });
    return { shown, hidden };
}

function endStatement(block: Block): void {
    block.words = [];
    block.hides = block.hidden;
}

/** The blocks of a source's own interfaces and ambient declarations: shapes of a world that the code did not make (a native socket). */
export function ownInterfaces(source: string): string {
    return [...source.matchAll(/^(?:declare |interface )[^]*?^\}/gm)].map(match => match[0]).join('\n');
}

/** Names of everything that the language's own objects have. */
function builtInNames(): string[] {
    // A new realm has the language's globals and none of Node's.
    return runInNewContext(`
        const names = new Set();
        const seen = new Set();
        const visit = object => {
            if (object === null || (typeof object !== 'object' && typeof object !== 'function') || seen.has(object)) return;
            seen.add(object);
            for (const name of Object.getOwnPropertyNames(object)) {
                names.add(name);
                const { value } = Object.getOwnPropertyDescriptor(object, name);
                visit(value);
            }
            visit(Object.getPrototypeOf(object));
        };
        visit(globalThis);
        [[].values(), new Map().values(), ''.matchAll(/x/g), (function* () {})()].forEach(visit);
        [...names];
    `) as string[];
}

/** Keys of the objects that Object.defineProperty takes; no built-in object has them. */
const descriptorKeys = ['value', 'get', 'set', 'enumerable', 'configurable', 'writable'];

/** The names that may be shortened, sorted. `declarations`: texts of .d.ts files; `sources`: texts of the TypeScript files in the bundle. */
export function manglableNames(declarations: readonly string[], sources: readonly string[]): string[] {
    const all = declarations.map(membersOf);
    const shown = new Set([...all.flatMap(({ shown: names }) => [...names]), ...sources.flatMap(source => [...membersOf(ownInterfaces(source)).shown]), ...builtInNames()]);
    if (sources.some(source => source.includes('definePropert'))) descriptorKeys.forEach(key => shown.add(key));
    return [...new Set(all.flatMap(({ hidden }) => [...hidden]))].filter(name => !shown.has(name)).sort();
}

/** esbuild's `mangleProps` for exactly these names; undefined if there are none. */
export function manglePattern(names: readonly string[]): RegExp | undefined {
    return names.length === 0 ? undefined : new RegExp(`^(?:${names.map(name => name.replaceAll('$', '\\$')).join('|')})$`);
}
