// Functions that are called once disappear into the call, and what the code does stays the same.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runInNewContext } from 'node:vm';
import { inlineCalls } from '../inline-calls.ts';

/** Value of the script `code`, before and after; how many functions it has after. */
function both(code: string, hidden: readonly string[] = []): { readonly before: unknown; readonly after: unknown; readonly text: string } {
    const text = inlineCalls(code, hidden);
    return { before: runInNewContext(code), after: runInNewContext(text), text };
}

const counter = (method: string, call: string): string => `
class Counter {
    constructor() { this.n = 3; }
    run(a) { ${call} }
    ${method}
}
class Owner {
    constructor() { this.counter = new Counter(); }
    run(a) { return this.counter.run(a); }
}
[new Counter().run(4), new Counter().run(-4), new Owner().run(7)].join();`;

for (const [what, method, call] of [
    ['a call that is returned, with returns anywhere', 'step(x) { if (x < 0) return -x; let n = this.n; n += x; return n; }', 'return this.step(a * 2);'],
    ['one that is returned and may return nothing', 'step(x) { if (x < 0) return 5; this.n = x; }', 'if (a) return this.step(a); return 9;'],
    ['a statement', 'step(x) { const n = x + 1; this.n += n; }', 'const n = 10; this.step(a); return n + this.n;'],
    ['a statement whose value nobody wants', 'step(x) { return this.n += x; }', 'this.step(a); return this.n;'],
    ['one that is declared', 'step(x) { let a = x; a++; return a * this.n; }', 'const value = this.step(a); return value + a;'],
    ['one that is assigned in a loop', 'step(x) { const i = x * 2; return i; }', 'let value = 0; for (let i = 0; i < 3; i++) value = this.step(i + value); return value;'],
    ['a parameter that is written', 'step(x) { x++; return x; }', 'const value = this.step(a); return value * a;'],
    ['an argument that is written later', 'step(x) { this.n++; return x; }', 'let b = a; b++; const value = this.step(b); b++; return value * b;'],
    ['a statement that is left early', 'step(x) { if (x > 3) return; this.n = 9; if (x < 0) return; this.n++; }', 'this.step(a); return this.n;'],
    ['one that is declared, with returns anywhere', 'step(x) { if (x < 0) return 5; const y = x * 2; if (y > 9) return y; return this.n; }', 'for (let i = 0; i < 2; i++) { const value = this.step(a); a += value; } return a;'],
    ['one that is returned on a condition', 'step(x) { if (x < 0) return -x; this.n = x; return x * this.n; }', 'return a === 7 ? 3 : this.step(a);'],
    ['one that is returned on the other', 'step(x) { if (x < 0) return -x; this.n = x; }', 'return a === 7 ? this.step(a) : 4;'],
    ['an expression', 'step(x) { return x * this.n; }', 'return 1 + this.step(a);'],
    ['a sum of what stays the same, which is put where it is used', 'step(x) { this.n++; if (this.n > 2) this.n += x; }', 'const b = 2; this.step(a | b * 2); return this.n;'],
    ['a sum of what changes, which is not', 'step(x) { this.n++; if (this.n > 2) this.n += x; }', 'let b = 2; b++; this.step(a + b + this.n); return this.n;'],
    ['a sum that is used twice', 'step(x) { this.n += x; this.n -= x * 2; }', 'this.step(a + 1); return this.n;'],
] as const) {
    test(`${what} takes in what it calls`, () => {
        const { before, after, text } = both(counter(method, call), ['step']);
        assert.is(after, before);
        assert.not.match(text, 'step');
        assert.is(text.split('\n').length, counter(method, call).split('\n').length, 'lines stay');
    });
}

test('a function of another object sees that object', () => {
    const { before, after, text } = both('class A { constructor() { this.n = 5; } step(x) { this.n += x; } }\nclass B { constructor() { this.n = 1; this.a = new A(); } run() { this.a.step(this.n); return this.a.n; } }\nnew B().run();', ['step']);
    assert.is(after, before);
    assert.not.match(text, 'step');
});

test('a module\'s function and comments disappear, names are kept apart', () => {
    const { before, after, text } = both('/* twice\n*/ function twice(n) {\n  const m = n * 2; // more\n  return m;\n}\nfunction go(m, n) {\n  const both = twice(m + n);\n  return both + m + n;\n}\n[go(1, 2), go(3, 4)].join();');
    assert.is(after, before);
    assert.not.match(text, /twice|more/);
});

for (const [what, code, hidden] of [
    ['one that is called twice', 'class A { step() { return 1; } run() { const a = this.step(); return a + this.step(); } }\nnew A().run();', ['step']],
    ['a name that users can see', 'class A { step() { return 1; } run() { return this.step(); } }\nnew A().run();', []],
    ['one that a derived class has too', 'class A { run() { return this.step(); } step() { return 1; } }\nclass B extends A { step() { return 2; } }\nnew B().run();', ['step']],
    ['one with a closure', 'class A { step(x) { return () => x; } run(a) { const f = this.step(a); return f(); } }\nnew A().run(3);', ['step']],
    ['one with fewer arguments than parameters', 'class A { step(x, y) { return y; } run() { return this.step(1); } }\nnew A().run();', ['step']],
    ['one that calls itself', 'function f(n) { return n < 1 ? 0 : f(n - 1); }\n3;', []],
    ['one that returns from a loop', 'class A { step(x) { for (;;) if (x++ > 5) return x; } run(a) { const b = this.step(a); return b; } }\nnew A().run(3);', ['step']],
    ['one that returns early from the middle of a statement', 'class A { step(x) { if (x) return 1; this.n = 2; return 3; } run(a) { if (this.step(a) > 1) return this.n; return 0; } }\nnew A().run(0);', ['step']],
    ['one whose names mean something else there', 'function limit() { return 5; }\nfunction step(x) { const y = x + limit() + limit(); return y; }\nfunction run(limit) { const z = step(limit); return z; }\n[run(1), run(2)].join();', []],
    ['one that nobody calls here', 'function f() { return 1; }\nvar g = f;\ng();', []],
] as const) {
    test(`${what} is left alone`, () => {
        const { before, after, text } = both(code, hidden);
        assert.is(text, code);
        assert.is(after, before);
    });
}

test.run();
