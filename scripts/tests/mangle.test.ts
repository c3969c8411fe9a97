// The list of property names that a board bundle may shorten: nothing that a user can see is on it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manglableNames, manglePattern, declarationsIn, ownInterfaces } from '../mangle.ts';

const shown = (text: string) => declarationsIn(text).flatMap(declaration => [...declaration.shown]).sort();
const hidden = (text: string) => declarationsIn(text).flatMap(declaration => [...declaration.hidden]).sort();

test('private and protected members are hidden, the others shown', () => {
    const text = 'export declare abstract class A implements B, C {\n    private one;\n    protected two(a: number): void;\n    private static readonly three;\n    readonly four: number;\n    five?(x: string): void;\n    constructor(six: number);\n    get seven(): number;\n    private get eight();\n}\n';
    assert.equal(hidden(text), ['eight', 'one', 'three', 'two']);
    assert.equal(shown(text), ['constructor', 'five', 'four', 'seven']);
});

test('a member tagged @internal is hidden with what its type contains, and only that member', () => {
    const text = 'export interface A {\n    /** A. @internal */\n    one: {\n        two: number;\n    };\n    /** Public. */\n    three: { four: number };\n}\n';
    assert.equal(hidden(text), ['one', 'two']);
    assert.equal(shown(text), ['four', 'three']);
});

test('everything inside a class or interface tagged @internal is hidden, and nothing after it', () => {
    const text = '/**\n * For the session.\n * @internal\n */\nexport declare class A {\n    one(): void;\n    /** x */\n    two: number;\n}\nexport interface B {\n    three: number;\n}\n';
    assert.equal(hidden(text), ['one', 'two']);
    assert.equal(shown(text), ['three']);
});

test('parameters, types and imports are no members', () => {
    const text = 'import type { Foo } from \'./foo.ts\';\nexport { Bar } from "./bar.ts";\nexport declare function f(alpha: Beta<Gamma>, delta: (epsilon: number) => void): Zeta;\nexport declare class A extends B<C> implements D, E {\n    m(alpha: Beta, ...rest: Delta[]): Record<string, Eta>;\n    [key: string]: unknown;\n}\n';
    assert.equal(shown(text), ['m']);
    assert.equal(hidden(text), []);
});

test('members of types that are written inside parameters are shown', () => {
    assert.equal(shown('export declare function f(options: { host: string; port?: number }): void;\nexport type T = { a: 1 } | { b: 2 };\nexport declare const c: { d: number };\nexport declare enum E {\n    one = 0,\n    two = 1\n}\n'), ['a', 'b', 'd', 'host', 'one', 'port', 'two']);
});

test('a member may be called like a modifier', () => {
    assert.equal(shown('interface A {\n    readonly: boolean;\n    get(): number;\n    readonly set: number;\n    private?: string;\n}'), ['get', 'private', 'readonly', 'set']);
});

test('a name that is public anywhere, or a built-in\'s, is not shortened', () => {
    const a = 'export declare class A {\n    private secret;\n    private shared;\n    private length;\n    private setUint16;\n    private native;\n}\n';
    const b = 'export interface B {\n    shared: number;\n}\n';
    const source = 'interface Socket {\n    native(): void;\n}\n';
    assert.equal(manglableNames([a, b], [source], 'A'), ['secret']);
});

test('a class is public only if the entry leads to it, by what users see of the types between', () => {
    const declarations = [
        'import { Inner } from \'./inner.ts\';\nimport { Shared as Alias } from \'./shared.ts\';\nexport declare class Client extends Base {\n    protected inner: Inner;\n    take(alias: Alias): void;\n}\nexport declare abstract class Base {\n    based: number;\n}\n',
        'export declare class Inner {\n    work(): void;\n    take(): void;\n}\n',
        'export declare class Shared {\n    visible: number;\n}\nexport interface Native {\n    send(): void;\n}\n',
    ];
    assert.equal(manglableNames(declarations, [], 'exports.Client = Client;'), ['inner', 'work']);
    assert.equal(manglableNames(declarations, [], 'exports.Inner = Inner;'), ['based', 'inner', 'visible']);
});

test('only interfaces that a source keeps to itself are taken from it', () => {
    const source = '// x\ninterface Socket {\n    write(text: string): void;\n}\nexport interface Mine {\n    b: number;\n}\ndeclare const E: {\n    toString(bytes: Uint8Array): string;\n};\nclass A {\n    private c = 1;\n}\n';
    assert.equal(shown(ownInterfaces(source)), ['toString', 'write']);
});

test('the pattern matches whole names only', () => {
    const pattern = manglePattern(['phase', '$size'])!;
    assert.equal(['phase', 'phases', '$size', 'size', 'aphase'].map(name => pattern.test(name)), [true, false, true, false, false]);
    assert.is(manglePattern([]), undefined);
});

test.run();
