// SECURITY.md names tests for what it promises: each one is there, in the file named or in the data that this file imports.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importsOf } from '../imports.ts';
import { root } from '../root.ts';

const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const rows = /\| promise [^]*?\n\n/.exec(page)![0].trim().split('\n').slice(2);

/** A test file and the modules that it imports from ../host, where test data is. */
function textOf(path: string): string {
    const file = join(root, path);
    const source = readFileSync(file, 'utf8');
    const data = importsOf(source).map(({ specifier }) => specifier).filter((specifier) => specifier.startsWith('../host/hostile'));
    return [source, ...data.map((specifier) => readFileSync(join(dirname(file), specifier), 'utf8'))].join('\n');
}

/** `[name](file) *part* *part*`, as often as it stands in `text`. */
function named(text: string): { file: string; parts: string[] }[] {
    return [...text.matchAll(/\[[^\]]*\]\(([^)]*\.test\.ts)\)((?: \*[^*]+\*)*)/g)]
        .map(([, file, parts]) => ({ file, parts: [...parts.matchAll(/\*([^*]+)\*/g)].map(([, part]) => part) }));
}

test('every file that the page links to is there', () => {
    for (const [, file] of page.matchAll(/\]\(([^)]+)\)/g)) assert.ok(existsSync(join(root, file)), file);
});

test('every promise names a test, and every part of a name is there', () => {
    assert.ok(rows.length > 5);
    for (const row of rows) {
        const cells = row.split('|');
        const tests = named(cells[3]);
        assert.ok(tests.length > 0, row);
        for (const { file, parts } of tests) {
            assert.ok(parts.length > 0, `${cells[1]}: ${file} without a test's name`);
            for (const part of parts) assert.ok(textOf(file).includes(part), `${file} has no '${part}'`);
        }
    }
});

test('the known limit that the page names is tested', () => {
    assert.ok(page.includes('*who publishes with QoS 0 only*'));
    assert.ok(textOf('hardware-tests/tests/hostile-drip.test.ts').includes('who publishes with QoS 0 only'));
});

test.run();
