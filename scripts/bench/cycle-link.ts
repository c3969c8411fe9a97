// The link between clients and broker on which wakes are measured: with a set round-trip time, and with a witness of what passes. There are two
// kinds: a delay line for IP packets in a network of its own (cycle-line.c), and, where that cannot be had, a proxy that delays.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy } from '../../hardware-tests/host/fault-proxy.ts';
import { runProcess, type Ended } from '../run-process.ts';
import { root } from '../root.ts';
import type { Segment } from './cycle-trace.ts';

export interface Link {
    /** For people. */
    readonly name: string;
    /** In ms. */
    readonly roundTrip: number;
    /** Where brokers must listen. */
    readonly brokerAddress: string;
    /** Every segment of TCP is seen, acknowledgements too, and delayed; if not, only the bytes are. */
    readonly seesSegments: boolean;
    /** Where clients reach the broker that listens at `port`. */
    to(port: number): Promise<{ readonly host: string; readonly port: number }>;
    /** What has passed to and from that broker since `time`, in µs of `now`, in the order in which it was sent. */
    since(port: number, time: number): Segment[];
    close(): void;
}

/** µs of the clock that both kinds of links use: CLOCK_MONOTONIC. */
export function now(): number {
    return Number(process.hrtime.bigint() / 1000n);
}

/** What cycle-line ends with where there can be no such network. */
const NO_NETWORK = 125;

/** Runs `scripts/run.mjs FILE WORDS...` in a network with a delay line. A string: why there can be no such network here. */
export async function runOnLine(roundTrip: number, file: string, words: readonly string[], deadline: number): Promise<Ended | string> {
    const folder = mkdtempSync(join(tmpdir(), 'cycle-line-'));
    const program = join(folder, 'cycle-line');
    const compiler = process.env['CC'] || 'cc';
    try {
        execFileSync(compiler, ['-O2', '-Wall', '-Werror', '-o', program, join(root, 'scripts', 'bench', 'cycle-line.c')], { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch {
        rmSync(folder, { recursive: true, force: true });
        return `${compiler} did not compile the delay line`;
    }
    const ended = await runProcess(program, [String(roundTrip * 500), process.execPath, join(root, 'scripts', 'run.mjs'), join(root, file), ...words], deadline);
    rmSync(folder, { recursive: true, force: true });
    return ended.code === NO_NETWORK ? ended.output.trim() : ended;
}

/** In the program that `runOnLine` runs. */
export function delayLine(roundTrip: number): Link {
    const lines: string[][] = [];
    let rest = '';
    const log = new Socket({ fd: 3, readable: true, writable: false });
    log.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts.map(line => line.split(' ')));
    });
    return {
        name: 'delay line for IP packets in a network namespace', roundTrip, brokerAddress: '10.77.0.1', seesSegments: true,
        to: port => Promise.resolve({ host: '10.77.0.2', port }),
        since(port, time) {
            const segments: Segment[] = [];
            for (const [sent, arrived, from, to, flags, size, payload] of lines) {
                if (Number(sent) < time || (Number(from) !== port && Number(to) !== port)) continue;
                segments.push({ sent: Number(sent), arrived: Number(arrived), up: Number(to) === port, flags, size: Number(size), payload: Number(payload) });
            }
            return segments;
        },
        close: () => log.destroy(),
    };
}

/** `roundTrip`: ms. TCP's own packets end at the proxy: an exchange of SYNs is put in, the rest of TCP is not seen. */
export function delayingProxy(roundTrip: number): Link {
    const half = roundTrip / 2;
    const proxies = new Map<number, FaultProxy>();
    const seen = new Map<number, Segment[]>();
    return {
        name: 'proxy that delays bytes', roundTrip, brokerAddress: '127.0.0.1', seesSegments: false,
        async to(port) {
            const segments: Segment[] = [];
            const note = (up: boolean, flags: string, payload: number, delay: number): void => {
                const sent = now();
                segments.push({ sent, arrived: sent + delay * 1000, up, flags, size: 0, payload });
            };
            const proxy = proxies.get(port) ?? await FaultProxy.start({
                target: port, faults: { up: { delay: half }, down: { delay: half } },
                onConnection() {
                    note(true, 'S', 0, 0);
                    note(false, 'SA', 0, 0);
                },
                onBytes: (_connection, direction, bytes) => note(direction === 'up', 'A', bytes.length, half),
                onEnd() {
                    note(true, 'F', 0, half);
                    note(false, 'F', 0, half);
                },
            });
            if (!proxies.has(port)) {
                proxies.set(port, proxy);
                seen.set(port, segments);
            }
            return { host: '127.0.0.1', port: proxy.port };
        },
        since: (port, time) => (seen.get(port) ?? []).filter(({ sent }) => sent >= time),
        close() {
            for (const proxy of proxies.values()) proxy.stop();
        },
    };
}
