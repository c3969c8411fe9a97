// The dialect check: every rule rejects what it names, at the line of the TypeScript source, and lets its near misses pass.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { transformSync } from 'esbuild';
import { checkDialect, describe, type Emitted } from '../dialect/check.ts';
import { rules, type Engine } from '../dialect/rules.ts';
import { cases } from './dialect-cases.ts';

const file = 'src/sample.ts';
// Lines that leave no trace in what is emitted: positions are right only if they come through the source map.
const header = '// A sample.\ninterface Unused {\n    a: number;\n}\n';

function emit(source: string, minify: boolean, engines: readonly Engine[]): Emitted {
    const { code, map } = transformSync(header + source, {
        loader: 'ts', sourcefile: file, sourcemap: 'external', target: 'esnext', format: 'esm', minifyIdentifiers: minify, minifyWhitespace: minify,
        tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
    });
    return { name: 'sample.js', code, map, sourceType: 'module', engines };
}

const findingsIn = (source: string, minify = false, engines: readonly Engine[] = ['espruino', 'xs', 'core']) =>
    checkDialect(emit(source, minify, engines), path => path === file ? header + source : undefined);

for (const [rule, { rejected, passes }] of Object.entries(cases)) {
    test(`${rule}: rejected at its line of the source`, () => {
        for (const source of rejected) {
            const line = (header + source).split('\n').findIndex(text => text.endsWith('// <-')) + 1;
            for (const minify of [false, true]) {
                const found = findingsIn(source, minify).filter(finding => finding.rule === rule);
                assert.ok(found.length > 0, `not found in ${minify ? 'minified ' : ''}${source}`);
                assert.equal(found.map(finding => [finding.file, finding.line]), found.map(() => [file, line]), source);
            }
        }
    });
    test(`${rule}: its near misses pass`, () => {
        for (const source of passes) {
            assert.equal(describe(findingsIn(source)).filter(text => !/outside-world/.test(text) || rule === 'outside-world'), [], source);
        }
    });
}

test('return-newline: rejected where esbuild did not print a semicolon', () => {
    const check = (code: string) => checkDialect({
        name: 'sample.js', code, map: JSON.stringify({ version: 3, file: '', sources: [], sourcesContent: [], names: [], mappings: '', sourceRoot: '' }), sourceType: 'script', engines: ['espruino'],
    }, () => undefined);
    assert.equal(check('function f(){return\n1}').map(({ rule, file: name, line, column }) => [rule, name, line, column]), [['return-newline', 'sample.js', 1, 14]]);
    assert.equal(check('function f(){return;\n1}'), []);
    assert.equal(check('function f(){if(1){return\n}}'), []);
});

test('every rule has its cases', () => {
    assert.equal(rules.map(rule => rule.name).filter(name => name !== 'return-newline').sort(), Object.keys(cases).sort());
});

test('a rule holds only for the engines it protects', () => {
    assert.equal(findingsIn('export const f = (a: number) => a ** Date.now();', false, ['xs']), []);
});

test('an exception without a reason is none', () => {
    assert.is(findingsIn('export const f = (a: Uint8Array) => a.slice(1); // dialect-ok:').length, 1);
});

test('a file may allow itself what one rule forbids, for a reason', () => {
    const source = 'export const f = (a: Uint8Array) => a.slice(1);';
    assert.is(findingsIn(`// dialect-ok-file slice: on purpose\n${source}`).length, 0);
    assert.is(findingsIn(`// dialect-ok-file label: on purpose\n${source}`).length, 1);
    assert.is(findingsIn(`// dialect-ok-file slice:\n${source}`).length, 1);
});

test('text that is no script is a finding', () => {
    const emitted = emit('export const a = 1;', false, ['espruino']);
    const [finding] = checkDialect({ ...emitted, sourceType: 'script' }, () => undefined);
    assert.is(finding.rule, 'syntax');
});

test('a finding that several bundles share is told once', () => {
    const found = findingsIn('export const f = (a: Uint8Array) => a.slice(1);');
    assert.equal(describe([...found, ...found]), [`${file}:5:37 slice: it copies, and Espruino makes a plain Array of it; pass start and end`]);
});

test.run();
