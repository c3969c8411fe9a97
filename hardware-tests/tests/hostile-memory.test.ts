// What one peer can make a client on V8 hold or throw away: nothing. Every attack of ../host/hostile.ts, again and again, allocates 0 bytes,
// reconnecting included. The same on XS over real sockets: hostile.test.ts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { measureHeap } from '../host/heap-meter.ts';

test('every attack allocates 0 bytes on V8', async () => {
    const measured = await measureHeap('hardware-tests/host/hostile-scenarios.ts', { operations: 300 });
    assert.equal(measured, { 'attacks that end the connection': 0, 'attacks that a connection outlives': 0 });
});

test.run();
