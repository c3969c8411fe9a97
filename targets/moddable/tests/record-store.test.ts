// The Store contract (src/store.ts) over a board's small values, with the power cut at every byte that is written.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RecordStore } from '../record-store.ts';
import { keyValues, preferenceValues } from '../values.ts';
import { Flash } from './flash.ts';

// `report` tells of what failed.
Object.assign(globalThis, { trace: () => {} });

const chips = { esp8266: { valueSize: 63, whole: false }, esp32: { valueSize: 1024, whole: true } };
const record = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index * 7 + seed);

function contents(store: RecordStore): string[] {
    const into = new Uint8Array(600);
    return Array.from({ length: store.count }, (_, index) => Buffer.from(into.subarray(5, 5 + store.read(index, into, 5))).toString('hex'));
}

for (const [chip, { valueSize, whole }] of Object.entries(chips)) {
    const make = (capacity = 100000) => {
        const flash = new Flash(valueSize, capacity, whole);
        const open = () => new RecordStore({ values: flash, valueSize, recordSize: 300 });
        return { flash, open };
    };

    test(`${chip}: records of every length come back in order, also after a restart`, () => {
        const { open } = make();
        const store = open();
        const expected = [];
        for (let length = 1; length <= 300; length++) {
            const bytes = record(length + 2, length);
            assert.ok(store.append(bytes, 1, length + 1));
            expected.push(Buffer.from(bytes.subarray(1, length + 1)).toString('hex'));
        }
        assert.equal(contents(store), expected);
        assert.equal(contents(open()), expected);
        store.drop(7);
        assert.equal(contents(store), expected.slice(7));
        assert.equal(contents(open()), expected.slice(7));
        store.drop(1000);
        assert.is(store.count, 0);
        assert.is(open().count, 0);
    });

    test(`${chip}: refuses what is empty or too long, and what there is no room for, and is as before`, () => {
        const { flash, open } = make(400);
        const store = open();
        assert.not(store.append(record(10, 0), 3, 3));
        assert.not(store.append(record(301, 0), 0, 301));
        assert.ok(store.append(record(200, 1), 0, 200));
        const before = flash.used;
        assert.not(store.append(record(200, 2), 0, 200));
        assert.is(flash.used, before);
        assert.is(store.count, 1);
        assert.ok(store.append(record(100, 3), 0, 100));
        assert.equal(contents(open()), [record(200, 1), record(100, 3)].map(bytes => Buffer.from(bytes).toString('hex')));
    });

    test(`${chip}: reads nothing of a record that does not fit, and tells its length`, () => {
        const { open } = make();
        const store = open();
        store.append(record(100, 1), 0, 100);
        const into = new Uint8Array(100);
        assert.is(store.read(0, into, 1), 100);
        assert.equal(into, new Uint8Array(100));
        assert.is(store.read(0, into, 0), 100);
        assert.equal(into, record(100, 1));
        assert.is(store.read(1, into, 0), 0);
        assert.is(store.read(-1, into, 0), 0);
    });

    test(`${chip}: a damaged record reads as 0 and is gone after a restart; the others stay`, () => {
        const { flash, open } = make();
        const store = open();
        for (const seed of [1, 2, 3]) store.append(record(150, seed), 0, 150);
        const names = [...flash.content.keys()];
        flash.content.get(names[Math.floor(names.length / 2)])![9] ^= 1;
        assert.is(store.read(1, new Uint8Array(150), 0), 0);
        assert.equal(contents(open()), [1, 3].map(seed => Buffer.from(record(150, seed)).toString('hex')));
    });

    test(`${chip}: with the power cut at every byte, a record is whole or absent, and what was dropped comes back only from its young end`, () => {
        const steps: ((store: RecordStore) => void)[] = [
            ...[1, 58, 59, 150, 300].map(length => (store: RecordStore) => void store.append(record(length, length), 0, length)),
            store => store.drop(2),
            store => void store.append(record(120, 6), 0, 120),
            store => store.drop(3),
            store => void store.append(record(80, 7), 0, 80),
        ];
        // What there is before and after each step, without a cut.
        const { open } = make();
        const perfect = open();
        const states = [contents(perfect), ...steps.map(step => {
            step(perfect);
            return contents(perfect);
        })];
        for (let power = 0, cut = true; cut; power++) {
            const { flash, open: boot } = make();
            const store = boot();
            flash.power = power;
            // Nothing of the store's goes on after a cut: its first refusal is where the power went.
            let step = 0;
            while (step < steps.length && flash.power > 0) steps[step++](store);
            cut = flash.power <= 0;
            flash.power = Infinity;
            const after = contents(boot());
            const [before, wanted] = [states[Math.max(0, step - 1)], states[step]];
            const within = wanted.length >= before.length ? [before, wanted] : before.map((_, index) => before.slice(index)).concat([wanted]).filter(state => state.length >= wanted.length);
            assert.ok(within.some(state => state.join() === after.join()), `power for ${power} bytes, step ${step}: ${after.length} records`);
            // It goes on.
            const later = boot();
            assert.ok(later.append(record(99, 9), 0, 99));
            later.drop(later.count - 1);
            assert.equal(contents(boot()), [Buffer.from(record(99, 9)).toString('hex')]);
        }
    });

    test(`${chip}: a memory that fails for a while refuses, forgets nothing and never drops out of order`, () => {
        for (let failures = 1; failures < 12; failures++) {
            const { flash, open } = make();
            const store = open();
            for (const seed of [1, 2, 3]) store.append(record(150, seed), 0, 150);
            flash.failures = failures;
            store.drop(1);
            store.drop(1);
            assert.is(store.count, 1);
            store.append(record(150, 4), 0, 150);
            flash.failures = 0;
            const held = contents(open());
            const all = [1, 2, 3, 4].map(seed => Buffer.from(record(150, seed)).toString('hex'));
            const last = held.includes(all[3]) ? all : all.slice(0, 3);
            assert.equal(held, last.slice(last.length - held.length));
            assert.ok(held.length >= 1);
        }
    });
}

test('sizes that cannot be throw', () => {
    const values = new Flash(63, 1000, false);
    assert.throws(() => new RecordStore({ values, valueSize: 6 }), RangeError);
    assert.throws(() => new RecordStore({ values, recordSize: 0 }), RangeError);
    assert.throws(() => new RecordStore({ values, valueSize: 63, recordSize: 16000 }), RangeError);
});

test('key-value storage and preferences are such values; what is not ours is left alone', () => {
    const flash = new Flash(63, 4096, false);
    const domain = { read: (key: string) => flash.read(key), write: (key: string, value: ArrayBuffer) => flash.write(key, value), delete: (key: string) => flash.delete(key), [Symbol.iterator]: () => flash.names().values() };
    const opened: object[] = [];
    const io = { open: (options: object) => (opened.push(options), domain) };
    const preference = { keys: () => flash.names(), get: (_: string, key: string) => key === 'name' ? 'text' : flash.read(key), set: (_: string, key: string, value: ArrayBuffer) => flash.write(key, value), delete: (_: string, key: string) => flash.delete(key) };
    flash.write('name', Uint8Array.of(1, 2, 3).buffer);
    new RecordStore({ values: keyValues(io, 'motemq'), valueSize: 63 }).append(record(100, 1), 0, 100);
    assert.equal(opened, [{ path: 'motemq', format: 'buffer' }]);
    const store = new RecordStore({ values: preferenceValues(preference, 'motemq'), valueSize: 63 });
    assert.equal(contents(store), [Buffer.from(record(100, 1)).toString('hex')]);
    store.drop(1);
    assert.equal(flash.names(), ['name']);
});

test.run();
