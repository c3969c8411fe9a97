// The program of this machine as a board that `motemq test` drives: its console are standard output and input.
import { createInterface } from 'node:readline';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import { ASLEEP } from './asleep.ts';
import { startBench } from './bench.ts';
import type { BoardOrder } from './bench.ts';

const print = (line: string): void => void process.stdout.write(line + '\n');

const hear = startBench({
    engine: `node ${process.versions.node}`,
    print,
    now: () => Math.round(performance.now()),
    after: (ms, callback) => setTimeout(callback, ms),
    cancel: timer => clearTimeout(timer as NodeJS.Timeout),
    // V8's heap rises and falls by more than a client has.
    memory: () => -1,
    link: (host, port) => ({
        transport: new TcpTransport({ host, port }),
        platform: new NodePlatform({ onCaught: error => print(`motemq: a callback threw ${String(error)}`) }),
        sendBuffer: new Uint8Array(512),
        release() {},
    }),
    sleep: () => process.exit(ASLEEP),
    join: null,
});

createInterface({ input: process.stdin }).on('line', line => hear(JSON.parse(line) as BoardOrder)).on('close', () => process.exit(0));
