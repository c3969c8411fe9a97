// The rule on imports: what each room may know, and at which line it is broken.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { upwardImports } from '../layers.ts';

test('codec may not know session', () => {
    assert.equal(upwardImports('src/codec/a.ts', '// x\nimport type { A } from \'../session/a.ts\';\n'), ['src/codec/a.ts:2 imports \'../session/a.ts\': codec may not know session']);
});

test('an import that spans lines, one without names, a re-export and a dynamic one are all seen', () => {
    const source = 'import Z, {\n    A,\n    B,\n} from \'../session/a.ts\';\nimport \'../session/b.ts\';\nexport * from "../session/c.ts";\nconst d = () => import(\'../session/d.ts\');\n';
    assert.equal(upwardImports('src/telemetry/a.ts', source).map(text => text.split(' ')[0]), [4, 5, 6, 7].map(line => `src/telemetry/a.ts:${line}`));
});

test('session knows codec and the contracts', () => {
    assert.equal(upwardImports('src/session/a.ts', 'import { A } from \'../codec/a.ts\';\nimport { B } from \'../transport.ts\';\nimport { C } from \'./deep/c.ts\';\n'), []);
});

test('a contract knows contracts only', () => {
    assert.is(upwardImports('src/transport.ts', 'import { A } from \'./codec/a.ts\';').length, 1);
    assert.equal(upwardImports('src/misuse.ts', 'import { A } from \'./reasons.ts\';'), []);
});

test('texts of a program are no imports', () => {
    assert.equal(upwardImports('src/codec/a.ts', 'export function f(a: boolean) {\n    return a ? \'import\' : \'../session/a.ts\';\n}\n// it comes from \'../session/b.ts\'\n'), []);
});

test('an entry of the package knows all of src', () => {
    assert.equal(upwardImports('src/index.ts', 'export * from \'./publisher.ts\';\nexport { A } from \'./session/a.ts\';\nexport * from \'./codec/index.ts\';\nexport * from \'./reasons.ts\';\n'), []);
});

test('src has no dependencies and knows no target', () => {
    assert.is(upwardImports('src/codec/a.ts', 'import { B } from \'node:buffer\';').length, 1);
    assert.is(upwardImports('src/index.ts', 'import { B } from \'../targets/node/index.ts\';').length, 1);
});

test('a target knows src and itself, no other target, no test tool', () => {
    assert.equal(upwardImports('targets/node/a.ts', 'import net from \'node:net\';\nimport { A } from \'../../src/transport.ts\';\nimport { B } from \'./b.ts\';\n'), []);
    assert.is(upwardImports('targets/node/a.ts', 'import { A } from \'../moddable/a.ts\';').length, 1);
    assert.is(upwardImports('targets/node/a.ts', 'import { A } from \'../../hardware-tests/host/a.ts\';').length, 1);
});

test('only the Node target knows Node', () => {
    assert.is(upwardImports('targets/moddable/a.ts', 'import net from \'node:net\';').length, 1);
    assert.equal(upwardImports('targets/moddable/a.ts', 'import TCP from \'embedded:io/socket/tcp\';'), []);
});

test.run();
