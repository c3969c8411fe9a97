// A node that sleeps, as a program of Node: messages and session image lie in files, and each wake takes a reading. A test kills it.
// Arguments: folder of the files, port of the broker, first reading, "drain" if it is to take none, and to end when all is delivered.
// It prints a reading when it has been accepted, and only then.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Publisher, Topic } from '../../src/publisher.ts';
import { WakeCycle } from '../../src/sleep/index.ts';
import { FileStore, NodePlatform, TcpTransport } from '../../targets/node/index.ts';

const [folder, port, first, mode] = process.argv.slice(2);
const platform = new NodePlatform();
let reading = Number(first);

const cycle = new WakeCycle(Publisher, {
    platform, transport: new TcpTransport({ host: '127.0.0.1', port: Number(port), closeTimeout: 100 }), clientId: 'sleeper', sendBuffer: new Uint8Array(1000),
    retryDelay: 20,
}, {
    store: new FileStore({ path: join(folder, 'messages'), capacity: 4000, recordSize: 100 }),
    image: new FileStore({ path: join(folder, 'image'), capacity: 500, recordSize: 100 }),
    topics: [new Topic(platform, 'sleeper')], payloadSize: 20,
    interval: 1, maximumPause: 20, goodbye: 0,
    onSleep: (ms, delivered) => {
        if (mode === 'drain' && delivered) process.exit(0);
        setTimeout(wake, ms);
    },
});

function wake(): void {
    for (let count = mode === 'drain' ? 0 : 5; count > 0; count--) {
        const payload = platform.utf8(String(reading));
        if (!cycle.add(0, payload, 0, payload.length, false)) break;
        writeSync(1, `${reading++}\n`);
    }
    cycle.wake(false);
}

wake();
