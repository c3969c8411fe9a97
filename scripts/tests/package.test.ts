// The npm package as a stranger gets it: packed, installed into an empty project, imported and type-checked there.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { boardBundles, boardFile, distBundles, missingSources } from '../bundles.ts';
import { root } from '../root.ts';

interface PackageFile {
    readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
    readonly files: readonly string[];
    readonly dependencies?: object;
}

const description = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageFile;
const fileOf = (bundle: { readonly name: string }) => `./dist/${bundle.name}.js`;
const built = distBundles.filter(bundle => missingSources(bundle).length === 0);
const specifiers = Object.entries(description.exports)
    .filter(([, { default: file }]) => built.some(bundle => fileOf(bundle) === file))
    .map(([key]) => 'motemq' + key.slice(1));

const temporary = mkdtempSync(join(tmpdir(), 'motemq-package-'));
const consumer = join(temporary, 'consumer');
const installed = join(consumer, 'node_modules', 'motemq');
const run = (folder: string, command: string, ...parameters: string[]) => execFileSync(command, parameters, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

/** What a failed program said: execFileSync's own message leaves out standard output, where tsc writes. */
function outputOf(action: () => string): string {
    try {
        return action();
    } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return stdout + stderr;
    }
}

test.before(() => {
    const source = join(temporary, 'motemq');
    mkdirSync(source);
    mkdirSync(consumer);
    for (const name of ['package.json', 'manifest.json', 'manifest-client.json', 'manifest-modem.json', 'manifest-sleep.json', 'manifest-trace.json', 'LICENSE']) cpSync(join(root, name), join(source, name));
    mkdirSync(join(source, 'scripts', 'entries'), { recursive: true });
    cpSync(join(root, 'scripts', 'entries', 'motemq.mjs'), join(source, 'scripts', 'entries', 'motemq.mjs'));
    run(root, process.execPath, 'scripts/run.mjs', 'scripts/build.ts', '--out', join(source, 'dist'));
    run(source, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', temporary);
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', type: 'module' }));
    run(consumer, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', join(temporary, `motemq-${JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')).version}.tgz`));
});

test.after(() => rmSync(temporary, { recursive: true, force: true }));

test('the package has no runtime dependency and brings nothing else along', () => {
    assert.is(description.dependencies, undefined);
    assert.equal(run(join(consumer, 'node_modules'), 'ls').trim(), 'motemq');
});

test('the program runs without the packages of the bench, and says which are missing', () => {
    assert.match(run(consumer, 'npx', '--offline', 'motemq', '--help'), /motemq flash/);
    assert.match(outputOf(() => run(consumer, 'npx', '--offline', 'motemq', 'test', '--board', 'virtual')), /run it from motemq's sources/);
    assert.match(outputOf(() => run(consumer, 'npx', '--offline', 'motemq', 'doctor')), /missing: serialport, esptool-js, yaml, cli-progress/);
});

test('every bundle of dist is an export and every export a bundle', () => {
    assert.equal(Object.values(description.exports).map(({ default: file }) => file).sort(), distBundles.map(fileOf).sort());
});

test('every export can be imported and exports something', () => {
    // Modules of Moddable's: empty ones stand in.
    for (const name of ['time', 'timer']) {
        mkdirSync(join(consumer, 'node_modules', name));
        writeFileSync(join(consumer, 'node_modules', name, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
        writeFileSync(join(consumer, 'node_modules', name, 'index.js'), 'export default {};');
    }
    const script = `for (const name of ${JSON.stringify(specifiers)}) console.log(name, Object.keys(await import(name)).length > 0);`;
    assert.equal(run(consumer, process.execPath, '--input-type=module', '-e', script).trim().split('\n'), specifiers.map(name => `${name} true`));
});

test('every export has types for a strict project with module nodenext', () => {
    const lines = specifiers.flatMap((name, index) => [
        `import * as module${index} from '${name}';`,
        `export const names${index}: string[] = Object.keys(module${index});`,
        // A module without types would be `any`, which has every member.
        '// @ts-expect-error',
        `module${index}.thereIsNoSuchMember;`,
    ]);
    writeFileSync(join(consumer, 'index.ts'), lines.join('\n') + '\n');
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({
        compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
        files: ['index.ts'],
    }));
    assert.is(outputOf(() => run(consumer, join(root, 'node_modules', '.bin', 'tsc'), '-p', '.')), '');
});

test('the source map of every bundle names sources of the project', () => {
    for (const bundle of built) {
        const { sources } = JSON.parse(readFileSync(join(installed, fileOf(bundle) + '.map'), 'utf8')) as { sources: string[] };
        assert.ok(sources.length > 0, bundle.name);
        assert.equal(sources.filter(source => !/^\.\.\/(?:src|targets)\//.test(source) || !existsSync(join(root, 'dist', source))), [], bundle.name);
    }
});

test('a bundle of a target carries nothing of codec and session', () => {
    // ECMA-419's client is a whole client: an application takes it in place of the session, not beside it.
    for (const bundle of built.filter(({ entry, name }) => entry.startsWith('targets/') && name !== 'moddable-client')) {
        const { sources } = JSON.parse(readFileSync(join(installed, fileOf(bundle) + '.map'), 'utf8')) as { sources: string[] };
        assert.equal(sources.filter(source => /src\/(?:codec|session|outbox)\//.test(source)), [], bundle.name);
    }
});

test('a board bundle is a classic script that assigns what its entry names to exports', () => {
    for (const bundle of boardBundles.filter(one => !one.isInternal && missingSources(one).length === 0)) {
        const exported: Record<string, unknown> = {};
        runInNewContext(readFileSync(join(installed, 'dist', `${boardFile(bundle)}.min.js`), 'utf8'), { exports: exported, E: {} });
        const expected = [...readFileSync(join(root, bundle.entry), 'utf8').matchAll(/^exports\.(\w+) = /gm)].map(match => match[1]);
        assert.equal(Object.keys(exported).sort(), expected.sort());
        // Classes, and dialects of a modem.
        assert.equal(Object.values(exported).filter(value => typeof value !== 'function' && typeof value !== 'object'), []);
    }
});

for (const file of ['manifest.json', 'manifest-client.json', 'manifest-modem.json', 'manifest-sleep.json', 'manifest-trace.json']) {
    test(`the Moddable manifest ${file} names files of the package and preloads what it names`, () => {
        const manifest = JSON.parse(readFileSync(join(installed, file), 'utf8')) as { modules: Record<string, string>; preload: string[] };
        const files = distBundles.map(bundle => fileOf(bundle).replace(/\.js$/, ''));
        assert.equal(Object.values(manifest.modules).filter(module => !files.includes(module)), []);
        assert.equal(Object.keys(manifest.modules), manifest.preload);
        // The name in the manifest is the specifier that Node users import.
        assert.equal(Object.entries(manifest.modules).filter(([name, module]) => description.exports['.' + name.slice('motemq'.length)]?.default !== `${module}.js`), []);
    });
}

test.run();
