// One row a rule of the dialect: TypeScript that must be rejected, on the line that ends in `// <-`, and its near misses that
// must pass every rule.
export interface Case {
    readonly rejected: readonly string[];
    readonly passes: readonly string[];
}

export const cases: Readonly<Record<string, Case>> = {
    'default-parameter': {
        rejected: ['export function f(\n    a: number,\n    b = 2, // <-\n) { return a + b; }'],
        passes: ['export function f(a: number, b?: number) { return a + (b ?? 2); }'],
    },
    'rest-or-spread': {
        rejected: ['export function f(...all: number[]) { return all.length; } // <-', 'export const f = (a: number[]) =>\n    Math.max(...a); // <-', 'export const f = (a: object) => ({ ...a }); // <-'],
        passes: ['export const f = (a: number, b: number) => Math.max(a, b, 3);'],
    },
    'destructuring': {
        rejected: ['export function f(o: { a: number }) {\n    const { a } = o; // <-\n    return a;\n}', 'export function f(a: number, b: number) {\n    [a, b] = [b, a]; // <-\n    return a;\n}', 'export const f = (\n    { a }: { a: number }) => a; // <-'],
        passes: ['export function f(o: { a: number }) {\n    const a = o.a;\n    return { a };\n}'],
    },
    'optional-chaining': {
        rejected: ['export const f = (a?: { b: number }) =>\n    a?.b; // <-'],
        passes: ['export const f = (a?: { b: number }) => a ? .5 : a;'],
    },
    'exponent': {
        rejected: ['export const f = (a: number) => a ** 2; // <-', 'export function f(a: number) {\n    a **= 2; // <-\n    return a;\n}'],
        passes: ['export const f = (a: number) => a * 2;'],
    },
    'logical-assignment': {
        rejected: ['export function f(a?: number) {\n    a ??= 2; // <-\n    return a;\n}', 'export function f(a: number) {\n    a ||= 2; // <-\n    return a;\n}'],
        passes: ['export function f(a?: number) {\n    a = a ?? 2;\n    a |= 2;\n    return a;\n}'],
    },
    'label': {
        rejected: ['export function f(n: number) {\n    outer: while (n > 0) { // <-\n        while (n > 1) break outer;\n    }\n}'],
        passes: ['export function f(n: number) {\n    while (n > 0) break;\n    return { outer: n };\n}'],
    },
    'reserved-method': {
        rejected: ['export class A {\n    break(): void {} // <-\n}', 'export class A {\n    of(): number { return 1; } // <-\n}'],
        passes: ['export class A {\n    get(): number { return 1; }\n    breakLink(): void {}\n}\nexport const f = (a: { delete(): void }) => a.delete();'],
    },
    'computed-key': {
        rejected: ['export const f = (k: string) => ({ [k]: 1 }); // <-', 'export class A {\n    ["m"]() { return 1; } // <-\n}'],
        passes: ['export const f = (a: Record<string, number>, k: string) => { a[k] = 1; return { k }; };'],
    },
    'for-of': {
        rejected: ['export function f(a: number[]) {\n    for (const x of a) a.push(x); // <-\n}'],
        passes: ['export function f(a: number[]) {\n    for (let i = 0; i < a.length; i++) a[i] = i;\n}'],
    },
    'for-in-delete': {
        rejected: ['export function f(o: Record<string, number>) {\n    for (const k in o) {\n        delete o[k]; // <-\n    }\n}'],
        passes: ['export function f(o: Record<string, number>) {\n    let n = 0;\n    for (const k in o) n += o[k];\n    delete o.a;\n    return n;\n}'],
    },
    'generator': {
        rejected: ['export function* f() { yield 1; } // <-'],
        passes: ['export function f(a: number, b: number) { return a * b; }'],
    },
    'async': {
        rejected: ['export async function f() { return 1; } // <-', 'export const f =\n    async () => 1; // <-'],
        passes: ['export const f = (p: Promise<number>, then: () => void) => p.then(then);'],
    },
    'missing-global': {
        rejected: ['export const f = () =>\n    new Map(); // <-', 'export const f = () => Symbol(); // <-', 'export const f = (o: object) => Reflect.ownKeys(o); // <-'],
        passes: ['export const f = (o: { Map: number }) => o.Map;', 'export class Topic { Set() { return { Symbol: 1 }; } }', 'export const f = (Proxy: number) => Proxy + 1;'],
    },
    'outside-world': {
        rejected: ['export const f = () => Date.now(); // <-', 'export const f = () => Math.random(); // <-', 'export const f = (g: () => void) =>\n    setTimeout(g, 1); // <-'],
        passes: ['export const f = (platform: { random(): number }) => Math.floor(platform.random());', 'export const f = (o: { console: number }) => o.console;'],
    },
    'big-integer': {
        rejected: ['export const f = () => 12n; // <-'],
        passes: ['export const f = () => 12;'],
    },
    'extends-native': {
        rejected: ['export class A extends Error {} // <-', 'export const f = 1;\nexport const A =\n    class extends Array {}; // <-'],
        passes: ['class Base {}\nexport class A extends Base {}', 'export const f = (e: unknown) => e instanceof Error;'],
    },
    'tagged-template': {
        rejected: ['declare const tag: (s: unknown) => string;\nexport const f = () => tag`a`; // <-'],
        passes: ['export const f = (a: number) => `a${a}`;'],
    },
    'regular-expression': {
        rejected: ['export const f = (s: string) => /a/.test(s); // <-', 'export const f = (s: string) => new RegExp(s); // <-'],
        passes: ['export const f = (a: number) => a / 2 / a;'],
    },
    'private-name': {
        rejected: ['export class A {\n    #a = 1; // <-\n    get() { return 2; }\n}'],
        passes: ['export class A {\n    private a = 1;\n    get() { return this.a; }\n}'],
    },
    'field-without-initialiser': {
        rejected: ['export class A {\n    a?: number; // <-\n}'],
        passes: ['export class A {\n    a = 1;\n    b = null;\n}'],
    },
    'arrow-field': {
        rejected: ['export class A {\n    a = () => this; // <-\n}'],
        passes: ['export class A {\n    a: () => number;\n    constructor() { this.a = () => 1; }\n}'.replace('    a: () => number;\n', '    declare a: () => number;\n')],
    },
    'static-inheritance': {
        rejected: ['class A { static s() { return 1; } }\nclass B extends A {}\nexport const f = () => B.s(); // <-'],
        passes: ['class A { static s() { return 1; } }\nclass B extends A { static t() { return 2; } }\nexport const f = () => A.s() + B.t();', 'class A {}\nclass B extends A { declare static n: number; }\nB.n = 1;\nexport const f = () => B.n;'],
    },
    'super-in-object': {
        rejected: ['export const o = {\n    toString() { return super.toString(); }, // <-\n};'],
        passes: ['class A { m() { return 1; } }\nexport class B extends A {\n    m() { return super.m(); }\n}'],
    },
    'new-target': {
        rejected: ['export function F() {\n    return new.target; // <-\n}'],
        passes: ['export const f = (o: { target: number }) => o.target;'],
    },
    'closure-per-call': {
        rejected: ['export function f(n: number) {\n    return () => n; // <-\n}', 'export class A {\n    m(o: { on(f: () => void): void }) {\n        o.on(function () { return 1; }); // <-\n    }\n}',
            'export class A {\n    declare f: () => void;\n    m() {\n        this.f = this.m.bind(this); // <-\n    }\n}', 'export class A {\n    declare f: () => unknown;\n    constructor() {\n        this.f = () =>\n            () => 1; // <-\n    }\n}',
            'export function f() {\n    function g() { return 1; } // <-\n    return g();\n}'],
        passes: ['export class A {\n    declare f: () => A;\n    constructor() { this.f = () => this; }\n    m() { return this.f(); }\n}', 'export const f = (() => {\n    const g = () => 1;\n    return { g };\n})();',
            'export const o = { get a() { return 1; }, m() { return 2; } };'],
    },
    'loop-closure': {
        rejected: ['export const all: (() => number)[] = [];\nfor (let i = 0; i < 3; i++) {\n    all.push(() => i); // <-\n}'],
        passes: ['export const all: (() => number)[] = [];\nfor (let i = 0; i < 3; i++) {\n    const j = 3;\n    all.push(() => j);\n}'],
    },
    'case-after-default': {
        rejected: ['export function f(n: number) {\n    switch (n) { // <-\n        default: return 2;\n        case 1: return 1;\n    }\n}'],
        passes: ['export function f(n: number) {\n    switch (n) {\n        case 1: return 1;\n        default: return 2;\n    }\n}', 'export function f(n: number) {\n    switch (n) {\n        case 1: n = 3;\n    }\n    return n;\n}'],
    },
    'chained-element-assignment': {
        rejected: ['export function f(a: Uint8Array) {\n    const n = 300;\n    let b = 0;\n    b = a[0] = n; // <-\n    return b;\n}'],
        passes: ['export function f(a: Uint8Array, o: { x: number }) {\n    let b = 0;\n    a[0] = b = o.x = 3;\n    return b;\n}'],
    },
    'slice': {
        rejected: ['export const f = (a: Uint8Array) => a.slice(1); // <-'],
        passes: ['export const f = (a: Uint8Array) => a.subarray(1);', 'export const f = (a: Uint8Array) => a.slice(1); // dialect-ok: set-up only'],
    },
    'fill-or-index-of': {
        rejected: ['export const f = (a: Uint8Array) => a.fill(0); // <-', 'export const f = (a: Uint8Array) => a.indexOf(0); // <-'],
        passes: ['export const f = (a: { fill: number }) => a.fill;', 'export const f = (a: string) => a.indexOf("/"); // dialect-ok: a text, at set-up'],
    },
    'missing-built-in': {
        rejected: ['export const f = (a: number) => Math.imul(a, 3); // <-', 'export const f = (a: Uint8Array) => a.copyWithin(0, 3); // <-', 'export const f = (a: unknown) => Number.isInteger(a); // <-',
            'export const f = () => Array.from([1]); // <-', 'export const f = (o: object) => Object.freeze(o); // <-'],
        passes: ['export const f = (a: number) => Math.floor(a);', 'export const f = (Math: { imul(n: number): number }) => Math.imul(2);',
            'class Queue { at(n: number) { return n; } }\nexport const f = (queue: Queue) => queue.at(2);'],
    },
    'clear-timeout': {
        rejected: ['export class A {\n    declare t: number;\n    m() {\n        clearTimeout(this.t); // <-\n    }\n}', 'export const f = () => clearTimeout(); // <-'],
        passes: ['export class A {\n    declare t: number;\n    m() {\n        if (this.t) clearTimeout(this.t);\n    }\n}', 'export class A {\n    declare t: number;\n    m() {\n        this.t && clearTimeout(this.t);\n    }\n}'],
    },
    'used-before-defined': {
        rejected: ['export const a = f(); // <-\nfunction f() { return 1; }', 'function f() { return g(); }\nexport const a = f(); // <-\nfunction g() { return 1; }', 'class A {\n    constructor() { g(); }\n}\nexport const a =\n    new A(); // <-\nfunction g() {}',
            'export class B extends A {} // <-\nclass A {}'],
        passes: ['export function f(): number { return g(); }\nfunction g() { return 1; }\nexport const a = f();', 'export function f(n: number): number { return n ? g(n - 1) : 0; }\nfunction g(n: number): number { return f(n); }', 'export class A {\n    m() { return later(); }\n}\nfunction later() { return 1; }'],
    },
    'module-variable': {
        rejected: ['let n = 0;\nexport function f() {\n    return n++; // <-\n}', 'let last: number;\nexport function f(a: number) {\n    last = a; // <-\n    return last;\n}'],
        passes: ['const n = 0;\nexport function f() {\n    let n = 1;\n    n++;\n    return n;\n}\nexport const g = () => n;', 'const o = { n: 0 };\nexport const f = (n: number) => { n = 2; return o.n + n; };'],
    },
    'module-data': {
        rejected: ['export const a =\n    new Uint8Array(4); // <-', 'export class A {\n    static a = new DataView(new ArrayBuffer(4)); // <-\n}'],
        passes: ['export class A {\n    a = new Uint8Array(4);\n}', 'export const make = (n: number) => new Uint8Array(n);'],
    },
    'static-state': {
        rejected: ['export class A {\n    static n = 0;\n    m() { A.n++; } // <-\n}', 'export class A {\n    static n = 0;\n    static m() {\n        this.n = 1; // <-\n    }\n}'],
        passes: ['export class A {\n    static n = 0;\n    n = 0;\n    m() { this.n = A.n; }\n}', 'export class A {\n    declare static limit: number;\n}\nA.limit = 3;'],
    },
    'instance-of-own-class': {
        rejected: ['class A {}\nexport const f = (o: unknown) => o instanceof A; // <-'],
        passes: ['export const f = (o: unknown) => o instanceof Uint8Array;'],
    },
};
