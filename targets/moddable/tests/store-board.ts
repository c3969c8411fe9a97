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

function show(store: RecordStore): void {
    const lengths = [];
    for (let index = 0; index < store.count; index++) {
        const length = store.read(index, into, 0);
        const wanted = record(length);
        lengths.push(wanted.every((byte, at) => byte === into[at]) ? length : -1);
    }
    trace(`records ${lengths.join(' ')}\n`);
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
Board.exit(0);
