// Runs on the virtual board for hostile.test.ts: the victim, and what it holds each time the host asks.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import { RECEIVE_BUFFER, Victim } from './hostile-victim.ts';

const platform = new ModdablePlatform();
const transport = new TcpTransport({ io: TCP, host: '127.0.0.1', port: config.port as number, sendBufferSize: 512 });
const victim = new Victim(platform, transport, transport.sendBuffer, new Uint8Array(RECEIVE_BUFFER));
/** After the latest answer. */
let slots = 0;
let chunks = 0;
let collections = 0;

Board.onLine = () => {
    const garbageSlots = Meter.slots() - slots;
    const garbageChunks = Meter.chunkBytes() - chunks;
    const collected = Meter.collections() - collections;
    Meter.collect();
    trace('held ' + JSON.stringify({ slots: Meter.slots(), chunks: Meter.chunkBytes(), garbageSlots, garbageChunks, collected, state: victim.client.state }) + '\n');
    collections = Meter.collections();
    slots = Meter.slots();
    chunks = Meter.chunkBytes();
};
victim.start();
trace('started\n');
