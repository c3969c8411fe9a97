// Writing allocates nothing on V8. Engines for boards are measured on the virtual board; here the optimised code of Node is.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CborText, CborWriter, JsonText, JsonWriter } from '../index.ts';

const encoder = new TextEncoder();
const encoding = { utf8: (text: string): Uint8Array => encoder.encode(text) };
const ROUNDS = 15;
const OPERATIONS = 20000;

/** Heap bytes of one operation: the median of some rounds, since a collection makes a round look negative and a compilation large. */
function heapBytes(operation: (index: number) => void): number {
    for (let index = 0; index < 5 * OPERATIONS; index++) operation(index);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
        const before = process.memoryUsage().heapUsed;
        for (let index = 0; index < OPERATIONS; index++) operation(index);
        rounds.push(process.memoryUsage().heapUsed - before);
    }
    return rounds.sort((a, b) => a - b)[ROUNDS >> 1] / OPERATIONS;
}

const line = encoder.encode('door "open"\n');
/** The null makes V8 keep these as objects on the heap; from an array of numbers alone each reading would make a new one, in the test itself. */
const boxed: Array<number | null> = [21.345678, -0.004, 99.99996, 123456789012345, -4294967296, 7, null];
const celsius = (index: number): number => boxed[index % 3] as number;
const energy = (index: number): number => boxed[3 + (index % 3)] as number;

test('the measurement sees one small object an operation', () => {
    let kept: object = {};
    assert.ok(heapBytes((index) => { kept = { index }; }) >= 8);
    assert.ok(kept);
});

test('a JSON message of every kind of value costs no heap', () => {
    const writer = new JsonWriter(new Uint8Array(200));
    const name = new JsonText(encoding, 'reading');
    const bytes = heapBytes((index) => {
        writer.begin(0, 200);
        writer.openObject();
        writer.key(name);
        writer.decimal(celsius(index), 2);
        writer.key(name);
        writer.integer(energy(index));
        writer.key(name);
        writer.openArray();
        writer.fixed(index, 3);
        writer.boolean(index % 2 === 0);
        writer.nullValue();
        writer.text(line, 0, line.length);
        writer.prepared(name);
        writer.close();
        writer.close();
    });
    assert.ok(writer.end > 0);
    assert.ok(bytes < 1, `${bytes} bytes a message`);
});

test('a CBOR message of every kind of item costs no heap', () => {
    const writer = new CborWriter(new Uint8Array(200));
    const name = new CborText(encoding, 'reading');
    const bytes = heapBytes((index) => {
        writer.begin(0, 200);
        writer.openMap(3);
        writer.key(name);
        writer.decimal(celsius(index), 2);
        writer.key(name);
        writer.integer(energy(index));
        writer.key(name);
        writer.openArray(-1);
        writer.fixed(index, 3);
        writer.float32(celsius(index));
        writer.float64(celsius(index));
        writer.boolean(index % 2 === 0);
        writer.nullValue();
        writer.text(line, 0, line.length);
        writer.byteString(line, 0, line.length);
        writer.close();
        writer.close();
    });
    assert.ok(writer.end > 0);
    assert.ok(bytes < 1, `${bytes} bytes a message`);
});

test.run();
