import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aliasThis } from '../alias-this.ts';

/** Runs `code`, which defines `result`. */
function run(code: string): unknown {
    return new Function(`${code}; return result;`)();
}

const cases: Record<string, string> = {
    'a method': 'class A { sum() { this.a = 1; this.b = 2; this.c = 3; return this.a + this.b + this.c; } } const result = new A().sum();',
    'a constructor of a base class': 'class A { constructor() { this.a = this.b = this.c = this.d = 1; this.e = 2; this.f = 3; } } const result = { ...new A() };',
    'a constructor of a derived class': 'class A {} class B extends A { constructor() { super(); this.a = this.b = this.c = this.d = 1; this.e = 2; this.f = 3; } } const result = { ...new B() };',
    'an arrow function in a method': 'class A { f() { this.a = 1; this.b = 2; this.c = 3; return () => this.a + this.b + this.c; } } const result = new A().f()();',
    'a function in a method': 'class A { f() { this.a = this.b = this.c = this.d = this.e = 4; const g = function () { return this; }; return [this.a, g.call(7) == 7]; } } const result = new A().f();',
};

for (const [what, code] of Object.entries(cases)) {
    test(`${what} says the same with a name for this`, () => {
        const aliased = aliasThis(code);
        assert.match(aliased, /let self=this;/);
        assert.equal(run(aliased), run(code));
        assert.is(aliased.split('\n').length, code.split('\n').length);
    });
}

test('rare uses stay, and so do those before super', () => {
    for (const code of [
        'class A { f() { return this.a + this.b; } }',
        'class A {} class B extends A { constructor() { const make = () => this; super(); this.a = this.b = this.c = this.d = make(); } }',
    ]) assert.is(aliasThis(code), code);
});

test('a bundle that has the name already is refused', () => {
    assert.throws(() => aliasThis('const self = 1;'), /self/);
});

test.run();
