// How the virtual board's program is made: with a compiler of the test's own, which only pretends, and a tarball that is wrong.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../../../scripts/root.ts';
import { xsEngine } from '../build.ts';
import './on-board.ts';

const folder = mkdtempSync(join(tmpdir(), 'motemq-engine-'));
const tarball = join(root, '.cache', 'xs', 'xsnap-0.15.0.tgz');
/** The verified tarball is there when the engine was built here; without it nothing can be tested that unpacks it. */
const withTarball = existsSync(tarball) ? test : test.skip;
if (!existsSync(tarball)) {
    console.log('SKIPPED: the engine was not built here, so there is no tarball to unpack');
}
let cases = 0;

/** A cache folder of its own, and lines that the build reports. */
function fresh(): { cache: string; lines: string[]; report: (line: string) => void } {
    const lines: string[] = [];
    const cache = join(folder, String(cases++));
    mkdirSync(cache);
    return { cache, lines, report: line => lines.push(line) };
}

/** A compiler that writes its arguments to `log` and makes empty files; `fails` is a shell pattern of arguments it refuses. */
function compiler(cache: string, fails: string): { path: string; log: string } {
    const path = join(cache, 'compiler');
    const log = join(cache, 'log');
    writeFileSync(path, `#!/bin/sh
echo "$@" >> '${log}'
case "$*" in ${fails}) echo 'refused' >&2; exit 1;; esac
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then : > "$2"; fi; shift; done
`);
    chmodSync(path, 0o755);
    return { path, log };
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

test('without a compiler the engine is unavailable, and says why', async () => {
    const { cache, lines, report } = fresh();
    assert.equal(await xsEngine({ folder: cache, report, compiler: 'no-such-compiler' }), { available: false, because: `there is no program 'no-such-compiler'` });
    assert.equal(lines, []);
    assert.equal(readdirSync(cache), []);
});

test('a compiler that makes no programs is as good as none', async () => {
    const { cache, report } = fresh();
    const { path } = compiler(cache, '*');
    assert.equal(await xsEngine({ folder: cache, report, compiler: path }), { available: false, because: `the C compiler '${path}' cannot make a program` });
});

test('without the registry the engine is unavailable, and says why', async () => {
    const { cache, report } = fresh();
    const { path } = compiler(cache, 'nothing');
    const changes = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0', npm_config_cache: join(cache, 'npm'), npm_config_offline: 'false' };
    const before = { ...process.env };
    Object.assign(process.env, changes);
    try {
        const engine = await xsEngine({ folder: cache, report, compiler: path });
        assert.is(engine.available, false);
        assert.match(engine.available ? '' : engine.because, /^npm could not fetch @agoric\/xsnap 0\.15\.0 \(/);
    } finally {
        for (const name of Object.keys(changes)) {
            delete process.env[name];
        }
        Object.assign(process.env, before);
    }
});

test('a tarball with another content is refused before it is unpacked', async () => {
    const { cache, report } = fresh();
    const { path, log } = compiler(cache, 'nothing');
    writeFileSync(join(cache, 'xsnap-0.15.0.tgz'), 'something else');
    const error = await xsEngine({ folder: cache, report, compiler: path }).then(() => 'built', reason => String(reason));
    assert.match(error, /xsnap-0\.15\.0\.tgz is not @agoric\/xsnap 0\.15\.0: sha512-.+, expected sha512-ZBm4D/);
    assert.not.match(readFileSync(log, 'utf8'), /xsAll/);
});

withTarball('two callers at once build once; a third finds the program', async () => {
    const { cache, lines, report } = fresh();
    const { path, log } = compiler(cache, 'nothing');
    copyFileSync(tarball, join(cache, 'xsnap-0.15.0.tgz'));
    const options = { folder: cache, report, compiler: path };
    const [first, second] = await Promise.all([xsEngine(options), xsEngine(options)]);
    assert.equal(first, second);
    assert.ok(first.available && first.slotBytes === 16 && existsSync(first.path));
    assert.is(lines.filter(line => line.startsWith('building')).length, 1);
    const calls = readFileSync(log, 'utf8').split('\n');
    assert.is(calls.filter(call => call.endsWith('/board')).length, 1);
    assert.is(calls.filter(call => call.includes('tcp.c')).length, 1);
    assert.equal(await xsEngine({ ...options, compiler: 'no-such-compiler' }), first);
    assert.equal(readdirSync(cache).filter(name => /^(build|lock)-/.test(name)), []);
});

withTarball('a compiler without 32-bit programs makes a 64-bit one with slots of 32 bytes', async () => {
    const { cache, report } = fresh();
    const { path } = compiler(cache, '*-m32*');
    copyFileSync(tarball, join(cache, 'xsnap-0.15.0.tgz'));
    const engine = await xsEngine({ folder: cache, report, compiler: path });
    assert.ok(engine.available && engine.slotBytes === 32);
});

withTarball('a compiler that refuses the engine makes it unavailable; one that refuses our host is an error', async () => {
    const engineRefused = fresh();
    copyFileSync(tarball, join(engineRefused.cache, 'xsnap-0.15.0.tgz'));
    const engine = await xsEngine({ folder: engineRefused.cache, report: engineRefused.report, compiler: compiler(engineRefused.cache, '*xsRun.c*').path });
    assert.is(engine.available, false);
    const hostRefused = fresh();
    copyFileSync(tarball, join(hostRefused.cache, 'xsnap-0.15.0.tgz'));
    const outcome = await xsEngine({ folder: hostRefused.cache, report: hostRefused.report, compiler: compiler(hostRefused.cache, '*timer.c*').path }).then(() => 'built', error => String(error));
    assert.ok(outcome.endsWith('failed: refused'), outcome);
});

withTarball('a lock that a dead process left is taken over', async () => {
    const { cache, report } = fresh();
    const { path } = compiler(cache, 'nothing');
    copyFileSync(tarball, join(cache, 'xsnap-0.15.0.tgz'));
    const made = await xsEngine({ folder: cache, report, compiler: path });
    assert.ok(made.available);
    const key = /board-(\w+)-/.exec(made.available ? made.path : '')?.[1];
    rmSync(made.available ? made.path : '');
    // No process has this number: it is above the kernel's limit.
    writeFileSync(join(cache, `lock-${key}`), '4194305');
    assert.equal(await xsEngine({ folder: cache, report, compiler: path }), made);
});

test.run();
