// The benchmark: its cases are the same work for every codec, its wire figures are exact, and both kinds of output agree.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameWork } from '../bench/codec.ts';
import { cases, codecs, type Case } from '../bench/codec-cases.ts';
import { interleave, median } from '../bench/interleave.ts';
import { plainData, show, type Section } from '../bench/report.ts';
import { measureWake, pingsInAnHour } from '../bench/wire.ts';
import { measureHeap } from '../../hardware-tests/host/heap-meter.ts';
import { runProcess } from '../run-process.ts';

test('three codecs do the same work in every case', () => {
    assert.is(cases.length, 5);
    cases.forEach(assertSameWork);
});

test('work that differs is found', () => {
    const [publish, , , puback] = cases;
    const mixed: Case = { ...publish, setUp: { ...publish.setUp, motemq: puback.setUp.motemq } };
    assert.throws(() => assertSameWork(mixed), /encode PUBLISH is not the same work/);
});

test('on V8 the codec allocates nothing in any case, and the others do', async () => {
    const heap = await measureHeap('scripts/bench/codec-cases.ts', { operations: 800 });
    for (const one of cases) {
        assert.is(heap[`${one.name}: motemq`], 0, one.name);
        assert.ok(heap[`${one.name}: mqtt-packet`] > 100, one.name);
    }
    assert.is(Object.keys(heap).length, cases.length * codecs.length);
});

test('in each round every operation runs, and a slow one shows as slow', () => {
    let calls = 0;
    const work = (length: number) => () => {
        calls++;
        for (let index = 0; index < length; index++) calls = calls + index & 0xffff;
    };
    const rounds = interleave([work(100), work(100000)], { rounds: 5, milliseconds: 0.2 });
    assert.is(rounds.length, 5);
    assert.ok(median(rounds.map(([fast, slow]) => slow / fast)) > 50);
});

test('the median is the middle, or between the two in the middle', () => {
    assert.is(median([9, 1, 2]), 2);
    assert.is(median([4, 1, 2, 9]), 3);
});

test('a wake costs 122 bytes up and 8 down, in one write with data and one with DISCONNECT, two round trips', async () => {
    assert.equal(await measureWake(), {
        bytesUp: 122, bytesDown: 8, roundTrips: 2, socketWrites: 2, transportWrites: 3, flushes: 2, packets: ['connect', 'publish', 'disconnect'],
    });
});

test('a client that waits for CONNACK waits once more', async () => {
    const { bytesUp, bytesDown, roundTrips, socketWrites } = await measureWake(true);
    assert.equal([bytesUp, bytesDown, roundTrips, socketWrites], [122, 8, 3, 3]);
});

test('6 pings in an idle hour at 600 s, none when a message goes out every 60 s', () => {
    assert.equal([pingsInAnHour(0), pingsInAnHour(60), pingsInAnHour(600)], [6, 0, 6]);
});

const section: Section = {
    title: 'Title',
    columns: [{ key: 'a', title: 'first' }, { key: 'b', title: 'second' }],
    rows: [
        { name: 'one', figures: { a: 1234.56, b: 3 }, ceilings: { b: 'codecHeapBytes' } },
        { name: 'another', figures: { a: 7, b: 0 }, ceilings: { b: 'codecHeapBytes' } },
    ],
    notes: ['note'],
};

test('a table is aligned, shows ceilings and marks the one that is passed', () => {
    assert.equal(show(section).split('\n'), [
        'Title',
        '           first   second',
        'one      1,234.6  3 > 0 !',
        'another        7  0 ≤ 0',
        '! codecHeapBytes is not met',
        'note',
    ]);
});

test('data for machines has the figures as they are and each verdict', () => {
    assert.equal(plainData(section), {
        title: 'Title',
        notes: ['note'],
        rows: [
            { name: 'one', a: 1234.56, b: 3, ceilings: { b: { ceiling: 'codecHeapBytes', design: 0, reached: undefined, met: false, held: false } } },
            { name: 'another', a: 7, b: 0, ceilings: { b: { ceiling: 'codecHeapBytes', design: 0, reached: undefined, met: true, held: true } } },
        ],
    });
});

test('the command prints the parts that were asked for, as JSON too, and refuses others', async () => {
    const run = (...words: string[]) => runProcess(process.execPath, ['scripts/run.mjs', 'scripts/bench.ts', ...words], 60000);
    const json = await run('wire', '--json');
    assert.equal(Object.keys(JSON.parse(json.output) as object), ['wire']);
    const [text, wrong] = [await run('wire'), await run('wires')];
    assert.match(text.output, /connect, publish, disconnect +122 ≤ 122/);
    assert.equal([json.code, text.code, wrong.code], [0, 0, 3]);
    assert.match(wrong.output, /PART is codec, xs, wire, modem or cycle, not 'wires'/);
});

test.run();
