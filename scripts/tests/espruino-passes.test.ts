// What Espruino's bundles go through before they are shortened: branches that a constant of the build closes, exports in place, arrow
// functions, differences in place of comparisons, and names of properties that are said often.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runInNewContext } from 'node:vm';
import { aliasMembers } from '../alias-members.ts';
import { arrowFunctions } from '../arrow-functions.ts';
import { dropDeadBranches } from '../dead-branches.ts';
import { exportInPlace } from '../export-in-place.ts';
import { zeroTests } from '../zero-tests.ts';

for (const [what, code, left] of [
    ['an if that is never taken', 'if (false) a();\nb();', '{}\nb();'],
    ['one of several lines, whose lines stay', 'if (false) {\n  a();\n}\nb();', '{}\n\n\nb();'],
    ['one that always is', 'if (true) a(); else b();', 'a();'],
    ['the other branch', 'if (false && x) a();\nelse b();', '\nb();'],
    ['a condition', 'c = !false || x ? 1 : 2;', 'c = 1;'],
    ['what is inside of one that goes', 'if (false) { if (true) a(); }', '{}'],
] as const) {
    test(`dropped: ${what}`, () => assert.is(dropDeadBranches(code), left));
}

for (const code of ['if (a && false) b();', 'if (x) a(); else b();', 'while (false) a();', 'c = x ? 1 : 2;']) {
    test(`kept as it is: ${code}`, () => assert.is(dropDeadBranches(code), code));
}

test('a function that is only exported goes to where it is exported', () => {
    assert.is(exportInPlace('function a(b) {\n  return b;\n}\nexports.x = a;'), '\n\n\nexports.x = function (b) {\n  return b;\n};');
});

for (const code of ['function a() {}\na();\nexports.x = a;', 'function a() {}\nb.x = a;', 'const a = 1;\nexports.x = a;', 'function a() {}\nb(exports.x = 1, a);']) {
    test(`stays: ${code.replace(/\n/g, ' ')}`, () => assert.is(exportInPlace(code), code));
}

test('functions become arrow functions, whatever is inside, and lines stay', () => {
    const code = 'function a(b, c) {\n  return d(b) + c;\n}\nfunction d(b) { return function () { return this === undefined ? b : b * 2; }.call(4); }\na(1, 2);';
    const made = arrowFunctions(code);
    assert.is(made, 'var a = (b, c) => {\n  return d(b) + c;\n};\nvar d = (b) => { return function () { return this === undefined ? b : b * 2; }.call(4); };\na(1, 2);');
    assert.is(runInNewContext(made), runInNewContext(code));
});

for (const [what, code] of [
    ['one that says this', 'function a() { return this; }\na();'],
    ['one that says it in an arrow function', 'function a() { return () => this; }\na();'],
    ['one that says arguments', 'function a() { return arguments; }\na();'],
    ['one that is handed out', 'function a() {}\nexports.x = a;'],
    ['one that is made an object of', 'function a() {}\nnew a();'],
    ['one inside of another that stays', 'function a() { function b() {} return this; }\na();'],
]) {
    test(`no arrow function: ${what}`, () => assert.is(arrowFunctions(code), code));
}

for (const [what, code, made] of [
    ['an if', 'if (a != 4) b();', 'if (a - 4) b();'],
    ['what one of several conditions is', 'if (c && (a != 4 || d) || !(b.e != 0)) f();', 'if (c && (a - 4 || d) || !(b.e - 0)) f();'],
    ['what decides whether something is done', 'a(), b != 5 && c(), d ? e != 6 && f() : g();', 'a(), b - 5 && c(), d ? e - 6 && f() : g();'],
    ['a condition of a value', 'x = a != 4 ? 1 : 2;', 'x = a - 4 ? 1 : 2;'],
    ['the last of several', 'if (a(), b != 4) c();', 'if (a(), b - 4) c();'],
    ['what is done otherwise', 'a != 4 || b();', 'a - 4 || b();'],
    ['of 32 bits', 'if (a >> 4 != 3 || b << 1 != (6) >> 1) c();', 'if (a >> 4 ^ 3 || b << 1 ^ (6) >> 1) c();'],
    ['of truths', 'if ((a == 4) != (b < 3)) c();', 'if ((a == 4) ^ (b < 3)) c();'],
    ['a choice, turned round', 'x = a == 4 ? (b(), c) : (d, e);', 'x = a - 4 ? (d, e) : (b(), c) ;'],
    ['choices in one another', 'a == 1 ? b == 2 ? c() : d() : e == 3 ? f() : g != 4 && h();', 'a - 1 ? e - 3 ? g - 4 && h() : f()  : b - 2 ? d() : c()  ;'],
    ['what is done in one case, turned round', 'a == 4 && (b || c());', 'a - 4 || (b || c());'],
    ['loops', 'while (a[0] != 1) b(); do c(); while (d() != 2); for (; e++ != 3;) f();', 'while (a[0] - 1) b(); do c(); while (d() - 2); for (; e++ - 3;) f();'],
]) {
    test(`a difference: ${what}`, () => assert.is(zeroTests(code), made));
}

for (const code of ['x = a != 4;', 'f(a != 4 && b);', 'if (a !== 4) b();', 'if (a != "4") b();', 'if ((a & 4) != 3) b();', 'if (a >> 4 != b) c();', 'x = a == 4 && b;', 'a == 4 ? b :\nc;', 'a == "4" ? b : c;', 'if (a != b) c();', 'x = a != 4 || b;', 'c(d != 1), e;', 'a = [b != 1 && c];']) {
    test(`no difference: ${code}`, () => assert.is(zeroTests(code), code));
}

test('a name of a property that is said often is said once', () => {
    const code = 'function f(a, b) {\n  return a.length + b.length + a.c.length + b.list[0].length + a.length * b.length + a.c.length + b.c.length;\n}\nf("a", { c: "bc", list: ["d"], length: 3 });';
    const made = aliasMembers(code.replace('f("a"', 'f({ c: "x", length: 1 }'));
    assert.match(made, /^var member\$length="length";function f/);
    assert.not.match(made, /\.length/);
    assert.is(runInNewContext(made), runInNewContext(code.replace('f("a"', 'f({ c: "x", length: 1 }')));
    assert.is(made.split('\n').length, code.split('\n').length);
});

test('methods stay those of their objects', () => {
    const code = 'a = "abc"; [a.charCodeAt(0), a.charCodeAt(1), a.charCodeAt(2), "d".charCodeAt(0)].join();';
    assert.is(runInNewContext(aliasMembers(code)), '97,98,99,100');
    assert.match(aliasMembers(code), 'a[member$charCodeAt](0)');
});

for (const code of ['a.length;\na.length;', 'a = b.charCodeAt = c.charCodeAt = d.charCodeAt = e.charCodeAt = 1;', 'a["charCodeAt"](b.c?.charCodeAt(0), { charCodeAt: 1, charCodeAt2: 2 });', 'class A { charCodeAt() { super.charCodeAt(); super.charCodeAt(); super.charCodeAt(); super.charCodeAt(); } }']) {
    test(`said as it is: ${code.slice(0, 40)}`, () => assert.is(aliasMembers(code), code));
}

test.run();
