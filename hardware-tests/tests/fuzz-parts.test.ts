// The parts of the fuzzer: counters, instrumented code, mutation, shortening, guards.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../host/simulator/script.ts';
import * as counters from '../host/fuzz/counters.ts';
import { Guarded, lend } from '../host/fuzz/guarded.ts';
import { withMarks } from '../host/fuzz/instrument.ts';
import { mutate } from '../host/fuzz/mutate.ts';
import { shorten } from '../host/fuzz/shorten.ts';
import { fromHex, toHex } from '../host/fuzz/target.ts';

/** Runs `code`, which returns, instrumented; what it returns, and the blocks entered, each by the text where it begins. */
function trace(code: string): { result: unknown; entered: string[] } {
    const blocks: string[] = [];
    const entered: string[] = [];
    const marked = withMarks(code, (tree, node) => `enter(${blocks.push(tree.code.slice(node.start, node.end)) - 1})`);
    const run = new Function('enter', marked.replace('result =', 'return')) as (enter: (block: number) => void) => unknown;
    const result = run(block => {
        entered.push(blocks[block]);
    });
    return { result, entered };
}

test('instrumented code does what it did, and every block says that it is entered', () => {
    for (const [code, result, entered] of [
        ['const f = a => a > 1; result = f(2);', true, ['a > 1']],
        ['let a = 0; if (a) if (a > 1) a = 2; else a = 3; result = a;', 0, ['if (a) if (a > 1) a = 2; else a = 3;']],
        ['let a = 1; if (a) if (a > 1) a = 2; else a = 3; result = a;', 3, ['if (a > 1) a = 2; else a = 3;', 'a = 3;']],
        ['let a = 0; for (let i = 0; i < 2; i++) a += i; while (a < 3) { a++; } result = a;', 3, ['a += i;', 'a += i;', '{ a++; }', '{ a++; }']],
        ['const a = 0 || 5 && 6; result = a ? a ?? 1 : 2;', 6, ['5 && 6', '6', 'a ?? 1']],
        ['let a = "x:y"; switch (a) { case "x:y": a = 1; default: a++; } result = a;', 2, ['case "x:y": a = 1;', 'default: a++;']],
        ['class A { constructor() { this.a = 1; } } class B extends A { constructor() { super(); this.b = this.a + 1; } } result = new B().b;', 2,
            ['{ super(); this.b = this.a + 1; }', '{ this.a = 1; }']],
        ['let a; try { null.a; } catch { a = 4; } result = a;', 4, ['{ a = 4; }']],
        ['const f = () => ({ a: 1 }); result = f().a;', 1, ['{ a: 1 }']],
    ] as const) {
        assert.equal(trace(code), { result, entered: [...entered] }, code);
    }
});

test('a passage counts by the block it leaves and the block it enters, and by how often', () => {
    counters.setBlocks(4);
    const featuresOf = (...blocks: number[]): string => {
        counters.begin();
        blocks.forEach(counters.enter);
        return counters.features().join();
    };
    assert.is(featuresOf(1, 2), featuresOf(1, 2));
    assert.is.not(featuresOf(1, 2), featuresOf(2, 1));
    assert.is.not(featuresOf(1, 2, 1, 2), featuresOf(1, 2));
    assert.is(featuresOf(...Array<number>(10).fill(3)), featuresOf(...Array<number>(12).fill(3)));
    assert.is.not(featuresOf(...Array<number>(10).fill(3)), featuresOf(...Array<number>(1000).fill(3)));
    counters.begin();
    counters.enter(2);
    assert.is(counters.blockOf(counters.features()[0]), 2);
});

test('a loop without end comes to one', () => {
    counters.setBlocks(2);
    counters.begin();
    counters.allow(1000);
    assert.throws(() => {
        for (;;) counters.enter(1);
    }, (error: unknown) => error instanceof counters.TooManySteps);
});

test('new inputs are the same for the same seed, differ from their parent, and keep to the longest; lengths grow with what they count', () => {
    const parent = fromHex('3205000161 0009');
    const material = { dictionary: [fromHex('aabbcc')], longest: 12, other: () => fromHex('40020001') };
    const make = (): string[] => {
        const random = new Random(7);
        return Array.from({ length: 2000 }, () => toHex(mutate(parent, random, material)));
    };
    const made = make();
    assert.equal(make(), made);
    assert.ok(new Set(made).size > 1000);
    assert.ok(made.every(hex => hex.length <= 24));
    assert.ok(made.includes('3208000161' + 'aabbcc' + '0009') || made.includes('3208000461' + 'aabbcc' + '0009'), 'both lengths, or one, grow with what is put in');
});

test('shortening keeps what is wanted and leaves out all else', () => {
    const wanted = (bytes: Uint8Array): boolean => bytes.includes(7) && bytes.includes(9);
    assert.equal([...shorten(fromHex('0102030407050609010203'), wanted, 1000)], [7, 9]);
    const untouched = fromHex('0107');
    assert.is(shorten(untouched, () => false, 1000), untouched);
});

test('what is written outside of a buffer, or into bytes that were lent, is seen', () => {
    const guarded = new Guarded(4);
    guarded.bytes.fill(1);
    guarded.check('it');
    new Uint8Array(guarded.bytes.buffer)[guarded.bytes.byteOffset + 4] = 1;
    assert.throws(() => guarded.check('it'), 'it is written to outside of its range');
    let kept: Uint8Array = new Uint8Array(0);
    lend(fromHex('0102'), (bytes, start, end) => {
        assert.is(toHex(bytes, start, end), '0102');
        kept = bytes.subarray(start, end);
    });
    assert.is(toHex(kept), 'eeee', 'lent bytes are gone after the call');
    assert.throws(() => lend(fromHex('0102'), (bytes, start) => {
        bytes[start] = 5;
    }), 'received bytes are changed');
});

test.run();
