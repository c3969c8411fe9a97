// The telemetry node on Moddable's XS, as `npm start` runs it on the virtual board: TCP, and the engine's own meters.
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';
import { CONNECTED, STOPPED } from '../../src/publisher.ts';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import { TelemetryNode } from './node.ts';
import type { NodeSettings } from './node.ts';
import { ASK, progressOf } from './progress.ts';
import type { HeapUse } from './progress.ts';

interface BoardSettings extends NodeSettings {
    readonly address: string;
    readonly port: number;
    /** Between readings, in ms. */
    readonly interval: number;
}

Board.onLine = line => run(JSON.parse(line) as BoardSettings);
trace(ASK + '\n');

function run(settings: BoardSettings): void {
    const platform = new ModdablePlatform();
    const transport = new TcpTransport({ io: TCP, address: settings.address, port: settings.port, sendBufferSize: 3000 });
    const heap: HeapUse = { beats: 0, slots: 0, chunkBytes: 0, slotBytes: Meter.slotBytes, bytes: 0 };
    let disturbed = true;
    const node = new TelemetryNode(platform, transport, transport.sendBuffer, settings, () => {
        disturbed = true;
        if (node.client.state === STOPPED) Timer.set(() => Board.exit(0));
    });
    let slots = 0;
    let chunkBytes = 0;
    node.client.start();
    Timer.repeat(() => {
        // From one reading to the next: encoding, writing, waking, sending, the acknowledgement. Telling of it is not counted.
        if (!disturbed && node.published > 1) {
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
