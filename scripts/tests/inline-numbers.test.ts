// Numeric constants of a module disappear, and nothing else does.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runInNewContext } from 'node:vm';
import { inlineNumbers } from '../inline-numbers.ts';

test('a constant is replaced by its value wherever it is read, and its lines stay', () => {
    assert.is(inlineNumbers('var A = 5;\nconst B = -1;\nf(A, B, -B, A.x);'), '\n\nf((5), (-1), -(-1), (5).x);');
    assert.is(runInNewContext(inlineNumbers('var A = 5;\nvar f = () => 2 - A;\nf();')), -3);
});

test('a name that means something else there is left alone', () => {
    const code = 'var A = 5;\nfunction f(A) { return A; }\nvar o = { A: 1 };\no.A;';
    assert.is(inlineNumbers(code), code.replace('var A = 5;', ''));
});

test('of several in a statement only the numbers disappear', () => {
    assert.is(inlineNumbers('var A = 1,\n    B = 2;\nf(A, B);'), '\n\nf((1), (2));');
    assert.is(inlineNumbers('var A = 1,\n    t = "x",\n    B = 2, C = class {\n};\nf(A, B, t, C);'), 'var \nt = "x"\n,C = class {\n};\nf((1), (2), t, C);');
});

test('a number that holds for a block only is left alone', () => {
    const code = '{ let a = 1; f(a); }\nfor (let i = 0, n = 5; i < n; i++) f(i);';
    assert.is(inlineNumbers(code), code);
});

for (const [what, code] of [
    ['a variable that is written', 'var n = 0;\nfunction next() { return n++; }'],
    ['one that is assigned', 'let n = 0;\nn = 1;'],
    ['a text', 'const t = "5";\nf(t);'],
    ['one of a function', 'function f() { const n = 5; return n; }'],
    ['what is exported', 'const n = 5;\nexport { n };'],
    ['a shorthand', 'const n = 5;\nf({ n });'],
] as const) {
    test(`${what} is kept`, () => assert.is(inlineNumbers(code), code));
}

test.run();
