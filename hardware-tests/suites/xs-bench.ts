// The program of a board with Moddable's XS that `motemq test` drives. Its console are the lines that it traces and is sent.
import System from 'system';
import TCP from 'embedded:io/socket/tcp';
import Time from 'time';
import Timer from 'timer';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import { startBench } from './bench.ts';
import type { BoardOrder } from './bench.ts';

const begun = Time.ticks;

const hear = startBench({
    engine: 'xs',
    print: line => trace(line + '\n'),
    now: () => Time.delta(begun),
    after: (ms, callback) => Timer.set(callback, ms),
    cancel: timer => Timer.clear(timer as ReturnType<typeof Timer.set>),
    memory() {
        Meter.collect();
        return Meter.slots() * Meter.slotBytes + Meter.chunkBytes();
    },
    link(address, port) {
        const transport = new TcpTransport({ io: TCP, address, port, sendBufferSize: 512 });
        const platform = new ModdablePlatform();
        return { transport, platform, sendBuffer: transport.sendBuffer, release: () => platform.close() };
    },
    sleep: ms => System.deepSleep(ms * 1000),
    join: null,
});

Board.onLine = line => hear(JSON.parse(line) as BoardOrder);
