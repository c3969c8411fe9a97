// Which property names a board bundle may shorten: those that no user can see. The list is read from the declarations that
// tsc emits: members that are private, protected or tagged @internal, and all members of classes that nothing exported leads
// to; less every name that is public anywhere or a built-in's.
import { runInNewContext } from 'node:vm';

/** A statement of a declaration file. */
export interface Declaration {
    /** What it declares; undefined for an import or a re-export. */
    readonly name: string | undefined;
    readonly isClass: boolean;
    /** Names of members that users see, and of those hidden from them. */
    readonly shown: ReadonlySet<string>;
    readonly hidden: ReadonlySet<string>;
    /** Every word in the part that users see: among them the types that it leads to. */
    readonly mentions: ReadonlySet<string>;
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

/** Reads the text of a .d.ts file, or blocks of interfaces, statement by statement. */
export function declarationsIn(text: string): Declaration[] {
    const found: Declaration[] = [];
    const tokens = text.match(token) ?? [];
    const open: Block[] = [{ members: false, hidden: false, depth: 0, words: [], hides: false }];
    let shown = new Set<string>();
    let hidden = new Set<string>();
    let mentions = new Set<string>();

    /** A member begins with modifiers, then its name; a word is a modifier only if another word, `[` or a string follows. */
    function member(block: Block, word: string, next: string | undefined): void {
        if (!block.members || block.depth > 0 || block.words.some(known => !modifiers.has(known))) return;
        if (modifiers.has(word) && next !== undefined && /^[\w$['"]/.test(next)) {
            if (word === 'private' || word === 'protected') block.hides = true;
        } else {
            (block.hides ? hidden : shown).add(word);
        }
    }

    function endStatement(block: Block): void {
        if (open.length === 1) {
            const keyword = block.words.findIndex(word => declares.has(word));
            const name = block.words[0] === 'import' || keyword < 0 ? undefined : block.words[keyword + 1];
            found.push({ name, isClass: block.words.includes('class'), shown, hidden, mentions });
            shown = new Set();
            hidden = new Set();
            mentions = new Set();
        }
        block.words = [];
        block.hides = block.hidden;
    }

    tokens.forEach((part, index) => {
        const block = open[open.length - 1];
        if (part.startsWith('/*') || part.startsWith('//')) {
            if (/@internal\b/.test(part) && block.depth === 0 && block.words.length === 0) block.hides = true;
        } else if (part === '{') {
            const namesOnly = block.words[0] === 'import' || block.words.at(-1) === 'type';
            const members = block.members || (!namesOnly && block.words.some(word => declares.has(word)));
            open.push({ members, hidden: block.hides, depth: 0, words: [], hides: block.hides });
        } else if (part === '}') {
            open.pop();
            const outer = open[open.length - 1];
            if (!outer.members && outer.depth === 0 && outer.words.some(word => endsWithBrace.has(word))) endStatement(outer);
        } else if ((part === ';' || (part === ',' && block.members)) && block.depth === 0) {
            endStatement(block);
        } else if (/^[([<]$/.test(part)) {
            block.depth++;
            block.words.push(part);
        } else if (/^[)\]>]$/.test(part)) {
            block.depth--;
        } else {
            if (/^[\w$]/.test(part)) member(block, part, tokens.slice(index + 1).find(next => !next.startsWith('/*')));
            block.words.push(part);
            if (!block.hides) mentions.add(part);
        }
    });
    endStatement(open[0]);
    return found;
}

/** The declarations that `words` lead to, by the types that they mention in turn. Names count, not modules: too many rather than too few. */
function reachedFrom(words: Iterable<string>, declarations: readonly Declaration[]): Set<Declaration> {
    const reached = new Set<Declaration>();
    const known = new Set(words);
    // A Set visits what is added while it is visited.
    for (const word of known) {
        for (const declaration of declarations) {
            // `export { A as B }`: who reaches one reaches the other.
            const leads = declaration.name === word || (declaration.name === undefined && declaration.mentions.has('as') && declaration.mentions.has(word));
            if (!leads || reached.has(declaration)) continue;
            reached.add(declaration);
            declaration.mentions.forEach(mentioned => known.add(mentioned));
        }
    }
    return reached;
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

/**
 * The names that may be shortened, sorted. `declarations`: texts of .d.ts files; `sources`: texts of the TypeScript files in the
 * bundle; `entry`: text of the bundle's entry, which names what it exports.
 */
export function manglableNames(declarations: readonly string[], sources: readonly string[], entry: string): string[] {
    const all = declarations.flatMap(declarationsIn);
    const reached = reachedFrom(entry.match(/[\w$]+/g) ?? [], all);
    // An interface that nothing leads to may still describe what others made; a class is ours.
    const isHidden = (declaration: Declaration) => declaration.isClass && !reached.has(declaration);
    const foreign = sources.flatMap(source => declarationsIn(ownInterfaces(source)));
    const shown = new Set([...all.filter(declaration => !isHidden(declaration)), ...foreign].flatMap(declaration => [...declaration.shown]).concat(builtInNames()));
    if (sources.some(source => source.includes('definePropert'))) descriptorKeys.forEach(key => shown.add(key));
    const hidden = all.flatMap(declaration => [...declaration.hidden, ...(isHidden(declaration) ? declaration.shown : [])]);
    return [...new Set(hidden)].filter(name => !shown.has(name)).sort();
}

/** esbuild's `mangleProps` for exactly these names; undefined if there are none. */
export function manglePattern(names: readonly string[]): RegExp | undefined {
    return names.length === 0 ? undefined : new RegExp(`^(?:${names.map(name => name.replaceAll('$', '\\$')).join('|')})$`);
}
