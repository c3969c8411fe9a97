// Where a scenario of ../suites is played: a device of some engine, a proxy that can break its link, a tap on that link, and an
// observer of what the broker passes on.
import { parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { join } from 'node:path';
import { root } from '../../scripts/root.ts';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import { bootBoard } from '../boards/xs/board.ts';
import { bundleForBoard } from '../boards/xs/bundle.ts';
import { makeScenario } from '../suites/index.ts';
import type { Parameters } from '../suites/scenario.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { ProxyConnection, ProxyOptions } from './fault-proxy.ts';
import { Observer } from './observer.ts';
import { until } from './until.ts';

/** Starts a device whose broker is at `port` of 127.0.0.1. Returns what ends it at any moment. */
export type StartDevice = (parameters: Parameters, port: number, onLine: (line: string) => void) => () => Promise<unknown>;

/** In this process. */
export const startOnNode: StartDevice = (parameters, port, report) => {
    const scenario = makeScenario({
        transport: new TcpTransport({ host: '127.0.0.1', port }),
        platform: new NodePlatform({ onCaught: (error) => report(`a callback threw ${String(error)}`) }),
        sendBuffer: new Uint8Array(512),
        parameters,
        report,
    });
    scenario.start();
    return async () => scenario.stop();
};

/** On virtual boards whose program is at `engine`. */
export async function startOnBoard(engine: string): Promise<StartDevice> {
    const script = await bundleForBoard(join(root, 'hardware-tests', 'suites', 'xs-main.ts'));
    return (parameters, port, onLine) => {
        const board = bootBoard(engine, { script, config: { ...parameters, address: '127.0.0.1', port }, onLine });
        void board.end.then(({ code, errors }) => onLine(`the board ended with ${code}: ${errors}`));
        return () => board.stop();
    };
}

/** Who is let in by the broker of a stage. */
export const user = { name: 'node', password: 'a secret' };

export interface StageOptions {
    /** Where the device finds the proxy; default 127.0.0.1. */
    readonly address?: string;
    /** Seconds in which the device reports what is awaited; default 20. */
    readonly patience?: number;
    /** Is told of all that passes the proxy, as recordProxy (trace/proxy.ts) wants to be. */
    readonly record?: Required<Pick<ProxyOptions, 'onConnection' | 'onBytes' | 'onEnd'>>;
}

let stages = 0;

export class Stage {
    /** All that the device has reported. */
    readonly lines: string[] = [];
    readonly prefix: string;
    readonly proxy: FaultProxy;
    readonly observer: Observer;
    /** Where the broker listens. */
    readonly brokerPort: number;
    /** What the device sent on each connection. */
    private readonly sent: ReadonlyMap<ProxyConnection, readonly Packet[]>;
    private patience = 20;
    private endDevice: () => Promise<unknown> = async () => {};

    private constructor(prefix: string, brokerPort: number, proxy: FaultProxy, observer: Observer, sent: ReadonlyMap<ProxyConnection, readonly Packet[]>) {
        this.prefix = prefix;
        this.brokerPort = brokerPort;
        this.proxy = proxy;
        this.observer = observer;
        this.sent = sent;
    }

    /** The broker at `brokerPort` lets `user` in. The device runs `scenario` from now on. */
    static async open(scenario: string, startDevice: StartDevice, brokerPort: number, options: StageOptions = {}): Promise<Stage> {
        const { record } = options;
        const prefix = `stage${stages++}`;
        const observer = await Observer.connect({ port: brokerPort, filter: `${prefix}/#`, user });
        const sent = new Map<ProxyConnection, Packet[]>();
        const taps = new Map<ProxyConnection, ReturnType<typeof parser>>();
        const proxy = await FaultProxy.start({
            target: brokerPort,
            address: options.address,
            onConnection(connection) {
                record?.onConnection(connection);
                const packets: Packet[] = [];
                const tap = parser({ protocolVersion: 4 });
                tap.on('packet', (packet) => packets.push(packet));
                sent.set(connection, packets);
                taps.set(connection, tap);
            },
            onBytes(connection, direction, bytes) {
                record?.onBytes(connection, direction, bytes);
                if (direction === 'up') taps.get(connection)?.parse(bytes);
            },
            onEnd: connection => record?.onEnd(connection),
        });
        const stage = new Stage(prefix, brokerPort, proxy, observer, sent);
        stage.patience = options.patience ?? stage.patience;
        const parameters = { scenario, prefix, clientId: prefix, userName: user.name, password: user.password };
        stage.endDevice = startDevice(parameters, proxy.port, (line) => stage.lines.push(line));
        return stage;
    }

    /** Resolves when the device has reported lines that begin with `start`, `count` of them; with the last one. */
    async reported(start: string, count = 1): Promise<string> {
        const found = (): string[] => this.lines.filter((line) => line.startsWith(start));
        const over = (): boolean => this.lines.some((line) => line.startsWith('done') || line.startsWith('the board ended'));
        await until(`the device reports '${start}' for the ${count}. time`, () => found().length >= count || over(), this.patience);
        if (found().length < count) throw new Error(`the device never reported '${start}' for the ${count}. time, but:\n${this.lines.join('\n')}`);
        return found()[count - 1];
    }

    /** Names of the packets that the device sent on its connection `number`, in order; a repeated PUBLISH is 'publish dup'. */
    packets(number: number): string[] {
        const packets = this.sent.get(this.proxy.connections[number]) ?? [];
        return packets.map((packet) => (packet.cmd === 'publish' && packet.dup ? 'publish dup' : packet.cmd));
    }

    /** Cuts the device's connection. */
    cut(how: 'fin' | 'rst'): void {
        this.proxy.current?.cut(how);
    }

    publish(name: string, payload: string | Buffer): Promise<void> {
        return this.observer.publish(`${this.prefix}/${name}`, payload);
    }

    /** Payloads on a topic of this stage, each once, in the order in which the observer saw them first. */
    seen(name: string, qos?: number): string[] {
        return this.observer.firstSeen(`${this.prefix}/${name}`, qos);
    }

    async close(): Promise<void> {
        await this.endDevice();
        this.observer.close();
        this.proxy.stop();
    }
}
