// Runs on the virtual board for store.test.ts: records kept over the shape of `embedded:storage/key-value`, by the real engine.
import { RecordStore, keyValues } from '../index.ts';
import type { KeyValue } from '../index.ts';
import { Flash } from './flash.ts';

const flash = new Flash(63, 4096, false);
// As Moddable has it: a host object that can be iterated, whose `format` is told once.
const storage: KeyValue = {
    open: ({ path, format }) => {
        trace(`open ${path} ${format}\n`);
        return { read: key => flash.read(key), write: (key, value) => flash.write(key, value), delete: key => flash.delete(key), [Symbol.iterator]: () => flash.names().values() };
    },
};
const open = (): RecordStore => new RecordStore({ values: keyValues(storage, 'motemq'), valueSize: 63, recordSize: 200 });
const record = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index * length);
const into = new Uint8Array(200);

/** Of the records in `store`; -1 of one that is not as it was written. */
function lengths(store: RecordStore): string {
    const found = [];
    for (let index = 0; index < store.count; index++) {
        const length = store.read(index, into, 0);
        const wanted = record(length);
        found.push(wanted.every((byte, at) => byte === into[at]) ? length : -1);
    }
    return found.join(' ');
}

function show(store: RecordStore): void {
    trace(`records ${lengths(store)}\n`);
}

/** A flash with three records, of one, two and one value. */
function fresh(): { flash: Flash; store: RecordStore } {
    const flash = new Flash(63, 4096, false);
    const store = new RecordStore({ values: flash, valueSize: 63, recordSize: 200 });
    for (const length of [1, 100, 20]) store.append(record(length), 0, length);
    return { flash, store };
}

const store = open();
for (const length of [1, 59, 120, 200]) store.append(record(length), 0, length);
show(store);
store.drop(1);
flash.power = 100;
trace(`kept ${store.append(record(150), 0, 150)}\n`);
flash.power = Infinity;
show(open());
let full = open();
let count = 0;
while (full.append(record(200), 0, 200)) count++;
trace(`room for ${count} more\n`);
full = open();
full.drop(full.count);
show(open());
// The power is cut at every byte of every write, and before every value that is deleted.
for (let power = 0, cut = true; cut; power++) {
    const { store: cutStore, flash: cutFlash } = fresh();
    cutFlash.power = power;
    if (cutStore.append(record(150), 0, 150)) cutStore.drop(2);
    cut = cutFlash.power <= 0;
    cutFlash.power = Infinity;
    trace(`cut ${lengths(new RecordStore({ values: cutFlash, valueSize: 63, recordSize: 200 }))}\n`);
}
Board.exit(0);
