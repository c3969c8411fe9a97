// The codec allocates nothing: exactly 0 bytes an operation on V8's heap, both optimised and as the source says it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { measureHeap } from '../../../hardware-tests/host/heap-meter.ts';
import { withAllocation, withoutAllocation } from './allocation-scenarios.ts';

for (const optimised of [true, false]) {
    const engine = optimised ? 'the optimising compiler' : 'the interpreter alone';
    const measured = measureHeap('src/codec/tests/allocation-scenarios.ts', { optimised });

    for (const name of withoutAllocation) {
        test(`${name}: 0 bytes an operation with ${engine}`, async () => {
            assert.is((await measured)[name], 0);
        });
    }

    for (const name of withAllocation) {
        test(`the meter sees what is allocated with ${engine}: ${name}`, async () => {
            const bytes = (await measured)[name];
            // The smallest object of V8 on 64-bit machines: a boxed number of 12 or 16 bytes; a view has about 100.
            assert.ok(bytes >= (name.includes('view') ? 64 : 12) && bytes < 1000, `${bytes} bytes`);
        });
    }
}

test.run();
