// A stream in which every byte that is lost, doubled, moved or overwritten shows.
import * as assert from 'uvu/assert';
import { settle } from '../../../hardware-tests/host/until.ts';
import type { Transport } from '../../../src/transport.ts';

/** Byte `index` of the stream. */
export function pattern(index: number): number {
    return (index * 31 + (index >> 8) * 7) & 0xff;
}

/** Writes the pattern from one reused buffer until `total` bytes were taken, going on at each `onWritable`. */
export class PatternSender {
    taken = 0;
    private readonly bytes = new Uint8Array(1000);
    private readonly transport: Transport;
    private readonly total: number;

    constructor(transport: Transport, total: number) {
        this.transport = transport;
        this.total = total;
    }

    readonly go = (): void => {
        for (let taken = 1; taken > 0 && this.taken < this.total;) {
            const wanted = Math.min(this.bytes.length, this.total - this.taken);
            for (let index = 0; index < wanted; index++) this.bytes[index] = pattern(this.taken + index);
            taken = this.transport.write(this.bytes, 0, wanted);
            this.taken += taken;
            this.bytes.fill(0xee); // the transport must have copied
            this.transport.flush();
        }
    };
}

/** `bytes` are the first `total` of the stream. */
export function assertPattern(bytes: Buffer, total: number): void {
    assert.is(bytes.length, total);
    const wrong = bytes.findIndex((byte, index) => byte !== pattern(index));
    assert.is(wrong, -1, `byte ${wrong} is not what was written`);
}

/** Resolves when the sender makes no progress any more: the peer does not read. */
export async function blocked(sender: PatternSender): Promise<void> {
    for (let before = -1; before !== sender.taken;) {
        before = sender.taken;
        await settle(50);
    }
}
