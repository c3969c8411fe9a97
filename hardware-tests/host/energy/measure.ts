// One wake of a sleeping node, on this machine: the client of the package and its wake cycle, through TCP to a broker in this process.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Publisher, Topic } from '../../../src/publisher.ts';
import { MemoryStore, WakeCycle } from '../../../src/sleep/index.ts';
import { TracedTransport } from '../../../src/trace/index.ts';
import { NodePlatform, TcpTransport } from '../../../targets/node/index.ts';
import { BenchError } from '../harness/errors.ts';
import { need } from '../harness/packages.ts';

/** As in the wake of our benchmark: 12 and 24 bytes. */
const CLIENT_ID = 'sensor-00012';
const TOPIC = 'site/7/node/12/telemetry';

/** Messages of `size` bytes, QoS 1, `count` of them in one wake. Resolves with the lines of its trace. */
export async function traceWake(count: number, size: number): Promise<string> {
    const { Aedes } = await need('aedes', () => import('aedes'));
    const broker = await Aedes.createBroker();
    const server = createServer({ noDelay: true }, broker.handle);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const lines: string[] = [];
    try {
        const platform = new NodePlatform();
        const inner = new TcpTransport({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, sendBufferSize: 1 << 20 });
        const transport = new TracedTransport(inner, { print: line => lines.push(line), clock: performance, lineSize: 16384 });
        const delivered = await new Promise<boolean>(resolve => {
            const cycle = new WakeCycle(Publisher, { platform, transport, clientId: CLIENT_ID, cleanSession: true, sendBuffer: new Uint8Array(256 + count * (size + 64)) }, {
                store: new MemoryStore(new Uint8Array((count + 1) * (size + 64))), payloadSize: size, topics: [new Topic(platform, TOPIC)], interval: 1000, onSleep: (_ms, isDelivered) => resolve(isDelivered),
            });
            for (let index = 0; index < count; index++) cycle.add(0, new Uint8Array(size), 0, size, false);
            cycle.wake(false);
        });
        if (!delivered) throw new BenchError('the broker in this process did not acknowledge', 'try again; if it stays so, record a wake and hand it over with --trace');
        return `${lines.join('\n')}\n`;
    } finally {
        server.close();
        await new Promise<void>(resolve => broker.close(() => resolve()));
    }
}
