// What Espruino's bundles go through before they are shortened: branches that a constant of the build closes, and exports in place.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dropDeadBranches } from '../dead-branches.ts';
import { exportInPlace } from '../export-in-place.ts';

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

test.run();
