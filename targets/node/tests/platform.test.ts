// The platform contract (src/transport.ts) on Node.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';
import { NodePlatform } from '../index.ts';

/** A platform and the times, by its own clock, at which it woke its owner. */
function watched(): { platform: NodePlatform; wakes: number[] } {
    const platform = new NodePlatform();
    const wakes: number[] = [];
    platform.attach({ onWake: () => wakes.push(platform.now()) });
    return { platform, wakes };
}

test('now is an integer and never goes back', () => {
    const platform = new NodePlatform();
    let last = platform.now();
    for (let round = 0; round < 1000; round++) {
        const now = platform.now();
        assert.ok(Number.isInteger(now) && now >= last);
        last = now;
    }
});

test('wakeAfter(0) wakes once, after the current turn and before any timer', async () => {
    const { platform, wakes } = watched();
    platform.wakeAfter(0);
    queueMicrotask(() => assert.is(wakes.length, 0));
    process.nextTick(() => assert.is(wakes.length, 0));
    assert.is(wakes.length, 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(wakes.length, 1);
    await settle();
    assert.is(wakes.length, 1);
});

test('a wake never comes before its time by the platform\'s own clock', async () => {
    for (const ms of [1, 2, 3, 5, 8]) {
        const { platform, wakes } = watched();
        const start = platform.now();
        platform.wakeAfter(ms);
        await until('it wakes', () => wakes.length > 0);
        assert.ok(wakes[0] - start >= ms, `${wakes[0] - start} ms instead of ${ms}`);
    }
});

test('a later wakeAfter replaces the wake that is pending, whatever the kind of either', async () => {
    for (const [first, second] of [[0, 5], [1, 5], [5, 0], [0, 0], [5, 1], [1e12, 1]]) {
        const { platform, wakes } = watched();
        platform.wakeAfter(first);
        platform.wakeAfter(second);
        await until('it wakes', () => wakes.length > 0);
        await settle();
        assert.is(wakes.length, 1, `wakeAfter(${first}), wakeAfter(${second})`);
    }
});

test('a negative time only removes the wake', async () => {
    for (const pending of [0, 1]) {
        const { platform, wakes } = watched();
        platform.wakeAfter(pending);
        platform.wakeAfter(-1);
        await settle();
        assert.is(wakes.length, 0);
    }
});

test('a time longer than a timer of Node can have does not wake at once', async () => {
    const { platform, wakes } = watched();
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    platform.wakeAfter(2 ** 31);
    await settle();
    process.off('warning', note);
    assert.is(wakes.length, 0);
    assert.equal(warnings, []); // Node warns of a delay that it cuts to 1 ms
    platform.wakeAfter(-1);
});

test('a wake may ask for the next', async () => {
    const platform = new NodePlatform();
    let wakes = 0;
    platform.attach({
        onWake() {
            wakes++;
            if (wakes < 10) platform.wakeAfter(wakes & 1);
        },
    });
    platform.wakeAfter(0);
    await until('all wakes came', () => wakes === 10);
});

/** A program whose only business is one wake. */
function program(unref: boolean): string {
    return `
        import { NodePlatform } from ${JSON.stringify(join(root, 'targets/node/platform.ts'))};
        const platform = new NodePlatform({ unref: ${unref} });
        platform.attach({ onWake: () => console.log('woken') });
        platform.wakeAfter(50);`;
}

/** What a process prints that runs it. */
function output(unref: boolean): string {
    const bundle = buildSync({ stdin: { contents: program(unref), resolveDir: root }, bundle: true, platform: 'node', format: 'cjs', write: false });
    return spawnSync(process.execPath, ['-'], { input: bundle.outputFiles[0].text }).stdout.toString();
}

test('with unref the pending wake does not keep the process alive; without it does', () => {
    assert.is(output(false), 'woken\n');
    assert.is(output(true), '');
});

test('random gives 32-bit integers that use every bit', () => {
    const platform = new NodePlatform();
    let ones = 0;
    let zeros = 0;
    for (let draw = 0; draw < 200; draw++) {
        const value = platform.random();
        assert.ok(Number.isInteger(value) && value >= 0 && value <= 0xffffffff);
        ones |= value;
        zeros |= ~value;
    }
    assert.is(ones >>> 0, 0xffffffff);
    assert.is(zeros >>> 0, 0xffffffff);
});

test('utf8 encodes text', () => {
    assert.equal([...new NodePlatform().utf8('a\u00e9\u20ac\u{1f4a1}')], [0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x92, 0xa1]);
});

test('[MQTT-1.5.3-1] utf8 refuses a lone surrogate instead of replacing it, and keeps U+FEFF', () => {
    assert.throws(() => new NodePlatform().utf8('a\ud800b'), /lone surrogate .*one at index 1$/);
    assert.equal([...new NodePlatform().utf8('\ufeffa')], [0xef, 0xbb, 0xbf, 0x61]);
});

test('caught reports and does not throw on', () => {
    const caught: unknown[] = [];
    const error = new Error('in a callback');
    new NodePlatform({ onCaught: (thrown) => caught.push(thrown) }).caught(error);
    assert.equal(caught, [error]);

    const original = console.error;
    const printed: unknown[] = [];
    console.error = (...values: unknown[]): void => void printed.push(...values);
    try {
        new NodePlatform().caught(error);
    } finally {
        console.error = original;
    }
    assert.ok(printed.includes(error));
});

test.run();
