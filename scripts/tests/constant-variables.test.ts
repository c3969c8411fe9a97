import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constantVariables } from '../constant-variables.ts';
import { distBundles, emitDist } from '../bundles.ts';

test('a variable that is never written again becomes const, others stay', () => {
    assert.is(constantVariables('var a = 1;\nvar b = class { };\nvar c = 1; c = 2;\nvar d = 1; function f() { d++; var e = 1; return e; }\nvar g;\n'),
        'const a = 1;\nconst b = class { };\nvar c = 1; c = 2;\nvar d = 1; function f() { d++; var e = 1; return e; }\nvar g;\n');
});

test('no module that a Moddable board preloads has a variable that its linker would keep in RAM', async () => {
    for (const bundle of distBundles.filter(({ engines }) => engines.includes('xs'))) {
        assert.not.match((await emitDist(bundle)).code, /^(?:var|let) /m, bundle.name);
    }
});

test.run();
