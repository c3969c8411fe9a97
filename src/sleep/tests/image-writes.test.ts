// When the image is written, which wears flash out, and memory that takes none.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytes, publishHex } from '../../session/tests/world.ts';
import type { Store } from '../../store.ts';
import { SessionImage, imageSize } from '../index.ts';
import { CONNACK, CONNECT, boot, lasting, puback } from './node.ts';

/** Counts what is written. */
class Flash implements Store {
    readonly recordSize = 100;
    writes = 0;
    takes = true;
    readonly records: Uint8Array[] = [];

    get count(): number {
        return this.records.length;
    }

    append(from: Uint8Array, start: number, end: number): boolean {
        if (this.takes) this.records.push(from.slice(start, end));
        this.writes++;
        return this.takes;
    }

    read(index: number, into: Uint8Array, start: number): number {
        into.set(this.records[index], start);
        return this.records[index].length;
    }

    drop(count: number): void {
        this.records.splice(0, count);
    }
}

test('flash is written when something has changed, which is not so in a node to which nothing happens', () => {
    const flash = new Flash();
    const memory = lasting();
    for (let wakes = 0; wakes < 10; wakes++) {
        const { add, wake, transport, platform } = boot(memory, { image: flash });
        add('a');
        wake();
        transport.sends(...CONNACK, ...bytes('40020001'));
        platform.turn();
        assert.equal([flash.writes, flash.count], [1, 1]);
    }
});

test('memory that takes no image costs what it would have told, and nothing else', () => {
    const flash = new Flash();
    flash.takes = false;
    const { add, wake, transport, platform, log } = boot(lasting(), { image: flash });
    add('a');
    wake();
    transport.sends(...CONNACK, ...bytes('40020001'));
    platform.turn();
    assert.is(log.length, 1);
    assert.equal(platform.errors, []);
});

test('while a batch gathers nothing is written: its age counts with `maximumAge` alone', () => {
    for (const [maximumAge, writes] of [[undefined, 1], [0x3fffffff, 4]]) {
        const flash = new Flash();
        const { add, wake } = boot(lasting(), { image: flash, batchCount: 100, maximumAge });
        wake();
        add('a');
        for (let wakes = 0; wakes < 3; wakes++) wake();
        assert.is(flash.writes, writes);
    }
});

/** A node that sleeps with two messages on their way, the whole window, and waits for a third before it tries again. */
function waiting(flash: Flash) {
    const memory = lasting();
    const options = { image: flash, window: 2, batchCount: 3, attempts: 1 };
    const node = boot(memory, options);
    node.platform.random = () => 0;
    for (const text of ['a', 'b', 'c']) node.add(text);
    node.wake();
    node.transport.sends(...CONNACK, ...puback(1));
    node.platform.turn();
    node.fails();
    assert.is(flash.records[0].length, imageSize(0, 2));
    return { memory, options, node };
}

test('an image as long as it can be is not written again either', () => {
    const flash = new Flash();
    const { node } = waiting(flash);
    for (let wakes = 0; wakes < 3; wakes++) node.wake();
    assert.equal([node.transport.opens, flash.writes], [1, 1]);
});

test('an image that was used up is written again, also by a wake that changed nothing', () => {
    const flash = new Flash();
    const { memory, options } = waiting(flash);
    for (let runs = 0; runs < 2; runs++) {
        const { wake, transport } = boot(memory, options);
        assert.is(flash.count, 0);
        wake();
        assert.is(transport.opens, 0);
        assert.is(flash.count, 1);
    }
    const { add, wake, transport } = boot(memory, { ...options, window: 3 });
    add('d');
    wake();
    assert.is(transport.take(), CONNECT + publishHex('b', 2, true) + publishHex('c', 3, true) + publishHex('d', 4));
});

test('`save` tells whether the store has what is so now', () => {
    const flash = new Flash();
    const { platform, client, cycle } = boot(lasting());
    const image = new SessionImage(platform, 'c', client, cycle.outbox, [], 8, true);
    flash.takes = false;
    assert.not(image.save(flash));
    flash.takes = true;
    for (let times = 0; times < 2; times++) {
        assert.ok(image.save(flash));
        assert.equal([flash.writes, flash.count], [2, 1]);
    }
    image.failures = 1;
    assert.ok(image.save(flash));
    assert.equal([flash.writes, flash.count], [3, 1]);
});

test.run();
