// The beat of the telemetry node on the virtual board: a reading at each, what became of it as a line, and the engine's own meters.
import Timer from 'timer';
import { CONNECTED, STOPPED } from '../../src/publisher.ts';
import type { Platform, Transport } from '../../src/publisher.ts';
import { TelemetryNode } from './node.ts';
import type { NodeSettings } from './node.ts';
import { progressOf } from './progress.ts';
import type { HeapUse } from './progress.ts';

export interface BoardSettings extends NodeSettings {
    readonly address: string;
    readonly port: number;
    /** Between readings, in ms. */
    readonly interval: number;
}

/** Runs the node until it has finished. `weighed`: nothing on the board allocates but the node, so that its heap can be told. */
export function beat(platform: Platform, transport: Transport, sendBuffer: Uint8Array, settings: BoardSettings, weighed: boolean): void {
    const heap: HeapUse = { beats: 0, slots: 0, chunkBytes: 0, slotBytes: Meter.slotBytes, bytes: 0 };
    let disturbed = true;
    const node = new TelemetryNode(platform, transport, sendBuffer, settings, () => {
        disturbed = true;
        if (node.client.state === STOPPED) Timer.set(() => Board.exit(0));
    });
    let slots = 0;
    let chunkBytes = 0;
    node.client.start();
    Timer.repeat(() => {
        // From one reading to the next: encoding, writing, waking, sending, the acknowledgement. Telling of it is not counted.
        if (weighed && !disturbed && node.published > 1) {
            slots = Meter.slots() - slots;
            chunkBytes = Meter.chunkBytes() - chunkBytes;
            heap.beats++;
            heap.slots += slots;
            heap.chunkBytes += chunkBytes;
        }
        trace(progressOf(node, heap) + '\n');
        if (node.finished) node.client.stop();
        disturbed = node.client.state !== CONNECTED;
        slots = Meter.slots();
        chunkBytes = Meter.chunkBytes();
        node.read();
    }, settings.interval);
}
