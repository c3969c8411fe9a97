// The telemetry node on Node, as `npm start` runs it where there is no virtual board, or the broker wants TLS. Settings come
// on standard input, so that a password is in no list of processes.
import { createInterface } from 'node:readline';
import { CONNECTED, STOPPED } from '../../src/publisher.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../targets/node/index.ts';
import { TelemetryNode } from './node.ts';
import type { NodeSettings } from './node.ts';
import { ASK, progressOf } from './progress.ts';
import type { HeapUse } from './progress.ts';

interface LaptopSettings extends NodeSettings {
    readonly address: string;
    readonly port: number;
    readonly interval: number;
    /** `servername`: whom the certificate must name; `ca`: PEM. */
    readonly tls?: { readonly servername: string; readonly ca?: string };
}

createInterface({ input: process.stdin }).once('line', line => run(JSON.parse(line) as LaptopSettings));
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(1));
console.log(ASK);

function run(settings: LaptopSettings): void {
    const { address, port, tls } = settings;
    const transport = tls ? new TlsTransport({ host: address, port, ...tls }) : new TcpTransport({ host: address, port });
    const heap: HeapUse = { beats: 0, slots: 0, chunkBytes: 0, slotBytes: 0, bytes: 0 };
    let disturbed = true;
    const node = new TelemetryNode(new NodePlatform(), transport, new Uint8Array(3000), settings, () => {
        disturbed = true;
        if (node.client.state === STOPPED) setImmediate(() => process.exit(0));
    });
    let used = 0;
    node.client.start();
    setInterval(() => {
        const grown = process.memoryUsage().heapUsed - used;
        // A collection of garbage in between makes it negative.
        if (!disturbed && node.published > 1 && grown >= 0) {
            heap.beats++;
            heap.bytes += grown;
        }
        console.log(progressOf(node, heap));
        if (node.finished) node.client.stop();
        disturbed = node.client.state !== CONNECTED;
        used = process.memoryUsage().heapUsed;
        node.read();
    }, settings.interval);
}
